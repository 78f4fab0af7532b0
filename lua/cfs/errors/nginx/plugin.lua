--- What kong.plugins.cfs-errors and apisix.plugins.cfs-errors have in common: their phases, and the errors of
--- other plugins.

local nginx = require "cfs.errors.nginx"

local ngx = ngx
local error, ipairs, pairs, pcall, setmetatable = error, ipairs, pairs, pcall, setmetatable

-- The functions of a plugin; their first parameter is its gateway.
local functions = {}

-- The options of nginx.relay that a configuration may have.
local configured = { "standard", "hide", "retry_after", "format", "type_base", "limit" }

local function with_defaults(gateway, options)
    local all = { standard = true, request_id = gateway.request_id, replace_request_id = true }
    for name, value in pairs(options or {}) do all[name] = value end
    return all
end

-- A configuration is a table that the gateway keeps as long as it is in force.
local function relay_of(gateway, configuration)
    local relay = gateway.relays[configuration]
    if relay then return relay end
    local options = {}
    for _, name in ipairs(configured) do
        if configuration[name] ~= ngx.null then options[name] = configuration[name] end
    end
    relay = nginx.relay(with_defaults(gateway, options))
    gateway.relays[configuration] = relay
    return relay
end

function functions.access(gateway, configuration)
    if not configuration.metrics then return end
    return gateway.send(200, { ["Content-Type"] = "text/plain; version=0.0.4" }, nginx.metrics())
end

function functions.header_filter(gateway, configuration, context)
    local side = gateway.is_upstreams(context) and "upstream" or "raised"
    -- an envelope that comes from a cache of the gateway has the id of another request
    local is_refusal = side == "raised" and not ngx.header["x-bce-request-id"]
    if is_refusal and not configuration.gateway_errors then return end
    relay_of(gateway, configuration).header_filter(side)
end

function functions.body_filter(gateway, configuration) relay_of(gateway, configuration).body_filter() end

function functions.log(gateway, configuration) relay_of(gateway, configuration).log() end

-- Checks a configuration: true, or nil and what is wrong.
function functions.check(gateway, configuration)
    local good, wrong = pcall(relay_of, gateway, configuration)
    if good and configuration.metrics == true then good, wrong = pcall(nginx.metrics) end
    if good then return true end
    return nil, wrong:match "bad argument #1 to 'relay' %((.*)%)$" or wrong
end

-- Calls a function of cfs.errors.nginx. The caller's caller is blamed for misuse, under the caller's name.
local function call(own_name, name, ...)
    local good, first, second, third = pcall(nginx[name], ...)
    if not good then error(first:gsub("'" .. name .. "'", "'" .. own_name .. "'"), 3) end
    return first, second, third
end

-- Makes a function for a phase of another plugin: it responds, as the gateway does, with what f fails with.
function functions.wrap(gateway, f, options)
    options = with_defaults(gateway, options)
    options.send = gateway.send
    return (call("wrap", "handler", f, options))
end

-- Responds with an error, as the gateway does. A phase of another plugin returns what this returns.
function functions.exit(gateway, target, options)
    local status, headers, body = call("exit", "prepare", target, with_defaults(gateway, options))
    return gateway.send(status, headers, body)
end

-- Makes the functions of a plugin: of its phases, and for other plugins. A gateway has `request_id()`, by
-- which its logs know the request; `send(status, headers, body)`; and `is_upstreams(context)`: is the
-- response an upstream's, or there for want of one?
local function new(gateway)
    gateway.relays = setmetatable({}, { __mode = "k" })
    local self = {}
    for name, f in pairs(functions) do
        self[name] = function(...) return f(gateway, ...) end
    end
    return self
end

return { new = new }
