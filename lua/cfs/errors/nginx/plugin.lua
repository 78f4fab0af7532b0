--- What kong.plugins.cfs-errors and apisix.plugins.cfs-errors have in common: filters for each of their
--- configurations, and the errors of other plugins.

local nginx = require "cfs.errors.nginx"

local ngx = ngx
local error, ipairs, pairs, pcall, setmetatable = error, ipairs, pairs, pcall, setmetatable
local gsub, match = string.gsub, string.match

local plugin = {
    metrics_type = "text/plain; version=0.0.4",
}

-- The options of nginx.relay that a configuration may have.
local configured = { "standard", "hide", "retry_after", "format", "type_base", "limit" }


--- Makes the common part of a plugin.
---@param request_id fun(): string? the gateway's id of the request, by which its logs know it
---@param send fun(status: integer, headers: table, body: string) responds as the gateway does
---@return { relay: function, check: function, wrap: function, exit: function }
function plugin.new(request_id, send)
    local self = {}
    -- A configuration is a table that the gateway keeps as long as it is in force.
    local relays = setmetatable({}, { __mode = "k" })


    local function with_defaults(options)
        local all = { standard = true, request_id = request_id, replace_request_id = true }
        for name, value in pairs(options or {}) do all[name] = value end
        return all
    end


    --- The filters for a configuration.
    function self.relay(configuration)
        local relay = relays[configuration]
        if not relay then
            local options = {}
            for _, name in ipairs(configured) do
                if configuration[name] ~= ngx.null then options[name] = configuration[name] end
            end
            relay = nginx.relay(with_defaults(options))
            relays[configuration] = relay
        end
        return relay
    end


    --- Checks a configuration: true, or nil and what is wrong.
    function self.check(configuration)
        local good, wrong = pcall(self.relay, configuration)
        if good and configuration.metrics == true then good, wrong = pcall(nginx.metrics) end
        if good then return true end
        return nil, match(wrong, "bad argument #1 to 'relay' %((.*)%)$") or wrong
    end


    --- Makes a function for a phase of another plugin. It calls f, and responds as the gateway does with the
    --- error that f raises, or returns after nil or false.
    function self.wrap(f, options)
        options = with_defaults(options)
        options.send = send
        return nginx.handler(f, options)
    end


    --- Responds with an error as the gateway does, in a phase of another plugin. That must return what this
    --- returns.
    function self.exit(target, options)
        local good, status, headers, body = pcall(nginx.prepare, target, with_defaults(options))
        if not good then error(gsub(status, "'prepare'", "'exit'", 1), 2) end
        return send(status, headers, body)
    end

    return self
end


return plugin
