--- Responses that are no error envelopes, though they come with the status of an error: what proxies,
--- crashes, cut connections and other services make of a body.

local core = require "cfs.errors.core"
local misuse = require "cfs.errors.base.misuse"
local text = require "cfs.errors.base.text"

local char, format, gsub, rep, sub = string.char, string.format, string.gsub, string.rep, string.sub

local broken = {}

local statuses = { 400, 403, 404, 408, 413, 421, 429, 500, 502, 503, 504 }

local types = { "application/json", "application/json; charset=utf-8", "text/html", "text/plain", false }

local id_headers = { "X-Bce-Request-Id", "x-bce-request-id", "X-BCE-REQUEST-ID", false }

-- A list of its own, as the catalogue may grow: a seed makes the same responses with every version of it.
local codes = { "InstanceNotFound", "RateLimit", "InternalError", "DropMountedFS", "NoSuchKey" }

local bom = "\239\187\191"

-- Name, the origin that errors.from_response tells, and the body: a text in which $envelope, $id and
-- $code are filled in, or a function that makes one out of an envelope.
local forms = {}


local function add(name, origin, body)
    forms[#forms + 1] = { name = name, origin = origin, body = body }
end


-- The same for bodies that have the requestId although they are no envelope.
local function add_identified(name, origin, body)
    add(name, origin, body)
    forms[#forms].is_identified = true
end


-- Bodies that are not there.

add("no body", "empty", nil)
add("an empty body", "empty", "")
add("an empty line", "empty", "\r\n")
add("white space", "empty", " \t\r\n ")

-- Pages.

add("a proxy's page", "html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    .. "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
add("a page with a document type", "html", "<!DOCTYPE html>\n<html lang=\"en\"><title>Error</title></html>")
add("a page behind a byte order mark", "html", bom .. "<html><body>Error</body></html>")
add("a page behind empty lines", "html", "\r\n\r\n  <html><body>Error</body></html>")
add("a page that quotes the envelope", "html", "<html><body><pre>$envelope</pre></body></html>")
add("a page that is cut", "html", "<html><head><title>503 Serv")
add("a page that sends to a login", "html", "<script>location='/login?id=$id'</script>")
add("a comment only", "html", "<!-- $id -->")
add("an error in XML", "xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    .. "<Error><Code>$code</Code><RequestId>$id</RequestId></Error>")
add("XML without a declaration", "xml", "<Error><Code>$code</Code></Error>")

-- Text that is no JSON.

add("a reason phrase", "malformed", "Bad Gateway")
add("a proxy's sentence", "malformed", "upstream connect error or disconnect/reset before headers")
add("a number and a sentence", "malformed", "502 Bad Gateway: $id")
add("a form", "malformed", "code=$code&requestId=$id")
add("YAML", "malformed", "code: $code\nrequestId: $id\n")
add("an event of a stream", "malformed", "data: $envelope\n\n")
add("a log line", "malformed", "2026/01/02 03:04:05 [error] 7#7: *1 recv() failed, request $id")
add("a traceback", "malformed", "Traceback (most recent call last):\n  File \"app.py\", line 7\n$code")
add("compressed bytes", "malformed", "\31\139\8\0\0\0\0\0\0\3\171V\74\206OIU\178R")
add("UTF-16", "malformed", function(envelope) return "\255\254" .. gsub(envelope, ".", "%0\0") end)
add("zero bytes", "malformed", rep("\0", 64))

-- Envelopes in a wrapping.

add("a chunk's frame", "malformed", function(envelope)
    return format("%x\r\n%s\r\n0\r\n\r\n", #envelope, envelope)
end)
add("a header's end", "malformed", "Content-Type: application/json\r\n\r\n$envelope")
add("a script's call", "malformed", "callback($envelope);")
add("a guard against scripts", "malformed", ")]}',\n$envelope")
add("a warning in front", "malformed", "Warning: undefined index\n$envelope")
add("the envelope twice", "malformed", "$envelope$envelope")
add("lines of envelopes", "malformed", "$envelope\n$envelope\n")
add("a zero byte behind", "malformed", "$envelope\0")
add("a brace too many", "malformed", "$envelope}")
add("a page behind", "malformed", "$envelope<html></html>")
add("two byte order marks", "malformed", bom .. bom .. "$envelope")

-- What only looks like JSON.

add("single quotes", "malformed", "{'requestId': '$id', 'code': '$code'}")
add("names without quotes", "malformed", '{requestId: "$id", code: "$code"}')
add("a comma at the end", "malformed", '{"requestId": "$id", "code": "$code",}')
add("a comma at the beginning", "malformed", '{,"requestId": "$id", "code": "$code"}')
add("no comma", "malformed", '{"requestId": "$id" "code": "$code"}')
add("no colon", "malformed", '{"requestId": "$id", "code" "$code"}')
add("an equals sign", "malformed", '{"requestId" = "$id", "code" = "$code"}')
add("no value", "malformed", '{"requestId": , "code": "$code"}')
add("a comment", "malformed", '{"requestId": "$id", /* why */ "code": "$code"}')
add("the constant of another language", "malformed", '{"retry": True, "code": "$code"}')
add("undefined", "malformed", '{"requestId": undefined, "code": "$code"}')
add("not a number", "malformed", '{"delay": NaN, "code": "$code"}')
add("a number with a zero in front", "malformed", '{"delay": 007, "code": "$code"}')
add("a hexadecimal number", "malformed", '{"delay": 0x1F, "code": "$code"}')
add("an unknown escape", "malformed", '{"code": "$code", "message": "\\x41"}')
add("an escape that is cut", "malformed", '{"code": "$code", "message": "\\u00"}')
add("a line's end within a string", "malformed", '{"code": "$code", "message": "one\ntwo"}')
add("a tab within a string", "malformed", '{"code": "$code", "message": "one\ttwo"}')


-- Damage at a place that the seed chooses: each of these is sure to make the envelope unreadable.

local function cut(envelope, random)
    return sub(envelope, 1, random(#envelope - 1))
end


-- JSON has no control byte but tab, line feed and carriage return, and those in no string.
local function spoil(envelope, random)
    local place = random(#envelope)
    return sub(envelope, 1, place - 1) .. char(random(8)) .. sub(envelope, place)
end


-- Without one of its quotes, which are even in number.
local function unquote(envelope, random)
    local _, quotes = gsub(envelope, '"', '"')
    local wanted, count = random(quotes), 0
    return (gsub(envelope, '"', function()
        count = count + 1
        return count == wanted and "" or nil
    end))
end


for index = 1, 8 do
    add("a cut, " .. index, "malformed", cut)
    add("a control byte, " .. index, "malformed", spoil)
    add("a quote lost, " .. index, "malformed", unquote)
end


-- JSON within JSON, without an end.

local function nest(opening, value, closing)
    return function(envelope, random)
        local depth = 64 + random(64)
        return sub(envelope, 1, -2) .. ',"details":' .. rep(opening, depth) .. value
            .. rep(closing, depth) .. "}"
    end
end


add("arrays, too deep", "too_deep", nest("[", "", "]"))
add("objects, too deep", "too_deep", nest('{"a":', "0", "}"))
add("arrays that never end", "too_deep", nest("[", "", ""))

-- JSON that is no error envelope.

add("nothing", "not_envelope", "null")
add("a truth", "not_envelope", "true")
add("a number", "not_envelope", "502")
add("a string", "not_envelope", '"$code"')
add("a string that holds the envelope", "not_envelope", '"{\\"code\\":\\"$code\\"}"')
add("an empty list", "not_envelope", "[]")
add("a list of the envelope", "not_envelope", "[$envelope]")
add("an empty object", "not_envelope", "{}")
add_identified("an object without a code", "not_envelope", '{"requestId":"$id","message":"$code"}')
add("the envelope one level deeper", "not_envelope", '{"error":$envelope}')
add("another service's envelope", "not_envelope", '{"error_code":110,"error_msg":"$code"}')
add("a framework's envelope", "not_envelope", '{"timestamp":"2026-01-02","status":500,"path":"/v1/cfs"}')
add("a code in another letter case", "not_envelope", '{"RequestId":"$id","Code":"$code"}')
add_identified("a code of null", "not_envelope", '{"requestId":"$id","code":null}')
add_identified("a code of no bytes", "not_envelope", '{"requestId":"$id","code":""}')
add_identified("a code of false", "not_envelope", '{"requestId":"$id","code":false}')
add_identified("a code in a list", "not_envelope", '{"requestId":"$id","code":["$code"]}')
add_identified("a code in an object", "not_envelope", '{"requestId":"$id","code":{"name":"$code"}}')
add_identified("two codes", "not_envelope", '{"code":"$code","requestId":"$id","code":"$code"}')
add("two codes, one escaped", "not_envelope", '{"code":"$code","\\u0063ode":"$code"}')
add("two request ids", "not_envelope", '{"code":"$code","requestId":"$id","request_id":"$id"}')
add("a message in an object", "not_envelope", '{"code":"$code","message":{"en":"$code"}}')
add("a request id in a list", "not_envelope", '{"code":"$code","requestId":["$id"]}')


-- Numbers from 1 to `count`, the same from one seed on every Lua: Park and Miller's generator, whose
-- products a double can hold.
local function new_random(seed)
    local current = seed + 1
    return function(count)
        current = current * 16807 % 2147483647
        return current % count + 1
    end
end


local function new_id(random)
    return (gsub("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx", "x", function()
        return format("%x", random(16) - 1)
    end))
end


local function new_response(form, random)
    local code, id = codes[random(#codes)], new_id(random)
    local envelope = core.write(id, code, "The specified resource is broken.")
    local body = form.body
    if type(body) == "function" then
        body = body(envelope, random)
    elseif body then
        body = gsub(body, "%$(%l+)", { envelope = envelope, id = id, code = code })
    end
    local header = id_headers[random(#id_headers)]
    local response = text.readable {
        name = form.name,
        origin = form.origin,
        requestId = (header or form.is_identified) and id or nil,
        status = statuses[random(#statuses)],
        headers = text.readable { ["Content-Type"] = types[random(#types)] or nil },
        body = body,
    }
    if header then response.headers[header] = id end
    return response
end


--- Makes more than 90 responses with the status of an error and without an error envelope. The same seed
--- makes the same responses on every Lua. Each has, beside status, headers and body, a `name`, the `origin`
--- of its error, and, if the response has one, the `requestId`. Raises if the seed is no whole number from
--- 0.
---
---     for _, response in ipairs(testing.broken(7)) do
---         local err = errors.from_response(response)
---         assert(err.code == nil and err:origin() == response.origin, response.name)
---     end
---
---@param seed integer? from 0 to 2147483645; 0 if it is not given
---@return table[] responses
function broken.responses(seed)
    seed = seed or 0
    if type(seed) ~= "number" or seed % 1 ~= 0 or seed < 0 or seed > 2147483645 then
        misuse.argument(1, "broken", "whole number from 0 to 2147483645 expected")
    end
    local random, responses = new_random(seed), {}
    for index, form in ipairs(forms) do responses[index] = new_response(form, random) end
    return responses
end


return broken
