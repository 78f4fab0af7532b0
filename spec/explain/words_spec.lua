require "cfs.errors"
local subject = require "cfs.errors.explain.subject"

-- Lines of a log that tell nothing. A text with many of them is not read as a whole.
local log = ("a line of a log\n"):rep(400)

local function spaces(text, length) return text .. (" "):rep(length - #text) end

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

    { "curl: (28) Operation timed out after 5001 milliseconds\nmore",
      { cause = "Operation timed out after 5001 milliseconds", word = "timeout" } },
    { "curl: (7) nobody knows", { cause = "nobody knows", word = "connect" } },
    { "> GET / HTTP/1.1\n* Connection timed out after 1501 milliseconds\n* Closing connection 0",
      { cause = "Connection timed out after 1501 milliseconds", word = "timeout" } },
    { "error: 2026 cfs-1.example could not be resolved (3: Host not found), client: 192.0.2.9",
      { cause = "cfs-1.example could not be resolved (3: Host not found)", word = "resolve", sent = "no" } },
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
    { 'HTTP/1.1" 204 10', { status = 204, success = true } },
    { "x 200 OK", { status = 200, success = true } },
    { "GET https://a/b\n200\n96 ms", { status = 200, success = true } },
    { "http 503, then http 404", { status = 503 } },

    { "&quot;code&quot;: &quot;NoSuchThing&quot;, &#34;message&#34;: &#x22;a &lt;b&gt; &amp; c&#x22;",
      { code = "NoSuchThing", message = "a <b> & c" } },
    { "&apos;code&apos;: &#39;NoSuchThing&#39;, &#x27;message&#x27;:&nbsp;&apos;gone&apos; ", gone },
    { "%7B%22code%22%3A%22NoSuchThing%22%2C%22message%22%3A%22gone%22%7D", gone },
    { "> code: NoSuchThing\n > > message: gone\n", gone },
    { "｛“code”：“NoSuchThing”，“message”：„gone”｝", gone },
    { "｛＂code＂：＂NoSuchThing＂，＂message＂：＂gone＂｝", gone },
    { "【code＝NoSuchThing】（message：gone）", gone },
    { "‘code’：‘NoSuchThing’；［message：gone］", gone },
    { "│ code: NoSuchThing\n┃ message: gone\n╵", gone },
    { '"code\\": \\"NoSuchThing\\", \\\\\\"message\\\\\\": \\\\\\"a\\\\/b\\\\tc\\\\\\""',
      { code = "NoSuchThing", message = "a/b c" } },
    { "\27]0;title\7code\27[31m: \27[1;31mNoSuchThing\27[0m, message: gone", gone },

    { log .. "x" .. log .. "code: NoSuchThing, message: gone", gone },
    { "code: NoSuchThing, message: gone\n" .. log, gone },
    { log .. "requestId: r-1, code=NoSuchThing\n" .. log, { code = "NoSuchThing", requestId = "r-1" } },
    { log .. 'x: {\\"code\\": \\"NoSuchThing\\", \\"message\\": \\"gone\\"}\n' .. log, gone },
    { log .. "curl: (28) x\n" .. log, { cause = "x", word = "timeout" } },
    { log .. "a.BException: gone (Status Code: 404; Error Code: NoSuchThing)\n" .. log,
      { code = "NoSuchThing", message = "gone", status = 404 } },
    { log .. "Some error: connection refused\n" .. log, { cause = "connection refused", word = "connect" } },

    { '{"message":"no route","request_id":"r-1"}', { message = "no route", requestId = "r-1" } },
    { "deadbeefdeadbeef", { requestId = "deadbeefdeadbeef" } }, { "deadbeefdeadbee", {} },
    { "The vpc id is invalid", { code = "InvalidVpcId", message = "The vpc id is invalid.", status = 400 } },
    { "There are too many connections. The host is nd7. Ask.",
      { code = "RateLimit", status = 421,
        message = "There are too many connections. The host is nd7. Ask." } },
    { '"There are too many connections. The host is nd7" x',
      { code = "RateLimit", message = "There are too many connections. The host is nd7", status = 421 } },

    -- how much of a text counts
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
    { ("HTTP/ "):rep(15) .. "\nHTTP/1.1 204 No Content\n", { status = 204, success = true } },
    { ("HTTP/ "):rep(16) .. "\nHTTP/1.1 204 No Content\n", {} },

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
