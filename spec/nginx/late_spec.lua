-- A relay that is made only when a response passes, as where a module is loaded late.

local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = { init = [[
    serve = nginx.handler(function() errors.raise "InstanceNotFound" end)
    loud = {
        server = nginx.handler(function() errors.raise "InternalError" end),
        log = nginx.handler(function() errors.raise "InstanceNotFound" end,
            { log = function(_, _, line) ngx.log(ngx.ERR, line) end }),
        begun = nginx.handler(function() ngx.print("begun") errors.raise "InstanceNotFound" end),
        guard = nginx.guard(function() errors.raise "InstanceNotFound" end),
    }
    made = {}
    function late()
        made.relay = made.relay or nginx.relay()
        return made.relay
    end
]], locations = [[
    location = /quiet {
        error_log error.log error;
        content_by_lua_block { serve() }
        header_filter_by_lua_block { if ngx.var.arg_late then late().header_filter() end }
        body_filter_by_lua_block { if ngx.var.arg_late then late().body_filter() end }
        log_by_lua_block { if ngx.var.arg_late then late().log() end }
    }
    location ~ ^/quiet/(?<name>\w+)$ {
        error_log error.log error;
        content_by_lua_block { loud[ngx.var.name]() }
    }
    location = /only_log {
        content_by_lua_block { serve() }
        log_by_lua_block { ngx.log(ngx.ERR, "seen: ", relay.error().code) }
    }
    location / {
        content_by_lua_block { serve() }
        FILTERS(late())
    }
]] }

describe("A relay that is made after a handler has begun to respond", function()
    local nginx

    before_each(function() nginx = server.start(conf) end)
    after_each(function() nginx:stop() end)

    it("neither counts nor logs the handler's error again", function()
        for version, option in pairs { ["1.1"] = "--http1.1", ["1.0"] = "--http1.0" } do
            for count = 1, 2 do
                nginx:clear_log()
                local before = metrics.sum(metrics.counts(nginx:get("/metrics").body))
                local response = nginx:get("/", option)
                assert.equal(404, response.status)
                assert.matches('"code":"InstanceNotFound"', response.body, 1, true)
                assert.equal(before + 1, metrics.sum(metrics.counts(nginx:get("/metrics").body)))
                server.wait("a log line", function() return #nginx:lines() > 0 end)
                assert.equal(1, #nginx:lines(), version .. ", request " .. count)
            end
        end
        assert.same({ ["InstanceNotFound not_found 404 raised"] = 4 },
            (metrics.counts(nginx:get("/metrics").body)))
    end)

    it("counts an error once whose log line nobody wants", function()
        for count, query in ipairs { "", "?late=1", "?late=1" } do
            local response = nginx:get("/quiet" .. query)
            local id = response.headers["x-bce-request-id"]
            assert.same({ 404, 0 }, { response.status, response.exit })
            assert.matches('"requestId":"' .. id .. '","code":"InstanceNotFound"', response.body, 1, true)
            assert.same({ ["InstanceNotFound not_found 404 raised"] = count },
                (metrics.counts(nginx:get("/metrics").body)))
        end
        assert.same({}, nginx:lines())
    end)
end)

describe("Where only errors are logged,", function()
    local nginx = server.during(getfenv(), conf)

    for name, code in pairs { server = "InternalError", log = "InstanceNotFound", begun = "InstanceNotFound",
        guard = "InstanceNotFound" } do
        it("the log has what is one, or what the program wants: " .. name, function()
            nginx:clear_log()
            nginx:get("/quiet/" .. name)
            nginx:get("/metrics")
            assert.equal(1, #nginx:error_lines())
            assert.truthy(nginx:error_lines()[1]:find("code=" .. code .. " ", 1, true))
        end)
    end
end)

describe("A relay that has no other filter than that of the log", function()
    it("knows what a handler has sent", function()
        local init = conf.init .. "relay = nginx.relay()\n"
        local nginx = server.start { init = init, locations = conf.locations }
        nginx:get("/only_log")
        nginx:get("/metrics")
        local log = nginx:log()
        nginx:stop()
        assert.truthy(log:find("seen: InstanceNotFound", 1, true), log)
    end)
end)
