local cjson = require "cjson"
local errors = require "cfs.errors"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = { init = [[

    function not_found() errors.raise("InstanceNotFound", { requestId = "7e0c3b52" }) end
    function without_id() errors.raise "InstanceNotFound" end
    function sleep() ngx.sleep(0.001) end

    -- A value whose __tostring is f.
    function odd(f) return setmetatable({}, { __tostring = f }) end

    -- What each location /handler/NAME runs.
    local function define(name, f, options) handlers[name] = nginx.handler(f, options) end
    handlers = {}
    define("returns_nil_err", function() return nil, errors.AccessDenied() end)
    define("unauthorized", function()
        local err = errors.AccessDenied()
        err.status = 401
        return nil, err
    end)
    define("returns_false_err", function() return false, errors.AccessDenied() end)

    define("id_string", without_id, { request_id = "edge-1" })
    define("id_of_edge", without_id, { request_id = function() return ngx.var.http_x_request_id end })
    define("id_own", not_found, { request_id = "edge-1" })
    define("id_long", without_id,
        { request_id = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" })
    define("id_longest", function() errors.raise("InstanceNotFound", { requestId = ("x"):rep(300) }) end)
    define("foreign_deep", function()
        local function deep(count) return count == 0 and error("too deep") or deep(count - 1) + 1 end
        deep(40)
    end)
    define("id_of_signs", function() errors.raise("InstanceNotFound", { requestId = "a&b'c" }) end,
        { hide = false })
    for name, id in pairs { colon = "a:b", bracket = "a[b", brace = "a{b" } do
        define("id_of_" .. name, function() errors.raise("InstanceNotFound", { requestId = id }) end)
    end
    define("id_of_machine", function() errors.raise("InstanceNotFound", { requestId = "10.0.3.7" }) end)
    define("id_of_machine_kept", function()
        return nil, errors.RateLimit { host = "nd7", requestId = "10.0.3.7" }
    end, { map = function(err) return err end })
    define("id_raises", without_id, { request_id = function() error "no id today" end })
    define("id_sleeps", without_id, { request_id = sleep })
    define("id_yields", without_id, { request_id = function() coroutine.yield("x") end })
    define("id_table", without_id, { request_id = function() return {} end })

    local function to_conflict(err) return errors.new("FSNotInService", { cause = err }) end
    define("map", not_found, { map = to_conflict })
    define("map_nil", not_found, { map = function() end })
    define("map_raises", not_found, { map = function() error(odd(function() error "twice" end)) end })
    define("map_longest", not_found, { map = function() error(("x"):rep(700), 0) end })
    define("map_sleeps", not_found, { map = sleep })
    define("map_string", not_found, { map = function() return "FSNotInService" end })

    define("log", not_found, {
        log = function(err, level, line)
            ngx.log(ngx.WARN, "mine: ", err.code, " ", level == ngx.INFO, " ", line)
        end,
    })
    define("log_returns", not_found, { log = function(_, _, line) ngx.log(ngx.ERR, line) return 7 end })
    define("log_raises", not_found, { log = function() error "no log today" end })
    define("log_sleeps", not_found, { log = sleep })

    define("foreign_raises", function() error(odd(function() error "no words" end)) end)
    define("foreign_sleeps", function() error(odd(sleep)) end)
    define("foreign_table", function() error(odd(function() return {} end)) end)
    define("cause_raises", function()
        errors.raise("InstanceNotFound", { cause = odd(function() error "no words" end) })
    end)
    define("members", function()
        local err = errors.InstanceNotFound()
        err.code, err.message, err.requestId, err.status = {}, 7, odd(sleep), 0/0
        errors.raise(err)
    end)

    stripped = loadstring(string.dump(loadstring("require('cfs.errors').raise 'InternalError'"), true))
    define("at_raise", function() errors.raise "InternalError" end)
    define("at_kind", function() errors.InternalError:raise() end)
    define("at_error", function() error(errors.InternalError()) end)
    define("at_assert", function() errors.assert(nil, errors.InternalError()) end)
    define("at_exit", function() nginx.exit(errors.InternalError) end)
    define("at_stripped", function() stripped() return true end)
    define("at_none", not_found)

    -- One error that a program keeps, and raises again and again.
    local kept = errors.InstanceNotFound()
    define("kept", function() errors.raise(kept) end)

    define("begun", function()
        ngx.header["Content-Length"] = ngx.var.arg_length
        ngx.print("the beginning")
        not_found()
    end)
    define("ended", function() ngx.print("all of it") ngx.eof() not_found() end)
    define("headers", function()
        for name, value in pairs(ngx.req.get_uri_args()) do ngx.header[name] = value end
        not_found()
    end)

    weak = setmetatable({}, { __mode = "v" })
    define("forgotten", function()
        weak[1] = errors.AccessDenied { cause = "seen" }
        return nil, weak[1]
    end)
    relay, small = nginx.relay(), nginx.relay { limit = 10 }
    problem = nginx.relay { limit = 10, format = "problem" }
    guarded = nginx.guard(function(...)
        local what = select("#", ...) > 0 and (select(select("#", ...), ...))
        if what == "mine" then errors.raise("ServiceUnavailable") end
        if what == "client" then errors.raise("InvalidFSName") end
        if what == "foreign" then error("a bug") end
        return what, 2
    end)
]], locations = [[
    listen 127.0.0.1:PORT3 http2;
    default_type text/plain;
    proxy_http_version 1.1;

    location ~ ^/handler/(?<name>\w+)$ { content_by_lua_block { handlers[ngx.var.name]() } }
    location ~ ^/access/(?<name>\w+)$ {
        access_by_lua_block { handlers[ngx.var.name]() }
        content_by_lua_block { ngx.say("PROTECTED") }
    }
    location = /guard {
        content_by_lua_block {
            ngx.timer.at(0, guarded, ngx.var.arg_what)
            ngx.say("fine")
        }
    }
    location = /guard/log {
        content_by_lua_block { ngx.say(guarded("fine")) ngx.say(tostring(guarded("client"))) }
        log_by_lua_block { guarded("client") relay.log() }
    }
    location = /guard/balancer { proxy_pass http://balanced/?name=fine; }

    FILTERS(relay)

    location / { proxy_pass http://127.0.0.1:PORT2; }
    location = /small/types { FILTERS(small) proxy_pass http://127.0.0.1:PORT2/types; }
    location = /problem/types { FILTERS(problem) proxy_pass http://127.0.0.1:PORT2/types; }
    location = /aside { content_by_lua_block { handlers.returns_nil_err() } }
    location = /aside/relay { proxy_pass http://127.0.0.1:PORT2/?name=headers_only; }
    location = /shared {
        access_by_lua_block {
            ngx.location.capture("/aside", { ctx = ngx.ctx })
            ngx.location.capture_multi {
                { "/aside/relay", { ctx = ngx.ctx } }, { "/aside/relay", { ctx = ngx.ctx } },
            }
        }
        proxy_pass http://127.0.0.1:PORT2/?name=dependency;
    }
    location = /aside/401 { content_by_lua_block { handlers.unauthorized() } }
    location = /forgotten { content_by_lua_block { ngx.location.capture("/handler/forgotten") } }
    location = /is_forgotten {
        content_by_lua_block {
            for _ = 1, 3 do collectgarbage() end
            ngx.print(tostring(weak[1]))
        }
    }
    location = /auth/401 { auth_request /aside/401; proxy_pass http://127.0.0.1:PORT2; }
    location = /auth/401/page {
        auth_request /aside/401;
        error_page 401 /page;
        proxy_pass http://127.0.0.1:PORT2;
    }
    location = /auth/401/captured {
        access_by_lua_block { ngx.exit(ngx.location.capture("/aside/401").status) }
        proxy_pass http://127.0.0.1:PORT2;
    }
    location = /auth/401/handled {
        auth_request /relayed/401;
        error_page 401 = @handled;
        proxy_pass http://127.0.0.1:PORT2;
    }
    location = /relayed/401 { proxy_pass http://127.0.0.1:PORT2/?name=challenges; }
    location @handled { content_by_lua_block { handlers.at_none() } }
    location = /mirrored {
        mirror /relayed/html;
        content_by_lua_block { ngx.sleep(0.1) ngx.exec("@handled") }
    }
    location = /relayed/html { internal; proxy_pass http://127.0.0.1:PORT2/?name=html; }
    location = /auth/raise { auth_request /aside; proxy_pass http://127.0.0.1:PORT2; }
    location = /auth/page { auth_request /aside; error_page 403 /page; proxy_pass http://127.0.0.1:PORT2; }
    location = /auth/other { auth_request /handler/at_none; proxy_pass http://127.0.0.1:PORT2; }
    location = /auth/upstream { auth_request /refuses; proxy_pass http://127.0.0.1:PORT2; }
    location = /auth/lacks { auth_request /lacks; proxy_pass http://127.0.0.1:PORT2; }
    location = /auth/any {
        satisfy any;
        auth_request /aside;
        access_by_lua_block { ngx.exit(ngx.OK) }
        content_by_lua_block { handlers.at_none() }
    }
    location = /auth/not {
        access_by_lua_block { ngx.location.capture("/handler/at_none") ngx.exit(500) }
        proxy_pass http://127.0.0.1:PORT2;
    }
    location = /auth/captured {
        access_by_lua_block { ngx.exit(ngx.location.capture("/aside").status) }
        proxy_pass http://127.0.0.1:PORT2;
    }
    location = /at/first { content_by_lua_block { nginx.exit "InternalError" } }
    location = /page { internal; return 200 "<html>a page</html>"; }
    location = /cached { proxy_cache responses; proxy_pass http://127.0.0.1:PORT2/?name=dependency; }
    location = /flushed {
        proxy_intercept_errors on;
        error_page 502 = @flushed;
        proxy_pass http://127.0.0.1:PORT2/?name=html;
    }
    location @flushed {
        content_by_lua_block {
            ngx.status = 500
            for _, piece in ipairs { '{"code":', '"CreateOrderFail",', '"requestId":"7e0c3b52"}' } do
                ngx.print(piece)
                ngx.flush(true)
                ngx.sleep(0.005)
            end
        }
    }
    location = /file {
        proxy_intercept_errors on;
        error_page 502 /page;
        proxy_pass http://127.0.0.1:PORT2/?name=html;
    }
    location = /next { proxy_pass http://next/?name=envelope; }
    location = /large { client_max_body_size 1; proxy_pass http://127.0.0.1:PORT2; }
    location = /421 { return 421; }
    location = /424 { return 424; }
]], http = [[
proxy_cache_path cache keys_zone=responses:1m;
proxy_cache_key $request_uri;
proxy_cache_valid any 1m;
init_worker_by_lua_block { guarded("mine") }
server {
    listen 127.0.0.1:PORT2;
    location / { content_by_lua_block { require("spec.nginx.upstream").serve() } }
    location /types {
        content_by_lua_block {
            ngx.status = 404
            ngx.header["Content-Type"] = ngx.var.arg_type and ngx.unescape_uri(ngx.var.arg_type)
            ngx.header["Set-Cookie"] = { "a=1", "b=2" }
            for name, value in pairs(ngx.req.get_uri_args()) do
                if name ~= "type" then ngx.header[name] = value end
            end
            ngx.print('{"requestId":"7e0c3b52","code":"InstanceNotFound","message":"gone"}')
        }
    }
    location /accel {
        add_header X-Accel-Redirect /handler/at_none;
        default_type "text/x; charset=gbk";
        return 200;
    }
    location /lacks { add_header x-bce-request-id 4db2b34d; return 404; }
    location /refuses { add_header x-bce-request-id 4db2b34d; return 403; }
}
upstream balanced {
    server 127.0.0.1:PORT2;
    balancer_by_lua_block { guarded("foreign") }
}
upstream next { server 127.0.0.1:PORT5 max_fails=0; server 127.0.0.1:PORT2 backup; }
]] }

local not_found = '{"requestId":"7e0c3b52","code":"InstanceNotFound",'
    .. '"message":"The specified CFS instance does not exist."}'

-- What /handler/NAME responds: the code and the id of the request, "" for nginx's; and what a line of
-- the log has beside the error's own.
local handler_rows = {
    { "returns_nil_err", "AccessDenied", "" },
    { "returns_false_err", "AccessDenied", "" },
    { "id_string", "InstanceNotFound", "edge-1" },
    { "id_own", "InstanceNotFound", "7e0c3b52" },
    { "id_of_edge", "InstanceNotFound", "" },
    { "id_of_edge", "InstanceNotFound", "edge-2", arguments = "-H 'X-Request-Id: edge-2'" },
    { "id_of_edge", "InstanceNotFound", "", arguments = "-H 'X-Request-Id: a b'" },
    { "id_of_edge", "InstanceNotFound", "", arguments = "-H 'X-Request-Id: " .. ("x"):rep(129) .. "'" },
    { "id_long", "InstanceNotFound", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
    { "id_of_colon", "InstanceNotFound", "" },
    { "id_of_bracket", "InstanceNotFound", "" },
    { "id_of_brace", "InstanceNotFound", "" },
    { "id_of_machine", "InstanceNotFound", "" },
    { "id_of_machine_kept", "RateLimit", "" },
    { "id_raises", "InstanceNotFound", "", "'request_id', which failed: init_by_lua" },
    { "id_sleeps", "InstanceNotFound", "", "'request_id', which failed: attempt to yield across C-call" },
    { "id_yields", "InstanceNotFound", "", "'request_id', which failed: attempt to yield across C-call" },
    { "id_table", "InstanceNotFound", "", "'request_id', which failed: it returned a table, not a string" },
    { "map", "FSNotInService", "7e0c3b52" },
    { "map_nil", "InstanceNotFound", "7e0c3b52" },
    { "map_raises", "InstanceNotFound", "7e0c3b52", "'map', which failed: (table)" },
    { "map_longest", "InstanceNotFound", "7e0c3b52",
        "'map', which failed: " .. ("x"):rep(600) .. "..., client" },
    { "map_sleeps", "InstanceNotFound", "7e0c3b52", "'map', which failed: attempt to yield across C-call" },
    { "map_string", "InstanceNotFound", "7e0c3b52", "'map', which failed: it returned a string, not an" },
    { "log_returns", "InstanceNotFound", "7e0c3b52" },
    { "log_raises", "InstanceNotFound", "7e0c3b52", "'log', which failed: init_by_lua" },
    { "log_sleeps", "InstanceNotFound", "7e0c3b52", "'log', which failed: attempt to yield across C-" },
    { "foreign_raises", "InternalError", "" },
    { "foreign_sleeps", "InternalError", "" },
    { "foreign_table", "InternalError", "" },
    { "cause_raises", "InstanceNotFound", "" },
}

describe("A request of nginx", function()
    local nginx = server.during(getfenv(), conf)
    local counted = metrics.meter(nginx)

    local function error_lines() return nginx:error_lines() end

    local function at_once(f)
        counted(function() end)
        nginx:clear_log()
        return counted(f)
    end

    for _, row in ipairs(handler_rows) do
        it("is responded to by a handler, whatever its function and its options do: " .. row[1], function()
            local response
            local path = "/handler/" .. row[1]
            local counts = at_once(function() response = nginx:get(path, row.arguments) end)
            local envelope = cjson.decode(response.body)
            local id = response.headers["x-bce-request-id"]
            assert.same({ row[2], errors.catalogue[row[2]].status, 0 },
                { envelope.code, response.status, response.exit })
            assert.equal(id, envelope.requestId)
            assert.equal(row[3] == "" and id:match("^" .. ("%x"):rep(32) .. "$") or row[3], id)
            assert.equal(1, metrics.sum(counts))
            local lines = error_lines()
            assert.equal(1, #lines)
            assert.truthy(lines[1]:find(" requestId=" .. id .. " ", 1, true), lines[1])
            local is_hidden = row[1]:find("of_machine", 1, true)
            assert.equal(is_hidden and "0.3.7", lines[1]:match(" receivedRequestId=10%.(0%.3%.7),"))
            assert.equal(row[4] and 2 or 1, #nginx:lines())
            if row[4] then
                local complaint = "cfs.errors.nginx goes on without the option " .. row[4]
                assert.truthy(nginx:lines()[1]:find(complaint, 1, true)
                    or nginx:lines()[2]:find(complaint, 1, true), nginx:log())
            end
        end)
    end

    it("is responded to with a request id in which JSON for a page escapes a sign", function()
        local body = nginx:get("/handler/id_of_signs").body
        assert.truthy(body:find([["requestId":"a\u0026b'c"]], 1, true), body)
    end)

    it("does not pass where access fails", function()
        for _, name in ipairs { "returns_nil_err", "returns_false_err", "map_raises", "members" } do
            local response = nginx:get("/access/" .. name)
            assert.is_true(response.status >= 400)
            assert.is_nil(response.body:find("PROTECTED"))
        end
    end)

    it("is responded to, whatever became of the error's members", function()
        local response
        assert.same({ ["InstanceNotFound not_found none raised"] = 1 },
            at_once(function() response = nginx:get("/handler/members") end))
        assert.equal(500, response.status)
        assert.equal(response.headers["x-bce-request-id"], cjson.decode(response.body).requestId)
        assert.equal(1, #error_lines())
    end)

    it("has room in its log line for some of a long request id, and of a long traceback", function()
        for name, row in pairs { id_longest = { "receivedRequestId", 200 },
            foreign_deep = { "traceback", 600 } } do
            at_once(function() nginx:get("/handler/" .. name) end)
            assert.equal(row[2], #error_lines()[1]:match(" " .. row[1] .. '=("[^"]*")'), error_lines()[1])
        end
    end)

    it("leaves an error that the program keeps as it was", function()
        local first, second = nginx:get("/handler/kept"), nginx:get("/handler/kept")
        assert.is_true(first.headers["x-bce-request-id"] ~= second.headers["x-bce-request-id"])
        assert.equal(second.headers["x-bce-request-id"], cjson.decode(second.body).requestId)
    end)

    it("is logged by the option log, if there is one", function()
        at_once(function() nginx:get("/handler/log") end)
        assert.equal(1, #nginx:lines())
        assert.truthy(nginx:lines()[1]:find("mine: InstanceNotFound true code=InstanceNotFound status=404 "
            .. "requestId=7e0c3b52 ", 1, true))
    end)

    it("has the line of the program in its log line where the fault is the server's", function()
        local first = select(2, conf.init:match("^(.*)define%(\"at_raise"):gsub("\n", "")) + 2
        for index, name in ipairs { "at_raise", "at_kind", "at_error", "at_assert", "at_exit",
            "at_stripped" } do
            local line = first + index - 1
            at_once(function() nginx:get("/handler/" .. name) end)
            local text = error_lines()[1]
            local found = tonumber(text:match(' at="init_by_lua%(nginx.conf:%d+%):(%d+)"'))
            assert.equal(line, found, text)
        end
        at_once(function() nginx:get("/handler/at_none") end)
        assert.is_nil(error_lines()[1]:find(" at=", 1, true))
        at_once(function() nginx:get("/at/first") end)
        assert.truthy(error_lines()[1]:find(' at="content_by_lua%(nginx.conf:%d+%):1"'), error_lines()[1])
    end)

    it("breaks off where output has begun, over HTTP/1.0 and HTTP/2, too", function()
        local versions = { ["--http1.0"] = "", ["--http1.1"] = "the beginning",
            ["--http1.1 -H 'X: with a length'"] = "the beginning" }
        for version, body in pairs(versions) do
            local response
            assert.same({ ["InstanceNotFound not_found 404 raised"] = 1 },
                at_once(function()
                    local path = "/handler/begun" .. (version:find("length") and "?length=99" or "")
                    response = nginx:get(path, version)
                end))
            assert.is_true(response.exit ~= 0)
            assert.equal(body, response.body)
            assert.truthy(error_lines()[1]:find("the response had begun and breaks off here: ", 1, true))
        end
        local command = "curl -s -m 5 --http2-prior-knowledge http://127.0.0.1:%d/handler/begun; echo $?"
        local pipe = io.popen(command:format(nginx.port + 2))
        local output = pipe:read("*a")
        pipe:close()
        assert.equal("92", output:match("%d+\n$"):sub(1, -2)) -- curl: the stream broke off
    end)

    it("is left alone where its response is complete", function()
        for _, version in ipairs { "--http1.0", "--http1.1" } do
            local response
            at_once(function() response = nginx:get("/handler/ended", version) end)
            assert.same({ 0, "all of it" }, { response.exit, response.body })
            assert.truthy(error_lines()[1]:find("the response was complete before this: ", 1, true))
        end
    end)

    describe("gets no header that describes another body:", function()
        local untrue = { "Content-MD5", "Digest", "Content-Digest", "Repr-Digest", "Unencoded-Digest",
            "Content-Encoding", "Content-Language", "Content-Location", "Content-Range",
            "Content-Disposition", "ETag", "Last-Modified", "Accept-Ranges", "Location",
            "Trailer", "Signature", "Signature-Input", "Delta-Base", "IM", "x-bce-content-crc32",
            "x-bce-content-crc32c", "x-bce-content-sha256", "Content-Features" }

        for _, name in ipairs(untrue) do
            it(name, function()
                local query = "?" .. name .. "=identity&Content-Security-Policy=x&X-Kept=yes"
                local relayed = "/types" .. query .. "&type=text/html"
                for _, path in ipairs { "/handler/headers" .. query, relayed } do
                    local response = nginx:get(path)
                    assert.same({ 404, 0 }, { response.status, response.exit })
                    assert.is_nil(response.headers[name:lower()], path)
                    assert.equal("yes", response.headers["x-kept"])
                    assert.equal("x", response.headers["content-security-policy"])
                    assert.equal("InstanceNotFound", cjson.decode(response.body).code)
                end
            end)
        end

        it("Transfer-Encoding", function()
            local response = nginx:get("/handler/headers?Transfer-Encoding=chunked")
            assert.same({ 404, 0, not_found }, { response.status, response.exit, response.body })
            assert.is_nil(response.headers["transfer-encoding"])
        end)

        it("Cache-Control, Expires and the code of a response that did not come", function()
            local response = nginx:get("/handler/headers?Cache-Control=max-age%3D60&Expires=x"
                .. "&x-bce-error-code=Other")
            assert.is_nil(response.headers["cache-control"] or response.headers.expires
                or response.headers["x-bce-error-code"])
            response = nginx:get("/types?Cache-Control=no-store&type=text/html") -- that is an error's own
            assert.equal("no-store", response.headers["cache-control"])
        end)
    end)

    it("gets application/json, whatever the upstream's type", function()
        for _, of in ipairs { "application/json; charset=iso-8859-1", "text/html; charset=gbk",
            "application/problem+json", "application/jsonp", "application/x-ndjson", "text/html",
            'APPLICATION/JSON;charset="GBK"', "text/plain;a=b" } do
            local query = "?type=" .. of:gsub("[^%w/]", function(c) return ("%%%02X"):format(c:byte()) end)
            for _, version in ipairs { "--http1.0", "--http1.1" } do
                local response = nginx:get("/types" .. query, version)
                assert.equal("application/json", response.headers["content-type"], of)
                assert.equal(404, response.status)
                assert.equal(2, select(2, response.head:gsub("\nSet%-Cookie: ", "")))
                assert.equal(1, select(2, response.head:gsub("\nDate: ", "")))
                assert.equal("InstanceNotFound", cjson.decode(response.body).code)
            end
        end
    end)

    it("gets a body that turns out to be too large as it is only if it has the type that was sent", function()
        for of, passes in pairs {
            ["application/json"] = true, ["application/vnd.cfs%2Bjson%3B+charset=gbk"] = true,
            ["application/json&Content-Encoding=identity"] = true,
            ["application/jsonp"] = false, ["text/application/json"] = false, ["text/html"] = false,
        } do
            for path, may_pass in pairs { ["/small"] = true, ["/problem"] = false } do
                local response = nginx:get(path .. "/types?type=" .. of)
                local passed = cjson.decode(response.body).message == "gone"
                assert.equal(passes and may_pass, passed, path .. of)
                assert.equal(may_pass and "application/json" or "application/problem+json",
                    response.headers["content-type"])
            end
        end
    end)

    it("gets an envelope where Content-Encoding says that there is none", function()
        for _, of in ipairs { "identity", "Identity", "", "identity, identity" } do
            local response = nginx:get("/types?Content-Encoding=" .. of:gsub(" ", "%%20"))
            assert.same({ "InstanceNotFound", nil },
                { cjson.decode(response.body).code, response.headers["content-encoding"] })
        end
    end)

    it("is not taken for a subrequest that shares ngx.ctx with it", function()
        local response
        assert.same({
            ["AccessDenied permission 403 raised"] = 1,
            ["SignatureDoesNotMatch authentication 403 upstream"] = 2,
            ["ServiceError unavailable 424 upstream"] = 1,
        }, at_once(function() response = nginx:get("/shared") end))
        assert.equal(424, response.status)
        assert.is_nil(response.body:find("nd7", 1, true))
        assert.equal(4, #error_lines()) -- that of /aside, those of the relay, and its own
    end)

    describe("that auth_request refuses is counted and logged once, under one id:", function()
        it("a request that captured an error, and fails for another reason, is not one of these", function()
            local response
            assert.same({ ["InstanceNotFound not_found 404 raised"] = 1, ["html internal 500 raised"] = 1 },
                at_once(function() response = nginx:get("/auth/not") end))
            assert.equal(500, response.status)
            assert.equal(2, #error_lines())
        end)

        it("a request that has access otherwise, and fails, is not one of these", function()
            local counts = at_once(function() nginx:get("/auth/any") end)
            assert.same({ ["AccessDenied permission 403 raised"] = 1,
                ["InstanceNotFound not_found 404 raised"] = 1 }, counts)
        end)

        it("a request whose error_page fails in another way, too", function()
            assert.same({ ["none authentication 401 upstream"] = 1 },
                at_once(function() assert.equal(404, nginx:get("/auth/401/handled").status) end))
        end)

        it("a request that is mirrored to an error, and fails elsewhere, is not one of these", function()
            assert.same({ ["none unavailable 502 upstream"] = 1,
                ["InstanceNotFound not_found 404 raised"] = 1 },
                at_once(function() nginx:get("/mirrored") end))
        end)

        local rows = {
            { "/auth/raise", 403, "AccessDenied permission 403 raised", "AccessDenied" },
            { "/auth/401", 401, "AccessDenied permission 401 raised", "AccessDenied" },
            { "/auth/401/page", 401, "AccessDenied permission 401 raised", "AccessDenied" },
            { "/auth/401/captured", 401, "AccessDenied permission 401 raised", "AccessDenied" },
            { "/auth/page", 403, "AccessDenied permission 403 raised", "AccessDenied" },
            { "/auth/captured", 403, "AccessDenied permission 403 raised", "AccessDenied" },
            { "/auth/other", 500, "InstanceNotFound not_found 404 raised", "InternalError" },
            { "/auth/upstream", 403, "none permission 403 upstream", "AccessDenied" },
            { "/auth/lacks", 500, "none unknown 404 upstream", "InternalError" },
        }
        for _, row in ipairs(rows) do
            for _, version in ipairs { "--http1.0", "--http1.1" } do
                it(row[1] .. " " .. version, function()
                    local response
                    assert.same({ [row[3]] = 1 },
                        at_once(function() response = nginx:get(row[1], version) end))
                    local envelope = cjson.decode(response.body)
                    assert.same({ row[2], row[4] }, { response.status, envelope.code })
                    local id = response.headers["x-bce-request-id"]
                    assert.equal(id, envelope.requestId)
                    local lines = error_lines()
                    assert.equal(1, #lines)
                    assert.truthy(lines[1]:find(" requestId=" .. id .. " ", 1, true), lines[1])
                    assert.is_nil(lines[1]:find("the client had gone", 1, true))
                end)
            end
        end
    end)

    it("keeps no error of its subrequests after its end", function()
        assert.equal(200, nginx:get("/forgotten").status)
        assert.equal("nil", nginx:get("/is_forgotten").body)
    end)

    describe("is counted once and on the right side:", function()
        local rows = {
            { "/cached", 424, "ServiceError unavailable 424 upstream", "ServiceError" },
            { "/cached", 424, "ServiceError unavailable 424 upstream", "ServiceError" }, -- a HIT
            { "/flushed", 500, "CreateOrderFail unavailable 500 upstream", "CreateOrderFail" },
            { "/file", 502, "html unavailable 502 upstream", "ServiceUnavailable" },
            { "/accel", 404, "InstanceNotFound not_found 404 raised", "InstanceNotFound" },
            { "/next", 404, "InstanceNotFound not_found 404 upstream", "InstanceNotFound" },
            { "/large", 413, "html unknown 413 raised", "RequestEntityTooLargeException", "-d too-large" },
        }
        for _, row in ipairs(rows) do
            it(row[1], function()
                local response
                assert.same({ [row[3]] = 1 }, at_once(function() response = nginx:get(row[1], row[5]) end))
                local envelope = cjson.decode(response.body)
                assert.same({ row[2], row[4], 0 }, { response.status, envelope.code, response.exit })
                assert.equal(response.headers["x-bce-request-id"], envelope.requestId)
                assert.equal("application/json", response.headers["content-type"])
                assert.equal(1, #error_lines())
            end)
        end
    end)

    it("is not told to come again by a page with 421 or 424", function()
        for _, path in ipairs { "/421", "/424" } do
            local response = nginx:get(path)
            assert.equal(tonumber(path:sub(2)), response.status)
            assert.is_nil(response.headers["retry-after"])
            local code = cjson.decode(response.body).code
            assert.is_true(code ~= "RateLimit" and code ~= "ServiceError", code)
        end
    end)

    describe("guard", function()
        local rows = {
            { "/guard?what=mine", "ServiceUnavailable unavailable 503 raised", "code=Service", " at=" },
            { "/guard?what=client", "InvalidFSName invalid 400 raised", "code=InvalidFSName " },
            { "/guard?what=foreign", "InternalError internal 500 raised", 'a bug"', " traceback=" },
            { "/guard/balancer", "InternalError internal 500 raised", 'a bug"', " traceback=" },
        }
        for _, row in ipairs(rows) do
            it("counts what was raised, and logs it in one line: " .. row[1], function()
                assert.same({ [row[2]] = 1 }, at_once(function()
                    nginx:get(row[1])
                    server.wait("the log", function() return #error_lines() > 0 end)
                end))
                assert.equal(1, #error_lines())
                local line = error_lines()[1]
                assert.truthy(line:find("[error]", 1, true) and line:find(row[3], 1, true), line)
                if row[4] then assert.truthy(line:find(row[4], 1, true), line) end
            end)
        end

        it("returns what its function returns, or nil", function()
            at_once(function()
                assert.equal("fine2\nnil\n", nginx:get("/guard/log").body)
                server.wait("the log", function() return #error_lines() == 2 end)
            end)
        end)

        it("guards the start of workers", function()
            nginx:clear_log()
            nginx:reload()
            server.wait("the log", function() return #error_lines() == 1 end)
            assert.truthy(error_lines()[1]:find("code=ServiceUnavailable ", 1, true))
        end)
    end)
end)
