--- Kong's plugin cfs-errors: see docs/gateways.md. Other plugins use `wrap` and `exit` of this module.
---
---     local cfs = require "kong.plugins.cfs-errors.handler"
---     function Mine:access(configuration) return cfs.exit "AccessDenied" end

-- Ahead of the plugins that change bodies (response-transformer has 800), and behind those that decide on
-- access, which so decide who reads the counts, too.
local Plugin = { PRIORITY = 850, VERSION = require "cfs.errors.base.version" }

-- Kong loads each plugin for TCP streams, too, in which there is nothing to do.
if ngx.config.subsystem ~= "http" then return Plugin end

local nginx = require "cfs.errors.nginx"
local plugin = require "cfs.errors.nginx.plugin"

local common = plugin.new(
    function() return ngx.var.kong_request_id end,
    function(status, headers, body) return kong.response.exit(status, body, headers) end)

Plugin.check, Plugin.wrap, Plugin.exit = common.check, common.wrap, common.exit


function Plugin.access(_, configuration)
    if not configuration.metrics then return end
    return kong.response.exit(200, nginx.metrics(), { ["Content-Type"] = plugin.metrics_type })
end


-- Is the response an upstream's, or does it stand for one that did not come?
local function is_upstreams()
    local source = kong.response.get_source()
    return source == "service" or source == "error" and ngx.var.upstream_status ~= nil
end


function Plugin.header_filter(_, configuration)
    local side = is_upstreams() and "upstream" or "raised"
    if side == "raised" and not configuration.gateway_errors then return end
    common.relay(configuration).header_filter(side)
end


function Plugin.body_filter(_, configuration) common.relay(configuration).body_filter() end


function Plugin.log(_, configuration) common.relay(configuration).log() end


return Plugin
