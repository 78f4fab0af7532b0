--- The configuration of Kong's plugin cfs-errors.

local typedefs = require "kong.db.schema.typedefs"


local function check(configuration)
    local check_http = require("kong.plugins.cfs-errors.handler").check
    if check_http then return check_http(configuration) end
    return true
end


return {
    name = "cfs-errors",
    fields = {
        { protocols = typedefs.protocols_http },
        { config = {
            type = "record",
            custom_validator = check,
            fields = {
                { gateway_errors = { type = "boolean", required = true, default = false } },
                { standard = { type = "boolean", required = true, default = true } },
                { hide = { type = "boolean", required = true, default = true } },
                { limit = { type = "integer", required = true, default = 65536 } },
                { retry_after = { type = "number" } },
                { format = { type = "string" } },
                { type_base = { type = "string" } },
                { metrics = { type = "boolean", required = true, default = false } },
            },
        } },
    },
}
