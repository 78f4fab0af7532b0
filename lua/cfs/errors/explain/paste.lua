--- Responses as a terminal shows them: what `curl -i`, `curl -v`, `wget -S` and HTTPie print, with a
--- prompt or other words around them; and JSON documents within a text.

local envelope = require "cfs.errors.wire.envelope"

local byte, find, gmatch, gsub, match, sub =
    string.byte, string.find, string.gmatch, string.gsub, string.match, string.sub
local max = math.max

local paste = {}

-- How many places of a text are tried as the beginning of a JSON document, how many as that of a head.
local most_documents, most_heads, most_tries = 12, 8, 16

-- How many bytes of the beginning and of the end are searched for curl's own lines.
local most_told, most_told_last = 6144, 512


-- The lines that `curl -v` received, without those that it sent and those about what it does. If the body
-- does not end its line, curl's last line follows it without a line end.
local function received(text)
    local told, rest = sub(text, 1, most_told), sub(text, most_told + 1)
    told = gsub(told, "\n[*>]%f[%s][^\n]*", "")
    told = gsub(told, "\n[{}] %[%d+ bytes data%]", "")
    told = gsub(told, "\n<%f[%s] ?", "\n") .. rest
    local last = max(1, #told - most_told_last)
    return sub(told, 1, last - 1) .. gsub(sub(told, last), "%* [%a ]*onnection #?%d[^\n]*", "")
end


-- The fields of a head, by their names as written. If a name comes twice, the first counts.
local function read_fields(head)
    local fields = {}
    for name, value in gmatch(head, "\n[ \t]*([^%s:]+):[ \t]*([^\r\n]*)") do
        fields[name] = fields[name] or match(value, "^.*[^ \t]") or ""
    end
    return fields
end


-- Does a head go on behind its status line? A body may have a line that looks like one.
local function goes_on(text, stop)
    return stop > #text or find(text, "^\n[ \t]*[%w-]+:", stop) or find(text, "^\n[ \t]*\r?\n", stop)
        or find(text, "^\n[ \t]*\r?$", stop) or find(text, "^\n[ \t]*HTTP/", stop)
end


-- Where lines begin as status lines do: a list of places; wget indents them. The mark is "<" where `curl -v`
-- has received one, ">" where a mail quotes one.
local function starts_of_heads(text)
    local starts, indented, mark = {}, {}, nil
    local place, tried = find(text, "HTTP/", 1, true), 0
    while place and #starts < most_heads and tried < most_tries do
        local before, spaces = match(sub(text, place > 9 and place - 9 or 1, place - 1), "\n([<>]?)([ \t]*)$")
        if before == "" then
            local list = spaces == "" and starts or indented
            list[#list + 1] = place
        elseif before == "<" or before and not mark then
            mark = before
        end
        place, tried = find(text, "HTTP/", place + 1, true), tried + 1
    end
    return #starts > 0 and starts or indented, mark
end


-- The heads of a text, each with its status, its place, and whether it is indented.
local function heads_of(text, starts)
    local heads, doubtful = {}, nil
    for _, start in ipairs(starts) do
        local number, stop = match(text, "^HTTP/%d[%d.]* +(%d%d%d)%f[%D][^\n]*()", start)
        local head = number and { status = tonumber(number), start = start,
            indented = byte(text, start - 1) ~= 10 }
        if head and goes_on(text, stop) then heads[#heads + 1] = head end
        doubtful = doubtful or head or nil
    end
    return #heads > 0 and heads or { doubtful }
end


-- Which head is the response's, and where its body ends: the last, as 100 Continue, a proxy's "200 Connection
-- established" and redirects come before it. Of several errors it is the first that comes with a code.
local function choose(text, heads)
    local last = heads[#heads]
    for index = 1, #heads - 1 do
        local stop = heads[index + 1].start - 1
        local is_error = heads[index].status >= 400 and last.status >= 400
        local part = is_error and sub(text, heads[index].start, stop) or ""
        if find(part, '"code"', 1, true) or find(part, "rror-code:", 1, true)
            or find(part, "rror-Code:", 1, true) then
            return heads[index], stop
        end
    end
    return last
end


-- Where a head ends and its body begins: behind an empty line; wget indents a head and leaves the line
-- out.
local function end_of_head(text, head)
    if head.indented then
        local place, stop = head.start
        repeat
            stop = find(text, "\n", place, true)
            place = stop and stop + 1
        until not place or not find(text, "^[ \t]+[%w-]+:", place)
        if not place then return #text end
        local _, blank = find(text, "^[ \t]*\r?\n", place)
        return blank or stop
    end
    local plain, with_return = find(text, "\n\n", head.start, true), find(text, "\n\r\n", head.start, true)
    if plain and (not with_return or plain < with_return) then return plain + 1 end
    return with_return and with_return + 2 or #text
end


--- Reads a response: a table of its status, headers and body; nil if no line begins as a status line does.
--- Lines end in CR LF or LF. Other lines, such as the command, may stand before it.
---
---     paste.read "HTTP/2 404\r\nx-bce-request-id: r-1\r\n\r\n{...}"
function paste.read(text)
    if not find(text, "HTTP/", 1, true) then return nil end
    text = "\n" .. text
    local starts, mark = starts_of_heads(text)
    if mark then
        text = mark == "<" and received(text) or gsub(text, "\n> ?", "\n")
        starts = starts_of_heads(text)
    end
    local head, last = choose(text, heads_of(text, starts))
    if not head then return nil end
    local stop = end_of_head(text, head)
    local body = sub(text, stop + 1, last)
    return {
        status = head.status,
        headers = read_fields(sub(text, head.start, stop)),
        -- wget's own lines after a head are no body
        body = head.indented and not find(body, "[{<]") and "" or body,
    }
end


-- Reads the document that begins a text. What follows it does not count.
local function read_document(text)
    local err, reason, what, position = envelope.parse(text)
    if what == "malformed" and find(reason, "expected the end of the document", 1, true) then
        return read_document(sub(text, 1, position - 1))
    end
    return err, text, what
end


--- The first envelope in a text, whatever stands before it and behind it; its document; and, if there is no
--- envelope, why the first thing that begins like an object is none.
function paste.document(text)
    local document, what
    local start = find(text, "{", 1, true)
    for _ = 1, most_documents do
        if not start then break end
        local err, candidate, problem = read_document(sub(text, start))
        -- another program's number is no code
        if err and not find(err.code, "^%d+$") then return err, candidate end
        document, what = document or candidate, what or problem
        start = find(text, "{", start + 1, true)
    end
    return nil, document, what
end


return paste
