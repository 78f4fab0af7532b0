--- An error as a response for a client.

local core = require "cfs.errors.core"
local headers = require "cfs.errors.wire.headers"
local kept = require "cfs.errors.object.kept"
local misuse = require "cfs.errors.base.misuse"
local passing = require "cfs.errors.show.passing"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local template = require "cfs.errors.catalogue.template"

local number_text = require("cfs.errors.base.text").number
local kinds, template_of = state.kinds, require("cfs.errors.catalogue.kind").template
local byte, find, format, gsub, match, sub =
    string.byte, string.find, string.format, string.gsub, string.match, string.sub
local concat, ceil, huge = table.concat, math.ceil, math.huge
local ipairs, rawget, type = ipairs, rawget, type

local respond = {}

local option_types = {
    standard = "boolean", hide = "boolean", retry_after = "number",
    request_id = "string", format = "string", type_base = "string",
}

local content_types = { envelope = "application/json", problem = "application/problem+json" }

-- The statuses of these codes for a client that knows only HTTP's.
local standard_statuses = { RateLimit = 429, ServiceError = 503 }

-- The code under which an error without a code is sent: one with the error's category and retry. Its status
-- is looked up first, then its category and retry, then its fault. Statuses are here whose own category is
-- "unknown", which claims nothing, and 408, whose fault is the client's.
local codes = {
    [404] = "ResourceNotExists", [408] = "EOFException", [410] = "ResourceNotExists",
    [413] = "RequestEntityTooLargeException",
    ["account never"] = "OptInRequired", ["authentication never"] = "InvalidHTTPAuthHeader",
    ["conflict never"] = "IdempotentParameterMismatch", ["internal backoff"] = "InternalError",
    ["invalid never"] = "InvalidHTTPRequest", ["permission never"] = "AccessDenied",
    ["throttle throttle"] = "RateLimit", ["unavailable backoff"] = "ServiceUnavailable",
    client = "InvalidHTTPRequest", server = "ParseBodyException",
}

-- The categories of errors that go by.
local temporary = { throttle = true, unavailable = true }

-- A member as text; nil where there is none.
local function member(err, name)
    local value = rawget(err, name)
    if type(value) == "number" then return number_text(value) end
    return type(value) == "string" and value ~= "" and value or nil
end

-- The status that the error is sent with; a number that is none of an error's becomes 500. A gateway
-- that gets no response sends 502, or 504 if that took too long.
local function error_status(err, kind)
    local number = status.normalize(rawget(err, "status") or kind.status)
    local word = number == nil and kept.get(err, "word") -- of a transport error
    if word then return word == "timeout" and 504 or 502 end
    return number and number >= 400 and number <= 599 and number or 500
end

local function reason_phrase(number)
    return status.kind(number).reason or "HTTP status " .. number
end

-- Can the value be a request id in a header, a token of RFC 9110, section 5.6.2, of 128 bytes at most? Most
-- are of letters, digits and hyphens, which is tried first, as a simple pattern is matched faster.
local function is_token(value)
    return type(value) == "string" and value ~= "" and #value <= 128
        and (not find(value, "[^A-Za-z0-9-]") or find(value, "^[A-Za-z0-9!#$%%&'*+.^_`|~-]+$") ~= nil)
end

respond.is_token = is_token

--- May a client see a code or a request id that was received? It is an identifier, or its words have a form.
function respond.passes(value)
    return is_token(value) and (not find(value, "[^A-Za-z0-9_-]") or passing.show(value) == value)
end

-- The catalogue's message where no parameters are known.
local function plain_message(kind)
    local parts = template_of(kind)
    if not parts then return kind.message end
    return template.plain(parts)
end

-- The catalogue's message. A received parameter fills its template if it is a plain identifier and no host;
-- otherwise its placeholder stays.
local function catalogue_message(kind, received)
    local parts = template_of(kind)
    local values = parts and template.read(parts, received)
    if not values then return plain_message(kind) end
    local words = {}
    for index, part in ipairs(parts) do
        local value = part.name and part.name ~= "host" and values[part.name]
        words[index] = part.placeholder
            and (value and #value <= 64 and match(value, "^[A-Za-z0-9_-]+$") or part.placeholder)
            or part
    end
    return concat(words)
end

-- What may be seen of the received message. Its template's parameter `host` is one, whatever it looks like.
local function received_message(kind, received)
    local parts = template_of(kind)
    local values = parts and template.read(parts, received)
    if values and values.host then
        values.host = "{host}"
        received = template.fill(parts, values)
    end
    return passing.show(received)
end

-- The message for the client. If the fault is not the client's it is the catalogue's: what the service wrote
-- is only for the log.
local function client_message(kind, received, number)
    if kind.known and (not received or received == kind.message) then
        return plain_message(kind) or reason_phrase(number)
    elseif kind.fault == "client" and not temporary[kind.category] then
        return received and received_message(kind, received)
    end
    return kind.known and catalogue_message(kind, received) or reason_phrase(number)
end

-- A text as a JSON string. The core's writer of envelopes is the one place that knows what must be
-- escaped, so an envelope is written and what stands around the string is cut off.
local function json_string(text)
    return sub(core.write(nil, nil, text), #'{"message":' + 1, -2)
end

-- The body by RFC 9457. If there is a base for links, `type` is a link and `title` is what all problems of
-- the type have in common; otherwise `title` is the status' reason phrase.
local function problem(request_id, code, message, number, type_base, kind)
    local link, title = "about:blank", reason_phrase(number)
    if type_base then
        link = type_base .. gsub(code, "[^A-Za-z0-9._~-]", function(character)
            return format("%%%02X", byte(character))
        end)
        kind = kind.code == code and kind or kinds[code]
        title = kind and plain_message(kind) or title
    end
    return '{"type":' .. json_string(link) .. ',"title":' .. json_string(title)
        .. format(',"status":%d', number)
        .. (message and ',"detail":' .. json_string(message) or "")
        .. ',"code":' .. json_string(code)
        .. (request_id and ',"requestId":' .. json_string(request_id) or "") .. "}"
end

-- The seconds that the client is asked to wait, as the header has them, 1 where nothing else is known; nil
-- if it need not.
local function pause(err, kind, options)
    if not temporary[kind.category] or kind.retry == "never" then return nil end
    local seconds = options.retry_after or headers.retry_after(kept.get(err, "headers") or {}) or 1
    return format("%.0f", ceil(seconds))
end

---@class cfs.response_options
---@field standard boolean? true sends RateLimit with 429 and ServiceError with 503
---@field hide boolean? false passes the code, the message and the requestId as they are
---@field request_id string? the requestId of the response if the error has none that may pass
---@field retry_after number? the seconds of Retry-After; by default what the response asked for, else 1
---@field format "envelope"|"problem"|nil "problem" for a body by RFC 9457
---@field type_base string? a problem's `type` is this URI followed by the code

--- Reads the options of err:response and checks them, once for many errors. Returns a new table, for
--- respond.parts, or nil and what is wrong.
function respond.options(given)
    if given == nil then return {} end
    local options, wrong = misuse.read("option", given, option_types)
    if not options then return nil, wrong end
    local seconds = options.retry_after
    if seconds and not (seconds >= 0 and seconds < huge) then
        return nil, "option 'retry_after' must be a number of seconds from 0"
    elseif options.format and not content_types[options.format] then
        return nil, suggest.unknown("format", options.format, content_types)
    end
    return options
end

--- The parts of a response: status, content type, request id if fit for a header, Retry-After, body. It never
--- raises, whatever became of the error. `options` are what respond.options has read, `sent` is the status
--- that the client has already, which a problem has, and `id` a token in place of the error's request id.
function respond.parts(err, kind, options, sent, id)
    local number, hides = error_status(err, kind), options.hide ~= false
    local code, message = member(err, "code"), member(err, "message")
    local request_id = id or member(err, "requestId")
    if hides then
        if code ~= kind.code and not respond.passes(code) then code = nil end
        if request_id ~= id and not respond.passes(request_id) then request_id = nil end
        message = client_message(kind, message, number)
    end
    message = message or plain_message(kind) or not code and reason_phrase(number) or nil
    code = code or codes[kind.status] or codes[kind.category .. " " .. kind.retry]
        or codes[number < 500 and "client" or "server"]
    request_id = request_id or options.request_id
    if options.standard then number = standard_statuses[code] or number end
    local write = options.format == "problem" and problem or core.write
    number = sent or number
    return number, content_types[options.format or "envelope"],
        is_token(request_id) and request_id or nil, pause(err, kind, options),
        (write(request_id, code, message, number, options.type_base, kind))
end

--- Makes a response for a client, without internal names and texts. Raises if an option is unknown or of
--- another type, never because of the error's members.
---
---     local status, headers, body = err:response { request_id = ngx.var.request_id }
---
--- If the fault is not the client's, or the category is throttle or unavailable, the message is the
--- catalogue's, with `{host}` in place of a host; for an unknown code, it is the status' reason phrase. If
--- the fault is the client's, the words of the received message pass that have one of the forms that
--- docs/api.md lists, with `{hidden}` in place of others. A code and a requestId pass if they are letters,
--- digits, `_` and `-`, or tokens of HTTP with such a form.
---
--- An error without a code is sent under a code of the catalogue with the same category and retry, and with
--- the status' reason phrase as its message: 502 is ServiceUnavailable, "Bad Gateway".
---@param options cfs.response_options?
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
