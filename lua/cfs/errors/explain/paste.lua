--- Responses as a terminal shows them: what `curl -i`, `curl -v`, `wget -S` and HTTPie print, with a
--- prompt or other words around them; and JSON documents within a text.

local envelope = require "cfs.errors.wire.envelope"

local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

local paste = {}

-- How many places are tried as the beginning of a document.
local most_documents = 12

-- The response's head, with its status, its place, and whether it is indented, as wget has it; where its body
-- ends. It is the last, as 100 Continue, a proxy's "200 Connection established" and redirects come before it;
-- of several errors the first with a code. A body may have a line like a status line; a head goes on.
local function head_of(text)
    local heads, start, stop = {}, find(text, "HTTP/")
    while start do
        local indent = match(sub(text, math.max(start - 9, 1), start - 1), "\n([ \t]*)$")
        local number, behind = match(indent and text or "", "^HTTP/%d[%d.]* +(%d%d%d)%f[%D][^\n]*()", start)
        local line = number and match(text, "^\n?[ \t]*([^\r\n]*)", behind)
        if line and (#heads == 0 or line == "" or find(line, "^[%w-]+:") or find(line, "^HTTP/")) then
            heads[#heads + 1] = { status = tonumber(number), start = start, indented = indent ~= "" }
        end
        start, stop = find(text, "HTTP/", stop)
    end
    local last = heads[#heads]
    for index = 1, #heads - 1 do
        local head, before = heads[index], heads[index + 1].start - 1
        local part = head.status >= 400 and last.status >= 400 and sub(text, head.start, before)
        if part and (find(part, '"code"') or find(part, "rror-[cC]ode:")) then return head, before end
    end
    return last
end

--- Reads a response: a table of its status, headers (a block) and body; nil if no line begins as a status
--- line does. Lines end in CR LF or LF. Other lines, such as the command, may stand before it.
function paste.read(text)
    text = "\n" .. text
    if find(text, "\n< HTTP/") then -- what `curl -v` sent and says of what it does is left out
        text = gsub(gsub(text, "\n[*>]%f[%s][^\n]*", ""), "\n[{}] %[%d+ bytes data%]", "")
        text = gsub(text, "\n<%f[%s] ?", "\n")
    elseif find(text, "\n> HTTP/") then -- a mail quotes it
        text = gsub(text, "\n> ?", "\n")
    end
    local head, last = head_of(text)
    if not head then return nil end
    local stop, start = match(text, "()\n\r?\n()", head.start)
    local body = start and sub(text, start, last) or ""
    return {
        status = head.status,
        headers = gsub(sub(text, head.start, stop), "\n[ \t]+", "\n"),
        -- wget's own lines after a head are no body
        body = head.indented and not find(body, "[{<]") and "" or body,
    }
end

--- The first envelope in a text, whatever stands before it and behind it; its document; and, if there is no
--- envelope, why the first thing that begins like an object is none.
function paste.document(text)
    local document, what
    local start = find(text, "{")
    for _ = 1, most_documents do
        if not start then break end
        local candidate = sub(text, start)
        local err, reason, problem, position = envelope.parse(candidate)
        if problem == "malformed" and find(reason, "expected the end of the document") then
            candidate, problem = sub(candidate, 1, position - 1), "not_envelope"
            err = envelope.parse(candidate)
        end
        -- another program's number is no code
        if err and not find(err.code, "^%d+$") then return err, candidate end
        document, what = document or candidate, what or problem
        start = find(text, "{", start + 1)
    end
    return nil, document, what
end

return paste
