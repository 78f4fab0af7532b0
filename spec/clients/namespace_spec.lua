-- POSTs whose responses are lost: `make test-namespace` runs this within spec/clients/namespace.

local command = require "spec.helpers.command"
local server = require "spec.nginx.server"

if os.getenv "LOST" == nil then
    pending "POSTs whose responses are lost: run `make test-namespace`"
    return
end

local resty = os.getenv "LUA_RESTY_HTTP" or ""

-- The client, and how many packets it sends until the service has the request.
local clients = { { "request", 5 }, { "reason", 5 }, { "LuaSocket", 4 } }
if resty ~= "" then
    clients[#clients + 1], clients[#clients + 2] = { "request_uri", 4, true }, { "resty", 3, true }
end

local directory, nginx, pid
local pipes = {}

-- Begins a call, which takes 13 s; all run at the same time.
local function begin(client, url)
    if client[3] then
        return io.popen(("curl -s 'http://127.0.0.1:%d/?name=%s&url=%s'"):format(nginx.port, client[1], url))
    end
    local code = ([[print(require "spec.clients.lost_client"(%q, %q))]]):format(client[1], url)
    return io.popen(command.interpreter .. " -e '" .. code .. "'")
end

describe("A POST whose response is lost", function()
    setup(function()
        directory = command.new_directory()
        pid = command.must(command.interpreter .. " spec/clients/lost_server.lua " .. directory
            .. "/requests >/dev/null 2>&1 & echo $!"):gsub("\n", "")
        nginx = server.start { http = ([[server {
            listen 127.0.0.1:PORT1;
            location / { content_by_lua_block {
                package.path = "%s/lib/?.lua;" .. package.path
                ngx.print(require("spec.clients.lost_client")(ngx.var.arg_name, ngx.var.arg_url))
            } }
        }]]):format(resty) }
        os.execute "sleep 1"
        for _, client in ipairs(clients) do
            for _, message in ipairs { "port-unreachable", "host-unreachable" } do
                local path = client[1] .. "/" .. message
                pipes[path] = begin(client, ("http://127.0.0.1:900%d/%s"):format(client[2], path))
            end
            pipes[client[1]] = begin(client, "http://127.0.0.1:9009/")
        end
    end)

    teardown(function()
        command.run("kill " .. pid)
        nginx:stop()
        command.remove(directory)
    end)

    for _, client in ipairs(clients) do
        for _, message in ipairs { "port-unreachable", "host-unreachable" } do
            it("is not repeated: " .. client[1] .. ", " .. message, function()
                local path = client[1] .. "/" .. message
                local outcome, count = pipes[path]:read "*a":match "[^\n]*", 0
                for line in io.lines(directory .. "/requests") do
                    if line == path then count = count + 1 end
                end
                assert.same({ "1 connect maybe", 1 }, { outcome, count })
            end)
        end

        it("is repeated where the connection is refused: " .. client[1], function()
            assert.equal("3 connect no", (pipes[client[1]]:read "*a":gsub("\n", "")))
        end)
    end

    if resty == "" then pending "is not repeated: lua-resty-http, whose tree LUA_RESTY_HTTP= names" end
end)
