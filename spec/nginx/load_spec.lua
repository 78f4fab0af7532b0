local command = require "spec.helpers.command"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = [[
lua_shared_dict cfs_errors 1m;
init_by_lua_block {
    errors, nginx = require "cfs.errors", require "cfs.errors.nginx"
    relay = nginx.relay { standard = true }
    serve = nginx.handler(function() errors.raise("InstanceNotFound", { cause = {} }) end)
}
server {
    listen 127.0.0.1:PORT1;
    keepalive_requests 1000000;

    location /raised { content_by_lua_block { serve() } }
    location /relayed {
        proxy_pass http://127.0.0.1:PORT2;
        header_filter_by_lua_block { relay.header_filter() }
        body_filter_by_lua_block { relay.body_filter() }
        log_by_lua_block { relay.log() }
    }
    location = /metrics { content_by_lua_block { ngx.print(nginx.metrics()) } }
    location = /memory {
        content_by_lua_block {
            collectgarbage()
            collectgarbage()
            ngx.say(ngx.worker.pid(), " ", math.floor(collectgarbage("count")))
        }
    }
}
server {
    listen 127.0.0.1:PORT2;
    location / {
        return 421 '{"requestId":"4db2b34d","code":"RateLimit","message":"The host is 10.0.3.7"}';
    }
}
]]

local each = 5000


-- One response in a line: its status, and curl's own exit status.
local function url(nginx, path, count)
    return ("-w '%%{http_code} %%{exitcode}\\n' -o /dev/null 'http://127.0.0.1:%d/%s?[1-%d]'")
        :format(nginx.port, path, count)
end


describe("Many errors", function()
    local nginx

    after_each(function() nginx:stop() end)

    local function counts()
        return metrics.counts(nginx:get("/metrics").body)
    end

    -- "5000 404 0" for 5,000 lines "404 0".
    local function distinct_lines(path)
        return (command.must("sort " .. path .. " | uniq -c"):gsub("^ +", ""))
    end

    -- KiB that a worker occupies, and KiB that its Lua state does.
    local function memory()
        local lua = {}
        server.wait("a response from each worker", function()
            local pid, size = nginx:get("/memory").body:match("(%d+) (%d+)")
            lua[pid] = tonumber(size)
            local seen = 0
            for _ in pairs(lua) do seen = seen + 1 end
            return seen == 2
        end)
        local resident, states = 0, 0
        for pid, size in pairs(lua) do
            states = states + size
            resident = resident + command.must("awk '/^VmRSS/ { print $2 }' /proc/" .. pid .. "/status")
        end
        return resident, states
    end

    it("all get a response and are exactly counted by two workers, while nginx reloads", function()
        nginx = server.start { http = conf, workers = 2 }
        local raised, relayed = nginx.directory .. "/raised", nginx.directory .. "/relayed"
        local done = nginx.directory .. "/done"
        local curl = "curl -s -Z --parallel-max 8 "
        command.must(("(%s >%s; %s >%s; echo >%s) >/dev/null 2>&1 & true"):format(
            curl .. url(nginx, "raised", each), raised, curl .. url(nginx, "relayed", each), relayed, done))
        server.wait("the first responses", function() return metrics.sum(counts()) > 100 end)
        nginx:reload()
        assert.is_true(metrics.sum(counts()) < each * 2) -- in the middle, that was
        server.wait("all responses", function() return io.open(done) end)
        assert.equal(each .. " 404 0\n", distinct_lines(raised))
        assert.equal(each .. " 429 0\n", distinct_lines(relayed))
        assert.same({
            ["InstanceNotFound not_found 404 raised"] = each,
            ["RateLimit throttle 421 upstream"] = each,
        }, metrics.await(nginx, function(now) return metrics.sum(now) >= 2 * each end))
    end)

    it("leave the workers' memory as it is", function()
        nginx = server.start { http = conf, workers = 2 }
        local function run(count)
            command.must("curl -s -Z --parallel-max 8 " .. url(nginx, "raised", count) .. " >/dev/null")
            command.must("curl -s -Z --parallel-max 8 " .. url(nginx, "relayed", count) .. " >/dev/null")
        end
        run(3000) -- compiles what is hot, and fills the pools
        local step, samples, texts = 1500, {}, {}
        for index = 1, 5 do
            local resident, states = memory()
            samples[index] = { resident = resident, states = states }
            texts[index] = ("%d KiB, of which Lua has %d"):format(resident, states)
            if index < 5 then run(step) end
        end
        -- What is lost for each request grows in every step; what a collector or malloc has at the
        -- moment does not: so the least growth of all steps counts, in bytes a request.
        for _, name in ipairs { "resident", "states" } do
            local least = math.huge
            for index = 2, #samples do
                local growth = (samples[index][name] - samples[index - 1][name]) * 1024 / (2 * step)
                least = math.min(least, growth)
            end
            assert.is_true(least < 8, name .. " grows by " .. least .. " bytes a request: "
                .. table.concat(texts, "; "))
        end
    end)

    it("are counted and get a response without the code cache, too", function()
        nginx = server.start { http = "lua_code_cache off;\n" .. conf, workers = 2 }
        command.must("curl -s -Z --parallel-max 4 " .. url(nginx, "raised", 100) .. " >/dev/null")
        command.must("curl -s -Z --parallel-max 4 " .. url(nginx, "relayed", 100) .. " >/dev/null")
        assert.same({
            ["InstanceNotFound not_found 404 raised"] = 100,
            ["RateLimit throttle 421 upstream"] = 100,
        }, metrics.await(nginx, function(now) return metrics.sum(now) >= 200 end))
    end)
end)
