--- Repeats calls as their errors advise, without making an outage worse.
---
---     local retry = require "cfs.errors.retry"
---     local patient = retry.policy { attempts = 5, deadline = 30 }
---
---     local instance, err, attempts, why = retry.run(function(attempt, advice)
---         return client:describe(id, advice and advice.clock_offset)
---     end, patient, { method = "GET" })

local advice = require "cfs.errors.retry.advice"
local budget = require "cfs.errors.retry.budget"
local kept = require "cfs.errors.object.kept"
local make_of = require("cfs.errors.object.make").of
local misuse = require "cfs.errors.base.misuse"
local receive = require "cfs.errors.wire.receive"
local text = require "cfs.errors.base.text"

local format, max, min = string.format, math.max, math.min
local unpack = table.unpack or unpack -- luacheck: std max

local retry = {}

local policy_metatable = { __tostring = text.fields }

-- The fields of a policy: field → type; what its numbers must be at least; and the fields of a call.
local policy_types = { attempts = "number", base = "number", throttled_base = "number", cap = "number",
    deadline = "number", tokens = "number", on_retry = "function", poll = "function", reread = "function",
    sleep = "function", now = "function", random = "function" }
local leasts = { attempts = 1, base = 0, throttled_base = 0, cap = 0, deadline = 0, tokens = 0 }
local call_types = { method = "string", client_token = "string", replayable = "boolean", endpoint = "string" }

-- The buckets of the process's default policy, which all policies share that were made of a plain table.
local shared = budget.settle({}, budget.tokens)

-- The actions for which a policy must have a function, under the same name; and the words of a kind's `retry`
-- by which the service, and not the call, is at fault.
local by_function = { poll = true, reread = true }
local is_service_failing = { backoff = true, throttle = true, same_token = true }

-- The run whose function a coroutine is running: coroutine → run. `main` stands for the program itself,
-- which is no coroutine in Lua 5.1.
local running, main = setmetatable({}, { __mode = "kv" }), {}

-- A policy of an argument of a public function, whose caller is blamed if the table is wrong. The functions
-- of OpenResty are looked up here, as the worker may have begun since the module was loaded.
local function make(position, caller, given)
    local fields, wrong = misuse.read("field", given == nil and {} or given, policy_types, leasts)
    local nginx = package.loaded.ngx or {}
    local policy = { sleep = nginx.sleep, now = nginx.now or os.time, random = math.random,
        tokens = budget.tokens }
    for name, value in pairs(advice.defaults) do policy[name] = value end
    for name, value in pairs(fields or {}) do policy[name] = value end
    if not policy.sleep and not wrong then
        wrong = "field 'sleep' is missing: Lua has no function that waits, so give one"
    end
    if wrong then misuse.argument(position, caller, wrong, 3) end
    return setmetatable(budget.settle(policy, policy.tokens), policy_metatable)
end

--- Makes a policy, which says how calls are repeated and has a bucket of tokens for each endpoint. Make it
--- once for a whole process. Raises if a field is unknown, missing or wrong.
---
--- Fields, optional except `sleep` outside of OpenResty: `attempts` in all (3); `base`, the longest pause
--- before the second, which doubles with each (0.1 s), and `throttled_base` if the service throttles (1 s);
--- `cap`, the longest of all, also of those that the service asks for (20 s); `deadline`, in seconds from
--- the first attempt, after which none begins; `tokens`, the size of a bucket (500); `sleep(seconds)`;
--- `now()`, the Unix time; `random()`, a number from 0 to 1; `on_retry(err, advice, attempt)`, called before
--- each pause; `poll(err, advice)` and `reread(err, advice)`, called if a state must change or a resource be
--- read first: the call is repeated if they return a true value.
---@param fields table?
---@return table policy
function retry.policy(fields)
    local policy = make(1, "policy", fields) -- no tail call: an error blames the caller of this
    return policy
end

local function clock(policy)
    local now = policy.now()
    if type(now) == "number" and now == now then return now end
    error("the policy's function 'now' must give a number, got " .. (now ~= now and "nan" or type(now)), 0)
end

--- How long the attempt has taken in whose function this is called; nil outside of one. It is never too
--- short; below 0, the clock was set back. A clock of whole seconds may have lost one. nginx' clock stands
--- still while the program waits without nginx, and so may any that a caller gives.
function receive.elapsed()
    local run, nginx = running[coroutine.running() or main], package.loaded.ngx
    if not run then return nil end
    if nginx and nginx.update_time then nginx.update_time() end
    local now, system = clock(run.policy), os.time() - run.system
    local passed = now - run.began
    if passed >= 0 and now % 1 == 0 and run.began % 1 == 0 then passed = passed + 1 end
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
    local handler = policy[action]
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

--- Calls a function until it succeeds or its error advises against another attempt.
---
--- The function gets the number of the attempt and, from the second on, the advice that led to it:
--- `advice.clock_offset` to sign by, `advice.client_token` to send again. The function fails by raising an
--- error of the library or a kind, by returning nil and one, or by returning nil and the reason of an HTTP
--- client that got no response, "timeout", after which a table may say `sent`: see errors.from_response.
--- Any other value that it raises is raised again as it is; any other values that it returns are returned.
--- Raises a sentence if an argument is wrong.
---
---     local instance, err, attempts, why = retry.run(create, policy,
---         { method = "POST", client_token = token })
---
--- The call tells `method`, `client_token`, `replayable` (false: its body cannot be sent again), and
--- `endpoint`, a host or a name, whose bucket is used. Without a method, it is taken for one that may be
--- repeated. What a run inside the function gave up, in the same coroutine, is not repeated.
---@param f fun(attempt: integer, advice: cfs.advice?): any
---@param policy table? what retry.policy returned; or a table of its fields, with the buckets of the
--- default policy
---@param call { method: string?, client_token: string?, replayable: boolean?, endpoint: string? }?
---@return any ... what the function returns; or nil, and
---@return cfs.error? err the last error
---@return integer? attempts how many attempts were made
---@return string? why there was no further attempt, a sentence
function retry.run(f, policy, call)
    misuse.expect(1, "run", f, "function")
    local home = getmetatable(policy) == policy_metatable and policy or shared
    if home == shared then policy = make(2, "run", policy) end
    local known, wrong = misuse.read("field", call == nil and {} or call, call_types)
    if wrong then misuse.argument(3, "run", wrong) end
    call = known
    local began = clock(policy)
    local bucket = budget.bucket(home, call.endpoint, began)
    local run = { policy = policy, call = call, bucket = bucket, spent = 0,
        ends = policy.deadline and began + policy.deadline }
    call.attempt, call.attempts, call.cap, call.resigned = 1, policy.attempts, policy.cap, false
    local advised, why, is_counted
    while true do
        local results, err = attempt(run, f, advised)
        if not err then
            local is_success = results[2] or results[3] == nil
            if is_success then budget.succeed(bucket, run.spent, clock(policy)) end
            return unpack(results, 2, results.n)
        end
        if run.inner then return give_up(run, err, run.inner) end
        if is_service_failing[err.retry] then
            if not is_counted then bucket.failures, is_counted = bucket.failures + 1, true end
        elseif kept.get(err, "origin") ~= "transport" then
            bucket.failures, bucket.succeeded = 0, clock(policy) -- a service that works responded
        end
        advised, why = prepare(run, err)
        if why then return give_up(run, err, why) end
        call.attempt = call.attempt + 1
    end
end

return retry
