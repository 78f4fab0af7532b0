--- APISIX' plugin cfs-errors: see docs/gateways.md. Other plugins use `wrap` and `exit` of this module.
---
---     local cfs = require "apisix.plugins.cfs-errors"
---     function _M.access(conf, ctx) return cfs.exit "AccessDenied" end

local core = require "apisix.core"
local nginx = require "cfs.errors.nginx"
local plugin = require "cfs.errors.nginx.plugin"

local ngx = ngx

local schema = {
    type = "object",
    properties = {
        gateway_errors = { type = "boolean", default = false },
        standard = { type = "boolean", default = true },
        hide = { type = "boolean", default = true },
        limit = { type = "integer", default = 65536 },
        retry_after = { type = "number" },
        format = { type = "string" },
        type_base = { type = "string" },
        metrics = { type = "boolean", default = false },
    },
}

-- The id of the request is that of the plugin request-id, which older versions keep in their context alone.
local function request_id()
    local id = ngx.var.apisix_request_id
    return id or ngx.ctx.api_ctx and ngx.ctx.api_ctx["request-id-X-Request-Id"]
end

local common = plugin.new(request_id, function(status, headers, body)
    core.response.set_header(headers)
    return status, body
end)

local _M = {
    version = 0.1,
    -- ahead of the plugins that change bodies (body-transformer has 1080), behind those that decide on access
    priority = 1500,
    name = "cfs-errors",
    schema = schema,
    run_policy = "prefer_route", -- a global rule leaves those routes alone that have this plugin themselves
    wrap = common.wrap,
    exit = common.exit,
}


function _M.check_schema(conf)
    local good, wrong = core.schema.check(schema, conf)
    if not good then return false, wrong end
    return common.check(conf)
end


function _M.access(conf)
    if not conf.metrics then return end
    core.response.set_header("Content-Type", plugin.metrics_type)
    return 200, nginx.metrics()
end


-- Is the response an upstream's, or does it stand for one that did not come?
local function is_upstreams(ctx)
    local get_source = core.response.get_response_source
    if get_source then return get_source(ctx) ~= "apisix" end
    return ngx.var.upstream_status ~= nil
end


function _M.header_filter(conf, ctx)
    local side = is_upstreams(ctx) and "upstream" or "raised"
    if side == "raised" and not conf.gateway_errors then return end
    common.relay(conf).header_filter(side)
end


function _M.body_filter(conf) common.relay(conf).body_filter() end


function _M.log(conf) common.relay(conf).log() end


return _M
