--- The envelope: bytes to an error, and back.

local core = require "cfs.errors.core"
local kept = require "cfs.errors.object.kept"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local text = require "cfs.errors.base.text"

local envelope = {}

-- Other Luas may have some other module "ffi".
local ffi_reader = package.loaded.jit and pcall(require, "ffi")
    and require("cfs.errors.wire.envelope_ffi").reader

-- Loaded now, as the file may not be readable later. This instance does not share the program's settings.
local has_cjson, cjson = pcall(require, "cjson")
cjson = has_cjson and cjson.new()

local members = { "code", "message", "requestId", "requestID", "request_id" } -- the last three mean one

--- Makes a function like errors.parse, which gives errors the metatables of their codes; `unknown` is that of
--- the other codes.
function envelope.reader(metatables, unknown)
    local read = kept.reader(metatables, unknown)
    return ffi_reader and ffi_reader(read, metatables, unknown) or read
end

--- Reads an envelope: one JSON document by RFC 8259, an object with a `code`. Raises if the body is no
--- string.
---
---     local err, reason, what, position = errors.parse(body)
---
---@type fun(body: string): err: cfs.error?, reason: string?, what: string?, position: integer?
---@return cfs.error? err nil if the body is no envelope
---@return string? reason a sentence: "malformed JSON: expected ':' at byte 17"
---@return string? what "empty", "html", "malformed", "too_deep" or "not_envelope"
---@return integer? position in bytes, from 1: where it went wrong
envelope.parse = envelope.reader(state.metatables, status.metatable(nil))

--- Writes the error as an envelope: requestId, code and message, in that order, as far as it has them. The
--- envelope is valid UTF-8, and safe within HTML and JavaScript. Raises if a member is no longer a string.
---
---     errors.AccessDenied():to_json()  --> {"code":"AccessDenied","message":"Access denied."}
---
---@type fun(err: cfs.error): string
---@return string json
envelope.to_json = core.to_json

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

-- The only request id of a document, under whatever name; nil if there are several.
local function request_id_of(document)
    local id
    for place = 3, #members do
        local value = document[members[place]]
        if value ~= nil and (id ~= nil or type(value) ~= "string") then return nil end
        id = id or value
    end
    return id
end

-- Where a document has its message, if that is not `message`: RFC 9457, gateways, other services.
local message_names = { "message", "detail", "error_msg", "error_message", "errorMessage",
    "error_description", "msg", "Message", "error", "errors", "title" }

-- The first text under one of these names, in a table within another too, or in the first of a list.
local function message_of(value, depth, ignored)
    if type(value) == "string" then return value ~= "" and value ~= ignored and value or nil end
    if type(value) ~= "table" or depth == 0 then return nil end
    if value[1] ~= nil then return message_of(value[1], depth - 1, ignored) end
    for _, name in ipairs(message_names) do
        local message = message_of(value[name], depth - 1, ignored)
        if message then return message end
    end
end

--- What a JSON object without a code, or without a `message`, says all the same: a message, a request id, and
--- the body, if its members can be had. The reason phrase of the status is no message.
function envelope.remains(body, received)
    local document = prepare(body)
    local good, decoded = pcall(cjson and cjson.decode or error, document)
    if not good or type(decoded) ~= "table" then return nil end
    if not document:find "^%s*{" then return nil, nil, body end
    return message_of(decoded, 4, status.kind(received).reason), request_id_of(decoded), body
end

--- Decodes the envelope's other members by lua-cjson, at each call anew; all members of JSON that is no
--- envelope. Raises if lua-cjson could not be loaded, and what lua-cjson raises.
---
---     errors.parse('{"code": "NoSuchKey", "bucket": "logs"}'):details().bucket  --> logs
---
---@return table? details nil if there are none
function envelope.details(err)
    misuse.self(err, "details")
    local document = kept.get(err, "document")
    if not document then return nil end
    if not cjson then error("'details' needs lua-cjson, which could not be loaded with cfs.errors", 2) end
    local details = cjson.decode(prepare(document))
    for _, name in ipairs(kept.get(err, "body") and {} or members) do details[name] = nil end
    return text.readable(details)
end

return envelope
