--- Reads errors from sentences: SDKs, logs and this library print "code", "status", "message" and "request
--- id" before their values.

local state = require "cfs.errors.base.state"

local find, gmatch, gsub, lower, match, sub =
    string.find, string.gmatch, string.gsub, require("cfs.errors.base.text").lower, string.match, string.sub

local fields = {}

-- How many bytes of a text's beginning and of its end are read.
local window = 2048

-- How many bytes of a received message are taken.
local longest_message = 2000

-- How many of the numbers in a text are tried as a status.
local most_numbers = 50

-- How many bytes a label has at most.
local longest_label = 24

-- Labels, in lower case without the characters between their words.
local labels = {
    code = "code", errorcode = "code", errcode = "code", serviceerrorcode = "code",
    bceerrorcode = "code", xbceerrorcode = "code",
    status = "status", statuscode = "status", httpstatus = "status", httpstatuscode = "status",
    httpcode = "status",
    requestid = "requestId", xbcerequestid = "requestId", bcerequestid = "requestId",
    message = "message", msg = "message", errormessage = "message", errmsg = "message",
    xbceerrormessage = "message", cause = "cause",
}

local quotes = { ['"'] = '^"([^"\n]*)"', ["'"] = "^'([^'\n]*)'" }


-- The text with labels of two words written as one word.
local function join_labels(text)
    text = gsub(text, "([Ee]rror) ([Cc]ode)", "%1%2")
    text = gsub(text, "([Ss]tatus) ([Cc]ode)", "%1%2")
    return (gsub(text, "([Rr]equest) ([Ii][Dd])", "%1%2"))
end


-- A message without the bracket and the spaces behind it.
local function trim(message)
    message = match(message, "^.*%S") or ""
    local bracket = sub(message, -1)
    if bracket == "]" or bracket == "}" or bracket == ")" and not find(message, "(", 1, true) then
        return sub(message, 1, -2)
    end
    return message
end


-- The value that begins at this place: within quotes, or up to what ends it there.
local function value_at(text, place, label)
    local pattern = quotes[sub(text, place, place)]
    local quoted = pattern and match(text, pattern, place)
    if quoted then return quoted end
    if label ~= "message" and label ~= "cause" then return match(text, "^[%w._-]+", place) end
    local rest = match(sub(text, place, place + longest_message), "^[^;\n\r]*")
    return match(rest, "^(.-)[,%]%)]%s*%a[%w_ ]*[:=]") or trim(rest)
end


local function is_code(value)
    return state.kinds[value] or #value <= 128 and find(value, "^%u[%w._-]*%l[%w._-]*$") ~= nil
end


-- Notes a value under its label, unless another came first.
local function note(found, label, value)
    if label == "code" and find(value, "^[2-5]%d%d$") then label = "status" end
    if found[label] or value == "" then return end -- the label was another
    if label == "status" then
        found.status = tonumber(match(value, "^[2-5]%d%d%f[%D]"))
    elseif label == "message" or label == "cause" then
        found[label] = sub(value, 1, longest_message)
    elseif label == "requestId" or is_code(value) then
        found[label] = value
    end
end


-- What stands on the line before the first of the marks.
local function line_before(text, ...)
    for index = 1, select("#", ...) do
        local stop = find(text, select(index, ...), 1, true)
        if stop then
            local before = sub(text, stop - longest_message > 0 and stop - longest_message or 1, stop - 1)
            return match(before, "^.*\n(.*)$") or before
        end
    end
end


-- What stands before the brackets in "gone (Status Code: 404; ...)" and "gone [requestId:r ...]".
local function message_before_brackets(text)
    local line = line_before(text, " (Status Code:", " [requestId:")
    if not line then return nil end
    local message = match(line, "^.*Exception: (.*)$") or match(line, "^.*%.%a+Error: (.*)$") or line
    return match(message, "^%s*(.*%S)")
end


-- "NoSuchKey [r-1]: gone (404 Not Found); what to do: ...", as tostring(err) has it.
local function read_line(text, found)
    local line = line_before(text, "; what to do: ")
    if not line then return end
    local head, cause = match(line, "^(.-); cause: (.*)$")
    line, found.cause = head or line, cause
    local message, status = match(line, "^(.*) %((%d%d%d)[^()]*%)$")
    message = message or line
    local name, request_id, place = match(message, "%f[%w_.-]([%w_.-]+) %[([^%]%s]+)%]: ()")
    if not name then
        for word, behind in gmatch(message, "%f[%w_.-]([%w_.-]+): ()") do
            name, place = word, behind
            if state.kinds[word] or word == "code" then break end
        end
    end
    found.code, found.requestId = name and is_code(name) and name or nil, request_id
    found.message, found.status = sub(message, place or 1), tonumber(status)
end


-- The beginning and the end of a long text.
local function in_view(text)
    if #text <= 2 * window then return text end
    return sub(text, 1, window) .. "\n" .. sub(text, -window)
end


-- The codes of the catalogue that are named, each once.
local function named_codes(text)
    local codes, seen = {}, {}
    for word in gmatch(text, "%f[%w_](%u[%w_]+)") do
        if state.kinds[word] and not seen[word] then
            seen[word], codes[#codes + 1] = true, word
        end
    end
    return codes
end


-- A status that a text names: "returned error: 502", "ERROR 404: Not Found", "HTTP 503", "502 Bad Gateway".
local function named_status(text)
    local tried = 0
    for place, number in gmatch(text, "%f[%w]()([45]%d%d)%f[%W]") do
        local before = lower(sub(text, place - 12 > 0 and place - 12 or 1, place - 1))
        if find(before, "http/?[%d.]* $") or find(before, "error:? $") or find(before, "status:? $")
            or find(before, "code:? $") or find(text, "^ %u%l+ ?%u?%l", place + 3) then
            return tonumber(number)
        end
        tried = tried + 1
        if tried == most_numbers then return nil end
    end
end


--- Reads the members of an error from a text, as far as they are labelled; otherwise the codes of the
--- catalogue that the text names, and a status.
---
---     fields.read "[Code: InstanceNotFound; Message: gone; RequestId: 0eb6]"
---
---@param text string
---@return { code: string?, message: string?, requestId: string?, status: integer?, cause: string?,
---codes: string[] }
function fields.read(text)
    text = in_view(text)
    local found = {}
    read_line(text, found)
    local joined = join_labels(text)
    for label, place in gmatch(joined, "%f[%w_-]([%w_-]+)[\"']?%s*[:=]%s*()") do
        local known = #label <= longest_label and labels[gsub(lower(label), "[_-]", "")]
        local value = known and not found[known] and value_at(joined, place, known)
        if value then note(found, known, value) end
    end
    found.message = found.message or message_before_brackets(text)
    found.codes = found.code and {} or named_codes(text)
    found.status = found.status or named_status(text)
    return found
end


return fields
