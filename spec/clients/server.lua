-- A service that misbehaves as it is asked to, for the specs of HTTP clients:
--
--     lua spec/clients/server.lua DIRECTORY
--
-- DIRECTORY has the certificates. What is printed first are the names of the ports with their numbers,
-- in one line. The path of a request names the behaviour; "?key=K" counts the requests under a name. It
-- serves one connection after the other, on 127.0.0.1, and ends if nobody calls for five minutes.

local socket = require "socket"
local ssl = require "ssl"

local directory = arg[1]

local patience = 5 -- seconds for a client's next bytes

-- A page in gzip: "<html><body>Bad gateway</body></html>".
local compressed = "\031\139\008\000\000\000\000\000\002\003\179\201\040\201\205\177\179\073\202\079"
    .. "\169\180\115\074\076\081\072\079\044\073\045\079\172\180\209\007\139\216\232\131"
    .. "\165\001\162\035\180\241\037\000\000\000"

local envelope = '{"requestId":"c0ffee","code":"InstanceNotFound","message":"It is not there."}'
local page = "<html><body><h1>502 Bad Gateway</h1></body></html>"

local function listen()
    local listener = assert(socket.bind("127.0.0.1", 0, 64))
    return listener, (select(2, listener:getsockname()))
end

-- Connections that are kept open and never get a response.
local held = {}

-- How many requests came, by key.
local counts = {}

local function respond(client, status, body, headers)
    local lines = { "HTTP/1.1 " .. status, "Content-Length: " .. #body, "Connection: close" }
    for name, value in pairs(headers or {}) do lines[#lines + 1] = name .. ": " .. value end
    client:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. body)
end

-- Ends a connection by a reset; over TLS, where LuaSec has no options, by closing it.
local function reset(client)
    if client.setoption then client:setoption("linger", { on = true, timeout = 0 }) end
end

local function hold(client)
    held[#held + 1] = client
    return true
end

local ports = {}

-- path → what is done with the connection, which is closed then unless a true value is returned.
local behaviours = {
    ["/ok"] = function(client) respond(client, "200 OK", '{"fsId":"cfs-1"}') end,
    ["/chunked"] = function(client)
        client:send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        client:send "8\r\n{\"fsId\":\r\n8\r\n\"cfs-1\"}\r\n0\r\n\r\n"
    end,
    ["/envelope"] = function(client)
        respond(client, "404 Not Found", envelope, { ["Content-Type"] = "application/json" })
    end,
    ["/unavailable"] = function(client)
        respond(client, "503 Service Unavailable", "", { ["Retry-After"] = "7" })
    end,
    ["/page"] = function(client)
        respond(client, "502 Bad Gateway", page, { ["Content-Type"] = "text/html" })
    end,
    ["/compressed"] = function(client)
        respond(client, "502 Bad Gateway", compressed,
            { ["Content-Type"] = "text/html", ["Content-Encoding"] = "gzip" })
    end,
    ["/redirect"] = function(client) respond(client, "302 Found", "", { Location = "/ok" }) end,
    ["/redirect_envelope"] = function(client)
        respond(client, "302 Found", "", { Location = "/envelope" })
    end,
    ["/redirect_refused"] = function(client)
        respond(client, "302 Found", "", { Location = "http://127.0.0.1:" .. ports.refused .. "/" })
    end,
    ["/hang"] = hold,
    ["/hang_body"] = function(client)
        client:send "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
        return hold(client)
    end,
    ["/reset"] = reset,
    ["/close"] = function() end,
    ["/cut_status"] = function(client) client:send "HTTP/1." end,
    ["/half_status"] = function(client) client:send "HTTP/1.1 20" end,
    ["/no_status"] = function(client) client:send "HTTP/1.1\r\nContent-Length: 0\r\n\r\n" end,
    ["/reason"] = function(client) client:send "connection refused\r\nContent-Length: 0\r\n\r\n" end,
    ["/interim"] = function() end, -- with its number: nothing but an interim response
    ["/cut_error_chunk"] = function(client)
        client:send "HTTP/1.1 503 Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{\"code\""
    end,
    ["/cut_head"] = function(client) client:send "HTTP/1.1 200 OK\r\nContent-Len" end,
    ["/cut_body"] = function(client)
        client:send "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"
    end,
    ["/cut_envelope"] = function(client)
        client:send("HTTP/1.1 404 Not Found\r\nContent-Length: " .. #envelope .. "\r\n\r\n")
        client:send(envelope:sub(1, 40))
    end,
    ["/cut_chunk"] = function(client)
        client:send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n0123456789"
    end,
    ["/garbage"] = function(client) client:send "garbage\r\n\r\n" end,
    ["/bad_status"] = function(client) client:send "HTTP/1.1 abc OK\r\n\r\n" end,
    ["/bad_chunk"] = function(client)
        client:send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n0123456789\r\n"
    end,
    -- A reset, an unavailable service, then a success.
    ["/recovers"] = function(client, count)
        if count == 1 then return reset(client) end
        if count == 2 then return respond(client, "503 Service Unavailable", page) end
        respond(client, "200 OK", '{"fsId":"cfs-1"}')
    end,
    ["/count"] = function(client, count) respond(client, "200 OK", tostring(count)) end,
}

-- The path and the key of a request that was read wholly; nil and its first byte if it is no request;
-- nil if nothing came.
local function read_request(client)
    local first = client:receive(1)
    if not first or not first:find "%u" then return nil, first end
    local line = first .. (client:receive "*l" or "")
    local path, key = line:match "^%u+ (/[%w_]*)%??k?e?y?=?(%w*) HTTP/"
    if not path then return nil, first end
    local length = 0
    repeat
        line = client:receive "*l"
        length = line and tonumber(line:lower():match "^content%-length: *(%d+)") or length
    until not line or line == ""
    if length > 0 then client:receive(length) end
    return path, key
end

local function serve(client)
    client:settimeout(patience)
    local path, key = read_request(client)
    local interim = (path or ""):match "^/(1%d%d)_" -- "/103_ok": that response comes first
    if interim then
        path = "/" .. path:sub(6)
        client:send("HTTP/1.1 " .. interim .. " Interim\r\nLink: </style.css>\r\n\r\n")
    end
    local behaviour = behaviours[path or ""]
    if behaviour then
        if path ~= "/count" then counts[key] = (counts[key] or 0) + 1 end
        if behaviour(client, counts[key] or 0) then return end
    elseif path or key then -- also to the first byte of a handshake
        respond(client, "400 Bad Request", "this is no behaviour")
    end
    client:close()
end

-- Serves over TLS with a certificate of the directory.
local function serve_tls(name)
    local context = assert(ssl.newcontext {
        mode = "server", protocol = "any", certificate = directory .. "/" .. name .. ".pem",
        key = directory .. "/" .. name .. ".key",
    })
    return function(client)
        client:settimeout(patience)
        local wrapped = ssl.wrap(client, context)
        if not wrapped then return client:close() end
        wrapped:settimeout(patience)
        if not wrapped:dohandshake() then return wrapped:close() end
        serve(wrapped)
    end
end

local serve_good = serve_tls "good"

-- A proxy whose response to "CONNECT 407.invalid:443" is 407; behind 200 is the service.
local function serve_proxy(client)
    client:settimeout(patience)
    local line = client:receive "*l"
    local status = (line or ""):match "^CONNECT (%d%d%d)%."
    while line and line ~= "" do line = client:receive "*l" end
    if status == "200" then
        client:send "HTTP/1.1 200 Connection established\r\n\r\n"
        return serve_good(client)
    end
    respond(client, (status or "400") .. " No", page)
    client:close()
end

-- A frame of HTTP/2: RFC 9113, section 4.1.
local function frame(kind, flags, stream, payload)
    return string.char(0, 0, #payload, kind, flags, 0, 0, 0, stream) .. payload
end

local function word(number) return string.char(0, 0, 0, number) end

-- What is sent on the first stream, or about it, over HTTP/2, by its name. 0x88 is :status 200, 0x8d 404.
local over_http2 = {
    h2ok = frame(1, 4, 1, "\136") .. frame(0, 1, 1, '{"fsId":"cfs-1"}'),
    h2envelope = frame(1, 4, 1, "\141") .. frame(0, 1, 1, envelope),
    h2reset = frame(3, 0, 1, word(2)),
    h2refused = frame(3, 0, 1, word(7)),
    h2cut = frame(1, 4, 1, "\136") .. frame(0, 0, 1, '{"fsId"') .. frame(3, 0, 1, word(8)),
    h2goaway = frame(7, 0, 0, word(1) .. word(0)),
    h2goawayerror = frame(7, 0, 0, word(1) .. word(2)),
    h2close = "",
}

-- Serves a request over HTTP/2 in the way of the name, and counts it under that name, unless it is refused.
local function serve_http2(name)
    local context = assert(ssl.newcontext {
        mode = "server", protocol = "any", certificate = directory .. "/good.pem",
        key = directory .. "/good.key", alpn = function() return "h2" end,
    })
    return function(client)
        client:settimeout(patience)
        local wrapped = ssl.wrap(client, context)
        if not wrapped or not wrapped:dohandshake() then return client:close() end
        wrapped:settimeout(1)
        wrapped:send(frame(4, 0, 0, ""))
        wrapped:receive(24)
        repeat -- until the headers have come
            local head = wrapped:receive(9)
            local length = head and head:byte(2) * 256 + head:byte(3) or 0
            if length > 0 then wrapped:receive(length) end
        until not head or head:byte(4) == 1
        if name ~= "h2refused" then counts[name] = (counts[name] or 0) + 1 end
        wrapped:send(frame(4, 1, 0, "") .. over_http2[name])
        wrapped:settimeout(0.05)
        wrapped:receive(9)
        wrapped:close()
    end
end

-- port's name → what is done with a connection to it
local services = {
    plain = serve,
    tls = serve_good,
    proxy = serve_proxy,
    untrusted = serve_tls "untrusted", -- signed by nobody whom the client knows
    other_host = serve_tls "other_host", -- signed, but for another host
    resets = function(client)
        reset(client)
        client:close()
    end,
}

for name in pairs(over_http2) do services[name] = serve_http2(name) end

local listeners, service_of = {}, {}
for name, service in pairs(services) do
    local listener, port = listen()
    listeners[#listeners + 1], service_of[listener], ports[name] = listener, service, port
end

local silent -- takes connections, as the system does it, and never reads from them
silent, ports.silent = listen()

local refusing = assert(socket.tcp4()) -- has a port and does not listen
assert(refusing:bind("127.0.0.1", 0))
ports.refused = select(2, refusing:getsockname())

local names = assert(socket.udp4()) -- a name server that knows no name
assert(names:setsockname("127.0.0.1", 0))
ports.names = select(2, names:getsockname())
listeners[#listeners + 1] = names

-- Responds to a query with NXDOMAIN: RFC 1035, section 4.1.1.
local function deny_name()
    local query, host, port = names:receivefrom()
    if query and #query > 12 then names:sendto(query:sub(1, 2) .. "\129\131" .. query:sub(5), host, port) end
end

local line = {}
for name, port in pairs(ports) do line[#line + 1] = name .. "=" .. port end
print(table.concat(line, " "))
io.stdout:flush()

while true do
    local ready = socket.select(listeners, nil, 300)
    if #ready == 0 then break end
    for _, listener in ipairs(ready) do
        if listener == names then
            deny_name()
        else
            local client = listener:accept()
            if client then service_of[listener](client) end
        end
    end
end
silent:close()
refusing:close()
