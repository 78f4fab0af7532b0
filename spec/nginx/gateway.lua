-- The gateway of examples/gateway, for the specs.

local server = require "spec.nginx.server"

local gateway = {}


--- Starts it on ports of its own: the first is the gateway's, the second the API's.
function gateway.start()
    local file = assert(io.open("examples/gateway/nginx.conf"))
    local conf = file:read("*a"):gsub(":8080", ":PORT1"):gsub(":8081", ":PORT2")
    file:close()
    return server.start { whole = conf, files = { "examples/gateway/app.lua" } }
end


return gateway
