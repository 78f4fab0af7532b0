-- retry.run where its function runs in light threads, and where these are killed.

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
        location = /nested { content_by_lua_block {
            count = 0
            local policy = retry.policy { base = 0 }
            local function inner() return retry.run(fail, policy) end
            local _, _, attempts = retry.run(function()
                local _, result, err = ngx.thread.wait(ngx.thread.spawn(inner))
                return result, err
            end, policy)
            ngx.print(count, " ", attempts)
        } }
        location = /killed { content_by_lua_block {
            count = 0
            local policy = retry.policy { base = 60, tokens = 5, random = function() return 1 end }
            for number = 1, 10 do
                local thread = ngx.thread.spawn(retry.run, fail, policy)
                assert(policy.tokens == 0)
                ngx.thread.kill(thread)
                thread = nil
                collectgarbage()
                collectgarbage()
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

    it("makes no more attempts where a run is in another's light thread", function()
        assert.equal("3 1", nginx:get("/nested").body)
    end)

    it("gives back what threads took that were killed in their pause", function()
        assert.equal("11", nginx:get("/killed").body)
    end)

    it("measures what an attempt took that blocked nginx", function()
        assert.equal("1", nginx:get("/blocked").body)
    end)
end)
