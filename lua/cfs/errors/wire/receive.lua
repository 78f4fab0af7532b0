--- Makes errors of what an HTTP client's call returned, whichever client it is and whatever came.

local envelope = require "cfs.errors.wire.envelope"
local headers = require "cfs.errors.wire.headers"
local kept = require "cfs.errors.object.kept"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local make = require "cfs.errors.object.make"
local misuse = require "cfs.errors.base.misuse"
local status = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local transport = require "cfs.errors.wire.transport"

local find, gsub, lower, match, sub = string.find, string.gsub, string.lower, string.match, string.sub
local error, getmetatable, ipairs, next, pairs, rawget, tonumber, type =
    error, getmetatable, ipairs, next, pairs, rawget, tonumber, type

local receive = {}

local option_types = { any_status = "boolean", limit = "number" }

-- How much of a body that cannot be read is kept for the log.
local snapshot_size = 512

-- The headers that are read.
local wanted = headers.wanted("x-bce-error-code", "x-bce-error-message", "x-bce-request-id",
    "content-encoding", "retry-after", "date")

-- The fields of a response, each with the names that other clients have for it.
local fields = { status = true, headers = true, body = true }
local other_names = {
    status = { "statusCode", "status_code", "statuscode", "StatusCode", "Status", "http_status",
        "http_code", "response_code", "responseCode", "code" },
    headers = { "Headers", "Header", "response_headers" },
    body = { "Body", "text", "content", "data", "response_body" },
}


-- A status: a number, "404", or a status line, "HTTP/1.1 404 Not Found" or "404 Not Found".
local function read_status(given)
    if type(given) == "string" and #given > 3 then
        given = match(given, "^[Hh][Tt][Tt][Pp]/[%d.]+ +(%d%d%d)$")
            or match(given, "^[Hh][Tt][Tt][Pp]/[%d.]+ +(%d%d%d)%s") or match(given, "^(%d%d%d)%s")
    end
    return status.normalize(given)
end


-- Does it stand where a status should, and say that no response came?
local function is_reason(given)
    if type(given) == "string" and not find(given, "^0*$") then return true end
    return given ~= "" and (tonumber(given) or 1) <= 0
end


-- What the caller tells of a call that got no response, `sent` and `elapsed`, beside what else the client
-- returned. The third value is what is wrong with it.
local function read_told(told)
    if type(told) ~= "table" then return nil end
    local sent, elapsed = rawget(told, "sent"), rawget(told, "elapsed")
    if sent ~= nil and type(sent) ~= "boolean" then
        return nil, nil, "field 'sent' must be a boolean, got " .. type(sent)
    elseif elapsed ~= nil and type(elapsed) ~= "number" then
        return nil, nil, "field 'elapsed' must be a number of seconds, got " .. type(elapsed)
    end
    return sent, elapsed
end


-- The error of a call that got no response.
local function no_response(reason, told, number)
    local is_sent, elapsed, wrong = read_told(told)
    if wrong then return nil, wrong, 3 end
    if elapsed == nil and receive.elapsed then elapsed = receive.elapsed() end -- within retry.run
    local word, sent, is_certificate = transport.classify(reason, elapsed, number)
    if is_sent ~= nil then sent = is_sent and "maybe" or "no" end
    local retry = (word == "local" or is_certificate) and "never" or "backoff"
    return make.no_response(word, sent, retry, reason)
end


-- A page in HTML may begin like XML.
local function is_xml(body)
    local start = find(body, "<", 1, true)
    local second = start and sub(body, start + 1, start + 1)
    if second ~= "?" and second ~= "E" and second ~= "e" then return false end
    local beginning = lower(sub(body, start, start + 1023))
    return (find(beginning, "^<%?xml") or find(beginning, "^<error%a*[%s>/]"))
        and not find(beginning, "<html") and not find(beginning, "<!doctype html")
end


local function is_encoded(encoding)
    return encoding ~= nil and find(gsub(lower(encoding), "identity", ""), "%w") ~= nil
end


-- The headers, if advice can be taken from them.
local function advisory(values)
    return (values.date or values["retry-after"]) and values or nil
end


-- The error of a body that is no envelope. It has the code of the headers, or no code, and keeps the
-- beginning of what could not be read.
local function read_rest(received, values, body, origin)
    local code, message, request_id = values["x-bce-error-code"], nil, nil
    if origin == "not_envelope" then
        message, request_id = envelope.remains(body)
    elseif origin == "html" then
        origin = is_xml(body) and "xml" or origin
    elseif origin == "malformed" then
        origin = is_encoded(values["content-encoding"]) and "compressed" or origin
    end
    local snapshot = origin ~= "empty" and sub(body, 1, snapshot_size) or nil
    if code then message, origin = values["x-bce-error-message"], "headers" end
    local err = make.receive(code, message, request_id or values["x-bce-request-id"], received)
    kept.keep_all(err, { origin = origin, body = snapshot, headers = advisory(values) })
    return err
end


-- The error of an error response whose headers were read.
local function read_body(received, values, body, limit)
    local err, origin, _ = nil, "empty", nil
    if type(body) == "string" then
        if limit and #body > limit then
            origin = "too_large"
        else
            err, _, origin = envelope.parse(body)
        end
    end
    if not err then return read_rest(received, values, body, origin) end
    err.requestId = err.requestId or values["x-bce-request-id"]
    make.set_status(err, received)
    if advisory(values) then kept.keep(err, "headers", values) end
    return err
end


--- Begins to read an error response whose headers come before its body.
---
---     local finish = receive.begin(404, { ["x-bce-request-id"] = "7e0c3b52" })
---     finish()                --> the error, as far as the headers tell
---     finish(body, 65536)     --> the error of the whole response
---
---@param received integer the status
---@param given table<string, string|string[]> the headers, those of receive.headers at least
---@return fun(body: string?, limit: integer?, code: string?): cfs.error finish may be called again; a code
---takes the place of that in the headers
function receive.begin(received, given)
    local values = headers.read(given, wanted)
    return function(body, limit, code)
        local own = values["x-bce-error-code"]
        values["x-bce-error-code"] = code or own
        local err = read_body(received, values, body, limit)
        values["x-bce-error-code"] = own
        return err
    end
end

--- The names of the headers that are read, in lower case → true.
receive.headers = wanted.names


-- What is wrong with a response that lacks a field: the field has another name. nil if nothing is wrong.
local function objection(response, field)
    for _, name in ipairs(other_names[field]) do
        if response[name] ~= nil then
            return "unknown field '" .. name .. "', did you mean '" .. field .. "'?"
        end
    end
end


-- The same for a response without a status, which no client leaves out.
local function status_objection(response, given_headers, body)
    local wrong = objection(response, "status")
    if wrong then return wrong end
    for name in pairs(response) do
        if type(name) == "string" and not fields[name] and suggest.nearest(name, fields) == "status" then
            return (suggest.unknown("field", name, fields))
        end
    end
    if given_headers == nil and body == nil then
        return "a response has a 'status', 'headers' and a 'body'; this table has none of them"
    end
end


-- Is there a body that lua-resty-http has not read yet?
local function is_unread(response)
    return response.has_body == true
        or response.has_body == nil and (type(response.read_body) == "function"
            or type(response.body_reader) == "function")
end


-- Reads a response table. Returns an error; nil if the response is none; or nil, a sentence and the number of
-- the argument that is wrong.
local function read_response(response, options)
    local known, wrong
    if options ~= nil then
        known, wrong = misuse.read("option", options, option_types)
        if not known then return nil, wrong, 2 end
    end
    local given, body = response.status, response.body
    local given_headers = response.headers or response.header
    if given == nil then wrong = status_objection(response, given_headers, body) end
    if given_headers == nil then wrong = wrong or objection(response, "headers") end
    if body == nil then wrong = wrong or objection(response, "body") end
    if wrong then return nil, wrong, 1 end

    local received, any_status = read_status(given), known and known.any_status
    if received and received < 400 and not any_status then
        if response.truncated ~= true then return nil end -- nginx sets it for a subrequest
        return make.no_response("closed", "maybe", "backoff", "the response was cut short")
    end
    local has_headers = type(given_headers) == "table" and next(given_headers) ~= nil
        or type(given_headers) == "userdata"
    if not received and (body == nil or body == "") and not has_headers and is_reason(given) then
        return no_response(type(given) == "string" and not tonumber(given) and given or nil)
    end
    if body == nil and is_unread(response) then
        return nil, "the body was not read; first set response.body = response:read_body()", 1
    end
    local err = read_body(received, headers.read(given_headers, wanted), body, known and known.limit)
    if received and received < 400 and not err.known then return nil end
    return err
end


-- Reads the values of LuaSocket: a body or 1, a status and headers; or those of lua-curl: libcurl's error
-- number, which is 0 for a success, and a sentence. Returns what read_response returns.
local function read_values(first, second, third)
    if type(first) == "number" then
        local is_status = type(second) == "number" or read_status(second)
        if not is_status and (second == nil or type(second) == "string") then
            if first == 0 then return nil end
            if first > 0 and first < 100 then return no_response(second or first, third, first) end
        end
        if first ~= 1 or not is_status then
            return nil, "response, body, 1 or a number of libcurl expected, got " .. first, 1
        end
        first = nil
    elseif type(second) ~= "number" and type(second) ~= "string" then
        return nil, "status expected behind a body, got " .. type(second), 2
    end
    return read_response { status = second, headers = third, body = first }
end


-- Reads what a client's call returned; its shape tells what it is. Returns what read_response returns.
local function read(first, second, third)
    if not first then
        if kind_of(second) then return second end
        return no_response(second, third)
    elseif type(first) == "table" then
        if getmetatable(first) and kind_of(first) then return first end
        return read_response(first, second)
    elseif type(first) == "string" or type(first) == "number" then
        return read_values(first, second, third)
    end
    return nil, "response, nil or body expected, got " .. type(first), 1
end


--- Makes the error that a client's call ended in, of what the call returned:
---
--- - a response table, and options. The error comes from the envelope; without one, from the headers
---   X-Bce-Error-Code and X-Bce-Error-Message; without these, it has no code, and `err:origin()` says why.
--- - nil or false and a reason: no response came. The error has no code, the reason is its cause, and
---   `err:transport()` says what happened. The third argument may be a table that tells `elapsed`, how
---   many seconds the attempt took, and `sent`: false if the caller knows that the request did not reach the
---   service, true if it knows that it did.
--- - a body or 1, a status, and headers, as LuaSocket returns them
---
--- Raises a sentence for a mistake of the program, such as a table without `status`; never because of what
--- came over the network.
---
---     local err = errors.from_response(httpc:request_uri(url))
---
--- Options: `any_status = true` also reports a code of the catalogue whose status is below 400; `limit`, in
--- bytes, is the size above which a body is not read.
---@param response table|string|number|false|nil what the call returned: status, headers (or header), body
---@param ... any what else it returned, or options
---@return cfs.error? err nil if the status is below 400
function receive.from_response(response, ...)
    local err, wrong, argument = read(response, ...)
    if wrong then misuse.argument(argument, "from_response", wrong) end
    return err
end


--- Returns its arguments if they are no error; otherwise raises the error that errors.from_response makes of
--- them.
---
---     local response = errors.check(httpc:request_uri(url))
---
---@param response any what a client's call returned, as for errors.from_response
---@param ... any what else it returned, or options
---@return any ... the arguments
function receive.check(response, ...)
    local err, wrong, argument = read(response, ...)
    if wrong then misuse.argument(argument, "check", wrong) end
    if err then error(err, 0) end
    return response, ...
end


--- The error of a failed call, nil and a reason, if the reason is one that HTTP clients have.
---@param reason any
---@param told any a table may tell `sent` and `elapsed`, as for errors.from_response
---@return cfs.error?
function receive.known_reason(reason, told)
    if reason == nil or not transport.is_reason(reason) then return nil end
    return no_response(reason, told) or (no_response(reason))
end


return receive
