local cjson = require "cjson"
local errors = require "cfs.errors"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = { init = [[

    function not_found() errors.raise("InstanceNotFound", { requestId = "7e0c3b52" }) end
    function serve(f, options) return nginx.handler(f, options)() end
    function denied() nginx.exit(errors.AccessDenied()) end

    -- What each location /NAME runs in a handler.
    functions = {
        content = not_found,
        exit_inside = denied,
        hostile_id = function()
            errors.raise("InstanceNotFound", {
                requestId = "a\r\nSet-Cookie: b=1\27\0\255\226\128\168",
                message = "no\r\n2026/01/01 [emerg] forged\27[31m\0\255\226\128\168",
            })
        end,
        unexpected = function()
            local function deep() error("password=123\r\n\27forged") end
            deep()
        end,
        table = function() error({ password = 123 }) end,
        ["nil"] = function() error() end,
        overflow = function() local function f() return 1 + f() end f() end,
        own = function() -- an error that differs from others of its kind in what the argument names
            local err = errors.ServiceUnavailable()
            if ngx.var.arg_of == "status" then err.status = 500 end
            if ngx.var.arg_of == "code" then err.code = "Other" end
            if ngx.var.arg_of == "none" then
                err = errors.parse '{"code":"Odd","message":"odd"}'
                err.code, err.message = nil, nil
            end
            if ngx.var.arg_of == "headers" then
                err = errors.from_response { status = 503, headers = { ["Retry-After"] = "30" },
                    body = '{"code":"ServiceUnavailable","message":"' .. err.message .. '"}' }
            end
            errors.raise(err)
        end,
        exit_raises = function()
            local exit = ngx.exit
            ngx.exit = function() error("no exit today", 0) end
            local _, reason = pcall(nginx.exit, "AccessDenied")
            ngx.exit = exit
            assert(reason == "no exit today")
        end,
        ngx_exit = function() ngx.exit(410) end,
        redirect = function() ngx.redirect("/elsewhere") end,
        exec = function() ngx.exec("/pass") end,
        sleep = function() ngx.sleep(0.02) not_found() end,
        thread = function()
            local thread = ngx.thread.spawn(function()
                ngx.sleep(0.01)
                return errors.new("FSNotInService")
            end)
            local good, err = ngx.thread.wait(thread)
            errors.assert(not good, err)
        end,
        socket = function()
            local socket = ngx.socket.tcp()
            assert(socket:connect("127.0.0.1", ngx.var.server_port))
            assert(socket:send("GET /content HTTP/1.0\r\n\r\n"))
            local response = assert(socket:receive("*a"))
            socket:close()
            errors.raise(assert(errors.parse(response:match("\r\n\r\n(.*)"))))
        end,
        coroutine = function()
            local thread = coroutine.create(function() ngx.sleep(0.01) coroutine.yield() not_found() end)
            assert(coroutine.resume(thread))
            errors.assert(coroutine.resume(thread))
        end,
        captured = function() -- the status follows the code
            local err = errors.from_response(ngx.location.capture("/options"))
            if err:is("unavailable") then err = errors.CreateOrderFail { requestId = err.requestId } end
            errors.raise(err)
        end,
        retry = function()
            local retry = require "cfs.errors.retry"
            local result = errors.assert(retry.run(function(attempt)
                if attempt < 3 then errors.raise("ServiceUnavailable") end
                return "done at attempt " .. attempt
            end, retry.policy {}))
            ngx.say(result)
        end,
    }
]], locations = [[
    default_type text/plain;

    location ~ ^/(?<name>\w+)$ { content_by_lua_block { serve(functions[ngx.var.name]) } }
    location = /access {
        access_by_lua_block { serve(not_found) }
        content_by_lua_block { ngx.say("never") }
    }
    location = /refused {
        auth_request /content;
        error_page 500 = @refused;
        content_by_lua_block { ngx.say("never") }
    }
    location @refused { content_by_lua_block { denied() } }
    location = /rewrite { rewrite_by_lua_block { serve(not_found) } }
    location = /exit/content { content_by_lua_block { denied() ngx.say("never") } }
    location = /exit/access {
        access_by_lua_block { denied() }
        content_by_lua_block { ngx.say("never") }
    }
    location = /exit/rewrite { rewrite_by_lua_block { denied() } }
    location = /exit/kind { access_by_lua_block { nginx.exit(errors.AccessDenied) } }
    location = /exit/code { access_by_lua_block { nginx.exit "AccessDenied" } }
    location = /exit/options {
        content_by_lua_block {
            nginx.exit(errors.RateLimit { host = "nd7" }, { standard = true, hide = false, retry_after = 7 })
        }
    }
    location = /pass {
        access_by_lua_block { serve(function() return true end) }
        content_by_lua_block {
            local response = nginx.handler(function(...) return select("#", ...), ... end)
            ngx.say(table.concat({ response("a", "b") }, " "))
        }
    }
    location = /options {
        content_by_lua_block {
            serve(function() errors.raise("ServiceError", { host = "10.0.3.7" }) end, { standard = true })
        }
    }
    location = /ngx_exit/access {
        access_by_lua_block { serve(function() ngx.exit(ngx.OK) end) }
        content_by_lua_block { ngx.say("content") }
    }
    location = /begun { content_by_lua_block { serve(function() ngx.print("begun") not_found() end) } }
    location = /capture/begun {
        content_by_lua_block {
            local response = ngx.location.capture("/begun")
            ngx.print(response.status, " ", tostring(response.truncated), " ", response.body)
        }
    }
    location = /begun/large {
        content_by_lua_block { serve(function() ngx.print(("x"):rep(4000000)) not_found() end) }
    }
    location = /old { content_by_lua_block { ngx.print(ngx.location.capture("/content").body, "|") } }
    location = /capture {
        content_by_lua_block {
            local response = ngx.location.capture("/content")
            ngx.print(response.status, " ", response.header["x-bce-request-id"], " ", response.body)
        }
    }
    location = /log {
        content_by_lua_block { ngx.say("fine") }
        log_by_lua_block {
            ngx.log(ngx.ERR, select(2, pcall(function() nginx.exit(errors.AccessDenied()) end)))
            ngx.log(ngx.ERR, select(2, pcall(function() serve(not_found) end)))
            ngx.log(ngx.ERR, select(2, pcall(function() nginx.prepare("AccessDenied") end)))
        }
    }
    location = /body_filter {
        content_by_lua_block { ngx.say("fine") }
        header_filter_by_lua_block {
            ngx.log(ngx.ERR, select(2, pcall(function() nginx.exit(errors.AccessDenied()) end)))
        }
        body_filter_by_lua_block {
            if ngx.arg[2] then return end
            ngx.log(ngx.ERR, select(2, pcall(function() nginx.exit(errors.AccessDenied()) end)))
        }
    }
    location = /timer {
        content_by_lua_block {
            ngx.timer.at(0, function()
                ngx.log(ngx.ERR, select(2, pcall(function() nginx.exit(errors.AccessDenied()) end)))
            end)
            ngx.say("fine")
        }
    }
    location = /misuse {
        content_by_lua_block {
            local calls = {
                function() nginx.handler() end,
                function() nginx.handler(not_found, { standart = true }) end,
                function() nginx.handler(not_found, { limit = 1 }) end,
                function() nginx.handler(not_found, { request_id = 7 }) end,
                function() nginx.exit("InstanceNotfound") end,
                function() nginx.exit(404) end,
                function() nginx.exit("RateLimit") end,
                function() nginx.guard() end,
                function() nginx.exit(errors.AccessDenied(), { retry_after = -1 }) end,
                function() nginx.prepare("AccessDeny") end,
                function() nginx.prepare("AccessDenied", { standart = true }) end,
                function() nginx.handler(not_found, false) end,
            }
            for _, call in ipairs(calls) do ngx.say(select(2, pcall(call))) end
        }
    }
]] }

local not_found = '{"requestId":"7e0c3b52","code":"InstanceNotFound",'
    .. '"message":"The specified CFS instance does not exist."}'

describe("In nginx,", function()
    local nginx = server.during(getfenv(), conf)
    before_each(function() nginx:clear_log() end)

    -- Our part of the one line in the log, and its level.
    local function line()
        nginx:get("/pass") -- the worker serves it when it has logged
        local lines = nginx:lines()
        assert.equal(1, #lines, table.concat(lines, "\n"))
        local level, text = lines[1]:match("^%S+ %S+ %[(%l+)%] .*%): (.-), client: ")
        return text, level
    end

    describe("a handler", function()
        for _, phase in ipairs { "rewrite", "access", "content" } do
            it("responds with the error that is raised in the phase " .. phase, function()
                local response = nginx:get("/" .. phase)
                assert.equal(404, response.status)
                assert.equal("application/json", response.headers["content-type"])
                assert.equal("7e0c3b52", response.headers["x-bce-request-id"])
                assert.equal(tostring(#not_found), response.headers["content-length"])
                assert.equal(not_found, response.body)
                local text, level = line()
                assert.equal("info", level)
                assert.equal(errors.InstanceNotFound({ requestId = "7e0c3b52" }):to_log(), text)
            end)
        end

        it("passes arguments and results, and says nothing where all is well", function()
            assert.equal("2 a b\n", nginx:get("/pass").body)
            assert.same({}, nginx:lines())
        end)

        it("responds as its options say", function()
            local response = nginx:get("/options")
            assert.equal(503, response.status)
            assert.equal("1", response.headers["retry-after"])
            assert.equal("the dependency service is unavailable, host is {host}",
                cjson.decode(response.body).message)
            local text, level = line()
            assert.equal("error", level)
            assert.truthy(text:find("10.0.3.7", 1, true)) -- the log may know
        end)

        it("responds with what an error has of its own, though others of its kind have the kind's", function()
            local message = errors.ServiceUnavailable.message
            for of, wanted in pairs {
                nothing = { 503, "ServiceUnavailable", message, "1" },
                status = { 500, "ServiceUnavailable", message, "1" },
                code = { 503, "Other", message, "1" },
                headers = { 503, "ServiceUnavailable", message, "30" },
                none = { 500, "ParseBodyException", "Internal Server Error", nil },
            } do
                local response = nginx:get("/own?of=" .. of)
                local body = cjson.decode(response.body)
                assert.same(wanted,
                    { response.status, body.code, body.message, response.headers["retry-after"] })
            end
        end)

        it("splits no header and forges no line", function()
            local response = nginx:get("/hostile_id")
            assert.equal(404, response.status)
            assert.is_nil(response.headers["set-cookie"])
            assert.is_nil(response.head:find("[^\r\n\32-\126]"))
            local envelope = cjson.decode(response.body)
            assert.equal(response.headers["x-bce-request-id"], envelope.requestId)
            assert.is_nil(response.body:find("[%c\255]"))
            local text = line()
            assert.truthy(text:find(" requestId=" .. envelope.requestId .. " ", 1, true))
            assert.truthy(text:find([[ receivedRequestId="a\r\nSet-Cookie: b=1\u001b\u0000]], 1, true))
            assert.is_nil(text:find("[%c\128-\255]") and text:find("\226\128\168", 1, true))
            assert.is_nil(nginx:log():find("\n2026/01/01", 1, true))
            assert.is_nil(nginx:log():find("[%z\27\255]"))
        end)

        it("sends InternalError for what nobody expected, and logs what and where", function()
            local response = nginx:get("/unexpected")
            assert.equal(500, response.status)
            local envelope = cjson.decode(response.body)
            assert.equal("InternalError", envelope.code)
            assert.equal(errors.InternalError.message, envelope.message)
            assert.equal(response.headers["x-bce-request-id"], envelope.requestId)
            assert.is_nil((response.head .. response.body):find("password"))
            local text, level = line()
            assert.equal("error", level)
            assert.equal("init_by_lua(nginx.conf): password=123\\r\\n\\u001bforged",
                (text:match(' cause="(.-)"'):gsub(":%d+", "")))
            local traceback = text:match(' traceback="(%[C%]: .*)"$')
            assert.truthy(traceback:find("in function 'deep'; ", 1, true))
        end)

        for _, path in ipairs { "/table", "/nil", "/overflow" } do
            it("sends InternalError at " .. path, function()
                local response = nginx:get(path)
                assert.equal(500, response.status)
                assert.equal("InternalError", cjson.decode(response.body).code)
                assert.equal("error", select(2, line()))
            end)
        end

        it("responds to HEAD without a body, and the next request on the same connection", function()
            local response = nginx:get("/content", "--head")
            assert.same({ 404, 0 }, { response.status, response.exit })
            assert.equal(tostring(#not_found), response.headers["content-length"])
            assert.equal(errors.InstanceNotFound({ requestId = "7e0c3b52" }):to_log(), (line()))
            local twice = "--head " .. "http://127.0.0.1:" .. nginx.port .. "/content"
            response = nginx:get("/content", twice)
            assert.same({ 404, 0 }, { response.status, response.exit })
        end)

        it("reads no request out of a body that it has not read", function()
            local body = "GET /content HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
            local url = "http://127.0.0.1:" .. nginx.port .. "/content"
            local response = nginx:get("/content", "-d $'" .. body .. "' " .. url)
            assert.same({ 404, 0 }, { response.status, response.exit })
            assert.equal(2, #nginx:lines()) -- of two requests on one connection
        end)

        it("raises what ngx.exit raises", function()
            local response = nginx:get("/exit_raises")
            assert.same({ 403, "AccessDenied" }, { response.status, cjson.decode(response.body).code })
            assert.is_nil(nginx:log():find("assertion", 1, true))
        end)

        it("lets ngx.exit, ngx.redirect and ngx.exec do what they do", function()
            assert.equal(410, nginx:get("/ngx_exit").status)
            assert.equal("content\n", nginx:get("/ngx_exit/access").body)
            assert.equal(302, nginx:get("/redirect").status)
            assert.equal("2 a b\n", nginx:get("/exec").body)
            assert.same({}, nginx:lines())
        end)

        for _, path in ipairs { "/sleep", "/socket", "/coroutine" } do
            it("lets its function yield: " .. path, function()
                local response = nginx:get(path)
                assert.same({ 404, not_found }, { response.status, response.body })
            end)
        end

        it("lets its function wait for threads", function()
            assert.equal("FSNotInService", cjson.decode(nginx:get("/thread").body).code)
        end)

        it("counts one error where auth_request leads to a second, without a relay, too", function()
            assert.same({ ["InstanceNotFound not_found 404 raised"] = 1 }, metrics.meter(nginx)(function()
                assert.equal(403, nginx:get("/refused").status)
            end))
        end)

        it("responds to a subrequest", function()
            assert.equal("404 7e0c3b52 " .. not_found, nginx:get("/capture").body)
        end)

        it("responds to a subrequest over HTTP/1.0, after which the request goes on", function()
            assert.equal(not_found .. "|", nginx:get("/old", "--http1.0").body)
        end)

        it("breaks off a subrequest that has begun, and leaves its request alone", function()
            local response = nginx:get("/capture/begun")
            assert.same({ 200, 0, "200 true begun" }, { response.status, response.exit, response.body })
        end)

        it("breaks off when the client has all that was put out before", function()
            local response = nginx:get("/begun/large", "--limit-rate 20M")
            assert.same({ 4000000, 18 }, { #response.body, response.exit })
        end)

        it("gives an error that was captured the status of its code", function()
            local response = nginx:get("/captured")
            assert.equal(500, response.status)
            local envelope = cjson.decode(response.body)
            assert.equal("CreateOrderFail", envelope.code)
            assert.equal(response.headers["x-bce-request-id"], envelope.requestId)
        end)

        it("lets its function try again, while others are served", function()
            assert.equal("done at attempt 3\n", nginx:get("/retry").body)
        end)
    end)

    describe("exit", function()
        for _, path in ipairs { "/exit/rewrite", "/exit/access", "/exit/content", "/exit_inside",
            "/exit/kind", "/exit/code" } do
            it("responds and ends the request: " .. path, function()
                local response = nginx:get(path)
                assert.equal(403, response.status)
                assert.equal("AccessDenied", cjson.decode(response.body).code)
                assert.equal("info", select(2, line()))
            end)
        end

        it("responds as its options say", function()
            local response = nginx:get("/exit/options")
            assert.equal(429, response.status)
            assert.equal("7", response.headers["retry-after"])
            assert.truthy(response.body:find("nd7", 1, true))
        end)

        -- path → of each call its line, its name, and the phase
        for path, calls in pairs {
            ["/log"] = { { 2, "exit", "log" }, { 3, "handler", "log" }, { 4, "prepare", "log" } },
            ["/timer"] = { { 3, "exit", "timer" } },
            ["/body_filter"] = { { 2, "exit", "header_filter" }, { 3, "exit", "body_filter" } },
        } do
            it("raises a sentence where there is no response to give: " .. path, function()
                assert.equal("fine\n", nginx:get(path).body)
                local lines = server.wait("the log", function()
                    return #nginx:lines() == #calls and nginx:lines()
                end)
                for index, call in ipairs(calls) do
                    local sentence = ":%d: '%s' cannot respond in the phase '%s', but in server_rewrite,"
                        .. " rewrite, access, precontent and content; nginx.guard is for the others"
                    local written = lines[index]:match("%):%d+: [%w_]+%(nginx.conf:%d+%)(:.* for the others)")
                    assert.equal(sentence:format(unpack(call)), written)
                end
            end)
        end
    end)

    it("misuse raises a sentence that blames the caller's line", function()
        local text = nginx:get("/misuse").body:gsub("content_by_lua%(nginx.conf:%d+%)", "at")
        assert.equal([[
at:3: bad argument #1 to 'handler' (function expected, got nil)
at:4: bad argument #2 to 'handler' (unknown option 'standart', did you mean 'standard'?)
at:5: bad argument #2 to 'handler' (unknown option 'limit')
at:6: bad argument #2 to 'handler' (option 'request_id' must be a string or a function, got number)
at:7: bad argument #1 to 'exit' (unknown code 'InstanceNotfound', did you mean 'InstanceNotFound'?)
at:8: bad argument #1 to 'exit' (code or kind expected, got number)
at:9: bad argument #1 to 'exit' (parameter 'host' is missing)
at:10: bad argument #1 to 'guard' (function expected, got nil)
at:11: bad argument #2 to 'exit' (option 'retry_after' must be a number of seconds from 0)
at:12: bad argument #1 to 'prepare' (unknown code 'AccessDeny', did you mean 'AccessDenied'?)
at:13: bad argument #2 to 'prepare' (unknown option 'standart', did you mean 'standard'?)
at:14: bad argument #2 to 'handler' (table expected, got boolean)
]], text)
    end)
end)
