--- Kong's plugin cfs-errors, whose `wrap` and `exit` other plugins use: see docs/gateways.md.

-- Ahead of the plugins that change bodies (response-transformer has 800), behind those that decide on access.
local Plugin = { PRIORITY = 850, VERSION = require "cfs.errors.base.version" }

-- Kong loads each plugin for TCP streams, too, in which there is nothing to do.
if ngx.config.subsystem ~= "http" then return Plugin end

local common = require("cfs.errors.nginx.plugin").new {
    request_id = function() return ngx.var.kong_request_id end,
    send = function(status, headers, body) return kong.response.exit(status, body, headers) end,
    is_upstreams = function()
        local source = kong.response.get_source()
        return source == "service" or source == "error" and ngx.var.upstream_status ~= nil
    end,
}

for _, phase in ipairs { "access", "header_filter", "body_filter", "log" } do
    Plugin[phase] = function(_, configuration) return common[phase](configuration) end
end

Plugin.check, Plugin.wrap, Plugin.exit = common.check, common.wrap, common.exit

return Plugin
