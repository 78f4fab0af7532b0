-- Makes the configuration of nginx for a list of combinations: one location for each set of values
-- that have directives.

local dimensions = require "spec.matrix.dimensions"

local configuration = {}

local head = [[
lua_shared_dict cfs_errors 1m;
proxy_cache_path cache keys_zone=responses:1m;
proxy_cache_key $request_uri;
proxy_cache_valid any 1m;
REQUEST_ID
map "$arg_failure $arg_upstreams $arg_protocol" $target {
    default 127.0.0.1:PORT2;
    ~^dead 127.0.0.1:PORT5;
    "~ second " second;
    "~ 2$" 127.0.0.1:PORT4;
}
upstream second {
    server 127.0.0.1:PORT5 max_fails=0;
    server 127.0.0.1:PORT2 backup;
}
init_by_lua_block { require "spec.matrix.served" }
server {
    listen 127.0.0.1:PORT2;
    listen 127.0.0.1:PORT4 http2;
    error_log /dev/null;
    location / { content_by_lua_block { require("spec.matrix.served").respond() } }
}
server {
    listen 127.0.0.1:PORT1;
    listen 127.0.0.1:PORT3 http2;
    default_type text/plain;
    proxy_http_version 1.1;
    proxy_read_timeout 100ms;
    header_filter_by_lua_block { require("spec.matrix.served").header_filter() }
    body_filter_by_lua_block { require("spec.matrix.served").body_filter() }
    log_by_lua_block { require("spec.matrix.served").log() }

    location = /aside/handler { internal; content_by_lua_block { require("spec.matrix.served").aside() } }
    location = /aside/relay { internal; proxy_pass http://127.0.0.1:PORT2/?failure=aside; }
    location = /passes { internal; return 204; }
    location = /auth/content { internal; content_by_lua_block { require("spec.matrix.served").serve() } }
    location = /auth/rewrite {
        internal;
        rewrite_by_lua_block { require("spec.matrix.served").serve() }
        content_by_lua_block { return }
    }
    location = /auth/relay { internal; proxy_pass http://127.0.0.1:PORT2/?failure=refused; }
    location = /accel/handler { internal; content_by_lua_block { require("spec.matrix.served").serve() } }
    location = /instead { internal; content_by_lua_block { require("spec.matrix.served").instead() } }
    location = /accel/missing { internal; root none; }
    location = /page.html { internal; root .; }
    location @print { content_by_lua_block { require("spec.matrix.served").print(false) } }
    location @print_flush { content_by_lua_block { require("spec.matrix.served").print(true) } }
    location @handler { content_by_lua_block { require("spec.matrix.served").error_page() } }
    location @named { rewrite ^ /?failure=named? break; proxy_pass http://127.0.0.1:PORT2; }
    location = /origin {
        internal;
        WITHOUT
        proxy_pass http://127.0.0.1:PORT2/?failure=limited;
    }
    location = /counts {
        WITHOUT
        content_by_lua_block {
            ngx.log(ngx.NOTICE, "matrix: ", ngx.var.args)
            ngx.print(require("cfs.errors.nginx").metrics())
        }
    }
]]
head = head:gsub("WITHOUT", (dimensions.without:gsub("%%", "%%%%")))

--- The block stream: what stands before this nginx and hands on bytes.
configuration.front = [[
stream {
    lua_package_path "LUALIB;;";
    server { listen unix:DIRECTORY/front1.1.sock; proxy_pass 127.0.0.1:PORT1; }
    server { listen unix:DIRECTORY/front1.0.sock; proxy_pass 127.0.0.1:PORT1; }
    server { listen unix:DIRECTORY/front2.sock; proxy_pass 127.0.0.1:PORT3; }
}
]]

--- The path of a combination's location.
function configuration.path(combination)
    local parts = {}
    for _, dimension in ipairs(dimensions.families[combination.family]) do
        if dimension[3] then parts[#parts + 1] = combination[dimension[1]] end
    end
    return "/" .. combination.family .. "/" .. table.concat(parts, "/")
end

local function location(combination)
    local lines = { "location = " .. configuration.path(combination) .. " {",
        dimensions.common[combination.family] }
    for _, dimension in ipairs(dimensions.families[combination.family]) do
        local directives = dimension[3] and dimension[3][combination[dimension[1]]]
        if directives then lines[#lines + 1] = directives end
    end
    lines[#lines + 1] = "}\n"
    return table.concat(lines, "\n        ")
end

--- What nginx's block http has, for spec.nginx.server.
---@param combinations table[]
---@param request_id string value of the dimension `request_id`
function configuration.text(combinations, request_id)
    local format = request_id == "kept" and "log_format ids '$request_id';" or ""
    local seen, parts = {}, { (head:gsub("REQUEST_ID", (format:gsub("%%", "%%%%")))) }
    for _, combination in ipairs(combinations) do
        local path = configuration.path(combination)
        if not seen[path] then parts[#parts + 1] = location(combination) end
        seen[path] = true
    end
    parts[#parts + 1] = "}"
    return table.concat(parts, "\n")
end

return configuration
