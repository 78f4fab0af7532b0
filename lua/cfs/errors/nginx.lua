--- cfs.errors in nginx with the Lua module (OpenResty, or Debian's libnginx-mod-http-lua).
---
---     local nginx = require "cfs.errors.nginx"
---
--- This file hands on names; each is documented where it is defined, in cfs/errors/nginx/*.lua.

if not ngx then
    error("cfs.errors.nginx can be loaded by nginx only, which has the variable 'ngx'", 2)
elseif ngx.config.subsystem ~= "http" then
    error("cfs.errors.nginx is for nginx's block http; here, in the block " .. ngx.config.subsystem
        .. ", use cfs.errors by itself: errors.pcall, err:to_log() and the like", 2)
end

local handler = require "cfs.errors.nginx.handler"
local metrics = require "cfs.errors.nginx.metrics"
local relay = require "cfs.errors.nginx.relay"

---@class cfs.errors.nginx
return {
    handler = handler.handler,
    exit = handler.exit,
    prepare = handler.prepare,
    guard = handler.guard,
    relay = relay.relay,
    record = metrics.record,
    metrics = metrics.metrics,
}
