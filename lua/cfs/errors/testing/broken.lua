--- Responses that are no error envelopes, though they come with the status of an error: what proxies,
--- crashes, cut connections and other services make of a body.

local core = require "cfs.errors.core"
local misuse = require "cfs.errors.base.misuse"
local text = require "cfs.errors.base.text"

local char, format, gsub, rep, sub = string.char, string.format, string.gsub, string.rep, string.sub

local broken = {}

-- What the seed chooses from.
local statuses = { 400, 403, 404, 408, 413, 421, 429, 500, 502, 503, 504 }
local types = { "application/json", "application/json; charset=utf-8", "text/html", "text/plain", false }
local id_headers = { "X-Bce-Request-Id", "x-bce-request-id", "X-BCE-REQUEST-ID", false }

-- A list of its own, as the catalogue may grow: a seed makes the same responses with every version of it.
local codes = { "InstanceNotFound", "RateLimit", "InternalError", "DropMountedFS", "NoSuchKey" }

local bom = "\239\187\191"

-- JSON within JSON, without an end.
local function nest(opening, value, closing)
    return function(envelope, random)
        local depth = 64 + random(64)
        local details = rep(opening, depth) .. value .. rep(closing, depth)
        return sub(envelope, 1, -2) .. ',"details":' .. details .. "}"
    end
end

-- Lists that begin with the origin, as errors.from_response tells it. A form has a name; and a body: a text
-- in which $envelope, $id and $code are filled in, or a function that makes one out of an envelope of twelve
-- quotes. `true`: it has a requestId that can be read.
local forms = {
    { "empty", { "no body" }, { "an empty body", "" }, { "white space", " \t\r\n " } },
    { "html",
      { "a proxy's page", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>"
          .. "<h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n" },
      { "a page with a document type", "<!DOCTYPE html>\n<html lang='en'><title>Error</title></html>" },
      { "a page behind a byte order mark", bom .. "<html><body>Error</body></html>" },
      { "a page that quotes the envelope", "\r\n <html><body><pre>$envelope</pre></body></html>" },
      { "a page that is cut", "<html><head><title>503 Serv" },
      { "a page that sends to a login", "<script>location='/login?id=$id'</script>" },
      { "a comment only", "<!-- $id -->" } },
    { "xml",
      { "an error in XML", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          .. "<Error><Code>$code</Code><RequestId>$id</RequestId></Error>" },
      { "XML without a declaration", "<Error><Code>$code</Code></Error>" } },
    { "malformed", -- no JSON
      { "a proxy's sentence", "upstream connect error or disconnect/reset before headers" },
      { "a number and a sentence", "502 Bad Gateway: $id" }, { "a form", "code=$code&requestId=$id" },
      { "YAML", "code: $code\nrequestId: $id\n" }, { "an event of a stream", "data: $envelope\n\n" },
      { "a traceback", "Traceback (most recent call last):\n  File \"app.py\", line 7\n$code" },
      { "compressed bytes", "\31\139\8\0\0\0\0\0\0\3\171V\74\206OIU\178R" },
      { "UTF-16", function(envelope) return "\255\254" .. gsub(envelope, ".", "%0\0") end },
      { "zero bytes", rep("\0", 64) } },
    { "malformed", -- an envelope in a wrapping
      { "a chunk's frame", function(whole) return format("%x\r\n%s\r\n0\r\n\r\n", #whole, whole) end },
      { "a header's end", "Content-Type: application/json\r\n\r\n$envelope" },
      { "a script's call", "callback($envelope);" }, { "a guard against scripts", ")]}',\n$envelope" },
      { "lines of envelopes", "$envelope\n$envelope\n" }, { "a zero byte behind", "$envelope\0" },
      { "a brace too many", "$envelope}" }, { "a page behind", "$envelope<html></html>" },
      { "two byte order marks", bom .. bom .. "$envelope" } },
    { "malformed", -- only looks like JSON
      { "single quotes", "{'requestId': '$id', 'code': '$code'}" },
      { "names without quotes", '{requestId: "$id", code: "$code"}' },
      { "a comma at the end", '{"requestId": "$id", "code": "$code",}' },
      { "no comma", '{"requestId": "$id" "code": "$code"}' },
      { "no colon", '{"requestId": "$id", "code" "$code"}' },
      { "no value", '{"requestId": , "code": "$code"}' },
      { "a comment", '{"requestId": "$id", /* why */ "code": "$code"}' },
      { "the constant of another language", '{"retry": True, "code": "$code"}' },
      { "not a number", '{"delay": NaN, "code": "$code"}' },
      { "a number with a zero in front", '{"delay": 007, "code": "$code"}' },
      { "a hexadecimal number", '{"delay": 0x1F, "code": "$code"}' },
      { "an unknown escape", '{"code": "$code", "message": "\\x41"}' },
      { "an escape that is cut", '{"code": "$code", "message": "\\u00"}' },
      { "a line's end within a string", '{"code": "$code", "message": "one\ntwo"}' },
      -- damage at a place that the seed chooses: each is sure to make the envelope unreadable
      { "a cut", function(envelope, random) return sub(envelope, 1, random(#envelope - 1)) end },
      { "a control byte", function(envelope, random) -- JSON has only tab, line feed and carriage return
          local place = random(#envelope)
          return sub(envelope, 1, place - 1) .. char(random(8)) .. sub(envelope, place)
      end },
      { "a quote lost", function(envelope, random)
          return (gsub(envelope, "^(" .. rep('[^"]*"', random(12) - 1) .. '[^"]*)"', "%1"))
      end } },
    { "too_deep",
      { "arrays, too deep", nest("[", "", "]") }, { "objects, too deep", nest('{"a":', "0", "}") },
      { "arrays that never end", nest("[", "", "") } },
    { "not_envelope", -- JSON
      { "nothing", "null" }, { "a number", "502" },
      { "a string that holds the envelope", '"{\\"code\\":\\"$code\\"}"' },
      { "a list of the envelope", "[$envelope]" }, { "an empty object", "{}" },
      { "an object without a code", '{"requestId":"$id","message":"$code"}', true },
      { "the envelope one level deeper", '{"error":$envelope}' },
      { "another service's envelope", '{"error_code":110,"error_msg":"$code"}' },
      { "a code in another letter case", '{"RequestId":"$id","Code":"$code"}' },
      { "a code of null", '{"requestId":"$id","code":null}', true },
      { "a code of no bytes", '{"requestId":"$id","code":""}', true },
      { "a code in an object", '{"requestId":"$id","code":{"name":"$code"}}', true },
      { "two codes", '{"code":"$code","requestId":"$id","code":"$code"}', true },
      { "two codes, one escaped", '{"code":"$code","\\u0063ode":"$code"}' },
      { "two request ids", '{"code":"$code","requestId":"$id","request_id":"$id"}' },
      { "a message in an object", '{"code":"$code","message":{"en":"$code"}}' },
      { "a request id in a list", '{"code":"$code","requestId":["$id"]}' } },
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

local function new_response(origin, form, random)
    local function one_of(list) return list[random(#list)] end
    local code, body = one_of(codes), form[2]
    local id = gsub("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx", "x", function()
        return format("%x", random(16) - 1)
    end)
    local envelope = core.write(id, code, "The specified resource is broken.")
    if type(body) == "function" then
        body = body(envelope, random)
    elseif body then
        body = gsub(body, "%$(%l+)", { envelope = envelope, id = id, code = code })
    end
    local header = one_of(id_headers)
    local response = text.readable {
        name = form[1], origin = origin, body = body, requestId = (header or form[3]) and id or nil,
        status = one_of(statuses),
        headers = text.readable { ["Content-Type"] = one_of(types) or nil },
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
    for _, list in ipairs(forms) do
        for index = 2, #list do responses[#responses + 1] = new_response(list[1], list[index], random) end
    end
    return responses
end

return broken
