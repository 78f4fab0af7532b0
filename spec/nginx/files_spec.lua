-- Once it is loaded, the library opens no file, whatever nginx calls of it.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local server = require "spec.nginx.server"

local configuration = { init = [[
    retry = require "cfs.errors.retry"
    relay = nginx.relay { standard = true }
    raise = nginx.handler(function() errors.raise("InstanceNotFound") end)
    fail = nginx.handler(function() return nil, "a bug" end)
    guard = nginx.guard(function() errors.raise("ServiceUnavailable") end)
]], locations = [[
    location /raise { content_by_lua_block { raise() } }
    location /fail { content_by_lua_block { fail() } }
    location /exit { content_by_lua_block { nginx.exit "AccessDenied" } }
    location /guard { content_by_lua_block { guard() ngx.say "guarded" } }
    location /run { content_by_lua_block {
        ngx.say(select(2, retry.run(function() return nil, errors.ServiceUnavailable() end)).code)
    } }
    location /relay {
        proxy_pass http://127.0.0.1:PORT2;
        FILTERS(relay)
    }
]], http = [[server { listen 127.0.0.1:PORT2; return 502 "<html>10.0.0.7</html>"; }]] }

local paths = { "raise", "fail", "exit", "guard", "metrics", "run", "relay" }

describe("The library in nginx", function()
    it("opens no file once it is loaded", function()
        local nginx = server.start(configuration)
        local trace = nginx.directory .. "/trace"
        for _, path in ipairs(paths) do nginx:get("/" .. path) end -- nginx itself may open some at first
        command.must(("strace -qq -f -e trace=open,openat,stat,access,execve -o '%s' -p %d >/dev/null 2>&1 & "
            .. "echo $! >'%s.pid'"):format(trace, nginx:workers()[1], trace))
        server.wait("strace", function()
            return files.read("/proc/" .. nginx:workers()[1] .. "/status"):find "TracerPid:\t[1-9]"
        end)
        for _, path in ipairs(paths) do assert.is_truthy(nginx:get("/" .. path).status, path) end
        command.run("kill $(cat '" .. trace .. ".pid')")
        assert.equal("", files.read(trace))
        nginx:stop()
    end)
end)
