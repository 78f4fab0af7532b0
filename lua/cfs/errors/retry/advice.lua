--- Advice: what may be done with a call after its error, and why.

local headers = require "cfs.errors.wire.headers"
local kept = require "cfs.errors.object.kept"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local statuses = require "cfs.errors.catalogue.status"
local text = require "cfs.errors.base.text"
local say = require("cfs.errors.catalogue.words").say

local abs, format, min = math.abs, string.format, math.min

local advice = {}

--- How often a call is made in all; the longest pause before its second attempt, and the same if the service
--- throttles; the longest pause of all. Pauses are in seconds.
advice.defaults = { attempts = 3, base = 0.1, throttled_base = 1, cap = 20 }

local suspicious_offset = 300 -- seconds; if a clock is off by more, this may be why no signature matches
local none = {}
-- The methods that are idempotent: RFC 9110, section 9.2.2.
local is_idempotent = { GET = true, HEAD = true, OPTIONS = true, TRACE = true, PUT = true, DELETE = true }

-- What may be said of a call: field → type; and what its numbers must be at least.
local call_types = { method = "string", client_token = "string", replayable = "boolean", resigned = "boolean",
    attempt = "number", attempts = "number", cap = "number", now = "number", headers = "table" }
local leasts = { attempt = 1, attempts = 1, cap = 0, now = 0 }

-- What the error is called in a sentence, which repeats 64 bytes of a received code at most.
local function subject(err)
    local code, word = rawget(err, "code"), kept.get(err, "word")
    if type(code) == "string" then return text.printable(text.cut(code, 64)) end
    if word then return "no response, " .. say("transport", word) end
    return err.status and "HTTP " .. text.show(err.status) or "a response without a code"
end

-- What the action comes to for a call, "never" if that must not be repeated; and what to do, a sentence. A
-- call that the service has refused, as for throttle and resign, may be repeated whatever its method.
local function judge(action, call, offset, is_unsent, remedy)
    local has_token = call.client_token ~= nil and call.client_token ~= ""
    local pause = "repeat it after a pause that grows"
    if action == "throttle" then
        return action, "repeat it later, and call more slowly from now on"
    elseif action == "same_token" then
        if has_token then return action, pause .. ", with the same client token" end
        return "never", "repeat with the same client token; this call has none, so first look whether it "
            .. "was done"
    elseif action == "backoff" then
        if is_unsent then return action, "the request was not sent, so " .. pause end
        local method = call.method and text.upper(call.method)
        if has_token or is_idempotent[method] then return action, pause end
        if not method then return action, pause .. ", if it is idempotent or has a client token" end
        return "never", "this " .. text.printable(method)
            .. " has no client token and may have been carried out, so first look whether it was"
    elseif action == "resign" then
        local resigned = call.resigned
        if resigned == nil then resigned = (call.attempt or 1) > 1 end
        if resigned then
            return "never", "it was dated and signed again already, so correct the clock by hand"
        end
        return action, "date and sign it again, once" .. (not offset and "" or format(
            ", by the service's clock, which is %.0f s %s", abs(offset), offset < 0 and "behind" or "ahead"))
    end
    return action, remedy
end

-- The action for the error and the call, before attempts and pauses are counted.
local function choose(err, call, offset)
    local kind = kind_of(err)
    local action, remedy = kind.retry, kind.remedy:gsub("%.$", "")
    if kind == state.kinds.SignatureDoesNotMatch and offset and abs(offset) > suspicious_offset then
        action = "resign"
    end
    if action == "never" then
        if type(rawget(err, "code")) ~= "nil" or kept.get(err, "word") then return action, remedy end
        return action, "no error of the service came with it, so look what responded in its place"
    end
    if call.replayable == false then return "never", "the body cannot be sent again" end
    return judge(action, call, offset, kept.get(err, "sent") == "no", remedy)
end

--- The longest pause after an attempt, to draw from, in seconds: it doubles with each, up to the cap.
function advice.pause(action, attempt, policy)
    if action == "resign" or action == "reread" then return 0 end
    local slow = action == "throttle" or action == "poll"
    local base = slow and policy.throttled_base or policy.base
    return min(base * 2 ^ min(attempt - 1, 1000), policy.cap) -- 0 times infinity were no number
end

--- Advice on an error about a call that was checked.
function advice.advise(err, call)
    local is_throttled = statuses.normalize(rawget(err, "status")) == 429 or err.retry == "throttle"
    local values = call.headers and headers.advisory(headers.read(call.headers), is_throttled)
        or not call.headers and kept.get(err, "headers") or none
    local now, wait = call.now, headers.retry_after(values, call.now)
    local time = now and headers.server_time(values, now)
    local offset = time and math.floor(time - now + 0.5) or nil
    local attempt, attempts = call.attempt or 1, call.attempts or advice.defaults.attempts
    local cap = call.cap or advice.defaults.cap
    local action, why = choose(err, call, offset)
    if action == "resign" then attempts = min(attempts, attempt + 1) end
    local repeats = action ~= "never"
    if repeats and attempt >= attempts then
        repeats, why = false, format("attempt %.15g of %.15g was the last", attempt, attempts)
    elseif repeats and wait and wait > cap then
        repeats, why = false, format("the service asks for a pause of %.0f s, longer than the %s s that "
            .. "this caller waits", wait, text.number(cap, "%g"))
    end
    return {
        action = repeats and action or "never",
        delay = repeats and (wait or min(advice.pause(action, attempt, advice.defaults), cap)) or 0,
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

--- Tells what may be done with the call that had this error. Raises if a field is unknown or wrong.
---
---     local advice = err:advice { method = "POST", client_token = token, attempt = 1 }
---     print(advice.action, advice.delay, advice.why)
---
--- The call tells, as far as it is known: `method`; `client_token`, which makes it idempotent; `replayable`,
--- false if its body cannot be sent again; `attempt`, how many were made (1), and `attempts`, how many may
--- be made in all (3); `resigned`, whether the request was dated and signed again already (from the second
--- attempt on); `cap`, the longest pause, also the longest that the service may ask for (20 s); `now`, the
--- Unix time when the response came; `headers`, the response's, if the error was not made by
--- errors.from_response.
---@param call table?
---@return cfs.advice
function advice.advice(err, call)
    misuse.self(err, "advice")
    local known, wrong = misuse.read("field", call == nil and {} or call, call_types, leasts)
    if not known then misuse.argument(1, "advice", wrong) end
    return text.readable(advice.advise(err, known))
end

--- Tells whether the call that had this error may be made again as it is, after a pause or with a new
--- signature. `err:advice` says which of them. Raises if a field is unknown or wrong.
---
---     local may, why = err:may_retry { method = "POST" }
---     if not may then return nil, why end
---
---@param call table? as for err:advice
---@return boolean may
---@return string why a sentence
function advice.may_retry(err, call)
    misuse.self(err, "may_retry")
    local known, wrong = misuse.read("field", call == nil and {} or call, call_types, leasts)
    if not known then misuse.argument(1, "may_retry", wrong) end
    local advised = advice.advise(err, known)
    local action = advised.action
    return action ~= "never" and action ~= "poll" and action ~= "reread", advised.why
end

return advice
