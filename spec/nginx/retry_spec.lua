-- retry.run where a light thread is killed, and where nginx stands still.

local server = require "spec.nginx.server"

local nginx

describe("retry.run in nginx", function()
    setup(function()
        nginx = server.start { http = [[
    init_by_lua_block {
        errors, retry = require "cfs.errors", require "cfs.errors.retry"
        function fail() count = count + 1 return nil, errors.ServiceUnavailable() end
    }
    server {
        listen 127.0.0.1:PORT1;
        location = /killed { content_by_lua_block {
            count = 0
            local policy = retry.policy { base = 60, tokens = 5, random = function() return 1 end }
            for number = 1, 10 do
                local thread = ngx.thread.spawn(retry.run, fail, policy)
                ngx.thread.kill(thread)
            end
            policy.sleep, policy.failures = ngx.sleep, 0
            policy.sleep = function() ngx.print(count) ngx.exit(200) end
            retry.run(fail, policy)
        } }
        location = /blocked { content_by_lua_block {
            count = 0
            retry.run(function()
                count = count + 1
                os.execute "sleep 1.2" -- nginx' clock stands still
                return nil, "connection refused"
            end, retry.policy { base = 0 }, { method = "POST" })
            ngx.print(count)
        } }
    }]] }
    end)
    teardown(function() nginx:stop() end)

    it("keeps the tokens of threads that are killed in their pause", function()
        assert.equal("11", nginx:get("/killed").body)
    end)

    it("measures what an attempt took that blocked nginx", function()
        assert.equal("1", nginx:get("/blocked").body)
    end)
end)
