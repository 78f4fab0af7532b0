local cfs = require "kong.plugins.cfs-errors.handler"

local Probe = { PRIORITY = 900, VERSION = "1.0.0" }

local ways = require("probe").ways(cfs,
    function(status, body) return kong.response.exit(status, body) end,
    function(status, headers, body) return kong.response.exit(status, body, headers) end,
    "kong_request_id")

function Probe.access(_, configuration)
    local way = ways[ngx.var.arg_how]
    if way then return way(configuration) end
end

function Probe.log()
    ngx.log(ngx.NOTICE, "probe: ", kong.response.get_source())
end

return Probe
