--- Responses as a terminal shows them: what `curl -i` prints.

local find, gmatch, match, sub = string.find, string.gmatch, string.match, string.sub

local transcript = {}


-- The fields of a head, by their names as written; of a name twice the first.
local function read_fields(head)
    local fields = {}
    for name, value in gmatch(head, "\n([^%s:]+):[ \t]*([^\r\n]*)") do
        fields[name] = fields[name] or match(value, "^(.-)[ \t]*$")
    end
    return fields
end


--- Reads a response: status line, header fields and body, the lines ended by CR LF or by LF. Heads
--- without a body may come before it: 100 Continue, a proxy's "200 Connection established", and the
--- redirects that `curl -L` followed.
---
---     transcript.read "HTTP/2 404\r\nx-bce-request-id: r-1\r\n\r\n{...}"
---
---@param text string
---@return { status: integer, headers: table<string, string>, body: string }? response nil if the
---text does not begin with a status line
function transcript.read(text)
    local status, first, last
    local start = find(text, "%S") or 1
    while true do
        local number = match(text, "^HTTP/%d[%d.]* +(%d%d%d)%f[%D]", start)
        if not number then break end
        local _, stop = find(text, "\r?\n\r?\n", start)
        status, first, last = number, start, stop or #text
        start = last + 1
    end
    if not status then return nil end
    return {
        status = tonumber(status),
        headers = read_fields(sub(text, first, last)),
        body = sub(text, last + 1),
    }
end


return transcript
