-- What nginx runs for bench/nginx.lua: ways to give one and the same response.

local cjson = require "cjson"
local errors = require "cfs.errors"
local nginx = require "cfs.errors.nginx"

local ngx = ngx
local dict = ngx.shared.by_hand
local error, pcall, type, xpcall = error, pcall, type, xpcall

local served = {}

local id = "ae2225f7-1c2e-427a-a1ad-5413b762957d"
local body = errors.InstanceNotFound({ requestId = id }):to_json()

--- Prints constants.
function served.constant()
    ngx.status = 404
    ngx.header["Content-Type"] = "application/json"
    ngx.header["x-bce-request-id"] = id
    ngx.header["Content-Length"] = #body
    ngx.print(body)
    return ngx.exit(ngx.HTTP_OK)
end

--- The least that raising takes: a bare table, caught, and the constants.
function served.floor()
    pcall(error, { code = "InstanceNotFound" })
    return served.constant()
end

-- What is written where there is no library: an error that is raised as a table, caught, encoded by
-- lua-cjson, sent, counted and logged.
local function on_error(value)
    if type(value) == "table" and value.code then return value end
    return { status = 500, code = "InternalError", message = "We encountered an internal error." }
end

local function by_hand(f)
    return function()
        local good, err = xpcall(f, on_error)
        if good then return end
        local request_id = err.requestId or ngx.var.request_id
        local text = cjson.encode { requestId = request_id, code = err.code, message = err.message }
        ngx.status = err.status
        ngx.header["Content-Type"] = "application/json"
        ngx.header["x-bce-request-id"] = request_id
        ngx.header["Content-Length"] = #text
        ngx.print(text)
        dict:incr("count " .. err.code .. " " .. err.status, 1, 0)
        ngx.log(ngx.INFO, "code=", err.code, " status=", err.status, " requestId=", request_id, " message=",
            err.message)
        return ngx.exit(ngx.HTTP_OK)
    end
end

local message = "The specified CFS instance does not exist."

served.by_hand = by_hand(function()
    error { status = 404, code = "InstanceNotFound", message = message, requestId = id }
end)
served.by_hand_with_id = by_hand(function()
    error { status = 404, code = "InstanceNotFound", message = message }
end)

--- An error that has its request id.
served.handler = nginx.handler(function()
    errors.raise("InstanceNotFound", { requestId = id })
end)

--- The same, returned.
served.returned = nginx.handler(function()
    return nil, errors.InstanceNotFound({ requestId = id })
end)

--- An error that gets nginx's request id, 16 random bytes.
served.handler_with_id = nginx.handler(function() errors.raise("InstanceNotFound") end)

return served
