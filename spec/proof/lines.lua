-- Runs a Lua program, and notes which lines of lua/ it runs: lua5.4 lines.lua FILE PROGRAM ARGUMENT...
-- To the file it adds, for each line that can be run, the source, the line, and 1 if it was.

local seen = {}

debug.sethook(function(_, line)
    local source = debug.getinfo(2, "S").source
    if source:find("^@lua/") then
        seen[source] = seen[source] or {}
        seen[source][line] = true
    end
end, "l")

-- The lines of a file that have instructions, but for those that never count as a line: the one that
-- begins a vararg function, the return that stands behind a tail call, and the one at the very end.
local function lines_of(path)
    local pipe = assert(io.popen("luac5.4 -p -l -l " .. path))
    local lines, last, last_name = {}, nil, nil
    for text in pipe:lines() do
        local line, name = text:match("^\t%d+\t%[(%d+)%]\t(%S+)")
        if line and last then lines[last] = true end
        local counts = name ~= "VARARGPREP" and not (name == "RETURN" and last_name == "TAILCALL")
        last, last_name = counts and tonumber(line) or nil, name
    end
    pipe:close()
    return lines
end

local function write(path)
    local file = assert(io.open(path, "a"))
    local list = assert(io.popen("find lua -name '*.lua' ! -path '*/nginx*' ! -path '*/plugins/*' | sort"))
    for source in list:lines() do
        local ran = seen["@" .. source] or {}
        for line in pairs(lines_of(source)) do
            file:write(source, "\t", line, "\t", ran[line] and 1 or 0, "\n")
        end
    end
    list:close()
    file:close()
end

local path = table.remove(arg, 1)
rawset(arg, 0, table.remove(arg, 1))
local exit = os.exit
os.exit = function(...) -- luacheck: ignore
    debug.sethook()
    write(path)
    exit(...)
end
dofile(arg[0])
os.exit(0)
