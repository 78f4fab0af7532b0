-- A relay that is made only when a response passes, as where a module is loaded late.

local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = { init = [[
    serve = nginx.handler(function() errors.raise "InstanceNotFound" end)
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
