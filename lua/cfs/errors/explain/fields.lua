--- Reads errors from sentences: SDKs, logs and this library print "code", "status", "message" and "request
--- id" before their values.

local clean = require "cfs.errors.explain.clean"
local state = require "cfs.errors.base.state"

local find, gmatch, gsub = string.find, string.gmatch, string.gsub
local match, max, sub = string.match, math.max, string.sub
local lower = require("cfs.errors.base.text").lower

local fields = {}

-- How many bytes of a received message are taken; how many a label has at most.
local longest_message, longest_label = 2000, 24

-- Meaning → labels, in lower case without the characters between their words; turned round below.
local labels = {
    code = "code errorcode errcode serviceerrorcode bceerrorcode xbceerrorcode 错误码 错误代码",
    status = "status statuscode httpstatus httpstatuscode httpcode 状态码 http状态码",
    requestId = "requestid xbcerequestid bcerequestid 请求id",
    message = "message msg errormessage errmsg xbceerrormessage 消息 错误消息 错误信息",
    cause = "cause",
}

local meanings = {}
for meaning, list in pairs(labels) do
    for label in gmatch(list, "%S+") do meanings[label] = meaning end
end

-- The words of gRPC's statuses, which are no codes of the service.
local of_grpc = " Canceled Cancelled Unknown InvalidArgument DeadlineExceeded NotFound AlreadyExists "
    .. "PermissionDenied ResourceExhausted FailedPrecondition Aborted OutOfRange Unimplemented Internal "
    .. "Unavailable DataLoss Unauthenticated "

-- A request id that no colon stands before.
local unlabelled_id = "equest ?[iI]?[dD]?[ `'\"(]+(%x+%-%x+%-%x+%-%x+%-%x+)"

-- What stands before a name that is another program's, at its end: a class, a constant.
local foreign = { "java%.io%.$", "%$$", "[sS]tatus[cC]?o?d?e?%.$" }

-- What the label before this place of a text in lower case means; nil if it is none.
local function label_before(low, place)
    local before = sub(low, max(place - longest_label, 1), place - 1)
    local label = match(before, "^.*%f[%w_\128-\255-]([%w_\128-\255-]+)[\"']? *$")
    if not label then return nil end
    if label == "id" then label = match(before, "(%S*) ?id[\"']? *$") .. label end -- "Request ID"
    return meanings[gsub(label, "[_-]", "")]
end

-- The value that begins at this place: within quotes, or up to what ends it there.
local function value_at(text, place, label)
    local quote, first = match(text, "^b?([\"'])()", place)
    local quoted = quote == '"' and match(text, '^([^"\n]*)"', first)
        or quote and match(sub(text, first, first + longest_message) .. "\n", "^([^\n]-)'[^%w]")
    if quoted then return quoted end
    if label ~= "message" and label ~= "cause" then return match(text, "^[%w._-]*[%w_-]", place) or "" end
    local rest = match(sub(text, place, place + longest_message), "^[^;\n\r]*")
    local message = match(rest, "^(.-)[,%]%)]%s*%a[%w_ ]*[:=]") or match(rest, "^.*%S") or ""
    return match(message, "^([^(]*)%)$") or match(message, "^(.*)[%]}]$") or message
end

local function is_code(value)
    return state.kinds[value]
        or #value > 3 and #value <= 128 and find(value, "^%u[%w._-]*%l[%w._-]*$")
            and not find(of_grpc, " " .. value .. " ", 1, true)
end

-- Notes a value under its label in the last of the records. A second code begins another record.
local function note(records, label, value)
    local record = records[#records]
    if label == "code" and find(value, "^[2-5]%d%d$") then label = "status" end
    if label == "status" then value = tonumber(match(value, "^[2-5]%d%d%f[%D]")) end
    -- "request_id=request_id" stands in a program
    local is_none = label == "code" and not is_code(value) or label == "requestId" and not find(value, "%d")
    if is_none or value == "" then return end
    if label == "code" and record.code and record.code ~= value then
        record = {}
        records[#records + 1] = record
    end
    record[label] = record[label] or value
end

-- What stands on the line before a mark; nil if there is none.
local function line_before(text, mark)
    local stop = find(text, mark, 1, true)
    return stop and match("\n" .. sub(text, max(stop - longest_message, 1), stop - 1), "^.*\n(.*)$")
end

-- "NoSuchKey [r-1]: gone (404 Not Found); what to do: ...", as tostring(err) has it.
local function read_line(line, found)
    local head, cause = match(line, "^(.-); cause: (.*)$")
    local message, status = match(head or line, "^(.*) %((%d%d%d)[^()]*%)$")
    found.message, found.status, found.cause = message or head or line, tonumber(status), cause
    for name, behind in gmatch(found.message, "%f[%w_.-]([%w_.-]+)()") do
        local request_id, place = match(found.message, "^ %[([^%]%s]+)%]: ()", behind)
        place = place or match(found.message, "^: ()", behind)
        if place and is_code(name) then
            found.code, found.requestId, found.message = name, request_id, sub(found.message, place)
            return
        end
    end
end

--- The codes of the catalogue that a text names, each once.
function fields.codes(text)
    local codes, seen = {}, {}
    for place, word in gmatch(text, "%f[%w_]()(%u[%w_]+)") do
        if state.kinds[word] and not seen[word]
            and not clean.has(sub(text, max(place - longest_label, 1), place - 1), foreign) then
            seen[word], codes[#codes + 1] = true, word
        end
    end
    return codes
end

--- Reads the members of errors from a text, as far as they are labelled: a record for each error, at
--- least one. Each is also there by its code.
function fields.read(text)
    local first = {}
    local records, line = { first }, line_before(text, "; what to do: ")
    if line then read_line(line, first) end
    local code, message = match(line_before(text, " (requestId: ") or "", "%[(%u%w+)%] (.*)$") -- bce-cli
    if code and is_code(code) then first.code, first.message = code, message end
    text = gsub(text, "是(%w)", ":%1") -- "错误码是X"
    local low = lower(text)
    for place, start in gmatch(text, "()[:=]%s*()") do
        local label = label_before(low, place)
        if label == "code" or label and not records[#records][label] then
            note(records, label, value_at(text, start, label))
        end
    end
    -- "gone (Status Code: 404; ...)" and "gone [requestId:r ...]"
    line = line_before(text, " (Status Code:") or line_before(text, " [requestId:") or ""
    message = match(line, "Exception: (.*)$") or match(line, "%.%a+Error: (.*)$") or line
    first.message = first.message or match(message, "^%s*(.*%S)")
    first.requestId = first.requestId or match(text, unlabelled_id)
    for _, record in ipairs(records) do
        if record.code then records[record.code] = records[record.code] or record end
    end
    return records
end

return fields
