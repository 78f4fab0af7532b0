-- Responses that arrive, whatever else the request has to do; and a log and counts that claim no more.

local cjson = require "cjson"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"
local socket = require "socket"

local conf = { init = [[
    relay = nginx.relay()
    problem = nginx.relay { format = "problem", standard = true,
        map = function(err) if err:is("not_found") then return errors.new("FSNotInService") end end }
    upstream_only = nginx.relay { upstream_only = true }

    -- Runs f in a handler while another light thread waits for a subrequest.
    function while_pending(f, seconds)
        nginx.handler(function()
            ngx.thread.spawn(function() ngx.location.capture("/slow?seconds=" .. (seconds or 0.3)) end)
            return f()
        end)()
    end

    pending = {
        raise = function() errors.raise("InstanceNotFound") end,
        returned = function() return nil, errors.InstanceNotFound() end,
        exit = function() nginx.exit("InstanceNotFound") end,
        slept = function() ngx.sleep(0.001) errors.raise("InstanceNotFound") end,
    }
    denied = nginx.handler(function() return nil, errors.AccessDenied() end)
    other = nginx.handler(function() return nil, errors.ServiceUnavailable() end)
]], locations = [[
    FILTERS(relay)
    location = /slow {
        content_by_lua_block {
            ngx.sleep(ngx.var.arg_seconds or 0.3)
            ngx.print("slow")
        }
    }
    location ~ ^/pending/content/(?<name>\w+)$ {
        content_by_lua_block { while_pending(pending[ngx.var.name]) }
    }
    location ~ ^/pending/access/(?<name>\w+)$ {
        access_by_lua_block { while_pending(pending[ngx.var.name]) }
        content_by_lua_block { ngx.print("PROTECTED") }
    }
    location ~ ^/pending/rewrite/(?<name>\w+)$ {
        rewrite_by_lua_block { while_pending(pending[ngx.var.name]) }
        content_by_lua_block { ngx.print("PROTECTED") }
    }
    location = /pending/long { content_by_lua_block { while_pending(pending.raise, 4) } }
    location = /pending/begun {
        content_by_lua_block {
            while_pending(function() ngx.print("the beginning") pending.raise() end)
        }
    }
    location = /pending/ended {
        content_by_lua_block {
            while_pending(function() ngx.print("all of it") ngx.eof() pending.raise() end)
        }
    }
    location = /gone {
        postpone_output 0;
        content_by_lua_block {
            nginx.handler(function() ngx.sleep(0.1) errors.raise("InstanceNotFound") end)()
        }
    }
    location = /memory { # a list elsewhere would not be that of an empty one before
        content_by_lua_block {
            local ffi = require "ffi"
            ngx.header["X-Kept"] = "yes"
            local words = ffi.cast("uintptr_t *", require("resty.core.base").get_request())
            local before, size, other = {}, 190, {}
            for at = 0, size - 1 do before[at] = words[at] end
            local function is_list(at) return words[at] == ffi.cast("uintptr_t", words + at + 1) end
            for at = 7, size - 4 do
                if is_list(at) and is_list(at - 7) then -- as if there were trailers, in two parts
                    words[at], words[at + 2], words[at + 3] = 1, 1, 1
                    break
                end
            end
            require("cfs.errors.nginx.headers").drop_trailers()
            for at = 0, size - 1 do
                if words[at] ~= before[at] then other[#other + 1] = at end
            end
            ngx.print(other[1] and table.concat(other, " ") or "none of " .. size .. " words")
        }
    }
    location = /mirrored { mirror /mirror; proxy_pass http://127.0.0.1:PORT2/?name=fine; }
    location = /mirror { internal; proxy_pass http://127.0.0.1:PORT2/?name=html; }
    location = /refused {
        auth_request /auth;
        error_page 403 = @other;
        content_by_lua_block { ngx.print("PROTECTED") }
    }
    location = /refused/relayed {
        auth_request /auth/relayed;
        error_page 403 = @other;
        content_by_lua_block { ngx.print("PROTECTED") }
    }
    location = /auth/relayed { internal; proxy_pass http://127.0.0.1:PORT2/?name=headers_only; }
    location = /refused/captured {
        auth_request /auth;
        error_page 403 = @captured;
        content_by_lua_block { ngx.print("PROTECTED") }
    }
    location = /auth { internal; content_by_lua_block { denied() } }
    location @other { content_by_lua_block { other() } }
    location @captured { content_by_lua_block { ngx.location.capture("/pending/content/slept") other() } }
    location = /inside { proxy_pass http://127.0.0.1:PORT2; }
    location = /layout { # as if nginx had another
        content_by_lua_block {
            local ffi, name = require "ffi", "cfs.errors.nginx.headers"
            local own = package.loaded[name]
            package.loaded[name] = nil
            package.loaded.ffi = setmetatable({ C = { ngx_http_clean_header = function() end } },
                { __index = ffi })
            local headers = require(name)
            package.loaded.ffi, package.loaded[name] = ffi, own
            ngx.header["Content-Type"], ngx.header["X-Host"] = "text/html", "nd7"
            headers.write("application/json", "7e0c3b52", nil, {})
            headers.hide_inside()
            headers.drop_trailers()
            ngx.print("fine")
        }
    }
    location = /inside/passes {
        header_filter_by_lua_block { nginx.relay({ limit = 10 }).header_filter() }
        proxy_pass http://127.0.0.1:PORT2/inside;
    }
    location = /problem {
        FILTERS(problem)
        proxy_http_version 1.1;
        proxy_pass http://127.0.0.1:PORT2/$is_args$args;
    }
    location = /own {
        FILTERS(upstream_only)
        if ($arg_own) { return 403 "mine"; }
        proxy_pass http://127.0.0.1:PORT2/$is_args$args;
    }
    location / { proxy_pass http://127.0.0.1:PORT2; }
]], http = [[
log_format ids '$request_id';
proxy_cache_path cache keys_zone=responses:1m;
server {
    listen 127.0.0.1:PORT2;
    location / { content_by_lua_block { require("spec.nginx.upstream").serve() } }
    location = /inside {
        content_by_lua_block {
            ngx.status = 404
            for _, name in ipairs { "x-bce-debug-id", "X-Served-By", "X-Backend-Server", "Via",
                    "X-Cache", "X-Cache-Lookup", "X-Pod-Name", "X-Upstream-Address", "Server-Timing",
                    "Forwarded", "Proxy-Status", "SourceMap", "Warning", "X-SourceMap", "X-Powered-By",
                    "X-Forwarded-Host", "X-Hostname", "X-Instance-Id", "X-Node", "X-Origin", "X-Real-Ip",
                    "X-Server" } do
                ngx.header[name] = "MTAuMC4zLjc6ODA4MA=="
            end
            for _, name in ipairs { "X-Kept", "X-APISIX-Upstream-Status", "X-Kong-Upstream-Latency" } do
                ngx.header[name] = "yes"
            end
            ngx.print('{"requestId":"7e0c3b52","code":"InstanceNotFound","message":"gone"}')
        }
    }
}
]] }

-- Trailers, which Debian's nginx does not pass.
if server.is_newest then conf.locations = conf.locations .. [[
    location = /trailers {
        proxy_http_version 1.1;
        proxy_pass_trailers on;
        proxy_pass http://127.0.0.1:PORT2/$is_args$args;
    }
    location = /precontent { # nginx captures nothing in it
        precontent_by_lua_block { nginx.handler(pending.raise)() }
        content_by_lua_block { ngx.print("PROTECTED") }
    }
]] end

describe("A response of nginx", function()
    local nginx = server.during(getfenv(), conf)
    local meter = metrics.meter(nginx)

    -- What was counted meanwhile: labels → how often; and the lines of the log.
    local function counted(f)
        meter(function() end)
        nginx:clear_log()
        return meter(f, true), nginx:error_lines()
    end

    local paths = { "/pending/content/exit", "/pending/content/slept" }
    for _, phase in ipairs { "content", "access", "rewrite" } do
        for _, name in ipairs { "raise", "returned" } do
            paths[#paths + 1] = "/pending/" .. phase .. "/" .. name
        end
    end
    if server.is_newest then paths[#paths + 1] = "/precontent" end
    for _, path in ipairs(paths) do
        for _, version in ipairs { "--http1.1", "--http1.0" } do
            it("comes while a subrequest is pending, " .. version .. " " .. path, function()
                local response
                local counts, lines = counted(function() response = nginx:get(path, version) end)
                assert.same({ 404, 0 }, { response.status, response.exit })
                local envelope = cjson.decode(response.body)
                assert.same({ "InstanceNotFound", response.headers["x-bce-request-id"] },
                    { envelope.code, envelope.requestId })
                assert.same({ ["InstanceNotFound not_found 404 raised"] = 1 }, counts)
                assert.equal(1, #lines)
                server.wait("the end of the request", function() return true end)
                assert.is_nil(nginx:log():find("aborted", 1, true), nginx:log())
            end)
        end
    end

    it("comes long before a subrequest that is pending", function()
        assert.equal(0, nginx:get("/pending/long", "--max-time 3").exit)
    end)

    it("breaks off, or is left alone, while a subrequest is pending", function()
        local response
        counted(function() response = nginx:get("/pending/begun") end)
        assert.same({ "the beginning", 18 }, { response.body, response.exit })
        counted(function() response = nginx:get("/pending/ended") end)
        assert.same({ "all of it", 0 }, { response.body, response.exit })
    end)

    for _, version in ipairs { "1.1", "1.0" } do
        it("is not claimed by the log where the client has gone, HTTP/" .. version, function()
            local counts, lines = counted(function()
                local connection = assert(socket.connect("127.0.0.1", nginx.port))
                connection:setoption("linger", { on = true, timeout = 0 }) -- resets the connection
                connection:send("GET /gone HTTP/" .. version .. "\r\nHost: x\r\n\r\n")
                socket.sleep(0.02)
                connection:close()
                server.wait("the log", function() return #nginx:error_lines() > 0 end)
            end)
            assert.same({ ["InstanceNotFound not_found 404 raised"] = 1 }, counts)
            assert.equal(1, #lines)
            assert.truthy(lines[1]:find("the client had gone before this: code=InstanceNotFound ", 1, true))
        end)
    end

    it("has both of two headers WWW-Authenticate, and no charset of another type", function()
        local response = nginx:get("/?name=challenges")
        assert.equal("application/json", response.headers["content-type"])
        for _, value in ipairs { "Basic realm=a", "Bearer realm=b", "<a>; rel=b", "<c>; rel=d" } do
            assert.truthy(response.head:find(": " .. value .. "\r\n", 1, true), response.head)
        end
    end)

    it("has no charset of a second Content-Type", function()
        local response = nginx:get("/?name=two_types")
        assert.equal("application/json", response.headers["content-type"])
    end)

    it("is in nginx's memory as it was before its trailers when they are taken back", function()
        assert.equal("none of 190 words", nginx:get("/memory").body)
    end)

    it("has no header that tells of the inside", function()
        for _, path in ipairs { "/inside", "/inside/passes" } do
            local response = nginx:get(path)
            assert.equal("yes", response.headers["x-kept"])
            assert.equal("yes", response.headers["x-apisix-upstream-status"]) -- the gateways' own
            assert.equal("yes", response.headers["x-kong-upstream-latency"])
            assert.is_nil(response.head:find("MTAuMC4zLjc6ODA4MA==", 1, true), response.head)
        end
    end)

    it("comes from an nginx whose memory has another layout, too", function()
        local response = nginx:get("/layout")
        assert.same({ "fine", "application/json", "7e0c3b52" }, { response.body,
            response.headers["content-type"], response.headers["x-bce-request-id"] })
        assert.is_nil(response.headers["x-host"])
    end)

    it("has a request id where its body is above the limit", function()
        local response
        local _, lines = counted(function() response = nginx:get("/?name=above_the_limit") end)
        local id = response.headers["x-bce-request-id"]
        assert.equal(65537, #response.body)
        assert.truthy(id and id:find("^%x+$"), response.head)
        assert.truthy(lines[1]:find(" requestId=" .. id .. " ", 1, true), lines[1])
    end)

    it("is a problem whose status and title are those that are sent", function()
        for name, wanted in pairs {
            limited = { 429, "RateLimit", "Too Many Requests" },
            envelope = { 404, "FSNotInService", "Not Found" },
            html = { 502, "ServiceUnavailable", "Bad Gateway" },
        } do
            local response = nginx:get("/problem?name=" .. name)
            local body = cjson.decode(response.body)
            assert.same({ wanted[1], wanted[1], wanted[2], wanted[3] },
                { response.status, body.status, body.code, body.title })
        end
    end)

    it("of a background subrequest is counted and logged", function()
        local response
        local counts, lines = counted(function() response = nginx:get("/mirrored") end)
        assert.equal(200, response.status)
        assert.same({ ["none unavailable 502 upstream"] = 1 }, counts)
        assert.equal(1, #lines)
    end)

    it("of an error_page for auth_request is counted once", function()
        local response
        local counts, lines = counted(function() response = nginx:get("/refused") end)
        assert.same({ 503, "ServiceUnavailable" }, { response.status, cjson.decode(response.body).code })
        assert.same({ ["AccessDenied permission 403 raised"] = 1 }, counts)
        assert.equal(2, #lines) -- each tells what was raised, under one id
        for _, line in ipairs(lines) do
            assert.truthy(line:find(" requestId=" .. response.headers["x-bce-request-id"] .. " ", 1, true))
        end
        counts, lines = counted(function() response = nginx:get("/refused/relayed") end)
        assert.same({ ["SignatureDoesNotMatch authentication 403 upstream"] = 1 }, counts)
        assert.same({ 503, 2 }, { response.status, #lines })
        counts, lines = counted(function() response = nginx:get("/refused/captured") end)
        assert.same({ ["AccessDenied permission 403 raised"] = 1,
            ["InstanceNotFound not_found 404 raised"] = 1 }, counts) -- the second is what was captured
        assert.same({ 503, 3 }, { response.status, #lines })
    end)

    it("passes where it is nginx's own and the relay is for an upstream's", function()
        local response = nginx:get("/own?own=1")
        assert.same({ 403, "mine" }, { response.status, response.body })
        response = nginx:get("/own?name=html")
        assert.equal("ServiceUnavailable", cjson.decode(response.body).code)
    end)

    local on_newest = server.is_newest and it or pending
    on_newest("has no trailers of the body that it replaces", function()
        local response = nginx:get("/trailers?name=envelope&framing=trailers", "-H 'TE: trailers' --raw")
        assert.is_nil(response.head:find("MD5", 1, true))
        assert.truthy(response.body:find("InstanceNotFound", 1, true))
        assert.is_nil(response.body:find("MD5", 1, true), response.body)
        assert.is_nil(response.body:find("nas7", 1, true), response.body)
        assert.truthy(response.body:find("\r\n0\r\n\r\n$"), response.body)
        local raw = nginx:get("/trailers?name=fine&framing=trailers", "-H 'TE: trailers' --raw")
        assert.truthy(raw.body:find("nas7", 1, true), raw.body) -- those of what is no error come
    end)
end)

describe("nginx's block stream", function()
    local on_newest = server.is_newest and it or pending
    on_newest("is told what can be loaded there", function()
        local nginx = server.start { whole = [[
            pid nginx.pid; error_log error.log info; user root; events { }
            stream {
                lua_package_path "ROOT/?.lua;LIBRARY/lua/?.lua;LUALIB;;";
                lua_package_cpath "LIBRARY/build/luajit/?.so;LUALIC;;";
                init_by_lua_block {
                    ngx.log(ngx.ERR, select(2, pcall(require, "cfs.errors.nginx")))
                    ngx.log(ngx.ERR, tostring(require("cfs.errors").InstanceNotFound))
                }
                server { listen 127.0.0.1:PORT1; return "x"; }
            }
        ]] }
        local log = nginx:log()
        nginx:stop()
        assert.truthy(log:find("cfs.errors.nginx is for nginx's block http", 1, true), log)
        assert.truthy(log:find("InstanceNotFound: The specified CFS instance", 1, true), log)
    end)
end)
