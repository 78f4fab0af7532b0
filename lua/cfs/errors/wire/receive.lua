--- Makes errors of what an HTTP client's call returned, whichever client it is and whatever came.

local body_reader = require "cfs.errors.wire.body"
local catalogue = require "cfs.errors.catalogue.kind"
local headers = require "cfs.errors.wire.headers"
local make = require "cfs.errors.object.make"
local misuse = require "cfs.errors.base.misuse"
local names = require "cfs.errors.catalogue.names"
local normalize = require("cfs.errors.catalogue.status").normalize
local suggest = require "cfs.errors.base.suggest"
local transport = require "cfs.errors.wire.transport"

local lower = require("cfs.errors.base.text").lower
local rawget, type = rawget, type
local getmetatable = debug.getmetatable -- a field __metatable does not hide it

local receive = {}

receive.begin, receive.headers = body_reader.begin, headers.names -- for what reads headers before a body

local option_types, leasts = { any_status = "boolean", limit = "number" }, { limit = 0 }
local told_types = { sent = "boolean", elapsed = "number" }

-- Our names of the fields of a response → what clients call them, in lower case without "_".
local fields = {
    status = " status statuscode httpstatus httpcode code responsecode ",
    headers = " headers header responseheaders ",
    body = " body text content data responsebody ",
}

-- A status: a number, "404", a status line or a block of them.
local function read_status(given)
    return normalize(type(given) == "string" and headers.status(given) or given)
end

-- The error of a call that got no response, of which a table of the caller may tell `sent` and `elapsed`. A
-- list, and a client's own object, which has a metatable, may have other things beside them.
local function no_response(reason, told, number)
    local is_sent, elapsed
    if type(told) == "table" then
        for name, value in next, told do
            local wanted = told_types[name]
            if wanted and type(value) ~= wanted then
                return nil, "field '" .. name .. "' must be a " .. wanted .. ", got " .. type(value), 3
            elseif not wanted and type(name) == "string" and not getmetatable(told) then
                return nil, (suggest.unknown("field", name, told_types)), 3
            end
        end
        is_sent, elapsed = rawget(told, "sent"), rawget(told, "elapsed")
    end
    elapsed = elapsed or receive.elapsed and receive.elapsed() -- within retry.run
    local word, sent, is_certificate = transport.classify(reason, elapsed, number)
    if is_sent ~= nil then sent = is_sent and "maybe" or "no" end
    local retry = (word == "local" or is_certificate) and "never" or "backoff"
    return make.no_response(word, sent, retry, reason)
end

-- Says under which other name a response has the field whose value it lacks; nil if it has none.
local function misnamed(response, field, own)
    if own ~= nil then return nil end
    local found
    for name, value in pairs(response) do
        local is_other = value ~= false and type(name) == "string"
            and name ~= field -- a null pointer equals nil
            and (fields[field]:find(" " .. lower(name):gsub("_", "") .. " ", 1, true)
            or field == "status" and suggest.nearest(name, fields) == field)
        if is_other and (not found or name < found) then found = name end
    end
    return found and "unknown field '" .. found .. "', did you mean '" .. field .. "'?"
end

-- What is wrong with the fields of a response; nil if nothing is wrong.
local function problem_of(response, given, given_headers, body)
    local wrong = misnamed(response, "status", given) or misnamed(response, "headers", given_headers)
        or misnamed(response, "body", body)
    if wrong then return wrong end
    if given == nil and given_headers == nil and body == nil then
        return "a response has a 'status', 'headers' and a 'body'; this table has none of them"
    elseif given == nil then
        return "field 'status' is missing: it tells an error from a success"
    elseif type(given) ~= "number" and type(given) ~= "string" then
        return "field 'status' must be a number or a string, got " .. type(given)
    elseif body ~= nil and type(body) ~= "string" then
        return "field 'body' must be a string, got " .. type(body)
            .. (type(body) == "table" and "; table.concat joins the parts of a body" or "")
    end
end

-- The error of a response that is none; nil if it is one. A reason stands where a status should, or beside
-- the status that a client made up, as Tarantool's 595; nginx cut a subrequest short; nothing but an interim
-- response came. Words that may be a server's do not prove that nothing was sent.
local function read_no_response(response, given, received, given_headers)
    local body = response.body
    local headers_type = type(given_headers)
    local is_sent = body ~= nil and body ~= "" or headers_type == "userdata"
        or headers_type == "table" and next(given_headers) ~= nil
        or headers_type == "string" and given_headers:find "%S" ~= nil
    if received and received < 200 then
        return make.no_response("protocol", "maybe", "backoff", "an interim response came, " .. received)
    elseif received and received < 400 then
        return make.no_response("closed", "maybe", "backoff", "the response was cut short")
    elseif is_sent then
        return nil
    elseif received then
        return transport.is_reason(response.reason) and no_response(response.reason, { sent = true }) or nil
    end
    if given == "" or type(given) == "number" and (given > 0 or given ~= given) then return nil end
    local is_servers = given_headers ~= nil or body ~= nil
    return no_response(not tonumber(given) and given or nil, { sent = is_servers or nil })
end

-- Reads a response table. Returns an error; nil if the response is none; or nil, a sentence and the number of
-- the argument that is wrong.
local function read_response(response, options)
    local given, body = response.status, response.body
    local given_headers = response.headers or response.header
    local given_type, headers_type, known = type(given), type(given_headers), nil
    local line = headers_type == "table" and rawget(given_headers, 1)
    local values = (given == nil or headers_type == "string" or line and type(line) == "string")
        and headers.read(given_headers)
    if values and (read_status(given) or 0) < 400 then given = values[":status"] or given end
    if given_type == "cdata" then given = tonumber(given) or given end -- numbers of LuaJIT's FFI
    local is_usual = given_type == "number" and given_headers ~= nil and type(body) == "string"
    local wrong = not is_usual and problem_of(response, given, given_headers, body)
    if wrong then return nil, wrong, 1 end
    if options ~= nil then
        known, wrong = misuse.read("option", options, option_types, leasts)
        if not known then return nil, wrong, 2 end
    end
    local received = (is_usual and normalize or read_status)(given)
    local is_success = received and received >= 200 and received < 400 and response.truncated ~= true
    if is_success and not (known and known.any_status) then return nil end
    local lost = not is_success and read_no_response(response, given, received, given_headers)
    if lost then return lost end
    if body == nil and (response.has_body or response.has_body == nil -- of lua-resty-http
        and (type(response.read_body) == "function" or type(response.body_reader) == "function")) then
        return nil, "the body was not read; first set response.body = response:read_body()", 1
    end
    local err = body_reader.read(received, values or headers.read(given_headers), body, known and known.limit)
    return (not is_success or err.known) and err or nil
end

-- Reads the values of LuaSocket: a body or 1, a status and headers; of Redbean: a status, headers and a body;
-- of LÖVE: a status, a body and perhaps headers; or of lua-curl: libcurl's error number, which is 0 for a
-- success, and a sentence. Returns what read_response returns.
local function read_values(first, second, third)
    local second_type = type(second)
    if type(first) == "string" then
        if second_type == "number" or second_type == "string" then
            return read_response { status = second, headers = third, body = first }
        end
        return nil, "status expected behind a body, got " .. second_type, 2
    elseif second_type == "table" and normalize(first) then
        return read_response { status = first, headers = second, body = third }
    elseif first == 1 and (second_type == "number" or read_status(second)) then
        return read_response { status = second, headers = third }
    elseif second_type == "string" and normalize(first) then
        return read_response { status = first, headers = third, body = second }
    elseif first >= 0 and first < 100 and (second == nil or second_type == "string") then
        if first > 0 then return no_response(second or first, third, first) end
        if type(third) == "table" then return no_response(nil) end -- of LÖVE, where libcurl failed
        return second ~= nil and second ~= "" and no_response(second) or nil
    end
    return nil, "response, body, 1 or a number of libcurl expected, got " .. first, 1
end

-- Reads what a client's call returned; its shape tells what it is. Returns what read_response returns.
local function read(first, second, third)
    local got, metatable = type(first), getmetatable(first)
    if not first then
        local err = type(second) == "table" and make.of(second)
        if err then return err end
        return no_response(second, third)
    elseif got == "string" or got == "number" then
        return read_values(first, second, third)
    elseif metatable then
        if catalogue.of_error(first) then return first end
        if catalogue.is_kind(first) then
            got = "kind; call it to make an error"
        elseif rawget(metatable, "__newindex") == names.refuse then
            got = "the library itself"
        end
    end
    if got == "table" then
        if type(second) ~= "string" or type(first[1]) ~= "table" or first.status then
            return read_response(first, second)
        end
        return read_response({ status = first.code, headers = first, body = second }, third) -- coro-http
    end
    return nil, "response, nil or body expected, got " .. got, 1
end

receive.read = read

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

--- The error of a failed call, nil and a reason, if the reason is one that HTTP clients have. A table may
--- tell `sent` and `elapsed`, as for errors.from_response; what is wrong with that does not count.
function receive.known_reason(reason, told)
    return transport.is_reason(reason) and (no_response(reason, told) or no_response(reason))
end

return receive
