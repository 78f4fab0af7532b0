--- Errors out of HTTP responses, whoever made the response and whatever is in it.

local envelope = require "cfs.errors.wire.envelope"
local headers = require "cfs.errors.wire.headers"
local kept = require "cfs.errors.object.kept"
local make = require "cfs.errors.object.make"
local misuse = require "cfs.errors.base.misuse"
local status = require "cfs.errors.catalogue.status"

local sub, type = string.sub, type

local receive = {}

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
    local err = make.receive(code, code and values["x-bce-error-message"])
    kept.keep(err, "origin", code and "headers" or origin)
    if origin ~= "empty" then kept.keep(err, "body", sub(body, 1, snapshot_size)) end
    return err
end


-- The error of a response that is one.
local function read_error(response, received, limit)
    local values = headers.read(response.headers or response.header, wanted)
    local err, origin = read_body(response.body, limit)
    err = err or read_headers(values, response.body, origin)
    err.requestId = err.requestId or values["x-bce-request-id"]
    make.set_status(err, received)
    -- what advice is taken from
    if values.date or values["retry-after"] then kept.keep(err, "headers", values) end
    return err
end


--- The error that an HTTP response tells of: out of its envelope; else out of the headers
--- X-Bce-Error-Code and X-Bce-Error-Message; else one without a code, whose `err:origin()` says
--- why. It takes what lua-resty-http and ngx.location.capture give, and plain tables.
---
---     local response, reason = httpc:request_uri(url)
---     local err = response and errors.from_response(response)
---
--- Options: `any_status = true` reports a code of the catalogue below status 400, too; `limit`, in
--- bytes, is the size above which a body is not read.
---@param response { status: integer?, headers: table?, header: table?, body: string? }
---@param options { any_status: boolean?, limit: integer? }?
---@return cfs.error? err nil if the status is below 400
function receive.from_response(response, options)
    if type(response) ~= "table" then
        local why = response == nil and type(options) == "string" and ": " .. options or ""
        misuse.argument(1, "from_response", "table expected, got " .. type(response) .. why)
    end
    local known, wrong = misuse.read("option", options == nil and {} or options, option_types)
    if not known then misuse.argument(2, "from_response", wrong) end
    local limit = known.limit
    local received = status.normalize(response.status)
    if not received or received >= 400 then return read_error(response, received, limit) end
    if not known.any_status then return nil end
    local err = read_error(response, received, limit)
    return err.known and err or nil
end


return receive
