-- Stands for Kong and APISIX where they are not: what they do with plugins, as far as ours depend on it.
-- The variable $source of nginx has where the response comes from, as it outlives internal redirects.

local standin = {}

-- Kong ------------------------------------------------------------------------------------------------

kong = { response = {}, request = {} }
package.preload["kong.db.schema.typedefs"] = function() return { protocols_http = {} } end

-- Kong leaves the plugin's coroutine for ever, and sends later.
function kong.response.exit(status, body, headers)
    ngx.var.source = "exit"
    ngx.ctx.delayed = { status, body, headers }
    coroutine.yield()
end

function kong.response.get_source() return ngx.var.source end

function kong.request.get_header(name) return ngx.req.get_headers()[name] end

local function in_kong(f)
    local good, problem = coroutine.resume(coroutine.create(f))
    if not good then ngx.ctx.delayed = { 500, '{"message":"' .. tostring(problem) .. '"}' } end
    ngx.var.source = ngx.var.source == "" and "service" or ngx.var.source
    if not ngx.ctx.delayed then return end
    local status, body, headers = unpack(ngx.ctx.delayed, 1, 3)
    ngx.status = status
    for name, value in pairs(headers or {}) do ngx.header[name] = value end
    ngx.print(body)
    return ngx.exit(status)
end

-- APISIX ----------------------------------------------------------------------------------------------

local core = { response = {}, schema = {} }
package.preload["apisix.core"] = function() return core end

function core.schema.check(schema, configuration)
    local good = schema.type == "object" and type(configuration) == "table"
    return good, not good and "object matches none of the required" or nil
end

function core.response.exit(status, body)
    ngx.var.source, ngx.status = "apisix", status
    if body then ngx.print(body) end
    return ngx.exit(status)
end

function core.response.set_header(headers, value)
    if value then headers = { [headers] = value } end
    for name, header in pairs(headers) do ngx.header[name] = header end
end

function core.response.get_response_source()
    if ngx.var.source == "apisix" then return "apisix" end
    return (ngx.var.upstream_header_time or "-"):find("%d$") and "upstream" or "nginx"
end

local function in_apisix(f)
    local status, body = f()
    if status or body then return core.response.exit(status, body) end
end

-- Both ------------------------------------------------------------------------------------------------

local hits = {}

-- What other plugins of a gateway refuse, by the route's name.
local function refusal(name)
    if name:find("key$") then
        ngx.header["WWW-Authenticate"] = "Key"
        return 401, '{"message":"No key"}'
    elseif name:find("stop$") then
        return 403, '{"message":"so long"}'
    elseif name:find("limit$") then
        hits[name] = (hits[name] or 0) + 1
        if hits[name] > 1 then return 429, "<html>429 Too Many Requests</html>" end
    elseif name == "no" then
        return 404, '{"message":"no Route"}'
    end
end

-- The configuration of a route, as far as it differs from the defaults.
local changes = {
    ["cfs-metrics"] = { metrics = true }, vendor = { standard = false }, seen = { hide = false },
    problem = { format = "problem" },
}

-- A gateway: a function for each phase. `run` runs a function as access, `call` calls a plugin's phase.
local function gateway(run, call, exit, defaults, cfs, probe, tenant)
    local self, configurations = {}, {}

    local function configuration()
        local name = ngx.var.route
        if not configurations[name] then
            local own = { gateway_errors = name:find("^own") ~= nil }
            for field, value in pairs(changes[name] or {}) do own[field] = value end
            configurations[name] = setmetatable(own, { __index = defaults })
        end
        return configurations[name]
    end

    function self.access()
        local name = ngx.var.route
        if name == "dead" then ngx.var.upstream = ngx.var.nobody end
        return run(function()
            local status, body = refusal(name)
            if status then return exit(status, body) end
            status, body = call(name == "tenant" and tenant or probe, "access", {})
            if status or body then return status, body end
            return call(cfs, "access", configuration())
        end)
    end

    function self.header_filter() call(cfs, "header_filter", configuration()) end

    function self.body_filter() call(cfs, "body_filter", configuration()) end

    function self.log()
        call(cfs, "log", configuration())
        if ngx.var.route ~= "cfs-metrics" then call(probe, "log", {}) end
    end

    return self
end

function standin.kong()
    local schema = require "kong.plugins.cfs-errors.schema"
    local config = schema.fields[2].config
    assert(schema.name == "cfs-errors" and schema.fields[1].protocols and config.type == "record")
    local defaults, names, types = {}, {}, {}
    for index, field in ipairs(config.fields) do
        local name, properties = next(field)
        names[index], types[name], defaults[name] = name, properties.type, properties.default
        assert(properties.required == (defaults[name] ~= nil or nil)) -- or nothing could be unset
    end
    local function call(plugin, phase, configuration) return plugin[phase](plugin, configuration) end
    local self = gateway(in_kong, call, kong.response.exit, defaults,
        require "kong.plugins.cfs-errors.handler", require "kong.plugins.probe.handler",
        require "kong.plugins.tenant.handler")
    self.check, self.names, self.defaults, self.types = config.custom_validator, names, defaults, types
    return self
end

function standin.apisix()
    local cfs = require "apisix.plugins.cfs-errors"
    assert(cfs.name == "cfs-errors" and type(cfs.version) == "number" and cfs.run_policy == "prefer_route")
    local defaults, names, types = {}, {}, {}
    for name, properties in pairs(cfs.schema.properties) do
        defaults[name], types[name], names[#names + 1] = properties.default, properties.type, name
    end
    local function call(plugin, phase, configuration)
        return plugin[phase](configuration, { var = ngx.var })
    end
    local self = gateway(in_apisix, call, core.response.exit, defaults, cfs, require "apisix.plugins.probe",
        require "apisix.plugins.tenant")
    self.check, self.names, self.defaults, self.types = cfs.check_schema, names, defaults, types
    return self
end

return standin
