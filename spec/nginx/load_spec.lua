local command = require "spec.helpers.command"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

-- Whether memory grows is for `make soak`.

local conf = { init = [[
    relay = nginx.relay { standard = true }
    serve = nginx.handler(function() errors.raise("InstanceNotFound", { cause = {} }) end)
]], locations = [[
    keepalive_requests 1000000;

    location /raised { content_by_lua_block { serve() } }
    location /relayed {
        proxy_pass http://127.0.0.1:PORT2;
        FILTERS(relay)
    }
]], http = [[
server {
    listen 127.0.0.1:PORT2;
    location / {
        return 421 '{"requestId":"4db2b34d","code":"RateLimit","message":"The host is 10.0.3.7"}';
    }
}
]], workers = 2 }

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

    -- "500 404 0" for 500 lines "404 0".
    local function distinct_lines(path)
        return (command.must("sort " .. path .. " | uniq -c"):gsub("^ +", ""))
    end

    it("all get a response and are exactly counted by two workers, while nginx reloads", function()
        nginx = server.start(conf)
        local raised, relayed = nginx.directory .. "/raised", nginx.directory .. "/relayed"
        local stop, done = nginx.directory .. "/stop", nginx.directory .. "/done"
        local curl = "curl -s -Z --parallel-max 8 "
        command.must(("(while [ ! -e %s ]; do %s >>%s; %s >>%s; done; echo >%s) >/dev/null 2>&1 & true")
            :format(stop, curl .. url(nginx, "raised", 500), raised, curl .. url(nginx, "relayed", 500),
                relayed, done))
        server.wait("the first responses", function() return metrics.sum(counts()) > 100 end)
        nginx:reload()
        command.must("touch " .. stop)
        server.wait("all responses", function() return io.open(done) end)
        local each = tonumber(distinct_lines(raised):match("^(%d+) 404 0\n$"))
        assert.equal(each .. " 429 0\n", distinct_lines(relayed))
        assert.same({
            ["InstanceNotFound not_found 404 raised"] = each,
            ["RateLimit throttle 421 upstream"] = each,
        }, metrics.await(nginx, function(now) return metrics.sum(now) >= 2 * each end))
    end)

    it("are counted and get a response without the code cache, too", function()
        conf.http = "lua_code_cache off;\n" .. conf.http
        nginx = server.start(conf)
        command.must("curl -s -Z --parallel-max 4 " .. url(nginx, "raised", 100) .. " >/dev/null")
        command.must("curl -s -Z --parallel-max 4 " .. url(nginx, "relayed", 100) .. " >/dev/null")
        assert.same({
            ["InstanceNotFound not_found 404 raised"] = 100,
            ["RateLimit throttle 421 upstream"] = 100,
        }, metrics.await(nginx, function(now) return metrics.sum(now) >= 200 end))
    end)
end)
