--- Errors as one line of text, for a person who sees an uncaught error.

local kept = require "cfs.errors.object.kept"
local state = require "cfs.errors.base.state"
local text = require "cfs.errors.base.text"

local getmetatable = debug.getmetatable
local kind_of = state.kind_of

local line = {}


-- How many causes of a chain are shown, and how many bytes of each, before escaping.
local most_causes, longest_cause = 3, 256


-- "InstanceNotFound [ae2225f7]: The specified ... (404 Not Found)"
local function heading(err, kind)
    local code, message = rawget(err, "code"), rawget(err, "message")
    local request_id, status = rawget(err, "requestId"), rawget(err, "status") or kind.status
    local words = code == nil and "no code" or text.show(code)
    local word = kept.get(err, "word") -- of a transport error
    if word then return "no response: " .. word end
    if request_id ~= nil then words = words .. " [" .. text.show(request_id) .. "]" end
    if message == nil then message = kind.message end
    if message == nil then
        local origin = kept.get(err, "origin")
        message = origin and "the response is no error envelope, but " .. origin or "no message"
    end
    words = words .. ": " .. text.show(message)
    if status ~= nil then
        local reason = status == kind.status and kind.reason
        words = words .. " (" .. text.show(status) .. (reason and " " .. reason or "") .. ")"
    end
    return words
end


-- "; cause: app.lua:12: attempt to index a nil value", and the cause's own cause behind it.
local function causes(err)
    local words, cause = "", kept.cause(err)
    for _ = 1, most_causes do
        if cause == nil then break end
        local kind = kind_of[getmetatable(cause)]
        local shown = text.cut(kind and heading(cause, kind) or text.describe(cause), longest_cause)
        words = words .. "; cause: " .. text.printable(shown)
        if not kind then break end
        cause = kept.cause(cause)
    end
    return words
end


--- An error as one line: "InstanceNotFound [ae2225f7]: The specified ... (404 Not Found); what to do:
--- Check the ...". Its cause comes before what to do, so that a bug in a program does not read "Please
--- try again". What `tostring(err)` gives; it never fails.
---@param err cfs.error
---@return string
function line.of(err)
    local kind = kind_of[getmetatable(err)] or {}
    local words = heading(err, kind) .. causes(err)
    return kind.remedy and words .. "; what to do: " .. text.show(kind.remedy) or words
end


-- Other operands are as Lua has them.
local function operand(value)
    return kind_of[getmetatable(value)] and line.of(value) or value
end


--- The metamethod `__concat` of errors.
function line.concat(left, right)
    return operand(left) .. operand(right)
end


return line
