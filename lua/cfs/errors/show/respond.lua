--- An error as a response for a client.

local core = require "cfs.errors.core"
local headers = require "cfs.errors.wire.headers"
local hosts = require "cfs.errors.show.hosts"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local template = require "cfs.errors.catalogue.template"

local kinds, templates = state.kinds, state.templates
local byte, find, format, gsub, sub = string.byte, string.find, string.format, string.gsub, string.sub
local ceil, huge = math.ceil, math.huge
local rawget, tostring, type = rawget, tostring, type

local respond = {}

local option_types = {
    standard = "boolean",
    hide = "boolean",
    request_id = "string",
    retry_after = "number",
    format = "string",
    type_base = "string",
}

local content_types = { envelope = "application/json", problem = "application/problem+json" }

-- What a client that knows HTTP alone takes these codes for.
local standard_statuses = { RateLimit = 429, ServiceError = 503 }

-- The code under which an error without one is sent: one whose category and retry are the error's
-- own. The first of these that there is: by status, by category and retry, by whose fault it is.
-- Statuses stand here whose own category is "unknown", which claims nothing, and 408, whose fault
-- is the client's.
local codes = {
    [404] = "ResourceNotExists",
    [408] = "EOFException",
    [410] = "ResourceNotExists",
    [413] = "RequestEntityTooLargeException",
    [421] = "ResourceNotExists",

    ["account never"] = "OptInRequired",
    ["authentication never"] = "InvalidHTTPAuthHeader",
    ["conflict never"] = "IdempotentParameterMismatch",
    ["internal backoff"] = "InternalError",
    ["invalid never"] = "InvalidHTTPRequest",
    ["permission never"] = "AccessDenied",
    ["throttle throttle"] = "RateLimit",
    ["unavailable backoff"] = "ServiceUnavailable",

    client = "InvalidHTTPRequest",
    server = "ParseBodyException",
}

-- The categories of the errors that pass, and the pause that is asked for, in seconds, where nothing
-- else is known.
local passing = { throttle = true, unavailable = true }
local default_pause = 1

-- What a code or a request id must be to reach a client: a token of RFC 9110, section 5.6.2, this
-- long. Most are of letters, digits and hyphens, which is tried first.
local token = "^[A-Za-z0-9!#$%%&'*+.^_`|~-]+$"
local longest_token = 128


local function is_token(value)
    return type(value) == "string" and value ~= "" and #value <= longest_token
        and (not find(value, "[^%w-]") or find(value, token) ~= nil)
end


-- A member as text; nil where there is none.
local function member(err, name)
    local value = rawget(err, name)
    if type(value) == "number" then return tostring(value) end
    return type(value) == "string" and value ~= "" and value or nil
end


-- The status that the error is sent with; a number that is none of an error's becomes 500.
local function error_status(err, kind)
    local number = status.normalize(rawget(err, "status") or kind.status)
    return number and number >= 400 and number <= 599 and number or 500
end


local function reason_phrase(number)
    return status.kind(number).reason or "HTTP status " .. number
end


-- A message for those who must not see hosts: a message of the kind's template has the template's
-- placeholder for its host; any other is searched.
local function hide_hosts(kind, message)
    if message == kind.message then return message end
    local parts = templates[kind]
    local values = parts and template.read(parts, message)
    if not values then return hosts.hide(message) end
    if not values.host then return message end
    values.host = hosts.placeholder
    return (template.fill(parts, values))
end


-- A text as a JSON string. The core's writer of envelopes is the one place that knows what must be
-- escaped, so an envelope is written and what stands around the string is cut off.
local function json_string(text)
    return sub(core.write(nil, nil, text), #'{"message":' + 1, -2)
end


local function escape_uri(character)
    return format("%%%02X", byte(character))
end


-- The body by RFC 9457. What type it is of is told by a link, if there is a base for one; a problem
-- of the type "about:blank" has the status' reason phrase for its title.
local function problem(number, code, message, request_id, title, type_base)
    local link = type_base and code and type_base .. gsub(code, "[^%w._~-]", escape_uri)
    return '{"type":' .. json_string(link or "about:blank")
        .. ',"title":' .. json_string(link and title or reason_phrase(number))
        .. ',"status":' .. format("%d", number)
        .. (message and ',"detail":' .. json_string(message) or "")
        .. (code and ',"code":' .. json_string(code) or "")
        .. (request_id and ',"requestId":' .. json_string(request_id) or "") .. "}"
end


-- The seconds that the client is asked to wait, as the header has them; nil if it need not.
local function pause(err, kind, options)
    if not passing[kind.category] or kind.retry == "never" then return nil end
    local seconds = options.retry_after or headers.retry_after(headers.kept(err)) or default_pause
    return format("%.0f", ceil(seconds))
end


--- Reads the options of err:response and checks them, once for many errors.
---
---     local options, wrong = respond.options { standard = true }
---
---@param given table? as for err:response
---@return table? options a new table, for respond.parts
---@return string? sentence what is wrong with them, if anything is
function respond.options(given)
    local options, wrong = misuse.read("option", given == nil and {} or given, option_types)
    if not options then return nil, wrong end
    local seconds = options.retry_after
    if seconds and not (seconds >= 0 and seconds < huge) then
        return nil, "option 'retry_after' must be a number of seconds from 0"
    elseif options.format and not content_types[options.format] then
        return nil, suggest.unknown("format", options.format, content_types)
    end
    return options
end


--- The parts of a response, without a table of headers. It never raises, whatever became of the error.
---@param err cfs.error
---@param kind cfs.kind the error's
---@param options table what respond.options has read
---@return integer status 400 to 599
---@return string content_type
---@return string? request_id a plain token, fit for a header
---@return string? retry_after whole seconds
---@return string body
function respond.parts(err, kind, options)
    local number, code, message = error_status(err, kind), member(err, "code"), member(err, "message")
    local retry_after = pause(err, kind, options)
    if not code then
        code = codes[kind.status] or codes[kind.category .. " " .. kind.retry]
            or codes[number < 500 and "client" or "server"]
        message = message or reason_phrase(number)
    end
    if options.standard then number = standard_statuses[code] or number end
    message = message or kind.message
    if message and options.hide ~= false then message = hide_hosts(kind, message) end
    local request_id = member(err, "requestId") or options.request_id
    local shape = options.format or "envelope"
    local body
    if shape == "problem" then
        local title = kinds[code] and kinds[code].message or reason_phrase(number)
        body = problem(number, code, message, request_id, title, options.type_base)
    else
        body = core.write(request_id, code, message)
    end
    return number, content_types[shape], is_token(request_id) and request_id or nil, retry_after, body
end


--- The error as a response for a client: with the envelope, and without what is not the client's
--- business.
---
---     local status, headers, body = err:response { request_id = ngx.var.request_id }
---
--- Options: `standard = true` answers 429 for 421 and 503 for 424. `hide = false` shows hosts, which
--- are otherwise `{host}`. `request_id` stands in where the error has none. `retry_after`, in
--- seconds, is what the header asks for where the category is throttle or unavailable; else what the
--- received response asked for; else 1.
---
--- An error without a code is answered under the code of the catalogue that is closest to its
--- status, with the status' reason phrase for a message: 502 as ServiceUnavailable, "Bad Gateway".
---@param options { standard: boolean?, hide: boolean?, request_id: string?, retry_after: number? }?
---@return integer status 400 to 599; 500 where the error has none of these
---@return table<string, string> headers Content-Type; x-bce-request-id, if it is a plain token; Retry-After
---@return string body
function respond.response(err, options)
    local kind = misuse.self(err, "response")
    local read, wrong = respond.options(options)
    if not read then misuse.argument(1, "response", wrong) end
    local number, content_type, request_id, retry_after, body = respond.parts(err, kind, read)
    return number, {
        ["Content-Type"] = content_type,
        ["x-bce-request-id"] = request_id,
        ["Retry-After"] = retry_after,
    }, body
end


return respond
