--- Errors as one line of text, for a person who sees an uncaught error.

local kept = require "cfs.errors.object.kept"
local text = require "cfs.errors.base.text"

local create, resume = coroutine.create, coroutine.resume
local kind_of = require("cfs.errors.catalogue.kind").of_error
local say = require("cfs.errors.catalogue.words").say

local line = {}

--- The status of an error, with its reason phrase if it is the kind's: "404 Not Found"; nil without one.
function line.status(err, kind)
    local status = rawget(err, "status")
    if type(status) == "nil" then status = kind.status end
    if type(status) == "nil" then return nil end
    local reason = type(status) == "number" and status == kind.status and kind.reason
    return text.show(status) .. (reason and " " .. reason or "")
end

--- What an error or a kind is, without its cause and what to do: "InstanceNotFound [ae2225f7]: The specified
--- ... (404 Not Found)". What became of a member is told by its type, as an __eq of LuaJIT's cdata may raise.
function line.heading(err, kind)
    local code, message = rawget(err, "code"), rawget(err, "message")
    local request_id = rawget(err, "requestId")
    local word, status = kept.get(err, "word"), line.status(err, kind) -- a word is of a transport error
    if word then return "no response: " .. word end
    local has_code = type(code) ~= "nil"
    local words = has_code and text.show(code) or status and status .. ", without a code" or "no code"
    if type(request_id) ~= "nil" then words = words .. " [" .. text.show(request_id) .. "]" end
    if type(message) == "nil" then message = kind.message end
    if type(message) == "nil" then
        local origin = kept.get(err, "origin")
        message = origin and origin ~= "headers" and "the response is " .. say("origin", origin)
            .. ", not a CFS error" or "no message"
    end
    words = words .. ": " .. text.show(message)
    return has_code and status and words .. " (" .. status .. ")" or words
end

-- "; cause: app.lua:12: attempt to index a nil value", and the cause's own cause behind it: three of a chain,
-- and 256 bytes of each, before escaping.
local function causes(err)
    local words = ""
    for _ = 1, 3 do
        local cause = kept.cause(err)
        if type(cause) == "nil" then break end
        local kind = kind_of(cause)
        local shown = text.cut(kind and line.heading(cause, kind) or text.describe(cause), 256)
        words, err = words .. "; cause: " .. text.printable(shown), cause
        if not kind then break end
    end
    return words
end

--- A kind as one line: "InstanceNotFound: The specified CFS instance does not exist. (404 Not Found)". It
--- is the metamethod `__tostring` of kinds.
function line.of_kind(kind)
    return line.heading(kind, kind)
end

--- An error as one line: "InstanceNotFound [ae2225f7]: The specified ... (404 Not Found); what to do:
--- Check the ...". Its cause comes before what to do, so that a bug in a program does not read "Please
--- try again". What `tostring(err)` gives; it never fails.
function line.of(err)
    local kind = kind_of(err) or {}
    local words, remedy = line.heading(err, kind) .. causes(err), kind.remedy
    if kept.get(err, "traceback") then remedy = say("sentence", "look_at_cause") end -- a bug of the program
    return remedy and words .. "; what to do: " .. text.show(remedy) or words
end

-- Lua 5.4.4 damages the rest of a concatenation when a metamethod makes the stack grow, which is small in
-- a new coroutine. There the line is made on a stack of its own, unless too many coroutines are nested.
local function line_apart(err)
    local good, words = resume(create(line.of), err)
    return good and words or line.of(err)
end

local line_of = _VERSION == "Lua 5.4" and line_apart or line.of

--- The metamethod `__concat` of errors; other operands are as Lua has them.
function line.concat(left, right)
    if kind_of(left) then left = line_of(left) end
    if kind_of(right) then right = line_of(right) end
    return left .. right
end

return line
