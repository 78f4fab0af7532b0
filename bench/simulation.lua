-- Many clients against services that fail, on virtual time: a second of it takes no time at all, and each run
-- of it is the same.

local errors = require "cfs.errors"
local retry = require "cfs.errors.retry"

local simulation = {}

local floor, max, min = math.floor, math.max, math.min

-- Of virtual time, to a second.
local ticks = 1000

-- Numbers from 0 to 1 that are the same on every Lua: Park and Miller's minimal standard.
local function new_random(seed)
    return function()
        seed = seed * 16807 % 2147483647
        return (seed - 1) / 2147483646
    end
end

-- Runs tasks, each at its tick. A task that sleeps yields a number of seconds.
local function new_clock()
    local clock, due, now, last = {}, {}, 0, 0

    local function add(tick, task)
        local tasks = due[tick]
        if tasks then tasks[#tasks + 1] = task else due[tick] = { task } end
        last = max(last, tick)
    end

    function clock.now() return now / ticks end

    function clock.at(seconds, f) add(math.ceil(seconds * ticks), coroutine.create(f)) end

    clock.sleep = coroutine.yield

    function clock.run()
        while now <= last do
            local tasks, index = due[now] or {}, 1
            while tasks[index] do -- a pause of none adds to the end
                local good, pause = coroutine.resume(tasks[index])
                if not good then error(pause, 0) end
                if pause then add(now + math.ceil(pause * ticks), tasks[index]) end
                index = index + 1
            end
            due[now], now = nil, now + 1
        end
    end

    return clock
end

local function is_failing(err)
    return type(err) == "string" or err.status >= 500
end

-- Makes up to three attempts. `may(throttle)` says whether another one may be made, `pause(attempt)` how long
-- to wait before it.
local function attempts(clock, request, may, pause)
    for attempt = 1, 3 do
        local result, err = request()
        if result then return result, attempt end
        if not is_failing(err) or attempt == 3 or not may() then return nil end
        clock.sleep(pause(attempt))
    end
end

-- The ways to call: name → function that makes, of a clock and random numbers, the function by which
-- calls are made whose service is the same, in one process.
local ways = {}
simulation.ways = ways

ways["no retry"] = function()
    return function(request) return request() end
end

ways["naive"] = function(clock)
    local function zero() return 0 end
    return function(request) return attempts(clock, request, function() return true end, zero) end
end

-- The standard mode of AWS' SDKs: 500 tokens, a retry takes 5 and gives them back if it succeeds, any other
-- success gives 1; pauses of up to 1 s and 2 s.
ways["AWS standard"] = function(clock, random)
    local tokens = 500
    return function(request)
        local taken = 0
        local result = attempts(clock, request, function()
            if tokens < 5 then return false end
            tokens, taken = tokens - 5, 5
            return true
        end, function(attempt) return random() * min(2 ^ (attempt - 1), 20) end)
        if result then tokens = min(tokens + max(taken, 1), 500) end
        return result
    end
end

-- gRPC's proposal A6 with the throttle of its example: a failed attempt takes 1 of 10 tokens, a success gives
-- 0.1, and nothing is repeated at 5 or below; pauses of up to 0.1 s and 0.2 s.
ways["gRPC A6"] = function(clock, random)
    local tokens = 10
    return function(request)
        return attempts(clock, function()
            local result, err = request()
            tokens = result and min(tokens + 0.1, 10) or max(tokens - 1, 0)
            return result, err
        end, function() return tokens > 5 end, function(attempt) return random() * 0.05 * 2 ^ attempt end)
    end
end

-- Envoy's retry budget: repetitions that run or wait are at most 20 % of the requests that run, or 3; pauses
-- of up to 0.025 s and 0.075 s.
ways["Envoy"] = function(clock, random)
    local active, repeating = 0, 0
    return function(request)
        local is_repeating = 0
        active = active + 1
        local result = attempts(clock, request, function()
            repeating, is_repeating = repeating - is_repeating, 0
            if repeating >= max(active * 0.2, 3) then return false end
            repeating, is_repeating = repeating + 1, 1
            return true
        end, function(attempt) return random() * 0.025 * (2 ^ attempt - 1) end)
        active, repeating = active - 1, repeating - is_repeating
        return result
    end
end

ways["cfs.errors"] = function(clock, random)
    local policy = retry.policy { sleep = clock.sleep, now = clock.now, random = random }
    return function(request, endpoint)
        return retry.run(request, policy, { method = "GET", endpoint = endpoint })
    end
end

-- The services: name → function that makes, of a clock, random numbers and the number of calls a second, a
-- function that a request calls, which takes its time and returns whether the service did it.
local services = {}
simulation.services = services

local latency = 0.05

-- Fails while `is_down` says so; at any other time, of a hundred requests so many.
local function failing(percent, is_down)
    return function(clock, random)
        return function(endpoint)
            clock.sleep(latency)
            return random() * 100 >= percent and not (is_down and is_down(clock.now(), endpoint))
        end
    end
end

local function in_outage(now) return now >= 60 and now < 120 end

services["blips of 0.2 s"] = failing(1, function(now) return now % 10 < 0.2 end)
services["outage of 60 s"] = failing(1, in_outage)
for _, percent in ipairs { 10, 30, 50, 70 } do services[percent .. " % fail"] = failing(percent) end
services["30 % fail for 60 s"] = function(clock, random)
    local well, ill = failing(1)(clock, random), failing(30)(clock, random)
    return function(endpoint) return (in_outage(clock.now()) and ill or well)(endpoint) end
end
services["one of two out"] = failing(1, function(now, endpoint)
    return endpoint == "b" and in_outage(now)
end)

-- Does 60 % of the calls' requests and refuses the others, in each quarter of a second.
services["capacity 60 %"] = function(clock, _, rate)
    local quarter, count = -1, 0
    return function()
        clock.sleep(latency)
        local now = floor(clock.now() * 4)
        if now ~= quarter then quarter, count = now, 0 end
        count = count + 1
        return count <= 0.6 * rate / 4
    end
end

-- Does 15 % more requests than there are calls, one after the other, and none for 5 s. Callers wait for 1 s;
-- what they have given up is done all the same.
services["queue stalls 5 s"] = function(clock, _, rate)
    local free = 0
    return function()
        local now = clock.now()
        if now >= 60 and now < 65 then free = max(free, 65) end
        free = max(free, now) + 1 / (1.15 * rate)
        local takes = free - now
        clock.sleep(min(takes, 1))
        return takes <= 1
    end
end

simulation.order = {
    ways = { "no retry", "naive", "AWS standard", "gRPC A6", "Envoy", "cfs.errors" },
    services = { "blips of 0.2 s", "outage of 60 s", "one of two out", "10 % fail", "30 % fail",
        "50 % fail", "70 % fail", "capacity 60 %", "queue stalls 5 s" },
}

--- Runs it: clients, each with a call every 5 s, whatever became of the one before.
---@param way string a key of simulation.ways
---@param service string a key of simulation.services
---@param options { clients: integer, seconds: integer, each: boolean? } each: every client is a process of
--- its own
---@return { calls: integer, requests: integer, finished: integer, series: table } counts series: the
--- requests, and the finished calls, of each second from the first
function simulation.run(way, service, options)
    local clock, random = new_clock(), new_random(1)
    local serve = services[service](clock, random, options.clients / 5)
    local counts = { calls = 0, requests = 0, finished = 0, series = { requests = {}, finished = {} } }
    local shared = ways[way](clock, random)

    local function count(what)
        local series, second = counts.series[what], floor(clock.now()) + 1
        counts[what], series[second] = counts[what] + 1, (series[second] or 0) + 1
    end

    local function request(endpoint)
        count "requests"
        if serve(endpoint) then return true end
        if random() < 0.5 then return nil, "timeout" end
        return nil, errors.ServiceUnavailable()
    end

    for client = 1, options.clients do
        local call = options.each and ways[way](clock, random) or shared
        local start, endpoint = random() * 5, client % 2 == 0 and "a" or "b"
        for number = 0, options.seconds / 5 - 1 do
            clock.at(start + number * 5, function()
                counts.calls = counts.calls + 1
                if call(function() return request(endpoint) end, endpoint) then count "finished" end
            end)
        end
    end
    clock.run()
    return counts
end

return simulation
