--- The envelope: bytes to an error, and back.

local core = require "cfs.errors.core"
local object = require "cfs.errors.object"
local state = require "cfs.errors.state"
local text = require "cfs.errors.text"

local methods, side = state.methods, state.side
local read, write, rawget, type = core.read, core.write, rawget, type

local envelope = {}

local members = { "code", "message", "requestId", "requestID", "request_id" }


--- Reads an envelope whose status may be known. Nothing is checked.
---@param body string
---@param status integer?
---@return cfs.error? err
function envelope.read(body, status)
    local code, message, request_id, others = read(body)
    if not code then return nil, message, request_id, others end
    local err = object.receive(code, message, request_id, status)
    if others then side[err] = { document = body } end
    return err
end


--- Reads an envelope: the strictly valid JSON text of an object with a `code`.
---
---     local err, reason, what, position = errors.parse(body)
---
---@param body string
---@return cfs.error? err nil if the body is none
---@return string? reason a sentence: "malformed JSON: expected ':' at byte 17"
---@return string? what "empty", "html", "malformed", "too_deep" or "not_envelope"
---@return integer? position in bytes, from 1: where it went wrong
function envelope.parse(body)
    if type(body) ~= "string" then
        error("bad argument #1 to 'parse' (string expected, got " .. type(body) .. ")", 2)
    end
    return envelope.read(body)
end


-- A member that can be written: a string, or none.
local function member(err, name)
    local value = rawget(err, name)
    if value == nil or type(value) == "string" then return value end
    error("field '" .. name .. "' of the error must be a string, got " .. type(value), 3)
end


--- The error as an envelope: requestId, code and message, in that order, as far as it has them.
--- Always valid UTF-8, and safe within HTML and JavaScript.
---@return string json
function methods.to_json(err)
    return (write(member(err, "requestId"), member(err, "code"), member(err, "message")))
end


-- The document as lua-cjson takes it: without a byte order mark, in valid UTF-8, and with \ufffd
-- for every escape of a lone surrogate. A backslash that is escaped is written otherwise first, so
-- that each \u begins an escape; surrogates in pairs are marked by control bytes, which the document
-- cannot have.
local function prepare(document)
    return (core.repair(document)
        :gsub("^\239\187\191", "")
        :gsub("\\\\", "\\u005c")
        :gsub("\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)", "\1%1\2%2")
        :gsub("\\u[dD][89a-fA-F]%x%x", "\\ufffd")
        :gsub("[\1\2]", "\\u"))
end


--- What else the envelope said: its other members, decoded by lua-cjson at each call.
---@return table? details nil if there were none
function methods.details(err)
    local document = side[err] and side[err].document
    if not document then return nil end
    local cjson = require("cjson").new() -- whatever limits the program has set for its own
    local details = cjson.decode(prepare(document))
    for _, name in ipairs(members) do details[name] = nil end
    return text.readable(details)
end


return envelope
