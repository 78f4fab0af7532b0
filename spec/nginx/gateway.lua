-- The gateway of examples/gateway, for the specs.

local files = require "spec.helpers.files"
local server = require "spec.nginx.server"

local gateway = {}

--- Starts it on ports of its own: the first is the gateway's, the second the API's.
function gateway.start()
    local conf = files.read("examples/gateway/nginx.conf"):gsub(":8080", ":PORT1"):gsub(":8081", ":PORT2")
    if not server.has_modules then -- an nginx with the Lua module in it, and its Lua files elsewhere
        conf = conf:gsub("load_module [^\n]*\n", ""):gsub('lua_package_path "%$prefix/%?%.lua;;";',
            'lua_package_path "$prefix/?.lua;LUALIB;;";')
    end
    return server.start { whole = conf, files = { "examples/gateway/app.lua" } }
end

return gateway
