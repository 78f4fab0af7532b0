-- What the plugin `probe` does in both gateways, by the argument `how` of the request: errors of a plugin.

local errors = require "cfs.errors"
local nginx = require "cfs.errors.nginx"

local probe = {}

--- name → what the phase access is then.
---@param cfs table the gateway's plugin cfs-errors
---@param exit function the gateway's exit: status, body
---@param send function sends what nginx.prepare returns
---@param id string the variable that has the gateway's request id
function probe.ways(cfs, exit, send, id)
    local function raise() errors.raise("InstanceNotFound") end
    return {
        raise = cfs.wrap(raise),
        fails = cfs.wrap(function() return nil, errors.AccessDenied() end),
        bug = cfs.wrap(function() error "a bug" end),
        yields = cfs.wrap(function()
            ngx.sleep(0.01)
            errors.raise "ServiceUnavailable"
        end),
        received = cfs.wrap(function()
            errors.raise("RateLimit", { host = "10.0.3.7", requestId = "r-1" })
        end),
        problem = cfs.wrap(raise, { format = "problem" }),
        passes = cfs.wrap(function() end),
        nested = cfs.wrap(function() return cfs.exit "AccessDenied" end),
        inner = cfs.wrap(function() return exit(409, '{"message":"inner"}') end),
        exit = function() return cfs.exit "AccessDenied" end,
        exit_kind = function() return cfs.exit(errors.AccessDenied, { standard = false }) end,
        exit_error = function()
            return cfs.exit(errors.ServiceError { host = "10.0.3.7", requestId = "r-1" })
        end,
        prepare = function()
            return send(nginx.prepare("AccessDenied", { request_id = ngx.var[id] }))
        end,
        misuse = function()
            local _, sentence = pcall(function() cfs.exit "AccessDeny" end)
            return exit(418, sentence)
        end,
        nginx = nginx.handler(raise),
        uncaught = raise,
        unwrapped = function() return nil, errors.AccessDenied() end,
    }
end

return probe
