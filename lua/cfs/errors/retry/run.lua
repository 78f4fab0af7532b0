--- The attempts of a call, and the pauses between them.

local advice = require "cfs.errors.retry.advice"
local budget = require "cfs.errors.retry.budget"
local kept = require "cfs.errors.object.kept"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local receive = require "cfs.errors.wire.receive"
local text = require "cfs.errors.base.text"

local coroutine, os_time, rawget, setmetatable = coroutine, os.time, rawget, setmetatable
local error, format, max, min, pairs, pcall, select, type =
    error, string.format, math.max, math.min, pairs, pcall, select, type
local unpack = table.unpack or unpack -- luacheck: std max

-- The actions for which a policy must have a function, under the same name.
local by_function = { poll = true, reread = true }

-- The words of a kind's `retry` by which the service, and not the call, is at fault.
local is_service_failing = { backoff = true, throttle = true, same_token = true }

-- The run whose function a coroutine is running: coroutine → run. `main` stands for the program itself,
-- which is no coroutine in Lua 5.1.
local running, main = setmetatable({}, { __mode = "k" }), {}

-- The errors that attempts ended in → the word "seen", or, if a run gave up on one that was new to it,
-- { time =, why = }. The time is a number that grows with each attempt.
local marks, time = setmetatable({}, { __mode = "k" }), 0


local function current_thread() return coroutine.running() or main end


-- The seconds since an attempt began, never too few; below 0 if the clock was set back. A clock of whole
-- seconds may have lost one. nginx' clock stands still while the program waits without nginx, and so may any
-- that a caller gives.
local function elapsed(run)
    local nginx = package.loaded.ngx
    if nginx and nginx.update_time then nginx.update_time() end
    local now, system = run.policy.now(), os_time() - run.system
    local passed = now - run.began
    if passed > 0 and now % 1 == 0 and run.began % 1 == 0 then passed = passed + 1 end
    return system > 1 and max(passed, system) or passed
end


--- How long the attempt has taken in whose function this is called; nil outside of one. Errors that are made
--- there are judged by it, as a refusal at once proves that nothing was sent.
function receive.elapsed()
    local run = running[current_thread()]
    return run and elapsed(run)
end


-- The error that an attempt ended in: an error of the library, returned after nil or false, or raised; or
-- that of a reason that HTTP clients return after nil or false.
local function failure(good, value, err, told)
    if not good then return kind_of(value) and value end
    if value then return nil end
    return kind_of(err) and err or receive.known_reason(err, told)
end


local function pack(...) return { n = select("#", ...), ... } end


-- Calls the function once. Returns what pcall returned, and the error, if it failed. Any other raised value
-- is raised again as it is.
local function attempt(run, f, advised)
    local thread = current_thread()
    local outer = running[thread]
    time = time + 1
    run.time, run.began, run.system, run.inner = time, run.policy.now(), os_time(), nil
    running[thread] = run
    local results = pack(pcall(f, run.about.attempt, advised))
    local err = failure(unpack(results, 1, results.n))
    running[thread] = outer
    if not err and not results[1] then error(results[2], 0) end
    run.is_new = err and not marks[err]
    if run.is_new then marks[err] = "seen" end
    return results, err
end


-- Why a run inside this attempt gave up; nil if none did. It may have run in another light thread of nginx:
-- then the error tells, or what caused the error.
local function inner_reason(run, err)
    if run.inner then return run.inner end
    for _ = 1, 10 do
        local mark = marks[err]
        if type(mark) == "table" and mark.time > run.time then return mark.why end
        err = kept.cause(err)
        if not kind_of(err) then return nil end
    end
end


-- Tells the runs around this one that it gave up: those of this coroutine and, outside of nginx, of those
-- that resumed it; by a mark any other. An error that came before is a constant, and tells nothing.
local function give_up(run, err, why)
    if run.is_new and not by_function[err.retry] then marks[err] = { time = time, why = why } end
    local thread = current_thread()
    local outers = package.loaded.ngx and { [thread] = running[thread] } or running
    for other, outer in pairs(is_service_failing[err.retry] and outers or {}) do
        if other == thread or other == main or coroutine.status(other) == "normal" then outer.inner = why end
    end
    return nil, err, run.about.attempt, why
end


-- Why the deadline forbids to repeat the call after the pause; nil if it does not.
local function lateness(run, now, pause)
    if not run.ends or now + pause < run.ends then return nil end
    local deadline = "the deadline of " .. text.number(run.policy.deadline, "%g") .. " s"
    if now >= run.ends then return deadline .. " has passed" end
    return "the pause of " .. text.number(pause, "%.1f") .. " s would end after " .. deadline
end


-- A number from 0 to 1, whatever `random` gives. What is no number counts as 1, the longest pause.
local function share(random)
    local drawn = random()
    return type(drawn) == "number" and drawn == drawn and min(max(drawn, 0), 1) or 1
end


-- Waits as long as it was advised, or until the policy's function says so. Returns why the call must not be
-- repeated after that; nil if it may be. What the functions make of the advice has no effect here.
local function wait(run, err, advised)
    local policy, action, why, delay = run.policy, advised.action, advised.why, 0
    local handler, longest = by_function[action] and policy[action], advised.retry_after or 0
    if not handler then
        delay = share(policy.random) * advice.pause(action, run.about.attempt, policy)
        delay = min(longest + delay, policy.cap)
    end
    advised.delay = delay
    local late = lateness(run, run.about.now, delay)
    if late then return late end
    if policy.on_retry then
        policy.on_retry(err, advised, run.about.attempt)
        late = run.ends and lateness(run, policy.now(), delay)
        if late then return late end
    end
    if delay > 0 then policy.sleep(delay) end
    if handler and not handler(err, advised) then return format("%s; '%s' said no", why, action) end
    return run.ends and lateness(run, policy.now(), 0) or nil -- handlers, too, take time
end


-- Lua 5.1 cannot yield across its pcall: there, what a function raises passes, and the collector gives the
-- tokens back.
local function pass(f, ...) return true, f(...) end

local protect = _VERSION == "Lua 5.1" and not rawget(_G, "jit") and pass or pcall


-- Prepares to repeat a call as it was advised. Returns nil, or why the call must not be repeated. The tokens
-- are taken before a function of the policy is called, as another call may run while that yields, and given
-- back if no repetition comes of it.
local function prepare(run, err, advised)
    local action, policy = advised.action, run.policy
    if action == "never" then return advised.why end
    if by_function[action] and not policy[action] then
        return format("%s; this policy has no function '%s'", advised.why, action)
    end
    local now, attempt_made = run.about.now, run.about.attempt
    local taken, why = budget.take(run.bucket, action == "throttle", policy.capacity, now, attempt_made)
    if not taken then return why end
    local good
    good, why = protect(wait, run, err, advised)
    if good and not why then
        run.spent = run.spent + budget.spend(taken)
        return nil
    end
    budget.give_back(taken)
    if not good then error(why, 0) end
    return why
end


-- The advice on an error, and when it came.
local function advise(run, err)
    local about = run.about
    about.now = run.policy.now()
    local advised = advice.advise(err, about)
    advised.clock_offset = advised.clock_offset or run.offset -- once signed by, it goes on
    if advised.action == "resign" then about.resigned = true end
    if about.resigned then run.offset = advised.clock_offset end
    return advised
end


--- Calls a function until it succeeds or must not be repeated: see retry.run. The home's buckets are used.
return function(f, policy, home, call)
    local began = policy.now()
    local run = {
        policy = policy, bucket = budget.bucket(home, call.endpoint, began), spent = 0,
        ends = policy.deadline and began + policy.deadline,
        about = { method = call.method, client_token = call.client_token, replayable = call.replayable,
            attempts = policy.attempts, cap = policy.cap, attempt = 1, resigned = false },
    }
    local advised, is_counted
    while true do
        local results, err = attempt(run, f, advised)
        if not err then
            local failed_otherwise = not results[2] and results[3] ~= nil
            if not failed_otherwise then budget.succeed(run.bucket, run.spent, policy.now()) end
            return unpack(results, 2, results.n)
        end
        local inner = inner_reason(run, err)
        if inner then return give_up(run, err, inner) end
        if is_service_failing[err.retry] and not is_counted then
            run.bucket.failures, is_counted = run.bucket.failures + 1, true
        end
        advised = advise(run, err)
        local why = prepare(run, err, advised)
        if why then return give_up(run, err, why) end
        run.about.attempt = run.about.attempt + 1
    end
end
