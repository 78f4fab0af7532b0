--- Reads errors from sentences: SDKs, logs and this library print "code", "status", "message" and "request
--- id" before their values.

local state = require "cfs.errors.base.state"

local byte, find, gmatch, gsub = string.byte, string.find, string.gmatch, string.gsub
local match, sub = string.match, string.sub
local lower = require("cfs.errors.base.text").lower

local fields = {}

-- How many bytes of a received message are taken.
local longest_message = 2000

-- How many errors of a text are read, and how many labels.
local most_errors, most_labels = 16, 200

-- How many bytes a label has at most.
local longest_label = 24

-- Labels, in lower case without the characters between their words.
local labels = {
    code = "code", errorcode = "code", errcode = "code", serviceerrorcode = "code",
    bceerrorcode = "code", xbceerrorcode = "code", ["错误码"] = "code", ["错误代码"] = "code",
    status = "status", statuscode = "status", httpstatus = "status", httpstatuscode = "status",
    httpcode = "status", ["状态码"] = "status", ["http状态码"] = "status",
    requestid = "requestId", xbcerequestid = "requestId", bcerequestid = "requestId",
    ["请求id"] = "requestId",
    message = "message", msg = "message", errormessage = "message", errmsg = "message",
    xbceerrormessage = "message", ["消息"] = "message", ["错误消息"] = "message", ["错误信息"] = "message",
    cause = "cause",
}

-- The words of gRPC's statuses, which are no codes of the service.
local is_grpc = {}
for word in gmatch("OK Canceled Cancelled Unknown InvalidArgument DeadlineExceeded NotFound AlreadyExists "
    .. "PermissionDenied ResourceExhausted FailedPrecondition Aborted OutOfRange Unimplemented Internal "
    .. "Unavailable DataLoss Unauthenticated", "%a+") do
    is_grpc[word] = true
end

-- The last bytes of labels in ASCII.
local last_bytes = {}
for label in pairs(labels) do last_bytes[byte(label, -1)] = true end

-- A request id that no colon stands before.
local unlabelled_id = "^equest ?[iI]?[dD]?[ `'\"(]+(%x+%-%x+%-%x+%-%x+%-%x+)"

-- What stands before a name that is another program's, at its end: a class, a constant.
local foreign = { "java%.io%.$", "%$$", "[sS]tatus[cC]?o?d?e?%.$" }


-- What the label before this place of a text in lower case means; nil if it is none. The last byte rules most
-- words out.
local function label_before(low, place)
    local last = byte(low, place - 1)
    if last == 32 or last == 34 or last == 39 then last = byte(low, place - 2) end
    if not last or last < 128 and not last_bytes[last] then return nil end
    local before = sub(low, place > longest_label and place - longest_label or 1, place - 1)
    local label = match(before, "^.*%f[%w_\128-\255-]([%w_\128-\255-]+)[\"']? *$")
    if not label then return nil end
    if label == "id" then label = (match(before, "(%S+) ?id[\"']? *$") or "") .. label end -- "Request ID"
    return labels[label] or find(label, "[_-]") and labels[gsub(label, "[_-]", "")]
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
    local quote, first = match(text, "^b?([\"'])()", place)
    local quoted = quote == '"' and match(text, '^([^"\n]*)"', first)
        or quote and match(sub(text, first, first + longest_message) .. "\n", "^([^\n]-)'[^%w]")
    if quoted then return quoted end
    if label ~= "message" and label ~= "cause" then return match(text, "^[%w._-]*[%w_-]", place) end
    local rest = match(sub(text, place, place + longest_message), "^[^;\n\r]*")
    return match(rest, "^(.-)[,%]%)]%s*%a[%w_ ]*[:=]") or trim(rest)
end


local function is_code(value)
    return state.kinds[value]
        or #value > 3 and #value <= 128 and find(value, "^%u[%w._-]*%l[%w._-]*$") and not is_grpc[value]
end


-- Notes a value under its label in the last of the records. A second code begins another record.
local function note(records, label, value)
    local record = records[#records]
    if label == "code" and find(value, "^[2-5]%d%d$") then label = "status" end
    if value == "" then
        return -- nothing is said
    elseif label == "status" then
        record.status = record.status or tonumber(match(value, "^[2-5]%d%d%f[%D]"))
    elseif label == "code" then
        if not is_code(value) then return end
        if record.code and record.code ~= value and #records < most_errors then
            record = {}
            records[#records + 1] = record
        end
        record.code = record.code or value
    elseif label ~= "requestId" or find(value, "%d") then -- not "request_id=request_id" in a program
        record[label] = record[label] or value
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
            if state.kinds[word] then break end
        end
    end
    found.code, found.requestId = name and is_code(name) and name or nil, request_id
    found.message, found.status = sub(message, place or 1), tonumber(status)
end


--- The codes of the catalogue that a text names, each once.
function fields.codes(text)
    local codes, seen = {}, {}
    for place, word in gmatch(text, "%f[%w_]()(%u[%w_]+)") do
        if state.kinds[word] and not seen[word] then
            local before, is_foreign = sub(text, place > 12 and place - 12 or 1, place - 1), false
            for _, pattern in ipairs(foreign) do is_foreign = is_foreign or find(before, pattern) end
            if not is_foreign then seen[word], codes[#codes + 1] = true, word end
        end
    end
    return codes
end


--- Reads the members of errors from a text, as far as they are labelled: a record for each error, at
--- least one. Each is also there by its code.
---
---     fields.read "[Code: InstanceNotFound; Message: gone; RequestId: 0eb6]"
function fields.read(text)
    local records = { {} }
    read_line(text, records[1])
    local code, message = match(line_before(text, " (requestId: ") or "", "%[(%u%w+)%] (.*)$") -- bce-cli
    if code and is_code(code) then records[1] = { code = code, message = message } end
    if find(text, "是", 1, true) then text = gsub(text, "(%a)是(%w)", "%1:%2") end -- "code是X"
    local tried, low = 0, lower(text)
    for place, first in gmatch(text, "()[:=]%s*()") do
        tried = tried + 1
        if tried > most_labels then break end
        local known = label_before(low, place)
        tried = known == "cause" and tried + most_labels / 8 or tried
        if known and (known == "code" or not records[#records][known]) then
            local value = value_at(text, first, known)
            if value then note(records, known, value) end
        end
    end
    records[1].message = records[1].message or message_before_brackets(text)
    local place = find(text, "equest", 1, true)
    for _ = 1, most_errors do
        if records[1].requestId or not place then break end
        records[1].requestId = match(sub(text, place, place + 64), unlabelled_id)
        place = find(text, "equest", place + 1, true)
    end
    for _, record in ipairs(records) do
        if record.code then records[record.code] = records[record.code] or record end
    end
    return records
end


return fields
