--- Repeats calls as their errors advise, without making an outage worse.
---
---     local retry = require "cfs.errors.retry"
---     local patient = retry.policy { attempts = 5, deadline = 30 }
---
---     local instance, err, attempts, why = retry.run(function(attempt, advice)
---         return client:describe(id, advice and advice.clock_offset)
---     end, patient, { method = "GET" })

local advice = require "cfs.errors.retry.advice"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local known_reason = require("cfs.errors.wire.receive").known_reason
local misuse = require "cfs.errors.base.misuse"
local text = require "cfs.errors.base.text"

local error, format, getmetatable, max, min, pcall, select, setmetatable =
    error, string.format, getmetatable, math.max, math.min, pcall, select, setmetatable
local unpack = table.unpack or unpack -- luacheck: std max

local retry = {}

local policy_metatable = { __name = "cfs.retry.policy", __tostring = text.fields }

-- The fields of a policy: field → type.
local policy_types = {
    attempts = "number", base = "number", throttled_base = "number", cap = "number", deadline = "number",
    tokens = "number",
    on_retry = "function", poll = "function", reread = "function",
    sleep = "function", now = "function", random = "function",
}

-- What its numbers must be at least.
local leasts = { attempts = 1, base = 0, throttled_base = 0, cap = 0, deadline = 0, tokens = 0 }

-- The fields of a call: field → type.
local call_types = { method = "string", client_token = "string", replayable = "boolean" }

-- The actions for which a policy must have a function, under the same name.
local by_function = { poll = true, reread = true }

local default_tokens = 500

-- What a repetition takes out of the bucket, and a success puts into it.
local cost, throttled_cost, refund = 5, 10, 1

-- A bucket alone does not restrain a client that makes few calls: in an outage it has tokens for all of
-- them. So what became of the last calls counts, too: one at which the service fails adds 1 to
-- `policy.failures`, up to `most`; a success takes 2 away. From `too_many` on, nothing is repeated.
local too_many, most, forgiven = 4, 5, 2

-- The words of a kind's `retry` by which the service, and not the call, is at fault.
local is_service_failing = { backoff = true, throttle = true, same_token = true }


-- The functions of OpenResty for a policy. They are looked up when a policy is made, as the worker may have
-- begun since the module was loaded.
local function clock()
    local nginx = package.loaded.ngx or {}
    return nginx.sleep, nginx.now or os.time
end


-- A policy; or nil and what is wrong with the table.
local function make(given)
    local fields, wrong = misuse.read("field", given, policy_types, leasts)
    if not fields then return nil, wrong end
    local sleep, now = clock()
    local policy = { sleep = sleep, now = now, random = math.random, tokens = default_tokens }
    for name, value in pairs(advice.defaults) do policy[name] = value end
    for name, value in pairs(fields) do policy[name] = value end
    if not policy.sleep then
        return nil, "field 'sleep' is missing: Lua has no function that waits, so give one"
    end
    policy.capacity, policy.failures = policy.tokens, 0
    return setmetatable(policy, policy_metatable)
end


--- Makes a policy, which says how calls are repeated and has one bucket of tokens for all of them. Make it
--- once for a whole process. Raises if a field is unknown, missing or wrong.
---
--- Fields, optional except `sleep`:
---
--- - `attempts`, how often a call is made in all: 3
--- - `base`, the longest pause before the second attempt, in seconds: 0.1. The longest pause doubles with
---   each attempt; the pause itself is drawn between 0 and the longest
--- - `throttled_base`, the same if the service throttles: 1
--- - `cap`, the longest pause of all, in seconds: 20. If the service asks for a longer one, the call is not
---   repeated
--- - `deadline`, in seconds from the first attempt: no attempt begins after it
--- - `tokens`, the size of the bucket: 500. A repetition takes 5 out of it, a throttled one 10, a success
---   puts 1 in. `policy.tokens` is what is left. Once the service has failed four calls in a row, nothing is
---   repeated, whatever is in the bucket; a success makes up for two failures.
--- - `on_retry(err, advice, attempt)`, called before each pause, whose length is `advice.delay`
--- - `poll(err, advice)`, called if the state of a resource must change first; the call is repeated
---   if it returns a true value. Without `poll`, such a call is not repeated.
--- - `reread(err, advice)`, the same if a resource must be read again
--- - `sleep(seconds)`, which must be given outside of OpenResty; there it is ngx.sleep
--- - `now()`, the Unix time: by default nginx's, or os.time
--- - `random()`, a number from 0 to 1, others are clamped: by default math.random, which the program seeds
---@param fields table?
---@return table policy
function retry.policy(fields)
    local policy, wrong = make(fields == nil and {} or fields)
    if not policy then misuse.argument(1, "policy", wrong) end
    return policy
end


-- The policies made of plain tables: table → policy.
local made = setmetatable({}, { __mode = "k" })

-- Stands for "no policy given" as a key of `made`.
local no_fields = {}


local function resolve(given)
    if given == nil then given = no_fields end
    if getmetatable(given) == policy_metatable then return given end
    local policy, wrong = made[given], nil
    if not policy then
        policy, wrong = make(given)
        if policy then made[given] = policy end
    end
    return policy, wrong
end


-- The error that an attempt ended in: an error of the library, returned after nil or false, or raised; or
-- that of a reason that HTTP clients return after nil or false. Any other raised value is raised again as
-- it is.
local function failure(good, value, err, told)
    if good then
        if value then return nil end
        return kind_of(err) and err or known_reason(err, told)
    end
    if not kind_of(value) then error(value, 0) end
    return value
end


-- Why the deadline forbids to repeat the call after the pause; nil if it does not.
local function lateness(policy, ends, now, pause)
    if not ends or now + pause < ends then return nil end
    if now >= ends then return format("the deadline of %g s has passed", policy.deadline) end
    return format("the pause of %.1f s would end after the deadline of %g s", pause, policy.deadline)
end


-- A number from 0 to 1, whatever `random` gives. What is no number counts as 1, the longest pause.
local function share(random)
    local drawn = random()
    return type(drawn) == "number" and drawn == drawn and min(max(drawn, 0), 1) or 1
end


-- Prepares to repeat a call as it was advised. Returns nil, or why the call must not be repeated. The
-- tokens are taken before a function of the policy is called, as another call may run while that yields.
local function prepare(policy, err, advised, about, ends)
    local action, attempt = advised.action, about.attempt
    if action == "never" then return advised.why end
    local handler = by_function[action] and policy[action]
    if by_function[action] and not handler then
        return format("%s; this policy has no function '%s'", advised.why, action)
    end
    local price = action == "throttle" and throttled_cost or cost
    if policy.tokens < price or policy.failures >= too_many then
        return "too many calls had to be repeated lately; more would make an outage worse"
    end
    policy.tokens = policy.tokens - price
    local drawn = handler and 0 or share(policy.random) * advice.pause(action, attempt, policy)
    advised.delay = handler and 0 or min((advised.retry_after or 0) + drawn, policy.cap)
    local late = lateness(policy, ends, about.now, advised.delay)
    if late then
        policy.tokens = min(policy.tokens + price, policy.capacity)
        return late
    end
    if policy.on_retry then policy.on_retry(err, advised, attempt) end
    if advised.delay > 0 then policy.sleep(advised.delay) end
    if handler and not handler(err, advised) then
        return format("%s; '%s' said no", advised.why, action)
    end
    return ends and lateness(policy, ends, policy.now(), 0) -- handlers, too, take time
end


local function pack(...)
    return { n = select("#", ...), ... }
end


local function run(f, policy, call)
    local about = {
        method = call.method, client_token = call.client_token, replayable = call.replayable,
        attempts = policy.attempts, cap = policy.cap, attempt = 1, resigned = false,
    }
    local ends, advised, is_counted = policy.deadline and policy.now() + policy.deadline, nil, false
    while true do
        local results = pack(pcall(f, about.attempt, advised))
        local err = failure(unpack(results, 1, results.n))
        if not err then
            local failed_otherwise = not results[2] and results[3] ~= nil
            if not failed_otherwise then
                policy.tokens = min(policy.tokens + refund, policy.capacity)
                policy.failures = max(policy.failures - forgiven, 0)
            end
            return unpack(results, 2, results.n)
        end
        if is_service_failing[err.retry] and not is_counted then
            policy.failures, is_counted = min(policy.failures + 1, most), true
        end
        local offset = about.resigned and advised.clock_offset
        about.now = policy.now()
        advised = advice.advise(err, about)
        advised.clock_offset = advised.clock_offset or offset or nil -- once signed by, it goes on
        about.resigned = about.resigned or advised.action == "resign"
        local why = prepare(policy, err, advised, about, ends)
        if why then return nil, err, about.attempt, why end
        about.attempt = about.attempt + 1
    end
end


--- Calls a function until it succeeds or its error advises against another attempt.
---
--- The function gets the number of the attempt and, from the second on, the advice that led to it:
--- `advice.clock_offset` to sign by, `advice.client_token` to send again. The function fails by raising an
--- error of the library, by returning nil and such an error, or by returning nil and the reason of an HTTP
--- client that got no response, "timeout", after which a table may say `sent`: see errors.from_response.
--- Any other value that it raises is raised again as it is; any other values that it returns are returned.
--- Raises a sentence if an argument is wrong.
---
---     local instance, err, attempts, why = retry.run(create, policy,
---         { method = "POST", client_token = token })
---
--- The call tells `method`, `client_token` and `replayable` (false: its body cannot be sent again).
--- Without a method, it is taken for one that may be repeated.
---@param f fun(attempt: integer, advice: cfs.advice?): any
---@param policy table? what retry.policy returned; or a table of its fields, which is kept and not changed
---@param call { method: string?, client_token: string?, replayable: boolean? }?
---@return any ... what the function returns; or nil, and
---@return cfs.error? err the last error
---@return integer? attempts how many attempts were made
---@return string? why there was no further attempt, a sentence
function retry.run(f, policy, call)
    misuse.expect(1, "run", f, "function")
    local resolved, wrong = resolve(policy)
    if not resolved then misuse.argument(2, "run", wrong) end
    local known
    known, wrong = misuse.read("field", call == nil and {} or call, call_types)
    if not known then misuse.argument(3, "run", wrong) end
    return run(f, resolved, known)
end


return retry
