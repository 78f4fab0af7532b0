--- Why no response came, and whether the request may have reached the service, told by the reason
--- that an HTTP client gave.

local find, lower, match, sub = string.find, string.lower, string.match, string.sub

local transport = {}

-- How many bytes of a reason are read.
local longest = 512

-- What reasons mean. Letters are compared in lower case, after what stands before a reason is taken off
-- (see `stages`). A reason is looked for
--   1. in `is`: the whole reason,
--   2. in `begins`: how a reason begins that goes on with what a server or the caller wrote, so that
--      such text cannot decide,
--   3. in `has`: what no one but a client writes,
--   4. in `hints`: what only suggests a word. A hint never proves that nothing was sent.
-- Within 2 to 4 the first that fits decides. `sent` is "no" only where the request cannot have been
-- sent. libcurl is never sure: it repeats a request by itself, with any method, when a connection that
-- it used before is reset, and reports only how the repetition failed.
local rules = {
    {
        word = "protocol", sent = "maybe",
        is = {
            "malformed reponse headers", "malformed response headers", "invalid chunk size", -- LuaSocket
            "unable to read chunksize", "can't resume a dead coroutine", -- lua-resty-http
            "invalid content-length", "unknown transfer-encoding", "unknown scheme",
            "maximum redirects exceeded", -- lua-http, as the next two, of which the second is musl's
            "invalid or incomplete multibyte or wide character", "illegal byte sequence",
            "received http/0.9 when not allowed", "header without colon", "weird server reply",
            "illegal or missing hexadecimal sequence in chunked-encoding", "nul byte in header",
            "invalid content-length: value", "overflow content-length: value", -- libcurl
        },
        begins = {
            "http/", -- LuaSocket: the status line itself
            "couldn't parse http version from response status line: ", -- lua-resty-http
            "couldn't parse status code from response status line: ",
            "unrecognized content encoding type", "error while processing content unencoding",
            "unsupported http version", "unsupported http/", "too large response headers", -- libcurl
        },
        has = { " redirects followed" }, -- libcurl
    },
    {
        word = "resolve", sent = "no",
        is = {
            "host or service not provided, or not known", "temporary failure in name resolution",
            "non-recoverable failure in name resolution", "host not found", -- LuaSocket, LuaSec
            "no address associated with hostname", "name or service not known", -- glibc
            "name does not resolve", "name has no usable address", -- musl
            "nodename nor servname provided, or not known", -- macOS
            "the name does not resolve for the supplied parameters", -- lua-http
            "a non-recoverable error occurred when attempting to resolve the name",
            "no host address available to complete operation",
        },
        begins = { "no resolver defined to resolve " }, -- cosockets
        has = { " could not be resolved (" }, -- cosockets, lua-resty-http
    },
    {
        word = "resolve", sent = "maybe",
        is = { "couldn't resolve host name", "couldn't resolve proxy name" }, -- libcurl
        begins = { "could not resolve host", "could not resolve proxy", "resolving timed out after " },
        hints = { "resolv", "name resolution", "host not found", "not known", "no address associated" },
    },
    {
        word = "local", sent = "no",
        is = {
            "too many open files", "too many open files in system", "cannot assign requested address",
            "no file descriptors available", "address not available", -- musl
            "can't assign requested address", -- macOS
            "too many waiting connect operations", -- cosockets; the next where no connection is left
            "operation now in progress",
            "proxy not supported", "redirect not supported", -- LuaSec
        },
        begins = {
            "invalid host '", -- LuaSocket
            "bad uri: ", "bad port number: ", -- lua-resty-http, cosockets
            "invalid protocol (", "error loading ca locations (", "error loading certificate (",
            "error loading private key (", "error setting cipher list (", -- LuaSec
        },
    },
    {
        word = "local", sent = "maybe",
        is = {
            "no memory", "out of memory", "cannot allocate memory", "no buffer space available",
            "client aborted", -- cosockets: the client of nginx
        },
        begins = { "socket busy " }, -- cosockets: another thread uses the socket
        hints = { "open files", "file descriptors", "requested address", "memory", "invalid host",
            "invalid uri", "bad uri", "bad port", "schemedefs" },
    },
    {
        word = "timeout", sent = "maybe",
        is = {
            "timeout", -- LuaSocket, cosockets, lua-resty-http: while connecting, too
            "wantread", "wantwrite", -- LuaSec
            "connection timed out", "operation timed out", -- lua-http; the second is that of musl, macOS
            "timeout was reached", "ssl connection timeout", -- libcurl
        },
        begins = {
            "operation timed out after ", "connection timed out after ",
            "connection timeout after ", -- libcurl
        },
        hints = { "timeout", "timed out", "wantread", "wantwrite" },
    },
    {
        -- A connection that was made reports these, too, but only after it has sent in vain for a quarter
        -- of an hour, which no client waits for.
        word = "connect", sent = "no",
        is = {
            "connection refused", "network is unreachable", "no route to host", "host is down",
            "network is down", "permission denied", -- all but libcurl
            "host is unreachable", "network unreachable", -- musl
            "no such file or directory", -- cosockets, for a socket of Unix
        },
        begins = { "failed to establish a tunnel through a proxy: " }, -- lua-resty-http
    },
    {
        word = "connect", sent = "maybe",
        is = { "couldn't connect to server", "could not connect to server" }, -- libcurl
        begins = { "failed to connect to " },
        hints = { "connection refused", "unreachable", "no route to host", "permission denied",
            "failed to connect", "could not connect", "couldn't connect" },
    },
    {
        word = "tls", sent = "no", certificate = true,
        is = {
            "certificate verify failed", -- LuaSec
            "certificate host mismatch", -- cosockets, lua-resty-http
        },
    },
    {
        -- The service refuses the client's certificate, in TLS 1.3 only after the request was sent.
        word = "tls", sent = "maybe", certificate = true,
        is = {
            "tlsv13 alert certificate required", "sslv3 alert bad certificate",
            "sslv3 alert unsupported certificate", "sslv3 alert certificate revoked",
            "sslv3 alert certificate expired", "sslv3 alert certificate unknown",
            "tlsv1 alert unknown ca", "tlsv1 alert access denied", -- LuaSec
            "ssl peer certificate or ssh remote key was not ok", -- libcurl
        },
        begins = {
            "server certificate verification failed", "ssl certificate problem: ", "ssl: certificate ",
            "ssl: no alternative certificate ", -- libcurl
        },
    },
    {
        word = "tls", sent = "no",
        is = {
            "handshake failed", -- cosockets, lua-resty-http
            "wrong version number", "unsupported protocol", "no protocols available", -- LuaSec
        },
    },
    {
        word = "closed", sent = "maybe",
        is = {
            "closed", -- LuaSocket, LuaSec, cosockets, lua-resty-http
            "connection reset by peer", "broken pipe", "software caused connection abort",
            "unexpected eof while reading", -- LuaSec
            "empty reply from server", "server returned nothing (no headers, no data)",
            "failure when receiving data from the peer", "failed sending data to the peer",
            "transferred a partial file", "connection died, tried 5 times before giving up", -- libcurl
        },
        begins = { "transfer closed with ", "gnutls recv error ", "openssl ssl_read: " }, -- libcurl
        hints = { "closed", "reset by peer", "connection reset", "broken pipe", "eof while reading",
            "empty reply", "non-properly terminated", "connection abort" },
    },
    {
        word = "tls", sent = "maybe",
        is = { "ssl connect error" }, -- libcurl
        begins = {
            "sslv3 alert ", "tlsv1 alert ", "tlsv13 alert ", -- LuaSec
            "gnutls_handshake() failed: ", -- libcurl
        },
        has = { ":ssl routines:" }, -- lua-http, libcurl: OpenSSL's own form
        hints = { "handshake", "certificate", "self-signed", "self signed", "wrong version number",
            "cipher", "ssl", "tls", "x509" },
    },
    {
        word = "protocol", sent = "maybe",
        hints = { "malformed", "chunk", "parse", "multibyte", "header", "content-length", "encoding",
            "redirect", "status line", "unknown scheme", "invalid length" },
    },
}

-- What other clients and servers say, found in the texts that people paste.
local programs = {
    resolve = {
        is = { "unknownhostexception", "no such host", "enotfound", "eai_again", "eai_noname", "gaierror",
            "could not resolve hostname", "name resolution failed", "dns error", "socket.gaierror",
            "无法解析此远程名称", "未能解析此远程名称", "不知道这样的主机", "域名解析失败" },
        begins = { "unable to resolve host address", "failed to resolve", "getaddrinfo e",
            "failed to lookup address", "no address associated", "nodename nor servname" },
    },
    connect = {
        is = { "econnrefused", "ehostunreach", "enetunreach", "connectexception", "noroutetohostexception",
            "connectionrefusederror", "unable to connect to the remote server", "connection failure",
            "connect call failed", "httphostconnectexception", "newconnectionerror", "tcp connect error",
            "无法连接", "无法连接到远程服务器", "由于目标计算机积极拒绝", "连接被拒绝", "拒绝连接",
            "no healthy upstream", "no live upstreams while connecting to upstream" },
        begins = { "connect econnrefused", "connect ehostunreach", "connect enetunreach", "connect call failed",
            "connectex: no connection could be made", "no connection could be made", "failed connect to" },
    },
    timeout = {
        is = { "connect timed out", "read timed out", "write timed out", "request timed out", "i/o timeout",
            "etimedout", "esockettimedout", "sockettimeoutexception", "connecttimeoutexception", "socket.timeout",
            "context deadline exceeded", "deadline exceeded", "deadlineexceeded", "timeouterror",
            "httptimeoutexception", "httpconnecttimeoutexception", "readtimeout", "connecttimeout",
            "readtimeouterror", "connecttimeouterror", "net/http: tls handshake timeout", "tls handshake timeout",
            "opentimeout", "asyncio.timeouterror", "taskcanceledexception", "upstream timed out",
            "the operation has timed out", "the read operation timed out", "timed out",
            "response timeout", "upstream request timeout", "连接超时", "请求超时", "操作超时", "读取超时",
            "操作已超时", "um_err_connect_timeout", "und_err_connect_timeout", "und_err_headers_timeout" },
        begins = { "timeout of 1", "timeout of 2", "timeout of 3", "timeout of 4", "timeout of 5", "timeout of 6",
            "timeout of 7", "timeout of 8", "timeout of 9", "the request was canceled due to the configured httpclient",
            "request timeout", "net/http: request canceled while waiting", "client.timeout exceeded",
            "net/http: timeout awaiting", "upstream timed out" },
    },
    tls = {
        is = { "sslhandshakeexception", "ssl_error_syscall", "epro to", "eproto", "sslerror",
            "could not create ssl/tls secure channel", "http: server gave http response to https client",
            "server gave http response to https client", "remote host terminated the handshake",
            "received fatal alert" },
        begins = { "unsupported or unrecognized ssl message", "received fatal alert", "remote error: tls" },
    },
    certificate = {
        is = { "pkix path building failed", "failed to verify certificate", "depth_zero_self_signed_cert",
            "unable_to_verify_leaf_signature", "self_signed_cert_in_chain", "cert_has_expired",
            "err_tls_cert_altname_invalid", "unable to verify the first certificate", "certificate_verify_failed",
            "self-signed certificate", "self signed certificate", "certificate has expired",
            "sslcertverificationerror", "sslpeerunverifiedexception", "unable to get local issuer certificate",
            "self-signed certificate in certificate chain", "no alternative certificate subject name matches",
            "无法建立信任关系" },
        begins = { "certificate signed by unknown authority", "certificate has expired", "certificate is valid for",
            "the remote certificate ", "hostname/ip does not match", "upstream ssl certificate verify error",
            "no subject alternative", "cannot verify ", "the certificate ", "certificate is not valid" },
    },
    closed = {
        is = { "eof", "unexpected eof", "econnreset", "epipe", "econnaborted", "connection reset", "socket hang up",
            "other side closed", "server disconnected", "connection aborted", "remotedisconnected", "eoferror",
            "connectionreseterror", "connectionabortederror", "brokenpipeerror", "nohttpresponseexception",
            "serverdisconnectederror", "connectionclosedexception", "remote end closed connection without response",
            "connection closed before message completed", "stream was reset", "end of file reached",
            "connection termination", "server disconnected without sending a response", "responseended",
            "the response ended prematurely", "no data received", "connection closed", "incompleteread",
            "the underlying connection was closed", "http2: server sent goaway and closed the connection",
            "连接被重置", "连接被对方重置", "基础连接已经关闭", "远程主机强迫关闭了一个现有的连接", "und_err_socket" },
        begins = { "unexpected end of stream", "premature end of ", "upstream prematurely closed",
            "server closed the connection", "recv() failed (", "peer closed connection", "stream error: stream id",
            "incompleteread(", "an existing connection was forcibly closed", "http/2 stream ", "unexpected end of file" },
    },
    protocol = {
        is = { "malformed http response" },
        begins = { "malformed http ", "bad status line", "badstatusline" },
    },
    ["local"] = {
        is = { "no host in request url", "unsupported protocol scheme", "missingschema", "invalidurl",
            "invalid url", "err_invalid_url", "no supplied" },
        begins = { "invalid url", "unsupported protocol scheme" },
    },
}

-- Reasons that programs also give for what has nothing to do with a connection, and how they begin.
local common = {
    "http/",
    "permission denied", "no such file or directory", "no memory", "out of memory", "host not found",
    "cannot allocate memory", "can't resume a dead coroutine", "unsupported protocol", "unknown scheme",
}

-- What a client names before the reason, "flush: Connection refused", and what it proves: `sent`, over
-- what the reason says; `closed`, the word for a connection that ended then; `word`, that for reasons
-- that are not known. Those of lua-http are its operations.
local stages = {
    starttls = { sent = "no", closed = "tls", word = "tls" },
    flush = {}, -- connects, then sends
    read = { sent = "maybe" },
    fill = { sent = "maybe" },
    read_status_line = { sent = "maybe", word = "protocol" },
    read_header = { sent = "maybe", word = "protocol" },
    read_headers_done = { sent = "maybe", word = "protocol" },
    read_body_by_length = { sent = "maybe", word = "protocol" },
    read_body_till_close = { sent = "maybe", word = "protocol" },
    read_body_chunk = { sent = "maybe", word = "protocol" },
    ["recv failure"] = { sent = "maybe", word = "closed" }, -- libcurl
    ["send failure"] = { sent = "maybe", word = "closed" },
    ["failed to issue connect to proxy"] = { sent = "no", word = "connect" }, -- lua-resty-http
    ["failed to connect to"] = { sent = "no", word = "connect" }, -- "HOST:PORT: " is left out
}

-- What libcurl's numbers mean, which are the same everywhere.
local libcurl = {
    { word = "resolve", sent = "maybe", 5, 6 },
    { word = "connect", sent = "maybe", 7, 96, 97 },
    { word = "timeout", sent = "maybe", 28 },
    { word = "tls", sent = "maybe", 35, 64, 80 },
    { word = "tls", sent = "maybe", certificate = true, 51, 60, 83, 90, 91, 98 },
    { word = "closed", sent = "maybe", 16, 18, 52, 55, 56, 92, 95 },
    { word = "protocol", sent = "maybe", 1, 8, 22, 33, 36, 47, 61, 63, 100 },
    { word = "local", sent = "no", 2, 3, 4, 43, 48, 49 }, -- a handle or an option that cannot be used
    { word = "local", sent = "maybe", 23, 26, 27, 41, 42, 45, 53, 54, 58, 59, 65, 66, 77, 82, 89, 93, 99 },
}

-- The codes of HTTP/2 (RFC 9113, section 7), as lua-http's error objects have them.
local http2 = {
    [0] = "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
    "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
}

local unknown = { word = "other", sent = "maybe" }
local refused_stream = { word = "closed", sent = "no", own = true }
local other_stream = { word = "protocol", sent = "maybe", own = true }

-- The rules, made ready: a whole reason → what it means; lists of { text, what it means } in order, those
-- of beginnings by their first four bytes; a number of libcurl → what it means. What is a client's and no
-- one else's is `own`.
local whole, beginnings, contents, hints, numbers = {}, {}, {}, {}, {}
local shared = {}


local function meaning_of(rule, own)
    return { word = rule.word, sent = rule.sent, certificate = rule.certificate, own = own }
end


for _, text in ipairs(common) do shared[text] = true end
for _, rule in ipairs(rules) do
    local own, anyones = meaning_of(rule, true), meaning_of(rule, false)
    local hint = { word = rule.word, sent = "maybe" }
    for _, text in ipairs(rule.is or {}) do whole[text] = shared[text] and anyones or own end
    for _, text in ipairs(rule.begins or {}) do
        local key = sub(text, 1, 4)
        local list = beginnings[key] or {}
        list[#list + 1] = { text, shared[text] and anyones or own }
        beginnings[key] = list
    end
    for _, text in ipairs(rule.has or {}) do contents[#contents + 1] = { text, own } end
    for _, text in ipairs(rule.hints or {}) do hints[#hints + 1] = { text, hint } end
end
for name, rule in pairs(programs) do
    local is_certificate = name == "certificate"
    local own = { word = is_certificate and "tls" or name, sent = "maybe", certificate = is_certificate, said = true }
    for _, text in ipairs(rule.is) do whole[text] = whole[text] or own end
    for _, text in ipairs(rule.begins) do
        local key = sub(text, 1, 4)
        beginnings[key] = beginnings[key] or {}
        table.insert(beginnings[key], { text, own })
    end
end
for _, row in ipairs(libcurl) do
    local own = meaning_of(row, true)
    for _, number in ipairs(row) do numbers[number] = own end
end


-- The reason without the place that a raised message, or lua-requests, puts before it: "app.lua:3: ".
local function stripped(text)
    text = match(text, "^%a:[\\/][^:\n]+:%d+: (.*)$") or match(text, "^[^:\n]+:%d+: (.*)$") or text
    return match(text, "^error in %a+ request: (.*)$") or text
end


-- The meaning of the first text of a list that a reason has.
local function first_in(list, text)
    for index = 1, #list do
        if find(text, list[index][1], 1, true) then return list[index][2] end
    end
    return nil
end


local function beginning_of(text)
    for _, entry in ipairs(beginnings[sub(text, 1, 4)] or {}) do
        if sub(text, 1, #entry[1]) == entry[1] then return entry[2] end
    end
    return nil
end


-- What a reason means that names its stage.
local function read_stage(stage, name, rest)
    if name == "failed to connect to" then rest = match(rest, "^%S*: (.*)$") or rest end
    local meaning = whole[rest]
    local word = meaning and meaning.word or stage.word
    if word == "closed" then word = stage.closed or word end
    if not word then return nil end
    return {
        word = word,
        sent = stage.sent or meaning.sent,
        certificate = word == "tls" and find(rest, "certificate", 1, true) ~= nil,
        own = true,
    }
end


local function read_text(text)
    text = lower(sub(text, 1, longest))
    if whole[text] then return whole[text] end
    text = stripped(text)
    if whole[text] then return whole[text] end
    local name, rest = match(text, "^([%a_ ]+): (.*)$")
    local stage = stages[name or ""]
    local meaning = stage and read_stage(stage, name, rest)
    if meaning then return meaning end
    rest = match(text, "^failed to connect to %S+ port %d+ after %d+ ms: (.*)$") -- libcurl
    if rest and whole[rest] then return whole[rest] end
    meaning = beginning_of(text)
    if meaning then return meaning end
    -- cosockets: the number of OpenSSL's verification, then its sentence
    if find(text, "^%d%d?: ") and (find(text, "certificate", 1, true) or find(text, "mismatch", 1, true)) then
        return whole["certificate verify failed"]
    end
    local number = match(text, "^%[curl%-easy%]%[[%w_]+%] .*%((%d+)%)$") -- Lua-cURL's error as a string
    return number and numbers[tonumber(number)]
        or first_in(contents, text) or first_in(hints, text) or unknown
end


-- What an error object means; nil if it is unknown. The caller must catch what the object raises.
local function read_object(reason)
    if type(reason) == "table" and type(reason.code) == "number" and http2[reason.code] == reason.name then
        return reason.name == "REFUSED_STREAM" and refused_stream or other_stream -- lua-http
    end
    if reason:cat() ~= "CURL-EASY" then return nil end
    return numbers[reason:no()] -- Lua-cURL
end


local function read(reason)
    local reason_type = type(reason)
    if reason_type == "string" then return read_text(reason) end
    if reason_type == "number" then
        return numbers[reason] or unknown
    end
    if reason_type ~= "table" and reason_type ~= "userdata" then return unknown end
    local good, meaning = pcall(read_object, reason)
    return good and meaning or unknown
end


--- Tells why no response came.
---
---     transport.classify "connection refused"  --> connect  no     false
---     transport.classify "wantread"            --> timeout  maybe  false
---@param reason any what the client gave: a string, a number of libcurl, an error object of Lua-cURL or
--- lua-http; anything else is "other"
---@return string word "resolve", "connect", "tls", "timeout", "closed", "protocol", "local" or "other"
---@return string sent "no" if the request certainly did not reach the service, else "maybe"
---@return boolean certificate whether a certificate was refused, by either side
function transport.classify(reason)
    local meaning = read(reason)
    return meaning.word, meaning.sent, meaning.certificate or false
end


--- Tells whether a reason is surely a client's, and not the caller's own: a hint such as "header" in
--- "header missing" is not enough, nor is what every program says, such as "permission denied", nor a
--- number.
---
---     transport.is_reason "timeout"         --> true
---     transport.is_reason "header missing"  --> false
---@param reason any
---@return boolean
function transport.is_reason(reason)
    return type(reason) ~= "number" and read(reason).own == true
end


--- What a phrase means that stands in a text: only what is surely a client's, as a whole or by its beginning.
---
---     transport.phrase "connection refused"  --> connect  false
---@param phrase string in lower case
---@return string? word nil if it is none of a client's
---@return boolean? certificate
function transport.phrase(phrase)
    local meaning = whole[phrase] or beginning_of(phrase)
    if meaning and (meaning.own or meaning.said) then return meaning.word, meaning.certificate or false end
end


return transport
