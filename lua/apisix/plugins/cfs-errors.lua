--- APISIX' plugin cfs-errors, whose `wrap` and `exit` other plugins use: see docs/gateways.md.

local core = require "apisix.core"
local ngx = ngx

local schema = {
    type = "object",
    properties = {
        gateway_errors = { type = "boolean", default = false },
        standard = { type = "boolean", default = true }, hide = { type = "boolean", default = true },
        limit = { type = "integer", default = 65536 }, metrics = { type = "boolean", default = false },
        retry_after = { type = "number" }, format = { type = "string" }, type_base = { type = "string" },
    },
}

local _M = require("cfs.errors.nginx.plugin").new {
    -- older versions have the id of the plugin request-id in their context alone, and do not tell the source
    request_id = function()
        return ngx.var.apisix_request_id or ngx.ctx.api_ctx and ngx.ctx.api_ctx["request-id-X-Request-Id"]
    end,
    send = function(status, headers, body)
        core.response.set_header(headers)
        return status, body
    end,
    is_upstreams = function(ctx)
        local get_source = core.response.get_response_source
        return get_source and get_source(ctx) ~= "apisix" or not get_source and ngx.var.upstream_status ~= nil
    end,
}

-- Ahead of the plugins that change bodies (body-transformer has 1080), behind those that decide on access.
_M.name, _M.version, _M.schema, _M.priority = "cfs-errors", 0.1, schema, 1500
_M.run_policy = "prefer_route" -- a global rule leaves those routes alone that have this plugin themselves

function _M.check_schema(conf)
    local good, wrong = core.schema.check(schema, conf)
    if not good then return false, wrong end
    return _M.check(conf)
end

return _M
