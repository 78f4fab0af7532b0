--- The attempts of a call, and the pauses between them.

local advice = require "cfs.errors.retry.advice"
local budget = require "cfs.errors.retry.budget"
local kept = require "cfs.errors.object.kept"
local make_of = require("cfs.errors.object.make").of
local receive = require "cfs.errors.wire.receive"
local text = require "cfs.errors.base.text"

local format, max, min = string.format, math.max, math.min
local unpack = table.unpack or unpack -- luacheck: std max

-- The actions for which a policy must have a function, under the same name; and the words of a kind's `retry`
-- by which the service, and not the call, is at fault.
local by_function = { poll = true, reread = true }
local is_service_failing = { backoff = true, throttle = true, same_token = true }

-- The run whose function a coroutine is running: coroutine → run. `main` stands for the program itself,
-- which is no coroutine in Lua 5.1.
local running, main = setmetatable({}, { __mode = "kv" }), {}


local function clock(policy)
    local now = policy.now()
    if type(now) == "number" and now == now then return now end
    error("the policy's function 'now' must give a number, got " .. (now ~= now and "nan" or type(now)), 0)
end


--- How long the attempt has taken in whose function this is called; nil outside of one. Errors that are made
--- there are judged by it, as a refusal at once proves that nothing was sent. It is never too short; below 0,
--- the clock was set back. A clock of whole seconds may have lost one. nginx' clock stands still while the
--- program waits without nginx, and so may any that a caller gives.
function receive.elapsed()
    local run, nginx = running[coroutine.running() or main], package.loaded.ngx
    if not run then return nil end
    if nginx and nginx.update_time then nginx.update_time() end
    local now, system = clock(run.policy), os.time() - run.system
    local passed = now - run.began
    if passed > 0 and now % 1 == 0 and run.began % 1 == 0 then passed = passed + 1 end
    return system > 1 and max(passed, system) or passed
end


local function pack(...) return { n = select("#", ...), ... } end


-- Calls the function once. Returns what pcall returned, and the error that it ended in, if it failed: an
-- error of the library or a kind, raised or returned, alone or after nil or false; or that of a reason that
-- HTTP clients return after nil or false. Any other raised value is raised again as it is.
local function attempt(run, f, advised)
    local thread = coroutine.running() or main
    local outer = running[thread]
    run.began, run.system, run.inner = clock(run.policy), os.time(), nil
    running[thread] = run
    local results = pack(pcall(f, run.call.attempt, advised))
    local good, value, reason = results[1], results[2], results[3]
    local err = make_of(value)
        or good and not value and (make_of(reason) or receive.known_reason(reason, results[4]))
    running[thread] = outer
    if not err and not good then error(value, 0) end
    return results, err
end


-- Ends the run. If the service is at fault, the runs around it end as well: in this coroutine, and in those
-- that resumed it.
local function give_up(run, err, why)
    local current = coroutine.running() or main
    for thread, outer in next, is_service_failing[err.retry] and running or {} do
        local is_outer = thread == current or thread == main or coroutine.status(thread) == "normal"
        if is_outer then outer.inner = why end
    end
    return nil, err, run.call.attempt, why
end


-- Why the deadline forbids to repeat the call after the pause; nil if it does not.
local function lateness(run, pause)
    local now = run.ends and clock(run.policy)
    if not now or now + pause < run.ends then return nil end
    local deadline = "the deadline of " .. text.number(run.policy.deadline, "%g") .. " s"
    if now >= run.ends then return deadline .. " has passed" end
    return "the pause of " .. text.number(pause, "%.1f") .. " s would end after " .. deadline
end


-- Waits as long as it was advised, or until the policy's function says so. Returns why the call must not be
-- repeated after that; nil if it may be. What the functions make of the advice has no effect here.
local function wait(run, err, advised)
    local policy, action, why, delay = run.policy, advised.action, advised.why, 0
    local handler = by_function[action] and policy[action]
    if not handler then
        local drawn = policy.random()
        local share = type(drawn) == "number" and drawn == drawn and min(max(drawn, 0), 1) or 1
        delay = share * advice.pause(action, run.call.attempt, policy)
        delay = min((advised.retry_after or 0) + delay, policy.cap)
    end
    advised.delay = delay
    local late = lateness(run, delay)
    if policy.on_retry and not late then
        policy.on_retry(err, advised, run.call.attempt)
        late = lateness(run, delay)
    end
    if late then return late end
    if delay > 0 then policy.sleep(delay) end
    if handler and not handler(err, advised) then return format("%s; '%s' said no", why, action) end
    return lateness(run, 0) -- handlers, too, take time
end


-- Prepares to repeat a call after an error. Returns the advice, and why the call must not be repeated, if
-- it must not. The tokens are taken after the pause, for an attempt that begins at once: what ends a pause,
-- even a thread that is killed in it, has nothing to give back.
local function prepare(run, err)
    local call, policy, bucket = run.call, run.policy, run.bucket
    call.now = clock(policy)
    local advised = advice.advise(err, call)
    local action = advised.action
    advised.clock_offset = advised.clock_offset or run.offset -- once signed by, it goes on
    call.resigned = call.resigned or action == "resign"
    if call.resigned then run.offset = advised.clock_offset end
    if action == "never" then return advised, advised.why end
    if by_function[action] and not policy[action] then
        return advised, format("%s; this policy has no function '%s'", advised.why, action)
    end
    local price = action == "throttle" and budget.throttled_cost or budget.cost
    local why = budget.refusal(bucket, price, policy.capacity, call.now, call.attempt)
        or wait(run, err, advised) or budget.lack(bucket, price, policy.capacity)
    if not why then bucket.tokens, run.spent = bucket.tokens - price, run.spent + price end
    return advised, why
end


--- Calls a function until it succeeds or must not be repeated: see retry.run. The home's buckets are used.
return function(f, policy, home, call)
    local began = clock(policy)
    local bucket = budget.bucket(home, call.endpoint, began)
    local run = { policy = policy, call = call, bucket = bucket, spent = 0,
        ends = policy.deadline and began + policy.deadline }
    call.attempt, call.attempts, call.cap, call.resigned = 1, policy.attempts, policy.cap, false
    local advised, why, is_counted
    while true do
        local results, err = attempt(run, f, advised)
        if not err then
            local failed_otherwise = not results[2] and results[3] ~= nil
            if not failed_otherwise then budget.succeed(bucket, run.spent, clock(policy)) end
            return unpack(results, 2, results.n)
        end
        if run.inner then return give_up(run, err, run.inner) end
        if is_service_failing[err.retry] then
            if not is_counted then bucket.failures, is_counted = bucket.failures + 1, true end
        elseif kept.get(err, "origin") ~= "transport" and not kept.get(err, "traceback") then
            bucket.failures, bucket.succeeded = 0, clock(policy) -- a service that works responded
        end
        advised, why = prepare(run, err)
        if why then return give_up(run, err, why) end
        call.attempt = call.attempt + 1
    end
end
