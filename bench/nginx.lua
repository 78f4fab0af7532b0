-- What responding with an error costs a worker of nginx, beside code written by hand with lua-cjson.
-- Run by `make bench-nginx`:
--
--     luajit bench/nginx.lua [short]
--
-- In each round all of them run in turn, each in a worker that has just started, so that what LuaJIT has
-- compiled for one is of no use to another; ratios are taken round by round. The instructions of a request
-- are counted by valgrind's callgrind, which no other work on the machine disturbs.

local cjson = require "cjson"
local measure = require "bench.measure"
local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local server = require "spec.nginx.server"

local is_short = arg[1] == "short"
local seconds = 1 -- wrk takes whole ones
measure.rounds = is_short and 3 or 9

-- What is reached at least, beside code written by hand: by processor time, and by instructions.
local targets = {
    { path = "/handler", by = "CPU", least = 0.97 },
    { path = "/handler", by = "instructions", least = 1 },
    { path = "/returned", by = "instructions", least = 1.25 },
}

-- How many requests are counted behind how many that compile what is hot.
local warm, counted = 1000, 2000

-- What is asked for, and what it is; `beside` is the path of that which it is compared with.
local contenders = {
    { path = "/constant", name = "printing constants", beside = "/constant" },
    { path = "/floor", name = "pcall(error, table), constants", beside = "/constant" },
    { path = "/by-hand", name = "written by hand", beside = "/by-hand" },
    { path = "/handler", name = "handler, raised", beside = "/by-hand" },
    { path = "/returned", name = "handler, returned as nil, err", beside = "/by-hand" },
    { path = "/by-hand-id", name = "by hand, nginx's request id", beside = "/by-hand-id" },
    { path = "/handler-id", name = "handler, nginx's request id", beside = "/by-hand-id" },
}

local function say(format, ...)
    print((format:format(...):gsub("%s+$", "")))
end

-- Compared are ways to one response, so they must be; only the request id may differ.
local function check_responses(nginx)
    local first
    for _, contender in ipairs(contenders) do
        local response = nginx:get(contender.path)
        local envelope = cjson.decode(response.body)
        local head = response.head:gsub("Date: [^\r]*", ""):gsub("Content%-Length: %d+", "")
        local id = envelope.requestId:gsub("%-", "%%-")
        local text = head:gsub(id, "ID", 1) .. envelope.code .. envelope.message
        first = first or text
        if text ~= first then error(contender.path .. " responds otherwise:\n" .. text .. first) end
    end
end

-- Processor time that a process has taken, in seconds.
local function processor_time(pid)
    return tonumber(files.read("/proc/" .. pid .. "/schedstat"):match("^%d+")) / 1e9
end

-- Loads one of them: requests a second, and processor time of the worker for each.
local function load(nginx, path, pid)
    local before = processor_time(pid)
    local script = nginx.directory .. "/wrk.lua"
    local output = command.must(("wrk -t1 -c16 -d%ds -s %s http://127.0.0.1:%d%s"):format(
        seconds, script, nginx.port, path))
    local requests, taken = output:match("REQUESTS (%d+) (%d+)")
    if not requests or output:find("Socket errors", 1, true) then error(output) end
    return requests * 1e6 / taken, (processor_time(pid) - before) / requests
end

local function run(nginx)
    check_responses(nginx)
    files.write(nginx.directory .. "/wrk.lua",
        'function done(summary) print("REQUESTS " .. summary.requests .. " " .. summary.duration) end')
    for _, contender in ipairs(contenders) do contender.rates, contender.times = {}, {} end
    for round = 1, measure.rounds do
        for index = 1, #contenders do
            -- every other round backwards: what wears on goes against none of them
            local contender = contenders[round % 2 == 1 and index or #contenders + 1 - index]
            nginx:reload()
            local pid = nginx:workers()[1]
            load(nginx, contender.path, pid) -- compiles what is hot
            contender.rates[round], contender.times[round] = load(nginx, contender.path, pid)
        end
    end
end

local function find(path)
    for _, contender in ipairs(contenders) do
        if contender.path == path then return contender end
    end
end

-- The instructions that one nginx takes for so many requests, as callgrind counts them.
local function instructions_of(path, requests)
    local profile = os.tmpname()
    local nginx = server.start {
        http = files.read("bench/nginx.conf"),
        runner = "valgrind -q --tool=callgrind --callgrind-out-file=" .. profile,
    }
    command.must(("curl -s --max-time 300 -o /dev/null 'http://127.0.0.1:%d%s?[1-%d]'"):format(
        nginx.port, path, requests))
    nginx:stop()
    local total = server.wait("callgrind", function() return files.read(profile):match("\ntotals: (%d+)") end)
    os.remove(profile)
    return tonumber(total)
end

local function count_instructions()
    for _, contender in ipairs(contenders) do
        local few = instructions_of(contender.path, warm)
        contender.instructions = (instructions_of(contender.path, warm + counted) - few) / counted
    end
end

local function report()
    say("nginx, one worker, %d rounds of %d s each", measure.rounds, seconds)
    say("")
    say("%-32s %-24s %-12s %-18s %-14s %-16s %s", "", "requests/s", "CPU/request", "speed by CPU",
        "instructions", "by instructions", "beside")
    for _, contender in ipairs(contenders) do
        local beside = find(contender.beside)
        contender.ratio = measure.ratios(beside.times, contender.times)
        contender.by = {
            CPU = measure.median(contender.ratio),
            instructions = beside.instructions / contender.instructions,
        }
        say("%-32s %-24s %-12s %-18s %-14.0f %-16.3f %s", contender.name,
            ("%.0f (%.0f-%.0f)"):format(measure.median(contender.rates)),
            measure.duration(measure.median(contender.times)), measure.spread(contender.ratio),
            contender.instructions, contender.by.instructions, beside.name)
    end
    say("")
    local good = true
    for _, target in ipairs(targets) do
        local ratio = find(target.path).by[target.by]
        say("%s, by %s: %.3f, target at least %.2f: %s", find(target.path).name, target.by, ratio,
            target.least, ratio >= target.least and "reached" or "missed")
        good = good and ratio >= target.least * (target.by == "CPU" and 0.5 or 0.97) -- CPU: a gross loss
    end
    return good
end

local nginx = server.start { http = files.read("bench/nginx.conf") }
local good, problem = pcall(run, nginx)
nginx:stop()
if not good then error(problem, 0) end
count_instructions()
os.exit(report() and 0 or 1)
