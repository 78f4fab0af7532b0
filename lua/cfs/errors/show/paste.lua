--- Responses as a terminal shows them: what `curl -i`, `curl -v`, `wget -S` and HTTPie print, with a
--- prompt, a meter of progress or other words around them.

local envelope = require "cfs.errors.wire.envelope"

local byte, find, gmatch, gsub, match, sub =
    string.byte, string.find, string.gmatch, string.gsub, string.match, string.sub
local max = math.max

local paste = {}

-- Of a text, no more places than this are tried as the beginning of a JSON document.
local most_documents = 8

-- How far a status line may be indented.
local deepest = 16


-- What a line of curl's meter is replaced by, which may stand in the midst of another line.
local function end_of_meter(behind)
    return find(behind, "^[*<>{}=\r\n]") and "\n" .. behind or behind
end


-- The text as if the terminal had no colours, and curl no meter.
local function without_decoration(text)
    if find(text, "\27[", 1, true) then text = gsub(text, "\27%[[%d;]*m", "") end
    if find(text, "--:--:--", 1, true) then
        text = gsub(text, "[\r\n] *%d[ %d.:kMGTP-]*%-%-:%-%-:%-%-[ %d.:kMGTP-]*(.?)", end_of_meter)
    end
    return text
end


-- The lines that `curl -v` received, without those that it sent or that tell what it does. What it
-- tells last stands right behind a body that does not end its line.
local function received(text)
    if not find(text, "\n< HTTP/", 1, true) then return text end
    text = gsub(text, "\n[*>]%f[%s][^\n]*", "")
    text = gsub(text, "\n[{}] %[%d+ bytes data%]", "")
    text = gsub(text, "%* [%a ]*onnection #?%d[^\n]*", "")
    return (gsub(text, "\n<%f[%s] ?", "\n"))
end


-- The fields of a head, by their names as written; of a name twice the first.
local function read_fields(head)
    local fields = {}
    for name, value in gmatch(head, "\n[ \t]*([^%s:]+):[ \t]*([^\r\n]*)") do
        fields[name] = fields[name] or match(value, "^.*[^ \t]") or ""
    end
    return fields
end


-- Is what "HTTP/" at this place begins a status line by itself? And is it the first line of a head?
-- A body may have a line that looks like one.
local function status_at(text, start)
    local before = start - 1
    while before > start - deepest and find(sub(text, before, before), "^[ \t]") do before = before - 1 end
    if byte(text, before) ~= 10 then return nil end
    local number, stop = match(text, "^HTTP/%d[%d.]* +(%d%d%d)%f[%D][^\n]*()", start)
    if not number then return nil end
    local is_head = find(text, "^\n[ \t]*\r?%f[\n%z]", stop) or find(text, "^\n[ \t]*[%w-]+:", stop)
        or stop > #text or find(text, "^\n[ \t]*HTTP/", stop)
    return number, is_head, before + 1 < start
end


-- Where the last head begins: its status, place, and whether it is indented.
local function last_head(text)
    local best
    local start = find(text, "HTTP/", 1, true)
    while start do
        local number, is_head, indented = status_at(text, start)
        if number and (is_head or not best) then
            best = { status = tonumber(number), start = start, indented = indented }
        end
        start = find(text, "HTTP/", start + 5, true)
    end
    return best
end


-- Where a head ends and its body begins: behind an empty line; wget indents a head and leaves the line
-- out.
local function end_of_head(text, head)
    local _, stop
    if head.indented then
        local place = head.start
        repeat
            stop = find(text, "\n", place, true)
            place = stop and stop + 1
        until not place or not find(text, "^[ \t]+[%w-]+:", place)
        if not place then return #text end
        local _, blank = find(text, "^[ \t]*\r?\n", place)
        return blank or stop
    end
    _, stop = find(text, "\r?\n\r?\n", head.start)
    return stop or #text
end


--- Reads a response: status line, header fields and body, the lines ended by CR LF or by LF. Of several
--- responses it is the last one: 100 Continue, a proxy's "200 Connection established" and the redirects
--- that `curl -L` followed come before it. Other lines, such as the command, may stand before all that.
---
---     paste.read "HTTP/2 404\r\nx-bce-request-id: r-1\r\n\r\n{...}"
---
---@param text string
---@return { status: integer, headers: table<string, string>, body: string }? response nil if no
---line begins as a status line does
function paste.read(text)
    if not find(text, "HTTP/", 1, true) then return nil end
    text = received(without_decoration("\n" .. text))
    local head = last_head(text)
    if not head then return nil end
    local stop = end_of_head(text, head)
    return {
        status = head.status,
        headers = read_fields(sub(text, head.start, stop)),
        body = sub(text, stop + 1),
    }
end


-- Reads what begins at this place. What follows the document does not count.
local function read_document(text, start)
    local document = start > 1 and sub(text, start) or text
    local err, reason, what, position = envelope.parse(document)
    if what == "malformed" and find(reason, "expected the end of the document", 1, true) then
        document = sub(document, 1, position - 1)
        err, reason, what, position = envelope.parse(document)
    end
    return { err = err, document = document, reason = reason, what = what, position = position or 1 }
end


--- The JSON document in a text: the first envelope, whatever stands before it and behind it; else the
--- first thing that begins like an object.
---@param text string
---@return { err: cfs.error?, document: string, start: integer, reason: string?, what: string?,
---position: integer? }? found why it is no envelope, and its place; nil if there is no brace
function paste.document(text)
    text = without_decoration(text)
    local first
    local start = find(text, "{", 1, true)
    for _ = 1, most_documents do
        if not start then break end
        local found = read_document(text, start)
        found.start = start
        if found.err then return found end
        first = first or found
        -- within a document that is none of the service's no other begins
        local read = found.what == "not_envelope" and #found.document or found.position - 1
        start = find(text, "{", start + max(read, 1), true)
    end
    return first
end


return paste
