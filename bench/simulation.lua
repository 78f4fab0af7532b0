-- Many clients against a service that fails for a while, on virtual time: a second of it takes no
-- time at all, and each run of it is the same. While it fails, some calls get a response that says so, and
-- some get none.

local errors = require "cfs.errors"
local retry = require "cfs.errors.retry"

local simulation = {}

-- Of virtual time, to a second.
local ticks = 1000


-- Numbers from 0 to 1 that are the same on every Lua: Park and Miller's minimal standard.
local function new_random(seed)
    return function()
        seed = seed * 16807 % 2147483647
        return (seed - 1) / 2147483646
    end
end


-- Runs tasks, each at its tick. A task that yields a number sleeps for as many seconds.
local function new_clock()
    local clock, due, now = {}, {}, 0

    local function add(tick, task)
        due[tick] = due[tick] or {}
        table.insert(due[tick], task)
    end

    function clock.now() return now / ticks end

    function clock.at(seconds, f) add(math.ceil(seconds * ticks), coroutine.create(f)) end

    clock.sleep = coroutine.yield

    function clock.run(seconds)
        for tick = 0, seconds * ticks do
            now = tick
            local tasks, index = due[tick] or {}, 1
            while tasks[index] do -- a pause of none adds to the end
                local good, pause = coroutine.resume(tasks[index])
                if not good then error(pause, 0) end
                if pause then add(tick + math.ceil(pause * ticks), tasks[index]) end
                index = index + 1
            end
            due[tick] = nil
        end
    end

    return clock
end


-- The ways to call: name → function that makes, for a clock, the function by which a client calls.
simulation.ways = {}

simulation.ways["no retry"] = function()
    return function(_, request) return request() end
end

simulation.ways["naive"] = function()
    return function(_, request)
        local result, err
        for _ = 1, 3 do
            result, err = request()
            if result or errors.is(err) and err.status < 500 then break end
        end
        return result, err
    end
end

local function new_policy(clock, random)
    return retry.policy { sleep = clock.sleep, now = clock.now, random = random }
end

simulation.ways["cfs.errors.retry"] = function(clock, random)
    local policy = new_policy(clock, random)
    return function(_, request) return retry.run(request, policy, { method = "GET" }) end
end

simulation.ways["a policy for each"] = function(clock, random)
    local policies = {}
    return function(client, request)
        policies[client] = policies[client] or new_policy(clock, random)
        return retry.run(request, policies[client], { method = "GET" })
    end
end


---@class setting
---@field clients integer
---@field interval number seconds from one call of a client to its next, whatever became of it
---@field seconds integer how long there are calls
---@field outage { [1]: number, [2]: number } from when to when every request fails
---@field background number the part of the requests that fails at any other time
---@field seed integer


--- Runs it, one way.
---@param way string a key of simulation.ways
---@param setting setting
---@return { calls: integer, requests: integer, finished: integer, load: number, series: integer[] } counts
--- load: the requests sent for each call, during the outage; series: the requests of each second, from the
--- first
function simulation.run(way, setting)
    local clock, random = new_clock(), new_random(setting.seed)
    local call = simulation.ways[way](clock, random)
    local failures = { errors.ServiceUnavailable(), errors.from_response { status = 502, body = "<html>" },
        "connection refused", "timeout" }
    local counts = { calls = 0, requests = 0, finished = 0, series = {} }
    local during = { calls = 0, requests = 0 }

    local function in_outage()
        return clock.now() >= setting.outage[1] and clock.now() < setting.outage[2]
    end

    local function count(what)
        counts[what] = counts[what] + 1
        if in_outage() then during[what] = during[what] + 1 end
    end

    local function request()
        count("requests")
        local second = math.floor(clock.now()) + 1
        counts.series[second] = (counts.series[second] or 0) + 1
        if in_outage() or random() < setting.background then
            return nil, failures[math.ceil(random() * #failures)] or failures[1]
        end
        return true
    end

    for client = 1, setting.clients do
        local start = random() * setting.interval
        for number = 0, setting.seconds / setting.interval - 1 do
            clock.at(start + number * setting.interval, function()
                count("calls")
                if call(client, request) then counts.finished = counts.finished + 1 end
            end)
        end
    end
    clock.run(setting.seconds + 60)
    counts.load = during.requests / during.calls
    return counts
end


return simulation
