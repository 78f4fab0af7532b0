-- Runs random programs against the library, each in a process of its own with a sanitized core:
-- run.lua LIBRARY LUA... Of the environment, SEED is the first program's, COUNT says how many programs
-- each Lua runs, SECONDS for how long, if COUNT does not. Each promise that is broken is shown once,
-- by the fewest steps that break it.

local length, longest_shrinking = 150, 120 -- steps of a program, runs to make one shorter

local library, luas = arg[1], { table.unpack(arg, 2) }
local seed = tonumber(os.getenv "SEED") or os.time() % 1000000 * 4
local count, seconds = tonumber(os.getenv "COUNT"), tonumber(os.getenv "SECONDS")

local function read(command)
    local pipe = assert(io.popen(command, "r"))
    local output = pipe:read "*a"
    pipe:close()
    return output
end

local sanitizer = read "cc -print-file-name=libasan.so":match "[^\n]*"

-- A child's report goes to its output, with a status that Lua does not have.
local function command(lua, program, list)
    return ("LD_PRELOAD=%s "
        .. "ASAN_OPTIONS=detect_leaks=0:exitcode=99:quarantine_size_mb=8:malloc_context_size=2 "
        .. "LUA_PATH='%s/lua/?.lua;;' LUA_CPATH='%s/build/sanitized/%s/?.so;;' "
        .. "timeout 100 %s spec/sequences/program.lua %d %d '%s' 2>&1; echo; echo status $?"):format(
        sanitizer, library, library, lua, lua, program, length, list)
end

-- What ended the program before its last step.
local function crash(output)
    local status = tonumber(output:match "status (%d+)%s*$")
    local what = output:match "ERROR: AddressSanitizer: ([%w-]+)" or output:match "runtime error: ([^\n]*)"
        or status == 124 and "no end within 100 s" or status and status > 128 and "signal " .. status - 128
        or output:match "\n([^\n]*)\n+stack traceback" or "status " .. tostring(status)
    return (output:find "\nnote\ttampered" and "no crash, whatever was assigned to internal tables: "
        or "no crash: ") .. what
end

-- Runs a program, or some of its steps: the texts of its steps and the promises that it broke.
local function run(lua, program, list)
    local output, texts, faults, last = read(command(lua, program, list or "")), {}, {}, 0
    for kind, number, text, detail in output:gmatch "(%l+)\t(%d+)\t([^\t\n]*)\t?([^\n]*)" do
        number = tonumber(number)
        if kind == "step" then
            texts[number], last = text, number
        elseif kind == "fault" and not faults[text] then
            faults[text] = { step = number, detail = detail }
            faults[#faults + 1] = text
        end
    end
    if not output:find "\nend\n" then
        local sentence = crash(output)
        faults[sentence] = { step = last, detail = output:match "ERROR: AddressSanitizer: ([^\n(]*)" or "" }
        faults[#faults + 1] = sentence
    end
    return texts, faults, last
end

-- The fewest steps found that still break the promise, of those up to the one that did.
local function shrink(lua, program, sentence, last)
    local steps, runs = {}, 0
    for number = 1, last do steps[number] = number end
    local size = math.ceil(#steps / 2)
    while size >= 1 and runs < longest_shrinking do
        local position, is_shorter = 1, false
        while position <= #steps and runs < longest_shrinking do
            local fewer = {}
            for index, number in ipairs(steps) do
                if index < position or index >= position + size then fewer[#fewer + 1] = number end
            end
            runs = runs + 1
            local _, faults = run(lua, program, "0," .. table.concat(fewer, ","))
            if faults[sentence] then
                steps, is_shorter = fewer, true
            else
                position = position + size
            end
        end
        if size == 1 and not is_shorter then break end
        size = size > 1 and math.ceil(size / 2) or 1
    end
    return steps
end

local function report(lua, program, sentence, fault)
    print(("\nBROKEN on %s, seed %d: %s"):format(lua, program, sentence))
    local steps = shrink(lua, program, sentence, fault.step)
    local texts, faults = run(lua, program, "0," .. table.concat(steps, ","))
    for _, number in ipairs(steps) do print(("  %3d  %s"):format(number, texts[number] or "not reached")) end
    print("  found: " .. (faults[sentence] or fault).detail)
    print(("  again: make sequences LUAS=%s SEED=%d COUNT=1%s"):format(lua, program,
        library == "." and "" or " LIBRARY=" .. library))
end

local total, broken = 0, 0
for _, lua in ipairs(luas) do
    local known, done, ends = {}, 0, os.time() + (seconds or 0) / #luas
    while count and done < count or not count and os.time() < ends do
        local program = seed + done
        local _, faults, steps = run(lua, program)
        done, total = done + 1, total + steps
        for _, sentence in ipairs(faults) do
            if not known[sentence] then
                known[sentence], broken = true, broken + 1
                report(lua, program, sentence, faults[sentence])
            end
        end
    end
    print(("%s: %d programs from seed %d"):format(lua, done, seed))
end
print(("sequences: %d steps, %d promises broken"):format(total, broken))
os.exit(broken == 0)
