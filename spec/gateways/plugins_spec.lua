-- The plugins in what stands for Kong and APISIX; `make test-gateways` tries the same in the gateways.

local command = require "spec.helpers.command"
local promises = require "spec.gateways.promises"
local rig = require "spec.gateways.rig"
local server = require "spec.nginx.server"

local conf = [[
lua_shared_dict cfs_errors 1m;
map "" $kong_request_id { default "k$request_id"; }
log_format ids "$request_uri $status $KIND_request_id";
init_by_lua_block {
    package.path = "ROOT/spec/gateways/plugins/?.lua;DOCUMENTED/plugins/?.lua;" .. package.path
    gateway = require("spec.gateways.standin").KIND()
}
server { # an upstream
    listen 127.0.0.1:PORT2;
    location / { content_by_lua_block { require("spec.nginx.upstream").serve() } }
}
server {
    listen 127.0.0.1:PORT1;
    access_log access.log ids;
    header_filter_by_lua_block { gateway.header_filter() }
    body_filter_by_lua_block { gateway.body_filter() }
    log_by_lua_block { gateway.log() }
    proxy_http_version 1.1;
    location ~ ^/(?<route>[^/]+) {
        set $apisix_request_id $request_id;
        set $source "";
        set $upstream "http://127.0.0.1:PORT2";
        set $nobody "http://127.0.0.1:PORT3";
        add_header X-Id $KIND_request_id always;
        access_by_lua_block { gateway.access() }
        proxy_pass $upstream;
    }
}
]]

local words = {
    kong = { upstream = "service", own = "exit", none = "service", id = "x-id", origin = "html" },
    apisix = { upstream = "upstream", own = "apisix", none = "nginx", id = "x-id", origin = "html" },
}

for _, kind in ipairs { "kong", "apisix" } do
    local directory
    promises.describe(getfenv(), "The plugin for " .. kind, words[kind], function()
        directory = command.new_directory()
        rig.write_documented_plugins(directory)
        return server.start { http = conf:gsub("KIND", kind):gsub("DOCUMENTED", directory) }
    end, function(nginx)
        nginx:stop()
        command.remove(directory)
    end)
end
