--- Errors for those who get them: a response for a client, a line for a log.

local advice = require "cfs.errors.advice"
local arguments = require "cfs.errors.arguments"
local core = require "cfs.errors.core"
local hosts = require "cfs.errors.hosts"
local object = require "cfs.errors.object"
local state = require "cfs.errors.state"
local status = require "cfs.errors.status"
local template = require "cfs.errors.template"
local text = require "cfs.errors.text"

local kinds, side, templates = state.kinds, state.side, state.templates
local byte, find, format, gmatch, sub =
    string.byte, string.find, string.format, string.gmatch, string.sub
local ceil, min = math.ceil, math.min
local concat = table.concat

local render = {}

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
local function hide_hosts(of, message)
    if message == of.message then return message end
    local parts = templates[of]
    local values = parts and template.read(parts, message)
    if not values then return hosts.hide(message) end
    if not values.host then return message end
    values.host = hosts.placeholder
    return (template.fill(parts, values))
end


-- The status that the error is answered with; a number that is none of an error's becomes 500.
local function error_status(err)
    local number = status.normalize(rawget(err, "status") or object.kind(err).status)
    return number and number >= 400 and number <= 599 and number or 500
end


-- nil if the options can be taken, else what is wrong with them.
local function options_objection(options)
    local wrong = arguments.objection("option", options, option_types)
    local pause = not wrong and options.retry_after
    if pause and not (pause >= 0 and pause < math.huge) then
        wrong = "option 'retry_after' must be a number of seconds from 0"
    end
    return wrong
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
function render.response(err, options)
    object.check(err, "response")
    options = options == nil and {} or options
    local wrong = options_objection(options)
    if wrong then error("bad argument #1 to 'response' (" .. wrong .. ")", 2) end
    local of, number = object.kind(err), error_status(err)
    local answered = options.standard and standard_statuses[number] or number
    local code, message = member(err, "code"), member(err, "message")
    if not code then
        code = codes[number] or number < 500 and "InvalidHTTPRequest" or "InternalError"
        of = kinds[code]
        message = message or status.kind(answered).reason or "HTTP status " .. answered
    end
    message = message or of.message
    if message and options.hide ~= false then message = hide_hosts(of, message) end
    local request_id = member(err, "requestId") or options.request_id
    local headers = { ["Content-Type"] = "application/json" }
    if request_id and #request_id <= longest_token and find(request_id, token) then
        headers["x-bce-request-id"] = request_id
    end
    if passing[of.category] then
        local pause = options.retry_after or advice.retry_after(err) or default_pause
        headers["Retry-After"] = format("%.0f", ceil(pause))
    end
    return answered, headers, (core.write(request_id, code, message))
end


-- A log's line in all, and what a value may take of it, in bytes; others take what is left.
local longest_line = 1024
local longest_values = { code = 128, requestId = 128, category = 64, origin = 64 }

-- What the message leaves for the cause.
local least_cause = 256

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }


-- One character as it stands within quotes: JSON's escapes for what is not text.
local function escape(character)
    if find(character, '^["\\%c]') then
        return escapes[character] or format("\\u%04x", byte(character))
    elseif find(character, "^\194[\128-\159]") then -- C1
        return format("\\u%04x", byte(character, 2))
    elseif find(character, "^\226\128[\168\169]") then -- U+2028 and U+2029 end a line, too
        return format("\\u20%02x", byte(character, 3) - 128)
    end
    return character
end


-- A value as the line shows it, in `room` bytes at most; "..." ends what was cut. nil if there is no
-- room for it.
local function show(value, room)
    if #value <= room and find(value, "^[A-Za-z0-9._~/+@-]+$") then return value end
    if room < #'"..."' then return nil end
    value = sub(value, 1, room) -- still more than fits, and so is a character that this splits
    if not find(value, '[%c"\\\127-\255]') then
        if #value <= room - #'""' then return '"' .. value .. '"' end
        return '"' .. sub(value, 1, room - #'"..."') .. '..."'
    end
    local shown, size, fitting = {}, #'""', 0
    for character in gmatch(core.repair(value), "[^\128-\191][\128-\191]*") do
        local piece = escape(character)
        shown[#shown + 1], size = piece, size + #piece
        if size > room then return '"' .. concat(shown, "", 1, fitting) .. '..."' end
        if size <= room - #"..." then fitting = #shown end
    end
    return '"' .. concat(shown) .. '"'
end


-- Any value as text; what a __tostring raises is not heard.
local function describe(value)
    if type(value) == "string" then return value end
    if object.kind(value) then return text.line(value) end
    local good, words = pcall(tostring, value)
    return good and words or "(" .. type(value) .. ")"
end


-- The line with one more field, as far as there is room.
local function add(line, key, value, spare)
    if value == nil then return line end
    local lead = (line ~= "" and " " or "") .. key .. "="
    local left = longest_line - #line - #lead - (spare or 0)
    local shown = show(describe(value), min(left, longest_values[key] or left))
    return shown and line .. lead .. shown or line
end


--- The error as a line for a log: 1,024 bytes at most, `key=value` parted by spaces, in valid UTF-8
--- without control characters. A value that is not a plain word is a JSON string. As far as they
--- are known: code, status, requestId, category, fault, origin, message, body, cause. Long values
--- are cut, and end in "...".
---
---     errors.RateLimit({ host = "nd7" }):to_log()
---     --> code=RateLimit status=421 category=throttle fault=client message="There are too many ..."
---
---@return string line
function render.to_log(err)
    object.check(err, "to_log")
    local of, beside = object.kind(err), side[err] or {}
    local spare = beside.cause ~= nil and least_cause or 0
    local line = add("", "code", rawget(err, "code"))
    line = add(line, "status", rawget(err, "status") or of.status)
    line = add(line, "requestId", rawget(err, "requestId"))
    line = add(line, "category", of.category)
    line = add(line, "fault", of.fault)
    line = add(line, "origin", beside.origin)
    line = add(line, "message", rawget(err, "message"), spare)
    line = add(line, "body", beside.body, spare)
    return add(line, "cause", beside.cause)
end


return render
