local cfs = require "apisix.plugins.cfs-errors"
local core = require "apisix.core"

local _M = { version = 0.1, priority = 2000, name = "probe", schema = { type = "object" } }

local ways = require("probe").ways(cfs,
    function(status, body) return core.response.exit(status, body) end,
    function(status, headers, body)
        core.response.set_header(headers)
        return status, body
    end,
    "apisix_request_id")

function _M.check_schema() return true end

function _M.access(conf, ctx)
    local way = ways[ngx.var.arg_how]
    if way then return way(conf, ctx) end
end

function _M.log(_, ctx)
    ngx.log(ngx.NOTICE, "probe: ", core.response.get_response_source(ctx))
end

return _M
