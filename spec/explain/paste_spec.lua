local errors = require "cfs.errors"
local clean = require "cfs.errors.explain.clean"
local transcript = require "cfs.errors.explain.paste"

local envelope = '{"requestId":"r-1","code":"InstanceNotFound","message":"gone"}'

-- The response in a text, with the names and values of its headers.
local function read(text)
    local response = transcript.read(clean.screen(text))
    local values = {}
    for name, value in (response and response.headers or ""):gmatch "\n([^%s:]+): *([^\r\n]*)" do
        values[name] = value
    end
    if response then response.headers = values end
    return response
end

-- What is pasted, and the response in it.
local cases = {
    { "a response", "HTTP/1.1 404 Not Found\r\nServer: nginx\r\n\r\n" .. envelope,
      { status = 404, headers = { Server = "nginx" }, body = envelope } },
    { "HTTP/2, whose status line ends in a space", "HTTP/2 503 \r\nserver: nginx\r\n\r\n" .. envelope,
      { status = 503, headers = { server = "nginx" }, body = envelope } },
    { "100 Continue in front", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\n\r\n" .. envelope,
      { status = 400, headers = {}, body = envelope } },
    { "a proxy's response and a redirect in front",
      "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 301 Moved Permanently\r\nLocation: /b\r\n\r\n"
          .. "HTTP/2 404 \r\nx-bce-request-id: r-2\r\n\r\n",
      { status = 404, headers = { ["x-bce-request-id"] = "r-2" }, body = "" } },
    { "empty lines in front and in the body", "\n\n  HTTP/1.1 502 Bad Gateway\n\n<html>\n\n</html>\n",
      { status = 502, headers = {}, body = "<html>\n\n</html>\n" } },
    { "a head only", "HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\n",
      { status = 502, headers = { Server = "nginx" }, body = "" } },
    { "a status line only", "HTTP/1.1 502", { status = 502, headers = {}, body = "" } },
    { "a command and what it says in front", "$ curl -i https://cfs.example/v1/cfs/cfs-1\n"
          .. "  % Total    % Received\nHTTP/1.1 404 Not Found\r\nA: 1\r\n\r\n" .. envelope,
      { status = 404, headers = { A = "1" }, body = envelope } },
    { "what `curl -v` shows", [[
$ curl -v http://127.0.0.1:8080/v1/cfs/cfs-1
*   Trying 127.0.0.1:8080...
* Connected to 127.0.0.1 (127.0.0.1) port 8080 (#0)
> GET /v1/cfs/cfs-1 HTTP/1.1
> Host: 127.0.0.1:8080
> Accept: */*
>
< HTTP/1.1 404 Not Found
< Server: nginx
< Content-Length: 62
<
* Connection #0 to host 127.0.0.1 left intact
]] .. envelope,
      { status = 404, headers = { Server = "nginx", ["Content-Length"] = "62" }, body = envelope } },
    { "what `curl -v` shows, a redirect in front, its last words right behind the body",
      "> GET /a HTTP/1.1\r\n> \r\n< HTTP/1.1 302 Found\r\n< Location: /b\r\n< \r\n"
          .. "* Re-using existing connection #0 with host a\n> GET /b HTTP/1.1\r\n> \r\n"
          .. "< HTTP/1.1 502 Bad Gateway\r\n< A: 1\r\n< \r\n{ [62 bytes data]\n" .. envelope
          .. "* Closing connection 0",
      { status = 502, headers = { A = "1" }, body = envelope .. "* Closing connection 0" } },
    { "a page that `curl -v` shows", "< HTTP/1.1 502 Bad Gateway\n<\n<html>\n<hr>\n</html>\n",
      { status = 502, headers = {}, body = "<html>\n<hr>\n</html>\n" } },
    { "a body as it is, that no `curl -v` shows", "HTTP/1.1 502\n\n* a\n> b\n< c\n",
      { status = 502, headers = {}, body = "* a\n> b\n< c\n" } },
    { "what `curl -v` shows where its output is no terminal: a meter in between",
      "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
          .. "                                 Dload  Upload   Total   Spent    Left  Speed\n"
          .. "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0"
          .. "*   Trying 127.0.0.1:80...\n"
          .. "* Connected to 127.0.0.1 (127.0.0.1) port 80 (#0)\n> GET /a HTTP/1.1\r\n> \r\n"
          .. "\r  0     0    0     0    0     0      0      0 --:--:--  0:00:01 --:--:--     0"
          .. "< HTTP/1.1 404 Not Found\r\n"
          .. "< A: 1\r\n< \r\n{ [62 bytes data]\n"
          .. "\r100    62  100    62    0     0   6604      0 --:--:-- --:--:-- --:--:--  6888\n"
          .. "* Connection #0 to host 127.0.0.1 left intact\n" .. envelope,
      { status = 404, headers = { A = "1" }, body = "\n\n" .. envelope } },
    { "the same as it looks when it is copied from a terminal",
      "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\n"
          .. "100    62  100    62    0     0   6604      0 --:--:-- --:--:-- --:--:--  6888\n"
          .. "HTTP/1.1 404 Not Found\nA: 1\n\n" .. envelope,
      { status = 404, headers = { A = "1" }, body = envelope } },
    { "the last of several, where 100 Continue has no empty line behind it",
      "> Expect: 100-continue\r\n> \r\n< HTTP/1.1 100 Continue\r\n} [23 bytes data]\n"
          .. "* We are completely uploaded and fine\n< HTTP/1.1 404 Not Found\r\n< A: 1\r\n< \r\n"
          .. envelope,
      { status = 404, headers = { A = "1" }, body = envelope } },
    { "the last of several with bodies",
      "HTTP/1.1 302 Found\nA: 1\n\n<html></html>\nHTTP/2 404 \nb: 2\n\n" .. envelope,
      { status = 404, headers = { b = "2" }, body = envelope } },
    { "a body with a line like a status line",
      "HTTP/1.1 502 Bad Gateway\nA: 1\n\nHTTP/1.1 503 is what I got\nfrom it",
      { status = 502, headers = { A = "1" }, body = "HTTP/1.1 503 is what I got\nfrom it" } },
    { "what `wget -S` shows, which has no body",
      "HTTP request sent, awaiting response... \n  HTTP/1.1 404 Not Found\n  X-Bce-Request-Id: r-1\n"
          .. "  Content-Length: 62\n2026-11-25 14:34:39 ERROR 404: Not Found.\n\n",
      { status = 404, headers = { ["X-Bce-Request-Id"] = "r-1", ["Content-Length"] = "62" }, body = "" } },
    { "a response that is indented as a whole", "    HTTP/1.1 404 Not Found\n    A: 1\n\n    " .. envelope,
      { status = 404, headers = { A = "1" }, body = "    " .. envelope } },
    { "what HTTPie shows of a request and its response",
      "POST /v1/cfs HTTP/1.1\nAccept: */*\n\n{\"name\": \"a\"}\n\n\n"
          .. "HTTP/1.1 404 Not Found\nA: 1\n\n" .. envelope .. "\n\n",
      { status = 404, headers = { A = "1" }, body = envelope .. "\n\n" } },
    { "a response that a mail quotes", "> HTTP/1.1 404 Not Found\n> A: 1\n>\n> " .. envelope,
      { status = 404, headers = { A = "1" }, body = envelope } },
    { "what `wget -S` says behind a head, which is no body",
      "  HTTP/1.1 200 OK\n  Content-Length: 0\n\nSaving to: 'a'\n",
      { status = 200, headers = { ["Content-Length"] = "0" }, body = "" } },
    { "the first of several errors that has a code",
      "HTTP/1.1 502 Bad Gateway\n\n<html>\nHTTP/1.1 400 Bad Request\nA: 1\n\n" .. envelope
          .. "\nHTTP/1.1 400 Bad Request\n\n{}",
      { status = 400, headers = { A = "1" }, body = envelope .. "\n" } },
    { "a response that is indented by eight characters", "        HTTP/1.1 404\n\n" .. envelope,
      { status = 404, headers = {}, body = envelope } },
    { "nothing behind nine characters", "         HTTP/1.1 404\n\n" .. envelope, nil },
    { "colours of a terminal", "\27[1mHTTP/1.1 404\27[0m\n\27[1mA\27[0m: 1\n\n" .. envelope,
      { status = 404, headers = { A = "1" }, body = envelope } },
    { "nothing where there is no status line", envelope, nil },
    { "nothing where a line only mentions one", "> GET / HTTP/1.1 404\nsee HTTP/1.1 404", nil },
    { "nothing where there is no status", "HTTP/1.1 abc\r\n\r\n", nil },
    { "nothing where the status has four digits", "HTTP/1.1 4040\r\n\r\n", nil },
    { "nothing in nothing", "", nil },
}

describe("cfs.errors.explain.paste", function()
    for _, case in ipairs(cases) do
        it("reads " .. case[1], function() assert.same(case[3], read(case[2])) end)
    end

    it("takes time in proportion to the length", function()
        local head = "HTTP/1.1 100 Continue\r\n\r\n"
        local text = head:rep(6) .. "HTTP/1.1 502\r\n" .. ("a:  \t \r\n"):rep(20000) .. "\r\nx"
        local start = os.clock()
        assert.equal("x", transcript.read(text).body)
        assert.is_true(os.clock() - start < 2)
    end)
end)

-- A text; the document in it; an error's code, or why it is none.
local documents = {
    { "a body", envelope, envelope, "InstanceNotFound" },
    { "a body with a prompt behind it", envelope .. "user@host:~$ ", envelope, "InstanceNotFound" },
    { "a body within words", "body: " .. envelope .. " (2 ms)", envelope .. " ", "InstanceNotFound" },
    { "a body behind other objects", "{} {\"a\":{\"code\":1}} " .. envelope, envelope, "InstanceNotFound" },
    { "a body behind eleven braces", ("{ "):rep(11) .. envelope, envelope, "InstanceNotFound" },
    { "none behind twelve braces", ("{ "):rep(12) .. envelope, ("{ "):rep(12) .. envelope, "malformed" },
    { "a body right behind a brace", "{" .. envelope, envelope, "InstanceNotFound" },
    { "a body that breaks", "x {\"code\" 1}", "{\"code\" 1}", "malformed" },
    { "no envelope", "{\"requestId\":\"r\"}$", "{\"requestId\":\"r\"}", "not_envelope" },
    { "none where there is no brace", "no brace" },
}

describe("The JSON document in a text", function()
    for _, case in ipairs(documents) do
        it("is found: " .. case[1], function()
            local err, document, what = transcript.document(case[2])
            assert.same({ case[3], case[4] }, { document, err and err.code or what })
        end)
    end
end)

describe("errors.explain, given what `curl -i` prints,", function()
    it("explains its error, status and request id included", function()
        local text = errors.explain("HTTP/2 410 \r\nx-bce-request-id: r-2\r\n\r\n"
            .. '{"code":"InstanceNotFound","message":"gone"}')
        assert.equal("InstanceNotFound, 410, in the catalogue 404\nmessage      gone\nrequest id   r-2",
            text:match("^(.-)\nmeaning"))
    end)

    it("explains a response without an envelope", function()
        assert.equal("502 Bad Gateway, without a code\norigin       not a CFS error, but an HTML page",
            errors.explain("HTTP/1.1 502 Bad Gateway\n\n<html></html>"):match("^(.-)\nmeaning"))
    end)

    it("explains an error that hides behind a good status", function()
        assert.equal("InternalError, 200, in the catalogue 500",
            errors.explain('HTTP/1.1 200 OK\n\n{"code":"InternalError"}'):match("^[^\n]*"))
    end)

    it("says so where there is no error", function()
        assert.equal("Not an error: the status is 204.",
            errors.explain("HTTP/1.1 204 No Content\r\n\r\n"))
    end)
end)
