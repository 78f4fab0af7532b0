-- spec/data/transport.tsv has what HTTP clients gave as the reason when no response came: the client; the
-- form, a text, the number of libcurl that Lua-cURL's error object has, or the name of lua-http's error of
-- HTTP/2; the reason; what had happened; whether the request may have been sent; whether the client had
-- followed a redirect by itself; and how often that was observed. The connections that failed did so at once.

local files = require "spec.helpers.files"
local support = require "spec.helpers.support"
local transport = require "cfs.errors.wire.transport"

-- An error object as Lua-cURL's: a userdata there.
local function curl_error(number, name, category)
    local methods = {
        no = function() return number end,
        name = function() return name end,
        msg = function() return "a sentence" end,
        cat = function() return category or "CURL-EASY" end,
    }
    return setmetatable({}, { __index = methods })
end

-- Seconds: an attempt that ended at once, and one that took longer than connecting may.
local at_once, late = 0.1, 1.01

local function observations()
    local list = {}
    for line in files.read("spec/data/transport.tsv"):gmatch("[^\n]+") do
        local client, form, text, word, sent, redirected, times =
            line:match("^([^\t]+)\t([^\t]+)\t([^\t]+)\t([^\t]+)\t([^\t]+)\t([^\t]+)\t(%d+)$")
        if client then
            local reason = text
            if form == "libcurl" then
                reason = curl_error(tonumber(text:match("%d+$")), text:match("^%S+"))
            elseif form == "http2" then
                reason = { name = text, code = ({ PROTOCOL_ERROR = 1, REFUSED_STREAM = 7 })[text] }
            end
            list[#list + 1] = {
                client = client, text = text, reason = reason, word = word, sent = sent,
                redirected = redirected == "yes", times = tonumber(times),
            }
        end
    end
    return list
end

-- The observations that the reason does not tell: what had happened → what is said of it.
local untold = {
    -- the same reason after the request and during the handshake
    ["LuaSec: closed"] = "tls closed",
    ["LuaSec: unexpected eof while reading"] = "tls closed",
    ["LuaSec: wantwrite"] = "closed timeout",
    ["lua-curl: Failed to connect to 127.0.0.1 port 45341 after 0 ms: Couldn't connect to server"] =
        "tls connect",
    -- the service refused the certificate after the request
    ["lua-http: flush: Broken pipe"] = "tls closed",
    -- lua-http hides that a name did not resolve, and has one reason for a cut line and for a bad one
    ["lua-http: flush: Connection refused"] = "resolve connect",
    ["lua-http: flush: Connection timed out"] = "resolve timeout",
    ["lua-http: flush: Network is unreachable"] = "resolve connect",
    ["lua-http: starttls: Connection refused"] = "resolve connect",
    ["lua-http: starttls: Connection timed out"] = "resolve timeout",
    ["lua-http: read_body_chunk: Invalid or incomplete multibyte or wide character"] = "closed protocol",
    ["lua-http: read_header: Invalid or incomplete multibyte or wide character"] = "closed protocol",
    ["lua-http: read_status_line: Invalid or incomplete multibyte or wide character"] = "closed protocol",
    -- numbers of libcurl that stand for several things
    ["Lua-cURLv3: COULDNT_CONNECT 7"] = { ["local connect"] = true, ["tls connect"] = true },
    ["Lua-cURLv3: OPERATION_TIMEDOUT 28"] = "resolve timeout",
    ["Lua-cURLv3: OUT_OF_MEMORY 27"] = "protocol local",
    ["Lua-cURLv3: RECV_ERROR 56"] = { ["tls closed"] = true, ["protocol closed"] = true },
    ["Lua-cURLv3: UNSUPPORTED_PROTOCOL 1"] = "local protocol",
    -- a body that was cut in its chunks; no descriptor left to resolve a name with; a route that refuses
    ["lua-resty-http: closed"] = "protocol closed",
    ["LuaSocket: host or service not provided, or not known"] = "local resolve",
    ["LuaSocket: Invalid argument"] = "connect other",
    -- what the caller's own functions returned
    ["LuaSocket: my sink error"] = "local other",
    ["LuaSocket: my source error"] = "local other",
}

describe("The word for a reason", function()
    it("is right for 92 of 100 observations at least, and else where the reason does not tell", function()
        local all, right = 0, 0
        local left = {}
        for name in pairs(untold) do left[name] = true end
        for _, row in ipairs(observations()) do
            local word = transport.classify(row.reason)
            all = all + row.times
            if word == row.word then
                right = right + row.times
            else
                local name, pair = row.client .. ": " .. row.text, row.word .. " " .. word
                local expected = untold[name]
                assert.is_true(expected == pair or type(expected) == "table" and expected[pair] or false,
                    name .. ": " .. pair)
                left[name] = nil
            end
        end
        assert.same({}, left)
        assert.equal(508, all)
        assert.equal(472, right) -- 92.9 %
    end)

    it("is right for 95 of 100 of further reasons: other languages, libraries and versions", function()
        local all, right = 0, 0
        for line in files.read("spec/data/reasons.tsv"):gmatch("[^\n]+") do
            local word, sent, reasons = line:match("^(%S+)\t(%S+)\t(.*)$")
            for reason in reasons:gmatch("[^\t]+") do
                local told, denied = transport.classify(reason, at_once)
                all, right = all + 1, right + (told == word and 1 or 0)
                assert.is_true(denied == "maybe" or sent == "no", reason)
            end
        end
        assert.equal(245, all)
        assert.equal(239, right)
    end)

    it("is that of libcurl's number, in each form", function()
        local words = {}
        for word, numbers in pairs { resolve = "5 6", connect = "7 96 97", timeout = "28",
                tls = "35 51 60 64 80 83 90 91 98", closed = "16 18 52 55 56 92 95",
                protocol = "1 8 22 33 36 47 61 63 100",
                ["local"] = "2 3 4 23 26 27 41 42 43 45 48 49 53 54 58 59 65 66 77 82 89 93 99" } do
            for number in numbers:gmatch "%d+" do words[tonumber(number)] = word end
        end
        local denied = { [2] = "no", [4] = "no", [43] = "no", [48] = "no", [49] = "no" }
        local refused = { [51] = true, [60] = true, [83] = true, [90] = true, [91] = true, [98] = true }
        for number = 0, 101 do
            local expected = { words[number] or "other", denied[number] or "maybe", refused[number] or false }
            for form, reason in pairs { number, curl_error(number, "NAME"),
                    ("[CURL-EASY][NAME] a sentence (%d)"):format(number), ("curl: (%d) a"):format(number) } do
                assert.same(expected, { transport.classify(reason) }, form .. " of " .. number)
            end
            if words[number] then
                assert.same(expected, { transport.classify("a sentence", nil, number) }, number)
            end
        end
    end)

    it("is that of the stage where the rest of a reason does not tell", function()
        local words = {
            tls = "starttls, failed to do ssl handshake, ssl handshake",
            protocol = "read_status_line, read_header, read_headers, read_headers_done, read_body_by_length, "
                .. "read_body_till_close, read_body_chunk",
            closed = "Recv failure, Send failure, OpenSSL SSL_read, OpenSSL SSL_write",
            connect = "failed to issue CONNECT to proxy, failed to connect to, failed to connect",
            other = "flush, read, fill, write, xread, xwrite, get_next_incoming_stream, write_header, "
                .. "write_headers_done, write_request_line, write_body_chunk, write_body_last_chunk, "
                .. "write_body_plain",
        }
        for word, stages in pairs(words) do
            for stage in stages:gmatch "[^,]+" do
                stage = stage:match "%S.*"
                local sent = (word == "tls" or word == "connect") and "no" or "maybe"
                local unknown = stage .. ": strange words"
                assert.same({ word, sent, false }, { transport.classify(unknown, at_once) }, stage)
                assert.equal(word ~= "other" or stage:find("_", 1, true) ~= nil, transport.is_reason(unknown))
                local refused, denied = transport.classify(stage .. ": Connection refused", at_once)
                assert.same({ "connect", stage == "flush" and "no" or sent }, { refused, denied }, stage)
                local closed = transport.classify(stage .. ": Broken pipe", at_once)
                assert.equal(word == "tls" and "tls" or "closed", closed, stage)
                assert.is_true(transport.is_reason(stage .. ": Broken pipe"))
            end
        end
    end)

    for _, case in ipairs {
        -- what comes first in the reason counts, not what a server wrote into it
        { "HTTP/1.1 abc could not be resolved (connection refused)", "protocol", "maybe" },
        { "HTTP/1.1 abc:1: host not found", "protocol", "maybe" },
        { "couldn't parse HTTP version from response status line: x:1: host not found", "protocol", "maybe" },
        { "failed to receive reply from UDP server 10.0.0.2:53: timeout", "resolve", "no" },
        { "couldn't parse status code from response status line: HTTP/1.1 timeout", "protocol", "maybe" },
        { "SSL: certificate subject name (x could not be resolved (3) does not match", "tls", "maybe", true },
        { "read_header: connection refused", "connect", "maybe" },
        { "read: No route to host", "connect", "maybe" },
        { "x could not be resolved (110: Operation timed out)", "resolve", "no" },
        { "x could not be resolved (5: Operation refused)", "resolve", "no" },
        -- what a raised message begins with does not count
        { "app/timeout.lua:3: attempt to index a nil value", "other", "maybe" },
        { "C:\\app\\timeout.lua:3: connection refused", "connect", "early" },
        { "app.lua:3: connection refused", "connect", "early" },
        { "error in POST request: connection refused", "connect", "early" },
        -- letters count in either case; other C libraries have other words
        { "CLOSED", "closed", "maybe" },
        { "flush: Host is unreachable", "connect", "early" },
        { "read: Operation timed out", "timeout", "maybe" },
        { "starttls: Operation timed out", "timeout", "no" },
        { "Name does not resolve", "resolve", "no" },
        { "flush: No file descriptors available", "local", "no" },
        { "Can't assign requested address", "local", "no" },
        -- certificates
        { "certificate verify failed", "tls", "no", true },
        { "18: self-signed certificate", "tls", "no", true },
        { "62: hostname mismatch", "tls", "no", true },
        { "certificate host mismatch", "tls", "no", true },
        { "starttls: error:0A000086:SSL routines::certificate verify failed:hostname mismatch",
            "tls", "no", true },
        { "starttls: error:0A00010B:SSL routines::wrong version number", "tls", "no" },
        { "tlsv13 alert certificate required", "tls", "maybe", true },
        { "tlsv1 alert unknown ca", "tls", "maybe", true },
        { "handshake failed", "tls", "no" },
        { "18: something new", "other", "maybe" },
        { "404: no mismatch, but no such thing", "other", "maybe" },
        -- through a proxy, and libcurl's sentences
        { "failed to connect to: proxy:3128: timeout", "timeout", "no" },
        { "failed to connect to: proxy:3128: connection refused", "connect", "no" },
        { "failed to issue CONNECT to proxy: closed", "closed", "no" },
        { "Failed to connect to cfs.test port 443 after 2002 ms: Timeout was reached", "timeout", "maybe" },
        { "Recv failure: Connection reset by peer", "closed", "maybe" },
        { "Recv failure: something new", "closed", "maybe" },
        { "Unsupported HTTP version in response", "protocol", "maybe" },
        { "Failed to connect to h port 1 after 3 ms: strange words", "connect", "maybe" },
        { "Failed to connect to h port 1: Connection refused", "connect", "maybe" },
        { "failed to connect to unix:/run/x.sock: no such file or directory", "connect", "no" },
        { "failed to connect to unix:/run/x.sock: connection refused", "connect", "no" },
        { "curl: (7) Failed to connect to h port 1 after 3 ms: Connection refused", "connect", "maybe" },
        { "curl: (3) URL using bad/illegal format or missing URL", "local", "maybe" },
        { "curl: (1000) something new, a timeout", "timeout", "maybe" },
        { "[CURL-EASY][NEW] something new, a timeout (1000)", "timeout", "maybe" },
        { "/my programs/app.lua:3: closed", "closed", "maybe" },
        { '[string "return"]:3: closed', "closed", "maybe" },
        { "connexion refus\195\169e", "connect", "early" },
        { "\230\139\146\231\187\157\232\191\158\230\142\165", "connect", "early" },
        { "Resolving timed out after 1000 milliseconds", "resolve", "maybe" },
        { "[CURL-EASY][COULDNT_CONNECT] Couldn't connect to server (7)", "connect", "maybe" },
        { "[CURL-EASY][PEER_FAILED_VERIFICATION] The certificate was not OK (60)", "tls", "maybe", true },
        -- a word that only suggests proves nothing about what was sent
        { "the host was not found: could not resolve", "resolve", "maybe" },
        { "upstream says: connection refused", "connect", "maybe" },
        { "", "other", "maybe" },
        { "no rows", "other", "maybe" },
        { "httpd says http/2 stream 1", "other", "maybe" },
    } do
        local reason, word, sent, certificate = case[1], case[2], case[3], case[4] or false
        it("is " .. word .. ", sent: " .. sent .. ", for " .. reason, function()
            local soon = sent == "early" and "no" or sent
            assert.same({ word, soon, certificate }, { transport.classify(reason, at_once) })
            local later = sent == "early" and "maybe" or sent
            assert.same({ word, later, certificate }, { transport.classify(reason, late) })
            assert.same({ word, later, certificate }, { transport.classify(reason) })
        end)
    end

    it("is told by what client libraries give in place of a string", function()
        for _, case in ipairs {
            { curl_error(7, "COULDNT_CONNECT"), "connect", "maybe", false },
            { curl_error(60, "PEER_FAILED_VERIFICATION"), "tls", "maybe", true },
            { curl_error(3, "URL_MALFORMAT"), "local", "maybe", false },
            { curl_error(2, "FAILED_INIT"), "local", "no", false },
            { curl_error(7, "UNKNOWN_OPTION", "CURL-MULTI"), "other", "maybe", false },
            { curl_error(1000, "NEW"), "other", "maybe", false },
            { { name = "REFUSED_STREAM", code = 7 }, "closed", "no", false },
            { { name = "CANCEL", code = 8 }, "protocol", "maybe", false },
            { { name = "REFUSED_STREAM", code = 8 }, "other", "maybe", false },
            { 28, "timeout", "maybe", false },
            { 7.5, "other", "maybe", false },
            { -1, "other", "maybe", false },
        } do
            assert.same({ case[2], case[3], case[4] }, { transport.classify(case[1]) })
        end
    end)

    it("is other for any other value, whatever its metamethods do", function()
        for _, other in ipairs(support.others) do
            if type(other[2]) ~= "string" then
                assert.same({ "other", "maybe", false }, { transport.classify(other[2]) }, other[1])
            end
        end
        assert.same({ "other", "maybe", false }, { transport.classify(nil) })
        local raising = curl_error(7)
        getmetatable(raising).__index = function(_, name)
            return function() if name == "no" then error(nil) end return "CURL-EASY" end
        end
        assert.same({ "other", "maybe", false }, { transport.classify(raising) })
    end)

    it("is one of those that are listed, each with what it stands for", function()
        local seen = {}
        for _, row in ipairs(observations()) do seen[transport.classify(row.reason)] = true end
        local phrases = require "cfs.errors.explain.language"
        for _, word in ipairs(phrases.names "transport") do
            assert.is_true(seen[word], word)
            assert.truthy(phrases.say("transport", word, "en"):find("^%l"))
            seen[word] = nil
        end
        assert.same({}, seen)
    end)

    it("depends on the first 512 bytes only", function()
        assert.equal("other", (transport.classify(("x"):rep(506) .. "timeout")))
        assert.equal("timeout", (transport.classify(("x"):rep(505) .. "timeout" .. ("x"):rep(1e6))))
    end)
end)

describe("What may have been sent", function()
    it("is never denied, but where the client followed a redirect by itself", function()
        local followed = 0
        for _, row in ipairs(observations()) do
            local _, sent = transport.classify(row.reason, at_once)
            if sent == "no" and row.sent == "maybe" then
                assert.is_true(row.redirected, row.client .. ": " .. row.text)
                followed = followed + row.times
            end
        end
        assert.equal(4, followed)
    end)

    it("is denied where no client could have sent it", function()
        local denied, all = { 0, 0 }, 0
        for _, row in ipairs(observations()) do
            if row.sent == "no" and not row.client:find("cURL", 1, true) and row.client ~= "lua-curl" then
                all = all + row.times
                for index, elapsed in ipairs { at_once, late } do
                    local _, sent = transport.classify(row.reason, elapsed)
                    if sent == "no" then denied[index] = denied[index] + row.times end
                end
            end
        end
        assert.same({ 135, 114, 173 }, { denied[1], denied[2], all })
    end)

    it("is left open by each number of libcurl that a repetition by libcurl may end with", function()
        for number = 5, 100 do
            local word, sent = transport.classify(number)
            if word ~= "local" then assert.equal("maybe", sent, number) end
        end
    end)
end)

describe("A reason that is surely a client's", function()
    it("is each that was observed, but for some that every program gives", function()
        local others = {}
        for _, row in ipairs(observations()) do
            if not transport.is_reason(row.reason) then others[#others + 1] = row.text end
        end
        table.sort(others)
        assert.same({
            "/usr/share/lua/5.1/resty/core/socket.lua:244: assertion failed!",
            "/usr/share/lua/5.2/cqueues.lua:23: unable to initialize continuation queue: Too many open files",
            "/usr/share/lua/5.4/socket/http.lua:276: attempt to index a nil value (local 'schemedefs')",
            "HTTP/1.1 abc OK",
            "HTTP/9.z 200 OK",
            "Invalid argument",
            "attempt to concatenate a nil value (field 'status_code')",
            "can't resume a dead coroutine",
            "error",
            "ls.lua:24: boom",
            "my sink error",
            "my source error",
            "no memory",
            "no such file or directory",
            "permission denied",
            "unknown scheme",
        }, others)
    end)

    for _, reason in ipairs {
        "", "not found", "no rows", "user closed the ticket", "header missing", "invalid header", "error",
        "permission denied", "the ticket is closed", "timeout of the session", "HTTP/1.1 404 Not Found",
        "certificate not found", "no such file or directory", "reset the password", "order aborted", "a: b",
        "read: nothing found", "cannot parse", "TLS is required", "500: internal error", "bad port",
        "404: mismatch", "invalid encoding", "E: cannot reach db:5432: timeout",
    } do
        it("is not " .. (reason == "" and "nothing" or reason), function()
            assert.is_false(transport.is_reason(reason))
        end)
    end

    it("is no number, nor any other value", function()
        assert.is_false(transport.is_reason(7))
        assert.is_true(transport.is_reason(curl_error(7, "COULDNT_CONNECT")))
        assert.is_true(transport.is_reason { name = "REFUSED_STREAM", code = 7 })
        assert.is_true(transport.is_reason "Failed to connect to h port 1 after 3 ms: strange words")
        for _, other in ipairs(support.others) do assert.is_false(transport.is_reason(other[2]), other[1]) end
    end)
end)
