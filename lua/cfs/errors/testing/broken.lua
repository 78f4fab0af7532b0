--- Responses that are no error envelopes, though they come with the status of an error: what proxies,
--- crashes, cut connections and other services make of a body.

local core = require "cfs.errors.core"
local misuse = require "cfs.errors.base.misuse"
local text = require "cfs.errors.base.text"

local char, format, gsub, rep, sub = string.char, string.format, string.gsub, string.rep, string.sub

local unpack = table.unpack or unpack -- luacheck: std max

local broken = {}

local statuses = { 400, 403, 404, 408, 413, 421, 429, 500, 502, 503, 504 }

local types = { "application/json", "application/json; charset=utf-8", "text/html", "text/plain", false }

local id_headers = { "X-Bce-Request-Id", "x-bce-request-id", "X-BCE-REQUEST-ID", false }

-- A list of its own, as the catalogue may grow: a seed makes the same responses with every version of it.
local codes = { "InstanceNotFound", "RateLimit", "InternalError", "DropMountedFS", "NoSuchKey" }

local bom = "\239\187\191"

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


-- JSON within JSON, without an end.
local function nest(opening, value, closing)
    return function(envelope, random)
        local depth = 64 + random(64)
        local details = rep(opening, depth) .. value .. rep(closing, depth)
        return sub(envelope, 1, -2) .. ',"details":' .. details .. "}"
    end
end


local function chunk(envelope)
    return format("%x\r\n%s\r\n0\r\n\r\n", #envelope, envelope)
end


local function widen(envelope)
    return "\255\254" .. gsub(envelope, ".", "%0\0")
end


-- Origin, as errors.from_response tells it; name; and body: a text in which $envelope, $id and $code are
-- filled in, or a function that makes one out of an envelope. `true`: it has a requestId that can be read.
local forms = {
    { "empty", "no body" },
    { "empty", "an empty body", "" },
    { "empty", "white space", " \t\r\n " },

    { "html", "a proxy's page", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>"
        .. "<h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n" },
    { "html", "a page with a document type", "<!DOCTYPE html>\n<html lang='en'><title>Error</title></html>" },
    { "html", "a page behind a byte order mark", bom .. "<html><body>Error</body></html>" },
    { "html", "a page that quotes the envelope", "\r\n <html><body><pre>$envelope</pre></body></html>" },
    { "html", "a page that is cut", "<html><head><title>503 Serv" },
    { "html", "a page that sends to a login", "<script>location='/login?id=$id'</script>" },
    { "html", "a comment only", "<!-- $id -->" },
    { "xml", "an error in XML", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        .. "<Error><Code>$code</Code><RequestId>$id</RequestId></Error>" },
    { "xml", "XML without a declaration", "<Error><Code>$code</Code></Error>" },

    -- no JSON
    { "malformed", "a proxy's sentence", "upstream connect error or disconnect/reset before headers" },
    { "malformed", "a number and a sentence", "502 Bad Gateway: $id" },
    { "malformed", "a form", "code=$code&requestId=$id" },
    { "malformed", "YAML", "code: $code\nrequestId: $id\n" },
    { "malformed", "an event of a stream", "data: $envelope\n\n" },
    { "malformed", "a traceback", "Traceback (most recent call last):\n  File \"app.py\", line 7\n$code" },
    { "malformed", "compressed bytes", "\31\139\8\0\0\0\0\0\0\3\171V\74\206OIU\178R" },
    { "malformed", "UTF-16", widen },
    { "malformed", "zero bytes", rep("\0", 64) },

    -- an envelope in a wrapping
    { "malformed", "a chunk's frame", chunk },
    { "malformed", "a header's end", "Content-Type: application/json\r\n\r\n$envelope" },
    { "malformed", "a script's call", "callback($envelope);" },
    { "malformed", "a guard against scripts", ")]}',\n$envelope" },
    { "malformed", "lines of envelopes", "$envelope\n$envelope\n" },
    { "malformed", "a zero byte behind", "$envelope\0" },
    { "malformed", "a brace too many", "$envelope}" },
    { "malformed", "a page behind", "$envelope<html></html>" },
    { "malformed", "two byte order marks", bom .. bom .. "$envelope" },

    -- only looks like JSON
    { "malformed", "single quotes", "{'requestId': '$id', 'code': '$code'}" },
    { "malformed", "names without quotes", '{requestId: "$id", code: "$code"}' },
    { "malformed", "a comma at the end", '{"requestId": "$id", "code": "$code",}' },
    { "malformed", "no comma", '{"requestId": "$id" "code": "$code"}' },
    { "malformed", "no colon", '{"requestId": "$id", "code" "$code"}' },
    { "malformed", "no value", '{"requestId": , "code": "$code"}' },
    { "malformed", "a comment", '{"requestId": "$id", /* why */ "code": "$code"}' },
    { "malformed", "the constant of another language", '{"retry": True, "code": "$code"}' },
    { "malformed", "not a number", '{"delay": NaN, "code": "$code"}' },
    { "malformed", "a number with a zero in front", '{"delay": 007, "code": "$code"}' },
    { "malformed", "a hexadecimal number", '{"delay": 0x1F, "code": "$code"}' },
    { "malformed", "an unknown escape", '{"code": "$code", "message": "\\x41"}' },
    { "malformed", "an escape that is cut", '{"code": "$code", "message": "\\u00"}' },
    { "malformed", "a line's end within a string", '{"code": "$code", "message": "one\ntwo"}' },
    { "malformed", "a cut", cut },
    { "malformed", "a control byte", spoil },
    { "malformed", "a quote lost", unquote },

    { "too_deep", "arrays, too deep", nest("[", "", "]") },
    { "too_deep", "objects, too deep", nest('{"a":', "0", "}") },
    { "too_deep", "arrays that never end", nest("[", "", "") },

    -- JSON, but no envelope
    { "not_envelope", "nothing", "null" },
    { "not_envelope", "a number", "502" },
    { "not_envelope", "a string that holds the envelope", '"{\\"code\\":\\"$code\\"}"' },
    { "not_envelope", "a list of the envelope", "[$envelope]" },
    { "not_envelope", "an empty object", "{}" },
    { "not_envelope", "an object without a code", '{"requestId":"$id","message":"$code"}', true },
    { "not_envelope", "the envelope one level deeper", '{"error":$envelope}' },
    { "not_envelope", "another service's envelope", '{"error_code":110,"error_msg":"$code"}' },
    { "not_envelope", "a code in another letter case", '{"RequestId":"$id","Code":"$code"}' },
    { "not_envelope", "a code of null", '{"requestId":"$id","code":null}', true },
    { "not_envelope", "a code of no bytes", '{"requestId":"$id","code":""}', true },
    { "not_envelope", "a code in an object", '{"requestId":"$id","code":{"name":"$code"}}', true },
    { "not_envelope", "two codes", '{"code":"$code","requestId":"$id","code":"$code"}', true },
    { "not_envelope", "two codes, one escaped", '{"code":"$code","\\u0063ode":"$code"}' },
    { "not_envelope", "two request ids", '{"code":"$code","requestId":"$id","request_id":"$id"}' },
    { "not_envelope", "a message in an object", '{"code":"$code","message":{"en":"$code"}}' },
    { "not_envelope", "a request id in a list", '{"code":"$code","requestId":["$id"]}' },
}


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
    local origin, name, body, is_identified = unpack(form, 1, 4)
    if type(body) == "function" then
        body = body(envelope, random)
    elseif body then
        body = gsub(body, "%$(%l+)", { envelope = envelope, id = id, code = code })
    end
    local header = id_headers[random(#id_headers)]
    local response = text.readable {
        name = name,
        origin = origin,
        requestId = (header or is_identified) and id or nil,
        status = statuses[random(#statuses)],
        headers = text.readable { ["Content-Type"] = types[random(#types)] or nil },
        body = body,
    }
    if header then response.headers[header] = id end
    return response
end


--- Makes more than 60 responses with the status of an error and without an error envelope. The same seed
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
