local cjson = require "cjson"
local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = { init = [=[
    relay = nginx.relay()
    handlers = {
        raised = nginx.handler(function() errors.raise "InstanceNotFound" end),
        foreign = nginx.handler(function() error "a bug" end),
        template = nginx.handler(function() errors.raise("RateLimit", { host = "nd7" }) end),
        received = nginx.handler(function()
            errors.raise(errors.from_response { status = 502, headers = { Date = "x" }, body = "<html>" })
        end),
    }
    options = nginx.handler(function() errors.raise "InstanceNotFound" end, { format = "problem" })
]=], locations = [=[
    FILTERS(relay)
    location ~ ^/(raised|foreign|template|received)$ { content_by_lua_block { handlers[ngx.var[1]]() } }
    location = /problem { content_by_lua_block { options() } }
    location = /relayed { proxy_pass http://127.0.0.1:PORT2; }
    location = /advice {
        content_by_lua_block {
            local err = errors.RateLimit { host = "nd7" }
            ngx.say(err:advice().action, " ", #err:to_log() > 0)
        }
    }
    location = /descriptors { # none is left: in case that the library opens files
        content_by_lua_block {
            local ffi = require "ffi"
            ffi.cdef "int dup(int fd);"
            while ffi.C.dup(1) >= 0 do end
            local file, reason = io.open("/dev/null")
            ngx.say(file and "open" or reason)
        }
    }
    location = /fill { # the memory for counts
        content_by_lua_block {
            local index = 0
            repeat index = index + 1 until not ngx.shared.cfs_errors:safe_add("fill " .. index, 1)
            ngx.say("full")
        }
    }
    location = /pid { content_by_lua_block { ngx.say(ngx.worker.pid()) } }
]=], http = "server { listen 127.0.0.1:PORT2; location / { return 421; } }" }

-- Path → code and status of what the client gets.
local expected = {
    ["/raised"] = { "InstanceNotFound", 404 },
    ["/foreign"] = { "InternalError", 500 },
    ["/template"] = { "RateLimit", 421 },
    ["/received"] = { "ServiceUnavailable", 502 },
    ["/problem"] = { "InstanceNotFound", 404 },
    ["/relayed"] = { "InvalidHTTPRequest", 421 },
}

describe("nginx", function()
    local nginx, tree

    local function start(size, workers)
        tree = command.new_directory()
        command.must("cp -r lua " .. tree .. " && mkdir -p " .. tree .. "/build && cp -r build/luajit "
            .. tree .. "/build && chmod -R a+rX " .. tree)
        conf.size, conf.workers, conf.tree = size, workers, tree
        nginx = server.start(conf)
    end

    after_each(function()
        nginx:stop()
        command.must("chmod -R u+rwX " .. tree)
        command.remove(tree)
    end)

    local function check_responses()
        for path, row in pairs(expected) do
            local response = nginx:get(path)
            assert.same({ row[1], row[2], 0 },
                { cjson.decode(response.body).code, response.status, response.exit }, path)
        end
    end

    local function counts() return metrics.counts(nginx:get("/metrics").body) end

    it("keeps the old workers serving where a new library is laid over the core that runs", function()
        start("1m")
        local pid, workers = nginx:pid(), nginx:workers()
        local version = files.read(tree .. "/lua/cfs/errors/base/version.lua"):match('"(.-)"')
        files.write(tree .. "/lua/cfs/errors/base/version.lua", 'return "9.9.9"\n')
        command.must("kill -HUP " .. pid)
        local sentence = "cfs.errors 9.9.9 found the core of " .. version
            .. ": after an upgrade restart nginx, a reload keeps the old core"
        server.wait("the refusal", function() return nginx:log():find(sentence, 1, true) end)
        assert.same(workers, nginx:workers())
        check_responses()
        assert.equal("throttle true\n", nginx:get("/advice").body:gsub("^%S+", "throttle"))
        assert.equal(6, metrics.sum(metrics.await(nginx, function(now) return metrics.sum(now) >= 6 end)))
    end)

    it("responds, logs and counts with no descriptor left and no file to be read", function()
        start("1m")
        nginx:get("/pid")
        command.must("mv " .. tree .. "/lua " .. tree .. "/away && chmod 0 " .. tree)
        local before = nginx:get("/metrics", "-H 'Connection: keep-alive'").status
        assert.equal(200, before)
        -- One connection, which is there before the descriptors are gone, is asked for everything.
        local paths = { "/descriptors", "/raised", "/foreign", "/template", "/received", "/problem",
            "/advice", "/metrics" }
        local urls = {}
        for _, path in ipairs(paths) do urls[#urls + 1] = "http://127.0.0.1:" .. nginx.port .. path end
        local _, output = command.run("curl -s -w '\n%{http_code}\n' " .. table.concat(urls, " "))
        assert.truthy(output:find("^[^\n]*Too many open files\n\n200\n"), output)
        for _, code in ipairs { "InstanceNotFound", "InternalError", "RateLimit", "ServiceUnavailable" } do
            assert.truthy(output:find('"code":"' .. code .. '"', 1, true), output)
        end
        assert.equal(2, select(2, output:gsub("\n404\n", "")))
        assert.truthy(output:find(" true\n\n200\n", 1, true), output)
        assert.equal(5, metrics.sum(metrics.counts(output:match("(# HELP.*\n)\n200"))))
        local lines = 0
        for _, line in ipairs(nginx:lines()) do
            if line:find(" category=", 1, true) then lines = lines + 1 end
        end
        assert.equal(5, lines)
        assert.is_nil(nginx:log():find("module '", 1, true))
    end)

    it("counts exactly by four workers, of which one is killed, and over a reload", function()
        start("1m", 4)
        local url = "'http://127.0.0.1:" .. nginx.port .. "/raised?[1-500]'"
        local responded = 0
        local function ask()
            local curl = "curl -s -Z --parallel-max 8 -o /dev/null -w '%{http_code}\n' "
            local _, output = command.run(curl .. url)
            responded = responded + select(2, output:gsub("404", ""))
        end
        ask()
        assert.equal(500, responded)
        local killed = nginx:workers()[1]
        command.must("kill -9 " .. killed) -- between requests
        server.wait("another worker", function()
            return not table.concat(nginx:workers(), " "):find(killed, 1, true)
        end)
        ask()
        nginx:reload()
        ask()
        assert.same({ ["InstanceNotFound not_found 404 raised"] = responded },
            metrics.await(nginx, function(now) return metrics.sum(now) >= responded end))
        assert.is_true(responded >= 1499) -- a connection to the killed one may be lost
    end)

    it("loses no response where the memory for counts is full", function()
        start("12k")
        nginx:get("/raised")
        assert.equal("full\n", nginx:get("/fill").body)
        check_responses()
        local sums, dropped = counts()
        assert.same({ ["InstanceNotFound not_found 404 raised"] = 3 }, sums)
        assert.equal(4, dropped)
    end)
end)
