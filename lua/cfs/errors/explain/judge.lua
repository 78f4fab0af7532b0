--- May a call be repeated? One judgement for explanations, JSON and the command `retry`.

local catalogue = require "cfs.errors.catalogue.kind"
local clean = require "cfs.errors.explain.clean"
local kept = require "cfs.errors.object.kept"
local statuses = require "cfs.errors.catalogue.status"
local say = require("cfs.errors.explain.language").say

local find = string.find
local lower = require("cfs.errors.base.text").lower

local judge = {}

-- Statuses for which, without a code, the same call fails again.
local certain = "401 402 403 404 405 406 407 410 411 412 413 414 415 422 431 451 501 505"

-- Words of transport that do not tell whether a repeat helps: it does not if the reason has one of these.
local unclear = {
    tls = { "wrong version", "https client", "secure channel", "ssl message", "protocol version",
        "unsupported protocol", "no shared cipher" }, -- a setting on either side
    protocol = { "redirect" }, other = {},
}

-- May a call be repeated that got no response?
local function repeat_without_response(err, kind)
    local word, reason = err:transport(), lower(tostring(kept.cause(err)))
    if kind.retry == "never" or find(reason, " 40[37]") then return "no" end
    return not unclear[word] and "yes" or clean.has(reason, unclear[word]) and "no" or "unknown"
end

--- May the call be repeated, be it on a condition?
function judge.may_retry(about)
    if about.is_success or about.is_refused then return "no" end
    local err, kind = about.err, about.kind
    if err then kind = catalogue.of_error(err) end
    if err and kept.get(err, "traceback") ~= nil then return "unknown" end -- a bug: nobody knows
    if kind and kind.code then return kind.retry == "never" and "no" or "yes" end
    if err and kept.get(err, "origin") == "transport" then return repeat_without_response(err, kind) end
    local status = kind and kind.status or about.status
    if (kind or statuses.kind(status)).retry ~= "never" then return "yes" end
    return not (err and err.code) and find(certain, tostring(status)) and "no" or "unknown"
end

-- Why an action is advised, in Chinese: the library speaks English.
local function chinese_why(advice, retry)
    if advice.action ~= "never" then return say("action", advice.action, "zh") end
    if retry == "never" then return say("repeat", "no", "zh") end
    local is_last, is_late = find(advice.why, "was the last$"), find(advice.why, "this caller waits$")
    return say("refusal", is_last and "last" or is_late and "pause" or retry, "zh")
end

--- Advice on an error, as err:advice gives it, that agrees with the explanation where nobody knows.
function judge.advise(about, call, chosen)
    local advice, may = about.err:advice(call), judge.may_retry(about)
    if chosen == "zh" then advice.why = chinese_why(advice, about.err:kind().retry) end
    if may ~= "yes" and advice.action ~= "never" then
        advice.action, advice.delay, advice.why = "never", 0, say("repeat", may, chosen)
    end
    return advice
end

return judge
