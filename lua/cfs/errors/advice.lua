--- Advice: what may be done with a call after its error, and why.

local arguments = require "cfs.errors.arguments"
local headers = require "cfs.errors.headers"
local http_date = require "cfs.errors.http_date"
local object = require "cfs.errors.object"
local state = require "cfs.errors.state"
local text = require "cfs.errors.text"

local abs, ceil, floor, max, min = math.abs, math.ceil, math.floor, math.max, math.min
local format, gsub, match, sub, upper =
    string.format, string.gsub, string.match, string.sub, string.upper

local advice = {}

--- How often a call is made in all; the longest pause before its second attempt, and the same where
--- it was throttled; the longest pause at all, in seconds.
advice.defaults = { attempts = 3, base = 0.1, throttled_base = 1, cap = 20 }

-- A clock that is off by more than this many seconds may be why a signature does not match.
local suspicious_offset = 300

-- RFC 9110, section 9.2.2.
local idempotent = { GET = true, HEAD = true, OPTIONS = true, TRACE = true, PUT = true, DELETE = true }

-- More seconds than this are taken for as many: RFC 9111, section 1.2.2.
local longest_wait = 2147483648

-- Of a received code, no more than this many bytes are repeated; of Retry-After, no more are read.
local longest_code, longest_header = 64, 64

-- What may be said of a call: field → type.
local call_types = {
    method = "string",
    client_token = "string",
    replayable = "boolean",
    attempt = "number",
    attempts = "number",
    resigned = "boolean",
    cap = "number",
    now = "number",
    headers = "table",
}

-- What its numbers must be at least.
local leasts = { attempt = 1, attempts = 1, cap = 0, now = 0 }

-- The headers that advice is taken from.
local wanted = { ["retry-after"] = true, date = true }


-- The headers of the response that had the error.
local function read_headers(err, given)
    return headers.read(given or state.side[err] and state.side[err].headers, wanted)
end


-- The header Retry-After (RFC 9110, section 10.2.3) in whole seconds, rounded up: a number, or the
-- first of a list of them, or a date, less the time at the server, else the caller's. nil if it says
-- nothing that can be used.
local function retry_after(values, now)
    local value = values["retry-after"]
    if not value then return nil end
    value = sub(value, 1, longest_header) -- a date is shorter, and of a list the first counts
    local seconds = tonumber(match(value .. ",", "^%s*(%d+%.?%d*)%s*,"))
    if not seconds then
        local time = http_date.parse(match(value, "^%s*(.*%S)") or "", now)
        local since = values.date and http_date.parse(values.date, now) or now
        seconds = time and since and max(0, time - since)
    end
    return seconds and min(ceil(seconds), longest_wait) or nil
end


--- How long the response that had the error asks to wait, as far as its headers tell.
---@param err cfs.error
---@return integer? seconds
function advice.retry_after(err)
    return retry_after(read_headers(err))
end


-- How many seconds the server's clock is ahead of the caller's; nil if that cannot be told.
local function clock_offset(values, now)
    local date = now and values.date and http_date.parse(values.date, now)
    return date and floor(date - now + 0.5) or nil
end


-- What the error is called in a sentence.
local function subject(err)
    local code, status = rawget(err, "code"), rawget(err, "status") or object.kind(err).status
    if type(code) == "string" then
        return text.printable(#code > longest_code and sub(code, 1, longest_code) .. "..." or code)
    end
    return status and "HTTP " .. tostring(status) or "an answer without a code"
end


local function has_token(call)
    return call.client_token ~= nil and call.client_token ~= ""
end


-- Why a call that the action would repeat must not be repeated; nil if it may. Where the service has
-- refused a call, as for throttle and resign, it may whatever its method.
local refusals = {}

function refusals.backoff(call)
    if has_token(call) or not call.method or idempotent[upper(call.method)] then return nil end
    return format("this %s has no client token and may have been carried out, so first look whether "
        .. "it was", text.printable(upper(call.method)))
end

function refusals.same_token(call)
    if has_token(call) then return nil end
    return "repeat with the same client token; this call has none, so first look whether it was done"
end

function refusals.resign(call)
    local resigned = call.resigned
    if resigned == nil then resigned = (call.attempt or 1) > 1 end
    if resigned then return "it was dated and signed again already, so correct the clock by hand" end
end


-- What to do, as a sentence; the remedy does where there is none.
local sentences = {}

function sentences.backoff(call)
    if call.method or has_token(call) then return "repeat it after a pause that grows" end
    return "repeat it after a pause that grows, if it is idempotent or has a client token"
end

function sentences.throttle()
    return "repeat it later, and call more slowly from now on"
end

function sentences.same_token()
    return "repeat it after a pause that grows, with the same client token"
end

function sentences.resign(_, offset)
    if not offset then return "date and sign it again, once" end
    return format("date and sign it again, once, by the service's clock, which is %.0f s %s", abs(offset),
        offset < 0 and "behind" or "ahead")
end


-- What the error and the call come to before attempts and pauses are counted.
local function choose(err, call, offset)
    local of = object.kind(err)
    local action, remedy = of.retry, gsub(of.remedy, "%.$", "")
    if of == state.kinds.SignatureDoesNotMatch and offset and abs(offset) > suspicious_offset then
        action = "resign"
    end
    if action == "never" then
        if rawget(err, "code") ~= nil then return action, remedy end
        return action, "no error of the service came with it, so look what answered in its place"
    end
    if call.replayable == false then return "never", "the body cannot be sent again" end
    local refusal = refusals[action] and refusals[action](call)
    if refusal then return "never", refusal end
    return action, sentences[action] and sentences[action](call, offset) or remedy
end


--- The longest pause after an attempt, to draw from: it doubles with each, up to the cap.
---@param action string
---@param attempt integer
---@param policy { base: number, throttled_base: number, cap: number }
---@return number seconds
function advice.pause(action, attempt, policy)
    if action == "resign" or action == "reread" then return 0 end
    local slow = action == "throttle" or action == "poll"
    local base = slow and policy.throttled_base or policy.base
    return min(base * 2 ^ (attempt - 1), policy.cap)
end


--- Advice on an error about a call that was checked.
---@param err cfs.error
---@param call table
---@return cfs.advice
function advice.advise(err, call)
    local values = read_headers(err, call.headers)
    local offset, wait = clock_offset(values, call.now), retry_after(values, call.now)
    local attempt, attempts = call.attempt or 1, call.attempts or advice.defaults.attempts
    local action, why = choose(err, call, offset)
    if action == "resign" then attempts = min(attempts, attempt + 1) end
    if action ~= "never" and attempt >= attempts then
        action, why = "never", format("attempt %d of %d was the last", attempt, attempts)
    elseif action ~= "never" and wait and call.cap and wait > call.cap then
        why = format("the service asks for a pause of %.0f s, longer than the %g s that this caller "
            .. "waits", wait, call.cap)
        action = "never"
    end
    local repeats = action ~= "never"
    return {
        action = action,
        delay = repeats and (wait or advice.pause(action, attempt, advice.defaults)) or 0,
        attempts = repeats and attempts or attempt,
        why = subject(err) .. ": " .. why,
        retry_after = wait,
        clock_offset = offset,
        client_token = repeats and call.client_token or nil,
    }
end


---@class cfs.advice
---@field action "never"|"backoff"|"throttle"|"same_token"|"resign"|"poll"|"reread"
---@field delay number seconds: what the service asked for, else the longest pause to draw from
---@field attempts integer how many times the call may be made in all
---@field why string a sentence
---@field retry_after integer? seconds that the service asked for
---@field clock_offset integer? seconds that the service's clock is ahead
---@field client_token string? the one to repeat the call with


--- What may be done with the call that had this error.
---
---     local advice = err:advice { method = "POST", client_token = token, attempt = 1 }
---     print(advice.action, advice.delay, advice.why)
---
--- The call tells, as far as it is known:
---
--- - `method`, of HTTP, without which nothing is known of idempotence
--- - `client_token`, the call's clientToken, which makes it idempotent
--- - `replayable`, false if its body cannot be sent again
--- - `attempt`, how many times it was made so far, 1, and `attempts`, how many it may be in all, 3
--- - `resigned`, whether it was dated and signed again already; a second attempt was unless it says no
--- - `cap`, the longest pause, in seconds, that a service may ask for
--- - `now`, the Unix time when the response came, from which the clock's offset is told
--- - `headers`, the response's; those of an error from errors.from_response are known
---@param call table?
---@return cfs.advice
function advice.advice(err, call)
    object.check(err, "advice")
    call = call == nil and {} or call
    local wrong = arguments.objection("field", call, call_types, leasts)
    if wrong then error("bad argument #1 to 'advice' (" .. wrong .. ")", 2) end
    return text.readable(advice.advise(err, call))
end


return advice
