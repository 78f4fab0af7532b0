--- Errors out of HTTP responses, whoever made the response and whatever is in it.

local arguments = require "cfs.errors.arguments"
local envelope = require "cfs.errors.envelope"
local headers = require "cfs.errors.headers"
local object = require "cfs.errors.object"
local status = require "cfs.errors.status"

local sub, type = string.sub, type

local response = {}

local option_types = { any_status = "boolean", limit = "number" }

-- How much of a body that cannot be read is kept for the log.
local snapshot_size = 512

-- The headers we read, in lower case.
local wanted = {
    ["x-bce-error-code"] = true,
    ["x-bce-error-message"] = true,
    ["x-bce-request-id"] = true,
    ["retry-after"] = true,
    date = true,
}


-- Reads the body as an envelope: an error, or nil and why not.
local function read_body(body, limit)
    if type(body) ~= "string" then return nil, "empty" end
    if limit and #body > limit then return nil, "too_large" end
    local err, _, what = envelope.parse(body)
    return err, what
end


-- The error that the headers tell of, or one without a code that keeps what could not be read.
local function read_headers(values, body, origin)
    local code = values["x-bce-error-code"]
    local err = object.receive(code, code and values["x-bce-error-message"])
    object.keep(err, "origin", code and "headers" or origin)
    if origin ~= "empty" then object.keep(err, "body", sub(body, 1, snapshot_size)) end
    return err
end


-- The error of a response that is one.
local function read_error(answer, received, limit)
    local values = headers.read(answer.headers or answer.header, wanted)
    local err, origin = read_body(answer.body, limit)
    err = err or read_headers(values, answer.body, origin)
    err.requestId = err.requestId or values["x-bce-request-id"]
    object.set_status(err, received)
    -- what advice is taken from
    if values.date or values["retry-after"] then object.keep(err, "headers", values) end
    return err
end


--- The error that an HTTP response tells of: out of its envelope; else out of the headers
--- X-Bce-Error-Code and X-Bce-Error-Message; else one without a code, whose `err:origin()` says
--- why. It takes what lua-resty-http and ngx.location.capture give, and plain tables.
---
---     local answer, reason = httpc:request_uri(url)
---     local err = answer and errors.from_response(answer)
---
--- Options: `any_status = true` reports a code of the catalogue below status 400, too; `limit`, in
--- bytes, is the size above which a body is not read.
---@param answer { status: integer?, headers: table?, header: table?, body: string? }
---@param options { any_status: boolean?, limit: integer? }?
---@return cfs.error? err nil if the status is below 400
function response.from_response(answer, options)
    if type(answer) ~= "table" then
        local why = answer == nil and type(options) == "string" and ": " .. options or ""
        error("bad argument #1 to 'from_response' (table expected, got " .. type(answer) .. why .. ")", 2)
    end
    local wrong = options ~= nil and arguments.objection("option", options, option_types)
    if wrong then error("bad argument #2 to 'from_response' (" .. wrong .. ")", 2) end
    local limit = options and options.limit
    local received = status.normalize(answer.status)
    if not received or received >= 400 then return read_error(answer, received, limit) end
    if not (options and options.any_status) then return nil end
    local err = read_error(answer, received, limit)
    return err.known and err or nil
end


return response
