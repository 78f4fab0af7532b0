--- The configuration of Kong's plugin cfs-errors.

local protocols = require("kong.db.schema.typedefs").protocols_http

local config = {
    type = "record",
    fields = {
        { gateway_errors = { type = "boolean", required = true, default = false } },
        { standard = { type = "boolean", required = true, default = true } },
        { hide = { type = "boolean", required = true, default = true } },
        { limit = { type = "integer", required = true, default = 65536 } },
        { retry_after = { type = "number" } },
        { format = { type = "string" } }, { type_base = { type = "string" } },
        { metrics = { type = "boolean", required = true, default = false } },
    },
}

function config.custom_validator(configuration)
    local check = require("kong.plugins.cfs-errors.handler").check -- none for TCP streams
    if not check then return true end
    return check(configuration)
end

return { name = "cfs-errors", fields = { { protocols = protocols }, { config = config } } }
