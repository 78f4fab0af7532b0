--- What kong.plugins.cfs-errors and apisix.plugins.cfs-errors have in common: their phases, and the errors of
--- other plugins.

local nginx = require "cfs.errors.nginx"

local ngx = ngx
local error, ipairs, pairs, pcall, setmetatable = error, ipairs, pairs, pcall, setmetatable
local gsub, match = string.gsub, string.match

local plugin = {}

-- The options of nginx.relay that a configuration may have.
local configured = { "standard", "hide", "retry_after", "format", "type_base", "limit" }


--- Makes the common part of a plugin: its phases, which get a configuration and what else the gateway gives;
--- and what other plugins use. A configuration is a table that the gateway keeps as long as it is in force.
---@param gateway table `request_id()`, by which the gateway's logs know the request; `send(status, headers,
--- body)`; `is_upstreams(context)`: is the response an upstream's, or there for want of one?
---@return table
function plugin.new(gateway)
    local self, relays = {}, setmetatable({}, { __mode = "k" })

    local function with_defaults(options)
        local all = { standard = true, request_id = gateway.request_id, replace_request_id = true }
        for name, value in pairs(options or {}) do all[name] = value end
        return all
    end

    local function relay_of(configuration)
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


    function self.access(configuration)
        if not configuration.metrics then return end
        return gateway.send(200, { ["Content-Type"] = "text/plain; version=0.0.4" }, nginx.metrics())
    end


    function self.header_filter(configuration, context)
        local side = gateway.is_upstreams(context) and "upstream" or "raised"
        if side == "raised" and not configuration.gateway_errors then return end
        relay_of(configuration).header_filter(side)
    end


    function self.body_filter(configuration) relay_of(configuration).body_filter() end

    function self.log(configuration) relay_of(configuration).log() end


    --- Checks a configuration: true, or nil and what is wrong.
    function self.check(configuration)
        local good, wrong = pcall(relay_of, configuration)
        if good and configuration.metrics == true then good, wrong = pcall(nginx.metrics) end
        if good then return true end
        return nil, match(wrong, "bad argument #1 to 'relay' %((.*)%)$") or wrong
    end


    --- Makes a function for a phase of another plugin. It calls f, and responds as the gateway does with the
    --- error that f raises, or returns after nil or false.
    function self.wrap(f, options)
        options = with_defaults(options)
        options.send = gateway.send
        return nginx.handler(f, options)
    end


    --- Responds with an error as the gateway does, in a phase of another plugin. That must return what this
    --- returns.
    function self.exit(target, options)
        local good, status, headers, body = pcall(nginx.prepare, target, with_defaults(options))
        if not good then error(gsub(status, "'prepare'", "'exit'", 1), 2) end
        return gateway.send(status, headers, body)
    end

    return self
end


return plugin
