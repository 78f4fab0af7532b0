-- The plugins in Kong and APISIX themselves; `make test-gateways` runs this.

local promises = require "spec.gateways.promises"
local rig = require "spec.gateways.rig"

local words = {
    kong = { upstream = "service", own = "exit", none = "error", id = "x-kong-request-id",
        origin = "not_envelope" },
    apisix = { upstream = "upstream", own = "apisix", none = "nginx", id = "x-request-id", origin = "html" },
}

for _, kind in ipairs { "kong", "apisix" } do
    promises.describe(getfenv(), kind, words[kind], function() return rig.start(kind) end, rig.stop)
end
