--- Makes errors of error responses: of the envelope, else of the headers, else of what came in its place.

local envelope = require "cfs.errors.wire.envelope"
local headers = require "cfs.errors.wire.headers"
local kept = require "cfs.errors.object.kept"
local lower = require("cfs.errors.base.text").lower
local make = require "cfs.errors.object.make"

local find = string.find

local body = {}

-- A page in HTML may begin like XML.
local function is_xml(bytes)
    local start = find(bytes, "<")
    if not find(bytes, "^<[?Ee]", start) then return false end
    local beginning = lower(bytes:sub(start, start + 1023))
    return (find(beginning, "^<%?xml") or find(beginning, "^<error%a*[%s>/]"))
        and not find(beginning, "<html") and not find(beginning, "<!doctype html")
end

-- The error of a body that is no envelope. It has the code of the headers, or no code, and keeps the
-- beginning of what could not be read.
local function read_rest(received, values, bytes, origin, code)
    local message, request_id, document
    if origin == "not_envelope" then
        message, request_id, document = envelope.remains(bytes, received)
    elseif origin == "html" and is_xml(bytes) then
        origin = "xml"
    elseif origin == "malformed"
        and find(lower(values["content-encoding"] or ""):gsub("identity", ""), "%w") then
        origin = "compressed"
    end
    local snapshot = origin ~= "empty" and bytes:sub(1, 512) or nil -- for the log
    if code then message, origin = values["x-bce-error-message"], "headers" end
    local err = make.receive(code, message, request_id or values["x-bce-request-id"], received)
    kept.keep_all(err, { origin = origin, body = snapshot, document = document })
    return err
end

--- The error of an error response: its status, its headers as headers.read gives them, and its body, which is
--- not read if it has more bytes than the limit. A code takes the place of that in the headers.
function body.read(received, values, bytes, limit, code)
    local err, origin, _ = nil, "empty", nil
    if bytes and limit and #bytes > limit then
        origin = "too_large"
    elseif bytes then
        err, _, origin = envelope.parse(bytes)
    end
    if err then
        err.requestId = err.requestId or values["x-bce-request-id"]
        make.set_status(err, received)
        if not rawget(err, "message") and kept.get(err, "document") then -- as RFC 9457 has it
            err.message = envelope.remains(bytes, received)
        end
    else
        err = read_rest(received, values, bytes, origin, code or values["x-bce-error-code"])
    end
    local advisory = headers.advisory(values, received == 429 or err.retry == "throttle")
    if advisory then kept.keep(err, "headers", advisory) end
    return err
end

--- Reads the headers of an error response that come before its body. Returns a function that takes the body,
--- as far as it came, the limit and the code of body.read, and returns the error. It may be called again.
function body.begin(received, given)
    local values = headers.read(given)
    return function(bytes, limit, code)
        return body.read(received, values, bytes, limit, code)
    end
end

return body
