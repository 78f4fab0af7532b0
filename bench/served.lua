-- What nginx runs for bench/nginx.lua: ways to give one and the same answer.

local errors = require "cfs.errors"
local nginx = require "cfs.errors.nginx"

local ngx = ngx
local error, pcall = error, pcall

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


--- An error that has its request id.
served.handler = nginx.handler(function()
    errors.raise("InstanceNotFound", { requestId = id })
end)


--- An error that gets nginx's request id, 16 random bytes.
served.handler_with_id = nginx.handler(function() errors.raise("InstanceNotFound") end)


return served
