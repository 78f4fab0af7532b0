-- How many requests a second one worker of nginx answers with an error, beside printing constants.
-- Run by `make bench-nginx`:
--
--     luajit bench/nginx.lua [short]
--
-- In each round wrk asks for all of them in turn, and ratios are taken round by round.

local measure = require "bench.measure"
local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local server = require "spec.nginx.server"

local is_short = arg[1] == "short"
local seconds = 1 -- wrk takes whole ones
measure.rounds = is_short and 3 or 9

local target = 0.9

-- What is asked for, and what it is; the others are compared with the first.
local contenders = {
    { path = "/constant", name = "printing constants" },
    { path = "/floor", name = "pcall(error, table), constants" },
    { path = "/handler", name = "handler" },
    { path = "/handler-id", name = "handler, nginx's request id" },
}


local function say(format, ...)
    print((format:format(...):gsub("%s+$", "")))
end


-- Compared are ways to one answer, so they must be; only the request id may differ.
local function check_answers(nginx)
    local first
    for _, contender in ipairs(contenders) do
        local answer = nginx:get(contender.path)
        local id = answer.headers["x-bce-request-id"]
        local text = (answer.head:gsub("Date: [^\r]*", "") .. answer.body):gsub("%x[%x-]+%x", function(run)
            return run == id and "ID" or nil
        end)
        text = text:gsub("Content%-Length: %d+", "")
        first = first or text
        if text ~= first then error(contender.path .. " answers otherwise:\n" .. text .. first) end
    end
end


-- Processor time that a process has taken, in seconds.
local function processor_time(pid)
    local fields = files.read("/proc/" .. pid .. "/stat"):match("%) (.*)")
    local user, system = fields:match(("%S+ "):rep(11) .. "(%d+) (%d+)")
    return (user + system) / tonumber(command.must("getconf CLK_TCK"))
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
    check_answers(nginx)
    files.write(nginx.directory .. "/wrk.lua",
        'function done(summary) print("REQUESTS " .. summary.requests .. " " .. summary.duration) end')
    local pid = nginx:workers()[1]
    for _, contender in ipairs(contenders) do
        contender.rates, contender.times = {}, {}
        load(nginx, contender.path, pid) -- compiles what is hot
    end
    for round = 1, measure.rounds do
        for _, contender in ipairs(contenders) do
            contender.rates[round], contender.times[round] = load(nginx, contender.path, pid)
        end
    end
end


local function report()
    local constant = contenders[1]
    say("nginx, one worker, %d rounds of %d s each", measure.rounds, seconds)
    say("")
    say("%-32s %-24s %-18s %s", "", "requests/s", "of constants", "CPU/request")
    for _, contender in ipairs(contenders) do
        contender.ratio = measure.ratios(contender.rates, constant.rates)
        say("%-32s %-24s %-18s %s", contender.name,
            ("%.0f (%.0f-%.0f)"):format(measure.median(contender.rates)),
            measure.spread(contender.ratio), measure.duration(measure.median(contender.times)))
    end
    say("")
    local ratio = measure.median(contenders[3].ratio)
    say("handler, of constants: target at least %.2f: %s", target, ratio >= target and "reached" or "missed")
    return ratio >= target / 2 -- only a gross loss fails
end


local nginx = server.start { http = files.read("bench/nginx.conf") }
local good, problem = pcall(run, nginx)
nginx:stop()
if not good then error(problem, 0) end
os.exit(report() and 0 or 1)
