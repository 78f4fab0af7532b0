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
local misuse = require "cfs.errors.base.misuse"
local run = require "cfs.errors.retry.run"
local text = require "cfs.errors.base.text"

local retry = {}

local policy_metatable = { __name = "cfs.retry.policy", __tostring = text.fields }

-- The fields of a policy: field → type; and what its numbers must be at least.
local policy_types = {
    attempts = "number", base = "number", throttled_base = "number", cap = "number", deadline = "number",
    tokens = "number", on_retry = "function", poll = "function", reread = "function", sleep = "function",
    now = "function", random = "function",
}
local leasts = { attempts = 1, base = 0, throttled_base = 0, cap = 0, deadline = 0, tokens = 0 }

-- The fields of a call: field → type.
local call_types = { method = "string", client_token = "string", replayable = "boolean", endpoint = "string" }

-- The buckets of the process's default policy, which all policies share that were made of a plain table.
local shared = budget.settle({}, budget.tokens)


-- A policy; or nil and what is wrong with the table. The functions of OpenResty are looked up here, as the
-- worker may have begun since the module was loaded.
local function make(given)
    local fields, wrong = misuse.read("field", given == nil and {} or given, policy_types, leasts)
    if not fields then return nil, wrong end
    local nginx = package.loaded.ngx or {}
    local policy = { sleep = nginx.sleep, now = nginx.now or os.time, random = math.random,
        tokens = budget.tokens }
    for name, value in pairs(advice.defaults) do policy[name] = value end
    for name, value in pairs(fields) do policy[name] = value end
    if policy.sleep then return setmetatable(budget.settle(policy, policy.tokens), policy_metatable) end
    return nil, "field 'sleep' is missing: Lua has no function that waits, so give one"
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
    local policy, wrong = make(fields)
    if not policy then misuse.argument(1, "policy", wrong) end
    return policy
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
    local resolved, wrong = home, nil
    if home == shared then resolved, wrong = make(policy) end
    if wrong then misuse.argument(2, "run", wrong) end
    call, wrong = misuse.read("field", call == nil and {} or call, call_types)
    if wrong then misuse.argument(3, "run", wrong) end
    return run(f, resolved, home, call)
end


return retry
