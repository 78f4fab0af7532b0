local errors = require "cfs.errors"
local subject = require "cfs.errors.explain.subject"

-- Lines of a log that tell nothing. A text with many of them is not read as a whole.
local log = ("a line of a log\n"):rep(400)

local function spaces(text, length) return text .. (" "):rep(length - #text) end

-- A text that ends at this place within so many spaces.
local function around(text, place, length) return spaces((" "):rep(place - #text) .. text, length) end

-- As PowerShell writes a file: in UTF-16.
local function utf16(text) return "\255\254" .. text:gsub(".", "%0\0") end

errors.extend {
    { code = "SpecTwelveBytes", status = 409, message = "twelve bytes" },
    { code = "SpecElevenByte", status = 409, message = "eleven byte" },
    { code = "SpecMarks", status = 409, message = "Is (it) 100%?" },
}

local host = "There are too many connections. The host is " .. ("n"):rep(3000)
local closed = "\n* transfer closed with 81 bytes remaining to read"
local gone = { code = "NoSuchThing", message = "gone" }

-- A text, and what is read in it; of no response, `sent` if it is not "maybe", `retry` if not "backoff".
local cases = {
    { "lua: NoSuchThing [r-1]: gone; really (404 Not Found); cause: NoSuchRow: empty; what to do: Look.",
      { code = "NoSuchThing", message = "gone; really", requestId = "r-1", status = 404,
        cause = "NoSuchRow: empty" } },
    { "app: NoSuchThing: gone (404 Not Found); what to do: Look.",
      { code = "NoSuchThing", message = "gone", status = 404 } },
    { "no response: timeout; cause: wantread; what to do: Repeat the call later.",
      { cause = "wantread", word = "timeout" } },
    { "Error: [BadThing] nobody knows: this. (requestId: r-1)\nmore",
      { code = "BadThing", message = "nobody knows: this.", requestId = "r-1" } },
    { "a\nx.y.BceServiceException: It is gone. (Status Code: 404; Error Code: NoSuchThing; Request ID: r-1)",
      { code = "NoSuchThing", message = "It is gone.", requestId = "r-1", status = 404 } },
    { "a.b.BceServerError: It is gone. (Status Code: 404; Error Code: NoSuchThing)",
      { code = "NoSuchThing", message = "It is gone.", status = 404 } },
    { "It is gone. [requestId:r-1 status:404 code:NoSuchThing]",
      { code = "NoSuchThing", message = "It is gone.", requestId = "r-1", status = 404 } },
    { "code='NoSuchThing' message='it\\'s gone' request_id=request_id requestId=r-1",
      { code = "NoSuchThing", message = "it's gone", requestId = "r-1" } },
    { "code=NoSuchThing message=gone, forever], status: 404",
      { code = "NoSuchThing", message = "gone, forever", status = 404 } },
    { "code=NoSuchThing, msg: (it is gone)", { code = "NoSuchThing", message = "(it is gone)" } },
    { "(code=NoSuchThing, msg: gone)", gone },
    { "code=NoSuchThing msg=gone]", gone },
    { '{code: "NoSuchThing", message: b"gone"}', gone },
    { "code: 404, message: gone, request_id: r-1", { status = 404, requestId = "r-1" } },
    { "ErrorCode: FirstThing; Message: a; RequestId: r-1\nErrorCode: OtherThing; Message: b; RequestId: r-2",
      { code = "FirstThing", message = "a", requestId = "r-1" } },
    { "code是NoSuchThing，消息：没有；请求ID：r-1", { code = "NoSuchThing", message = "没有", requestId = "r-1" } },
    { "NotFound, code=NotFound msg=x", {} }, { "code=Canceled", {} }, { "code=Unauthenticated", {} },
    { "code=Found", { code = "Found" } }, { "code=Data", { code = "Data" } },
    { "code=N.tFound", { code = "N.tFound" } },
    { "code=NoSuchThing message=404", { code = "NoSuchThing", message = "404" } },
    { "errcode=504, msg=x", { status = 504 } },
    { "code=NoSuchThing message=a; code=RateLimit message=b",
      { code = "RateLimit", message = "b", status = 421 } },
    { "AccessDenied; message: gone", { code = "AccessDenied", message = "gone", status = 403 } },
    { "RateLimit? code=AccessDenied message=m", { code = "AccessDenied", message = "m", status = 403 } },
    { "RateLimit, code=NoSuchThing message=a", { code = "RateLimit", status = 421 } },
    { "code=RateLimit; error: 404", { code = "RateLimit", status = 404 } },
    { "AccessDenied, code=FirstThing requestId=r-1",
      { code = "AccessDenied", requestId = "r-1", status = 403 } },
    { "AccessDenied, code=FirstThing requestId=r-1, code=OtherThing requestId=r-2",
      { code = "AccessDenied", status = 403 } },
    { "code=RateLimit; code=RateLimit; message=b", { code = "RateLimit", message = "b", status = 421 } },
    { 'Request ID "ae2225f7-1c2e-427a-a1ad-5413b762957d" code: NoSuchThing',
      { code = "NoSuchThing", requestId = "ae2225f7-1c2e-427a-a1ad-5413b762957d" } },
    { "requestId: r-1, requestId: r-2", { requestId = "r-1" } },

    { "code=NoSuchThing, cause: it is gone", { code = "NoSuchThing", cause = "it is gone" } },
    { 'code=NoSuchThing message="" ', { code = "NoSuchThing" } },
    { "code=NoSuchThing msg=", { code = "NoSuchThing" } },
    { " [requestId:r-1 code:NoSuchThing]\nIt is gone. [requestId:r-2]",
      { code = "NoSuchThing", requestId = "r-1" } },
    { "错误码是NoSuchThing", { code = "NoSuchThing" } },

    { "curl: (28) Operation timed out after 5001 milliseconds\nmore",
      { cause = "Operation timed out after 5001 milliseconds", word = "timeout" } },
    { "curl: (28) x\ncurl: (7) y", { cause = "x", word = "timeout" } },
    { "curl: (7) nobody knows", { cause = "nobody knows", word = "connect" } },
    { "> GET / HTTP/1.1\n* Connection timed out after 1501 milliseconds\n* Closing connection 0",
      { cause = "Connection timed out after 1501 milliseconds", word = "timeout" } },
    { "error: 2026 cfs-1.example could not be resolved (3: Host not found), client: 192.0.2.9",
      { cause = "cfs-1.example could not be resolved (3: Host not found)", word = "resolve", sent = "no" } },
    { "curl: (28) x\na could not be resolved (3: b)", { cause = "x", word = "timeout" } },
    { "error: read timed out, cause: connection refused", { cause = "read timed out", word = "timeout" } },
    { "httpd http/2 stream 1: a", {} },
    { "http/2 stream 1: a", { cause = "http/2 stream 1", word = "closed" } },
    { "time before timeout of 1: a", {} },
    { "call: Read Timed Out executing GET; then more",
      { cause = "Read Timed Out executing GET", word = "timeout" } },
    { "call failed: timeout", { cause = "timeout", word = "timeout" } },
    { "a timeout is what we saw", {} }, { "call: timeout, then more words", {} },
    { "timeout\nmore and more", {} }, { "a: timeout,", {} },
    { "EOFError at x", {} }, { "TimeoutEx at x", { cause = "TimeoutEx", word = "timeout" } },
    { "EPIPE at x", { cause = "EPIPE", word = "closed" } },
    { "java.net.SocketTimeoutException at x", { cause = "SocketTimeoutException", word = "timeout" } },
    { "org.x.PoolTimeoutException at x", { cause = "PoolTimeoutException", word = "timeout" } },
    { 'Get "http://x/": EOF\nexit status 1\n', { cause = "EOF", word = "closed" } },
    { "timed out: certificate has expired: x",
      { cause = "certificate has expired", word = "tls", retry = "never" } },
    { "timed out: a: b: c: certificate has expired",
      { cause = "certificate has expired", word = "tls", retry = "never" } },
    { "error: no host in request url",
      { cause = "no host in request url", word = "local", retry = "never" } },
    { "timed out: a: b: c: d: certificate has expired", { cause = "timed out", word = "timeout" } },

    { "99", {} }, { "100", { status = 100, success = true } },
    { "399", { status = 399, success = true } }, { "400", { status = 400 } },
    { "599", { status = 599 } }, { "600", {} }, { "404 Not Found", { status = 404 } },
    { "exit status 404", {} }, { "error: 404", { status = 404 } }, { "error (404)", { status = 404 } },
    { "it was 404 Not Found", { status = 404 } }, { "it was 404 of them", {} },
    { "it was 404 nothing", {} }, { "it was 404, x not found", {} }, { "it was 404-Not Found", {} },
    { "exit " .. ("a"):rep(22) .. " 404 Not Found", {} },
    { "exit " .. ("a"):rep(23) .. " 404 Not Found", { status = 404 } },
    { "it was 404 " .. ("a"):rep(21) .. " error", { status = 404 } },
    { "it was 404 " .. ("a"):rep(22) .. " error", {} },
    { 'HTTP/1.1" 204 10', { status = 204, success = true } },
    { "x 200 OK", { status = 200, success = true } },
    { "GET https://a/b\n200\n96 ms", { status = 200, success = true } },
    { "http 503, then http 404", { status = 503 } },

    { "&quot;code&quot;: &quot;NoSuchThing&quot;, &#34;message&#34;: &#x22;a &lt;b&gt; &amp; c&#x22;",
      { code = "NoSuchThing", message = "a <b> & c" } },
    { "&apos;code&apos;: &#39;NoSuchThing&#39;, &#x27;message&#x27;:&nbsp;&apos;gone&apos; ", gone },
    { "code=NoSuchThing, message=&apos;a; b&apos; ", { code = "NoSuchThing", message = "a; b" } },
    { "code=NoSuchThing, message=&#39;a; b&#39; ", { code = "NoSuchThing", message = "a; b" } },
    { "code=NoSuchThing, message=&#x27;a;&nbsp;b&#x27; ", { code = "NoSuchThing", message = "a; b" } },
    { "code=NoSuchThing, message=50%41", { code = "NoSuchThing", message = "50%41" } },
    { "%7B%22code%22%3A%22NoSuchThing%22%2C%22message%22%3A%22gone%22%7D", gone },
    { "> code: NoSuchThing\n > > message: gone\n", gone },
    { "｛“code”：“NoSuchThing”，“message”：„gone”｝", gone },
    { "｛＂code＂：＂NoSuchThing＂，＂message＂：＂gone＂｝", gone },
    { "【code＝NoSuchThing】（message：gone）", gone },
    { "‘code’：‘NoSuchThing’；［message：gone］", gone },
    { "│ code: NoSuchThing\n┃ message: gone\n╵", gone },
    { '"code\\": \\"NoSuchThing\\", \\\\\\"message\\\\\\": \\\\\\"a\\\\/b\\\\tc\\\\\\""',
      { code = "NoSuchThing", message = "a/b c" } },
    { "\27[31mcode=NoSuchThing", { code = "NoSuchThing" } },
    { "\27]0;code=OtherThing\7code=NoSuchThing", { code = "NoSuchThing" } },
    { "\239\187\191code=NoSuchThing", { code = "NoSuchThing" } },
    { utf16 "code=NoSuchThing message=" .. "\25\149\128\78", { code = "NoSuchThing", message = "错亀" } },
    { "\27]0;title\7code\27[31m: \27[1;31mNoSuchThing\27[0m, message: gone", gone },

    { log .. "x" .. log .. "code: NoSuchThing, message: gone", gone },
    { "code: NoSuchThing, message: gone\n" .. log, gone },
    { log .. "requestId: r-1, code=NoSuchThing\n" .. log, { code = "NoSuchThing", requestId = "r-1" } },
    { log .. 'x: {\\"code\\": \\"NoSuchThing\\", \\"message\\": \\"gone\\"}\n' .. log, gone },
    { log .. "curl: (28) x\n" .. log, { cause = "x", word = "timeout" } },
    { log .. "a.BException: gone (Status Code: 404; Error Code: NoSuchThing)\n" .. log,
      { code = "NoSuchThing", message = "gone", status = 404 } },
    { log .. "request_id=r-1, code=NoSuchThing\n" .. log, { code = "NoSuchThing", requestId = "r-1" } },
    { log .. "ErrorCode=NoSuchThing\n" .. log, { code = "NoSuchThing" } },
    { log .. "a.BException: code=NoSuchThing\n" .. log, { code = "NoSuchThing" } },
    { log .. "requestId: r-1, code=NoSuchThing\n" .. log .. "request_id=r-1\n" .. log,
      { code = "NoSuchThing", requestId = "r-1" } },
    { log .. "Some error: connection refused\n" .. log, { cause = "connection refused", word = "connect" } },

    { '{"message":"no route","request_id":"r-1"}', { message = "no route", requestId = "r-1" } },
    { "deadbeefdeadbeef", { requestId = "deadbeefdeadbeef" } }, { "deadbeefdeadbee", {} },
    { "The vpc id is invalid", { code = "InvalidVpcId", message = "The vpc id is invalid.", status = 400 } },
    { "There are too many connections. The host is nd7. Ask.",
      { code = "RateLimit", status = 421,
        message = "There are too many connections. The host is nd7. Ask." } },
    { '"There are too many connections. The host is nd7" x',
      { code = "RateLimit", message = "There are too many connections. The host is nd7", status = 421 } },

    { "We need twelve bytes.", { code = "SpecTwelveBytes", message = "twelve bytes", status = 409 } },
    { "We need eleven byte.", {} },
    { "x: Is (it) 100%?", { code = "SpecMarks", message = "Is (it) 100%?", status = 409 } },
    { "The vpc id is invalid: twelve bytes. You have reached the limit of what you may have. Please",
      { code = "InvalidVpcId", message = "The vpc id is invalid.", status = 400 } },
    { "twelve bytes. The vpc id is invalid",
      { code = "SpecTwelveBytes", message = "twelve bytes", status = 409 } },

    -- how much of a text counts
    { around(" code=NoSuchThing", 3700, 5120), { code = "NoSuchThing" } },
    { around(" code=NoSuchThing", 3700, 5121), {} },
    { around(" code=NoSuchThing", 2560, 9000), { code = "NoSuchThing" } },
    { around(" code=NoSuchThing", 2561, 9000), { code = "NoSuchThin" } },
    { around(" code=NoSuchThing", 9000 - 1280 + 16, 9000), { code = "NoSuchThing" } },
    { around(" code=NoSuchThing", 9000 - 1280 + 15, 9000), {} },
    { around("rror: " .. spaces("", 379 - 17) .. " code=NoSuchThing", 6000, 9000), { code = "NoSuchThing" } },
    { around("rror: " .. spaces("", 379 - 16) .. " code=NoSuchThing", 6000, 9000), { code = "NoSuchThin" } },
    { around(" code=NoSuchThing" .. spaces("", 64 - 16) .. "rror: x", 6000, 9000), { code = "NoSuchThing" } },
    { around(" code=NoSuchThing" .. spaces("", 64 - 15) .. "rror: x", 6000, 9000), {} },
    { around(" code=NoSuchThing rror: ", 9000 - 1280 + 5, 9000), { code = "NoSuchThing" } },
    { "code=Foo", {} }, { "code=Fooo", { code = "Fooo" } },
    { "code=F" .. ("o"):rep(127), { code = "F" .. ("o"):rep(127) } }, { "code=F" .. ("o"):rep(128), {} },
    { "service____error____code=NoSuchThing", { code = "NoSuchThing" } },
    { "service_____error____code=NoSuchThing", {} },
    { "code=NoSuchThing msg=" .. ("n"):rep(3000), { code = "NoSuchThing", message = ("n"):rep(2001) } },
    { host, { code = "RateLimit", message = host:sub(1, 2001), status = 421 } },
    { spaces("404", 40), { status = 404 } }, { spaces("404", 41), {} },
    { spaces("timeout", 200), { cause = "timeout", word = "timeout" } }, { spaces("timeout", 201), {} },
    { spaces("deadbeefdeadbeef", 256), { requestId = "deadbeefdeadbeef" } },
    { spaces("deadbeefdeadbeef", 257), {} },
    { ("a:"):rep(599) .. "read timed out", { cause = "read timed out", word = "timeout" } },
    { ("a:"):rep(600) .. "read timed out", {} },
    { "HTTP/1.1 200 OK\n\nx" .. closed .. "\n" .. ("x"):rep(1023 - #closed),
      { cause = closed:sub(4), word = "closed" } },
    { "HTTP/1.1 200 OK\n\nx" .. closed .. "\n" .. ("x"):rep(1024 - #closed),
      { status = 200, success = true } },
    { ("HTTP/1.1 302 \n\n"):rep(99) .. "HTTP/1.1 204 No Content\n", { status = 204, success = true } },

    { "java.io.AccessDenied", {} }, { "Outer$AccessDenied", {} }, { "StatusCode.AccessDenied", {} },
    { "statusCode.AccessDenied RateLimit", { code = "RateLimit", status = 421 } },
}

describe("What is read in a text", function()
    for index, case in ipairs(cases) do
        it("is told by its words: " .. index .. ", " .. case[1]:sub(1, 60):gsub("%s", " "), function()
            local about = subject.of(case[1], "en")
            local err = about.err
            local word, sent
            if err then word, sent = err:transport() end
            assert.same(case[2], {
                code = err and err.code, message = err and rawget(err, "message") or nil,
                requestId = about.request_id or err and err.requestId or nil,
                status = about.status or err and err.status or nil,
                success = about.is_success,
                retry = word and err.retry ~= "backoff" and err.retry or nil,
                sent = sent ~= "maybe" and sent or nil,
                cause = err and err:cause() or nil, word = word,
            })
        end)
    end
end)
