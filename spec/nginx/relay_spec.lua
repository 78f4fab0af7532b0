local cjson = require "cjson"
local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"
local upstream = require "spec.nginx.upstream"

local responses = upstream.responses

local conf = { init = [[

    relays = {
        plain = nginx.relay(),
        standard = nginx.relay { standard = true, retry_after = 9 },
        watch = nginx.relay { hide = false },
        watch_standard = nginx.relay { hide = false, standard = true },
        watch_problem = nginx.relay { hide = false, format = "problem", type_base = "https://e/" },
        small = nginx.relay { limit = 10 },
        map_alike = nginx.relay { hide = false, map = function() return errors.new("InvalidVersion") end },
        map = nginx.relay {
            map = function(err)
                if err:is("throttle") then return errors.new("ServiceUnavailable", { cause = err }) end
                if err.code == "BucketNotEmpty" then error("the map is wrong") end
                if err:is(502) then return "no error" end
            end,
        },
    }
]], locations = [[
    FILTERS(relays[ngx.var.relay])
    set $relay plain;
    proxy_http_version 1.1;

    location ~ ^/(?<name>\w+)$ {
        set $relay $name;
        proxy_pass http://127.0.0.1:PORT2/$is_args$args;
    }
    location ~ ^/(?<name>\w+)/unbuffered$ {
        set $relay $name;
        proxy_buffering off;
        proxy_pass http://127.0.0.1:PORT2/$is_args$args;
    }
    location = /asked {
        header_filter_by_lua_block { relays.plain.header_filter() assert(not relays.plain.error()) }
        proxy_pass http://127.0.0.1:PORT2/?name=html;
    }
    location = /asked/log {
        log_by_lua_block {
            ngx.log(ngx.ERR, "seen: ", relays.plain.error().status)
            relays.plain.log()
            relays.plain.log()
        }
        proxy_pass http://127.0.0.1:PORT2/?name=envelope;
    }
    location = /uncounted {
        log_by_lua_block { }
        proxy_pass http://127.0.0.1:PORT2/?name=envelope;
    }
    location = /down { proxy_pass http://127.0.0.1:PORT5; }
    location = /deny { deny all; }
    location = /own {
        access_by_lua_block { nginx.exit(errors.AccessDenied { requestId = "7e0c3b52" }) }
        proxy_pass http://127.0.0.1:PORT2;
    }
    location = /misuse {
        content_by_lua_block {
            local function try(options) ngx.say(select(2, pcall(function() nginx.relay(options) end))) end
            try(1)
            try { limit = "1" }
            try { limit = -1 }
            try { map = {} }
            try { log = "log" }
            try { request_id = true }
            try { hide = "no" }
            try { standart = true }
            try { limits = 1 }
            try(false)
            try { limit = 0 }
        }
    }
]], http = [[
server {
    listen 127.0.0.1:PORT2;
    location / { content_by_lua_block { require("spec.nginx.upstream").serve() } }
}
]] }

local function envelope(request_id, code, message)
    return ('{"requestId":"%s","code":"%s","message":"%s"}'):format(request_id, code, message)
end

local not_found = envelope("7e0c3b52", "InstanceNotFound", "The specified CFS instance does not exist.")
local bad_gateway = envelope("1b6d3a0e", "ServiceUnavailable", "Bad Gateway")

local limited = envelope("4db2b34d", "RateLimit", "There are too many connections. The host is {host}")
local function internal(id) return envelope(id, "InternalError", "Internal Server Error") end
local function not_empty(id) return envelope(id, "BucketNotEmpty", "The bucket on {hidden} is not empty") end

-- What a client gets of a response of spec/nginx/upstream.lua: title; relay and response; status; the labels
-- under which the error is counted: code, category, status; body. A header that is false must not be there; a
-- body that is a function is given the request id in the header.
local rows = {
    { "an envelope without what else was in it, and without the validators of its bytes",
        "plain envelope", 404, "InstanceNotFound not_found 404", not_found,
        headers = { etag = false, ["last-modified"] = false, ["x-kept"] = "yes",
            ["x-bce-request-id"] = "7e0c3b52", ["content-type"] = "application/json" } },
    { "the error among many headers", "plain many_headers", 404, "InstanceNotFound not_found 404", not_found,
        headers = { ["x-150"] = "1", ["x-bce-request-id"] = "7e0c3b52" } },
    { "a message without its host", "plain limited", 421, "RateLimit throttle 421", limited,
        headers = { ["retry-after"] = "30" } },
    { "429 for 421", "standard limited", 429, "RateLimit throttle 421", limited,
        headers = { ["retry-after"] = "30" } },
    { "421 of another code, which a header tells, as it is", "standard told", 421,
        "InstanceNotFound not_found 421", not_found, headers = { ["retry-after"] = false } },
    { "503 for 424", "standard dependency", 503, "ServiceError unavailable 424",
        envelope("4db2b34d", "ServiceError", "the dependency service is unavailable, host is {host}") },
    { "an unknown code as it is, its message without the host, under the id that the header has",
        "plain unknown", 409, "BucketNotEmpty conflict 409", not_empty,
        log = ' receivedRequestId=ae2225f7 while logging' },
    { "another request id for one that names a machine",
        "plain machine", 404, "InstanceNotFound not_found 404",
        function(id) return (not_found:gsub("7e0c3b52", id:match("^%x+$"))) end,
        log = " receivedRequestId=10.0.3.7 while logging" },
    { "an envelope for a page", "plain html", 502, "html unavailable 502", bad_gateway,
        headers = { ["x-bce-request-id"] = "1b6d3a0e", ["retry-after"] = "1" } },
    { "an envelope for nothing, with the request's id", "plain empty", 500, "empty internal 500", internal },
    { "an envelope for one that is malformed", "plain malformed", 500, "malformed internal 500", internal },
    { "an envelope for headers, and no host in either",
        "plain headers_only", 403, "SignatureDoesNotMatch authentication 403",
        envelope("4db2b34d", "SignatureDoesNotMatch", "refused by {hidden}"),
        headers = { ["x-bce-error-code"] = "SignatureDoesNotMatch", ["x-bce-error-message"] = false } },
    { "500 for a status that is none of HTTP's", "plain odd_status", 500, "Odd internal 777",
        function(id) return envelope(id, "Odd", "Internal Server Error") end },
    { "an envelope that is as large as the limit", "plain at_the_limit", 400, "InvalidFSName invalid 400",
        function(id) return envelope(id, "InvalidFSName", "{hidden}...") end },
    { "untouched what is larger than the limit", "plain above_the_limit", 400, "too_large invalid 400",
        responses.above_the_limit.body },
    { "untouched what is larger than a limit of one's own, if its length tells so",
        "small html", 502, "too_large unavailable 502", responses.html.body,
        headers = { ["content-type"] = "text/html" }, body_without_length = bad_gateway },
    { "an envelope for what is encoded, its code out of the headers",
        "plain zipped", 500, "InternalError internal 500",
        function(id) return envelope(id, "InternalError", errors.InternalError.message) end,
        headers = { ["content-encoding"] = false, etag = false, ["content-type"] = "application/json" } },
    { "an envelope for what is encoded, however large it is",
        "small zipped", 500, "InternalError internal 500",
        function(id) return envelope(id, "InternalError", errors.InternalError.message) end,
        headers = { ["content-encoding"] = false } },
    { "untouched what is encoded where nothing is to be hidden",
        "watch zipped", 500, "InternalError internal 500", responses.zipped.body,
        headers = { ["content-encoding"] = "gzip", etag = '"1"' } },
    { "all bytes and headers where nothing is to be hidden",
        "watch envelope", 404, "InstanceNotFound not_found 404", responses.envelope.body,
        headers = { etag = '"1"', ["last-modified"] = "Tue, 24 Nov 2026 23:47:07 GMT" } },
    { "what is as large as the limit where nothing is to be hidden, under no other request id",
        "watch at_the_limit", 400, "InvalidFSName invalid 400", responses.at_the_limit.body,
        headers = { ["x-bce-request-id"] = false } },
    { "a page where nothing is to be hidden", "watch html", 502, "html unavailable 502", responses.html.body,
        headers = { ["content-type"] = "text/html" } },
    { "an odd status where nothing is to be hidden", "watch odd_status", 777, "Odd internal 777",
        responses.odd_status.body },
    { "429 for 421 where nothing is to be hidden", "watch_standard limited", 429, "RateLimit throttle 421",
        responses.limited.body },
    { "what map makes of it, under the upstream's status, which the log says",
        "map limited", 421, "RateLimit throttle 421",
        envelope("4db2b34d", "ServiceUnavailable", "Service or dependent service is unavailable."),
        log = ' response="421 ServiceUnavailable" while logging' },
    { "what map makes of it under the same status, which the log says, too, though nothing is to be hidden",
        "map_alike envelope", 404, "InstanceNotFound not_found 404",
        envelope("7e0c3b52", "InvalidVersion", errors.InvalidVersion.message),
        log = ' response="404 InvalidVersion" while logging' },
    { "a code whose own status was not sent, which the log says", "standard late", 500,
        "RateLimit throttle 500",
        function(id) return envelope(id, "RateLimit", "There are too many connections.") end,
        log = ' response="500 RateLimit" while logging' },
    { "a problem though nothing is to be hidden", "watch_problem envelope", 404,
        "InstanceNotFound not_found 404",
        ('{"type":"https://e/InstanceNotFound","title":"MESSAGE","status":404,"detail":"MESSAGE",'
            .. '"code":"InstanceNotFound","requestId":"7e0c3b52"}')
            :gsub("MESSAGE", errors.InstanceNotFound.message),
        headers = { ["content-type"] = "application/problem+json" } },
    { "an odd code though nothing is to be hidden", "watch_problem odd_code", 404,
        "10.0.0.1:80 unknown 404",
        function(id)
            return '{"type":"https://e/10.0.0.1%3A80","title":"Not Found","status":404,'
                .. '"code":"10.0.0.1:80","requestId":"' .. id .. '"}'
        end,
        headers = { ["x-bce-error-code"] = "10.0.0.1:80" } },
    { "what map leaves as it is", "map envelope", 404, "InstanceNotFound not_found 404", not_found },
    { "what there is without a map that raises", "map unknown", 409, "BucketNotEmpty conflict 409", not_empty,
        log = "goes on without the option 'map', which failed: init_by_lua" },
    { "what there is without a map that returns no error", "map html", 502, "html unavailable 502",
        bad_gateway, headers = { ["x-bce-error-code"] = false },
        log = "goes on without the option 'map', which failed: it returned a string, not an error" },
}

-- How a body may come: the end of it marked in each way, and split anyhow. Only the length tells
-- beforehand that a body will be replaced, and so what its type will be.
local transports = {
    { "with a length", "" },
    { "in chunks", "&framing=chunked" },
    { "up to the end of the connection", "&framing=close" },
    { "with a length, unbuffered, in pieces", "&split=3000", "/unbuffered" },
    { "in chunks, unbuffered, in pieces", "&framing=chunked&split=3000", "/unbuffered" },
}

describe("A relay", function()
    local nginx = server.during(getfenv(), conf)
    local counted = metrics.meter(nginx)

    local function check(row, query, location)
        nginx:clear_log()
        local response
        local relay, name = row[2]:match("(%S+) (%S+)")
        local path = "/" .. relay .. (location or "") .. "?name=" .. name .. query
        assert.same({ [row[4] .. " upstream"] = 1 }, counted(function() response = nginx:get(path) end))
        assert.same({ row[3], 0 }, { response.status, response.exit })
        for header, value in pairs(row.headers or {}) do
            if header ~= "content-type" or query == "" then
                assert.equal(value or nil, response.headers[header], header)
            end
        end
        local body = query:find "framing" and row.body_without_length or row[5]
        if type(body) == "function" then body = body(response.headers["x-bce-request-id"]) end
        assert.equal(body, response.body)
        local length = response.headers["content-length"]
        assert.is_true(length == nil or tonumber(length) == #response.body)
        if query ~= "" then assert.is_nil(response.headers["content-type"]:find("charset")) end
        if row.log then assert.truthy(nginx:log():find(row.log, 1, true), nginx:log()) end
    end

    for _, transport in ipairs(transports) do
        describe("passes on, " .. transport[1] .. ",", function()
            for _, row in ipairs(rows) do
                it(row[1], function() check(row, transport[2], transport[3]) end)
            end
        end)
    end

    it("reads a body that comes byte by byte", function()
        for _, row in ipairs(rows) do
            if #responses[row[2]:match("%S+$")].body < 1000 then
                check(row, "&framing=chunked&split=1", "/unbuffered")
            end
        end
    end)

    it("lets responses that are no errors through as they are, and counts nothing", function()
        for _, name in ipairs { "fine", "large_and_fine" } do
            for _, transport in ipairs(transports) do
                local response
                local path = "/plain" .. (transport[3] or "") .. "?name=" .. name .. transport[2]
                assert.same({}, counted(function() response = nginx:get(path) end))
                assert.same({ 200, 0 }, { response.status, response.exit })
                assert.equal(responses[name].body, response.body)
                if name == "fine" then assert.equal('"1"', response.headers.etag) end
                if transport[2] == "" then
                    assert.equal(tostring(#response.body), response.headers["content-length"])
                end
            end
        end
    end)

    it("does not hold back what is no error", function()
        -- The client gives up long before the upstream is done.
        local query = "?name=large_and_fine&framing=chunked&split=100&pause=0.001"
        local response = nginx:get("/plain/unbuffered" .. query, "--max-time 0.3")
        assert.equal(28, response.exit)
        assert.is_true(#response.body > 1000)
        assert.equal(responses.large_and_fine.body:sub(1, #response.body), response.body)
    end)

    it("responds with 502 where nginx takes an interim response for the final one", function()
        for _, relay in ipairs { "plain", "watch" } do
            local response
            assert.same({ ["transport unavailable none upstream"] = 1 }, counted(function()
                response = nginx:get("/" .. relay .. "?name=envelope&continues=1")
            end))
            assert.same({ 502, "ServiceUnavailable" }, { response.status, cjson.decode(response.body).code })
            assert.is_nil(response.body:find("HTTP/1.1", 1, true))
            assert.truthy(nginx:log():find('cause="an interim response came, 100"', 1, true), nginx:log())
        end
    end)

    it("responds to HEAD as GET, without a body", function()
        for name, labels in pairs { envelope = "none unknown 404", headers_only =
            "SignatureDoesNotMatch authentication 403" } do
            local response
            assert.same({ [labels .. " upstream"] = 1 }, counted(function()
                response = nginx:get("/plain?name=" .. name, "--head")
            end))
            assert.same({ responses[name].status, 0 }, { response.status, response.exit })
            assert.is_nil(response.headers.etag)
            assert.is_nil(response.headers["content-length"])
        end
    end)

    it("counts what HEAD asks for without the phase log", function()
        assert.same({ ["none unknown 404 upstream"] = 1 }, counted(function()
            nginx:get("/uncounted", "--head")
        end))
    end)

    it("splits no header, forges no line and writes valid JSON, whatever comes", function()
        for _, transport in ipairs(transports) do
            for _, relay in ipairs { "plain", "standard", "small", "watch", "map" } do
                nginx:clear_log()
                local path = "/" .. relay .. (transport[3] or "") .. "?name=hostile" .. transport[2]
                local response
                assert.same({ ["other internal 500 upstream"] = 1 },
                    counted(function() response = nginx:get(path) end))
                assert.same({ 500, 0 }, { response.status, response.exit })
                assert.is_nil(response.headers["set-cookie"])
                assert.equal(2, select(2, response.head:gsub("\r\n\r\n", "")) + 1)
                for line in nginx:log():gmatch("[^\n]+") do
                    assert.truthy(line:find("^%d%d%d%d/%d%d/%d%d %d%d:%d%d:%d%d %[%l+%] %d+#"), line)
                    assert.is_nil(line:find("[%c\127\255]"))
                    assert.is_nil(line:find("\226\128[\168\169]"))
                end
                if relay ~= "watch" and relay ~= "small" then
                    assert.is_nil(response.head:find("[^\r\n\32-\126]"))
                    -- the fault is the server's, so nothing of what it wrote is shown
                    assert.same({
                        requestId = response.headers["x-bce-request-id"], code = "InternalError",
                        message = "Internal Server Error",
                    }, cjson.decode(response.body))
                    assert.is_nil(response.body:find("[%c\255]"))
                end
            end
        end
    end)

    it("gets an error of nginx for headers that no response may have", function()
        for _, name in ipairs { "nul_in_a_header", "cr_in_a_header" } do
            local response
            assert.same({ ["html unavailable 502 upstream"] = 1 }, counted(function()
                response = nginx:get("/plain?name=" .. name)
            end))
            assert.equal(502, response.status)
            assert.is_nil(response.headers["x-forged"])
            assert.equal("ServiceUnavailable", cjson.decode(response.body).code)
        end
    end)

    describe("whose upstream", function()
        it("breaks off in the middle of an error responds in its place", function()
            for _, framing in ipairs { "length", "chunked" } do
                for _, location in ipairs { "", "/unbuffered" } do
                    local response
                    local query = "?name=html&cut=20&framing=" .. framing
                    assert.same({ ["html unavailable 502 upstream"] = 1 }, counted(function()
                        response = nginx:get("/plain" .. location .. query)
                    end))
                    assert.same({ 502, 0, bad_gateway }, { response.status, response.exit, response.body })
                end
            end
        end)

        it("breaks off where nothing is to be changed breaks off as well", function()
            local response
            assert.same({ ["malformed unknown 404 upstream"] = 1 }, counted(function()
                response = nginx:get("/watch?name=envelope&cut=20")
            end))
            assert.equal(404, response.status)
            assert.equal(18, response.exit) -- curl: a part of the response is missing
            assert.equal(responses.envelope.body:sub(1, 20), response.body)
        end)

        it("breaks off in the middle of what is no error breaks off as well", function()
            local response
            assert.same({}, counted(function()
                response = nginx:get("/plain?name=large_and_fine&cut=5000")
            end))
            assert.same({ 200, 18, 5000 }, { response.status, response.exit, #response.body })
        end)

        it("is down sends ServiceUnavailable, with the request's id", function()
            local response
            assert.same({ ["html unavailable 502 upstream"] = 1 }, counted(function()
                response = nginx:get("/down")
            end))
            assert.equal(502, response.status)
            assert.equal("application/json", response.headers["content-type"])
            assert.equal(envelope(response.headers["x-bce-request-id"], "ServiceUnavailable", "Bad Gateway"),
                response.body)
        end)
    end)

    it("counts an error whose client has gone before its end, or before its beginning", function()
        for hold, words in pairs { [0] = "malformed unknown 404", "none unknown 404" } do
            nginx:clear_log()
            assert.same({ [words .. " upstream"] = 1 }, counted(function()
                local path = "/plain/unbuffered?name=envelope&framing=chunked&split=1&pause=0.001&hold="
                assert.equal(28, nginx:get(path .. hold, "--max-time 0.05").exit)
                server.wait("the log", function() return #nginx:error_lines() > 0 end)
            end))
        end
    end)

    it("holds a body back though its error is asked for before it is known", function()
        assert.same({ ["html unavailable 502 upstream"] = 1 }, counted(function()
            assert.equal(bad_gateway, nginx:get("/asked").body)
        end))
    end)

    it("tells the error of a body that does not come when the log asks, and logs it once", function()
        nginx:clear_log()
        assert.same({ ["none unknown 404 upstream"] = 1 }, counted(function()
            nginx:get("/asked/log", "--head")
        end))
        assert.truthy(nginx:log():find("seen: 404", 1, true))
        assert.equal(1, #nginx:error_lines())
    end)

    it("responds for nginx's own pages, as raised here", function()
        local response
        assert.same({ ["html permission 403 raised"] = 1 }, counted(function()
            response = nginx:get("/deny")
        end))
        assert.equal(403, response.status)
        assert.equal(envelope(response.headers["x-bce-request-id"], "AccessDenied", "Forbidden"),
            response.body)
    end)

    it("leaves alone what exit has sent", function()
        local response
        assert.same({ ["AccessDenied permission 403 raised"] = 1 }, counted(function()
            response = nginx:get("/own")
        end))
        assert.equal(envelope("7e0c3b52", "AccessDenied", "Access denied."), response.body)
        assert.equal(tostring(#response.body), response.headers["content-length"])
    end)

    it("logs what it has read, in one line: a client's fault as info, a server's as an error", function()
        local rows_of_levels = { limited = "info", dependency = "error", html = "error", fine = false }
        for name, level in pairs(rows_of_levels) do
            nginx:clear_log()
            counted(function() nginx:get("/plain?name=" .. name) end)
            local lines = nginx:lines()
            assert.equal(level and 1 or 0, #lines)
            if level then
                local given = responses[name]
                local err = errors.from_response { status = given.status, body = given.body }
                err.requestId = responses[name].headers[1]:match("x%-bce%-request%-id: (.*)")
                assert.truthy(lines[1]:find("[" .. level .. "]", 1, true), lines[1])
                assert.truthy(lines[1]:find("log(): " .. err:to_log() .. " while logging", 1, true), lines[1])
            end
        end
    end)

    it("refuses options that it does not know, and those of another type", function()
        local text = nginx:get("/misuse").body:gsub("content_by_lua%(nginx.conf:%d+%)", "at")
        assert.equal([[
at:2: bad argument #1 to 'relay' (table expected, got number)
at:2: bad argument #1 to 'relay' (option 'limit' must be a number, got string)
at:2: bad argument #1 to 'relay' (option 'limit' must be a finite number from 0)
at:2: bad argument #1 to 'relay' (option 'map' must be a function, got table)
at:2: bad argument #1 to 'relay' (option 'log' must be a function, got string)
at:2: bad argument #1 to 'relay' (option 'request_id' must be a string or a function, got boolean)
at:2: bad argument #1 to 'relay' (option 'hide' must be a boolean, got string)
at:2: bad argument #1 to 'relay' (unknown option 'standart', did you mean 'standard'?)
at:2: bad argument #1 to 'relay' (unknown option 'limits', did you mean 'limit'?)
at:2: bad argument #1 to 'relay' (table expected, got boolean)

]], text)
    end)
end)

describe("cfs.errors.nginx", function()
    it("says what it needs where there is no nginx, or another block than http", function()
        for code, sentence in pairs {
            [""] = "can be loaded by nginx only, which has the variable 'ngx'",
            ['ngx = { config = { subsystem = "stream" } } '] = "is for nginx's block http; here, in the "
                .. "block stream, use cfs.errors by itself: errors.pcall, err:to_log() and the like",
        } do
            local good, output = command.run("LUA_PATH='lua/?.lua;;' LUA_CPATH='build/luajit/?.so;;' luajit "
                .. "-e " .. command.quote(code .. 'require "cfs.errors.nginx"'))
            assert.is_false(good)
            assert.equal("luajit: cfs.errors.nginx " .. sentence, output:match("^[^\n]*"))
        end
    end)
end)
