--- Responses as a terminal shows them: what `curl -i` and `curl -v` print.

local find, gmatch, gsub, match, sub =
    string.find, string.gmatch, string.gsub, string.match, string.sub

local paste = {}


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
    for name, value in gmatch(head, "\n([^%s:]+):[ \t]*([^\r\n]*)") do
        fields[name] = fields[name] or match(value, "^.*[^ \t]") or ""
    end
    return fields
end


--- Reads a response: status line, header fields and body, the lines ended by CR LF or by LF. Heads
--- without a body may come before it: 100 Continue, a proxy's "200 Connection established", and the
--- redirects that `curl -L` followed; and before all that, other lines, such as the command.
---
---     paste.read "HTTP/2 404\r\nx-bce-request-id: r-1\r\n\r\n{...}"
---
---@param text string
---@return { status: integer, headers: table<string, string>, body: string }? response nil if no
---line begins as a status line does
function paste.read(text)
    text = received("\n" .. text)
    local status, first, last
    local start = match(text, "\n[ \t]*()HTTP/%d[%d.]* +%d%d%d%f[%D]")
    if not start then return nil end
    while true do
        local number = match(text, "^HTTP/%d[%d.]* +(%d%d%d)%f[%D]", start)
        if not number then break end
        local _, stop = find(text, "\r?\n\r?\n", start)
        status, first, last = number, start, stop or #text
        start = last + 1
    end
    return {
        status = tonumber(status),
        headers = read_fields(sub(text, first, last)),
        body = sub(text, last + 1),
    }
end


return paste
