--- An error as a response for a client.

local core = require "cfs.errors.core"
local headers = require "cfs.errors.wire.headers"
local hosts = require "cfs.errors.show.hosts"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local template = require "cfs.errors.catalogue.template"

local kinds, templates = state.kinds, state.templates
local find, format = string.find, string.format
local ceil = math.ceil

local rawget, type = rawget, type

local respond = {}

local option_types = {
    standard = "boolean",
    hide = "boolean",
    request_id = "string",
    retry_after = "number",
}

-- What a client that knows HTTP alone takes 421 and 424 of CFS for.
local standard_statuses = { [421] = 429, [424] = 503 }

-- The code under which an error without one is answered: what comes closest to its status. Others
-- are InvalidHTTPRequest below 500, and InternalError.
local codes = {
    [401] = "AccessDenied",
    [403] = "AccessDenied",
    [404] = "ResourceNotExists",
    [408] = "EOFException",
    [410] = "ResourceNotExists",
    [412] = "PreconditionFailed",
    [421] = "RateLimit",
    [424] = "ServiceError",
    [429] = "RateLimit",
    [502] = "ServiceUnavailable",
    [503] = "ServiceUnavailable",
    [504] = "ServiceUnavailable",
}

-- The categories of the errors that pass, and the pause that is asked for, in seconds, where nothing
-- else is known.
local passing = { throttle = true, unavailable = true }
local default_pause = 1

-- What a request id must be to go into a header: a token of RFC 9110, section 5.6.2, this long.
local token = "^[A-Za-z0-9!#$%%&'*+.^_`|~-]+$"
local longest_token = 128


-- A member as text; nil where there is none.
local function member(err, name)
    local value = rawget(err, name)
    if type(value) == "number" then return tostring(value) end
    return type(value) == "string" and value ~= "" and value or nil
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


-- The status that the error is answered with; a number that is none of an error's becomes 500.
local function error_status(err, kind)
    local number = status.normalize(rawget(err, "status") or kind.status)
    return number and number >= 400 and number <= 599 and number or 500
end


-- The options, read and checked; or nil and what is wrong with them.
local function read_options(given)
    local options, wrong = misuse.read("option", given == nil and {} or given, option_types)
    local pause = options and options.retry_after
    if pause and not (pause >= 0 and pause < math.huge) then
        return nil, "option 'retry_after' must be a number of seconds from 0"
    end
    return options, wrong
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
    local kind, wrong = misuse.self(err, "response"), nil
    options, wrong = read_options(options)
    if not options then misuse.argument(1, "response", wrong) end
    local number = error_status(err, kind)
    local answered = options.standard and standard_statuses[number] or number
    local code, message = member(err, "code"), member(err, "message")
    if not code then
        code = codes[number] or number < 500 and "InvalidHTTPRequest" or "InternalError"
        kind = kinds[code]
        message = message or status.kind(answered).reason or "HTTP status " .. answered
    end
    message = message or kind.message
    if message and options.hide ~= false then message = hide_hosts(kind, message) end
    local request_id = member(err, "requestId") or options.request_id
    local fields = { ["Content-Type"] = "application/json" }
    if request_id and #request_id <= longest_token and find(request_id, token) then
        fields["x-bce-request-id"] = request_id
    end
    if passing[kind.category] then
        local pause = options.retry_after or headers.retry_after(headers.kept(err)) or default_pause
        fields["Retry-After"] = format("%.0f", ceil(pause))
    end
    return answered, fields, (core.write(request_id, code, message))
end


return respond
