-- Holds the instructions that reading takes against their budgets, which bench/instructions.tsv has
-- for one compiler: no machine's mood changes them.
--
--     lua bench/instructions.lua check|write PROGRAM DIRECTORY
--
-- PROGRAM is bench/once.c, built; DIRECTORY has what bench/shapes.lua writes. `check` exits with 1
-- where a budget is exceeded by more than 5 %, `write` makes what was counted the budgets.

local task, program, directory = arg[1], arg[2], arg[3]
assert(directory, "usage: lua bench/instructions.lua check|write PROGRAM DIRECTORY")

local budgets_path = "bench/instructions.tsv"
local slack = 1.05

local function run(command)
    local pipe = assert(io.popen(command .. " 2>&1"))
    local output = pipe:read("*a")
    pipe:close()
    return output
end

-- Instructions from the entry to cfs_envelope_read until it returns.
local function count(path)
    local output = run(("valgrind --tool=callgrind --callgrind-out-file=/dev/null"
        .. " --toggle-collect=cfs_envelope_read '%s' '%s'"):format(program, path:gsub("'", "'\\''")))
    return assert(tonumber(output:match("Collected : (%d+)")), output)
end

local function read_budgets()
    local budgets = {}
    for line in io.lines(budgets_path) do
        local name, budget = line:match("^([^#\t]+)\t(%d+)$")
        if name then budgets[name] = tonumber(budget) end
    end
    return budgets
end

local function size_of(path)
    local file = assert(io.open(path, "rb"))
    local size = file:seek("end")
    file:close()
    return size
end

local counts, exceeded = {}, 0
local budgets = task == "check" and read_budgets() or {}
print(("%-28s %12s %12s %14s"):format("instructions to read", "counted", "budget", "for each byte"))
for path in run("ls '" .. directory .. "'/*example '" .. directory .. "'/*', 64 KiB'"):gmatch("[^\n]+") do
    local name, counted = path:match("/%d+ ([^/]*)$"), count(path)
    local budget = budgets[name] or task == "check" and 0 or counted
    local over = counted > budget * slack
    if over then exceeded = exceeded + 1 end
    counts[#counts + 1] = name .. "\t" .. counted
    print(("%-28s %12d %12d %14.2f%s"):format(name, counted, budget, counted / size_of(path),
        over and "  exceeded" or ""))
end

if task == "write" then
    local file = assert(io.open(budgets_path, "w"))
    file:write("# Instructions that cfs_envelope_read takes, as Debian 12's gcc compiles it with -O2 for\n",
        "# x86-64: body, instructions. Written by `make budgets`.\n",
        table.concat(counts, "\n"), "\n")
    file:close()
end
os.exit(exceeded == 0 and 0 or 1)
