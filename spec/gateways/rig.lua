-- Kong and APISIX themselves, for the specs: laid out in the directory that GATEWAYS names, which has kong/
-- and apisix/, each with an nginx.conf for a server on 127.0.0.1:19080 or 19180, and a start.sh that has the
-- path of nginx. They run in directories of their own, with this library, and with what docs/gateways.md says
-- in their configurations. LIBRARY names another tree with lua/ and build/luajit.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local server = require "spec.nginx.server"

local rig = {}

-- Replaces each place of a text in another; there must be one.
local function replace(text, old, new)
    local result, count = text:gsub(old:gsub("%p", "%%%0"), (new:gsub("%%", "%%%%")))
    assert(count > 0, "not found: " .. old)
    return result
end

--- The blocks of a language in a section of docs/gateways.md, joined; `section` begins its heading.
function rig.documented(section, language)
    local text = files.read("docs/gateways.md") .. "\n# "
    local part = assert(text:match("\n#+ " .. section .. "[^\n]*\n(.-)\n#+ "), section)
    local found = {}
    for code in part:gmatch("\n```" .. language .. "\n(.-)```") do found[#found + 1] = code end
    assert(#found > 0, section .. " has no " .. language)
    return table.concat(found)
end

-- Merges texts of YAML: what stands under the same name becomes one.
local function merge(...)
    local names, parts = {}, {}
    for line in table.concat({ ... }):gmatch("[^\n]+") do
        local name = line:match("^[%a_]+:")
        if name and not parts[line] then
            names[#names + 1], parts[line] = line, { line }
        end
        if name then parts.last = parts[line] else table.insert(parts.last, line) end
    end
    local lines = {}
    for _, name in ipairs(names) do lines[#lines + 1] = table.concat(parts[name], "\n") end
    return table.concat(lines, "\n") .. "\n"
end

-- What each route has: its own configuration of cfs-errors, if it is not the global one; another plugin.
local limit = {
    kong = { "rate-limiting", "{minute: 1, policy: local}" },
    apisix = { "limit-count", "{count: 1, time_window: 60, rejected_code: 429, policy: local}" },
}
local stop = {
    kong = { "request-termination", "{status_code: 403, message: so long}" },
    apisix = { "fault-injection", "{abort: {http_status: 403, body: '{\"message\":\"so long\"}'}}" },
}
local key = { kong = { "key-auth", "{}" }, apisix = { "key-auth", "{}" } }
local probe = { kong = { "probe", "{}" }, apisix = { "probe", "{}" } }
-- What works on the body behind the plugin.
local changes = {
    kong = { "response-transformer", "{replace: {json: ['code:Gone']}}" },
    apisix = { "response-rewrite", "{filters: [{regex: InstanceNotFound, replace: Gone}]}" },
}
local caches = {
    kong = { "proxy-cache", "{strategy: memory, content_type: [application/json]}" }, apisix = probe.apisix,
}
local buffers = { kong = { "buffers", "{}" }, apisix = probe.apisix }
local tenant = { kong = { "tenant", "{}" }, apisix = { "tenant", "{}" } }

local routes = {
    { "up", probe }, { "dead", probe, nil, "dead" }, { "key", key }, { "limit", limit }, { "stop", stop },
    { "tenant", tenant }, { "changed", changes }, { "buffered", buffers },
    { "cached", caches },
    { "own-key", key, "{gateway_errors: true}" }, { "own-limit", limit, "{gateway_errors: true}" },
    { "own-stop", stop, "{gateway_errors: true}" }, { "own", probe, "{gateway_errors: true}" },
    { "vendor", probe, "{standard: false}" }, { "seen", probe, "{hide: false}" },
    { "problem", probe, "{format: problem}" },
}

-- kong.yml, or apisix.yaml.
local function route_list(kind, port)
    local head = {
        kong = '_format_version: "3.0"\nservices:\n'
            .. '- {name: up, url: "http://127.0.0.1:%d", retries: 0, read_timeout: 1000}\n'
            .. '- {name: dead, url: "http://127.0.0.1:%d", retries: 0}\nroutes:\n',
        apisix = 'upstreams:\n  - {id: up, type: roundrobin, nodes: {"127.0.0.1:%d": 1}, '
            .. 'timeout: {connect: 1, send: 1, read: 1}}\n'
            .. '  - {id: dead, type: roundrobin, nodes: {"127.0.0.1:%d": 1}}\nroutes:\n',
    }
    local shape = { kong = "- {name: %s, paths: [/%s], service: %s, plugins: [%s]}\n",
        apisix = "  - {id: %s, uri: /%s, upstream_id: %s, plugins: {%s}}\n" }
    local plugin_shape = { kong = "{name: %s, config: %s}", apisix = "%s: %s" }
    local text = head[kind]:format(port, port + 2)
    for _, route in ipairs(routes) do
        local name, plugins, own, upstream = unpack(route, 1, 4)
        local list = { plugin_shape[kind]:format(unpack(plugins[kind])) }
        if own then list[#list + 1] = plugin_shape[kind]:format("cfs-errors", own) end
        text = text .. shape[kind]:format(name, name, upstream or "up", table.concat(list, ", "))
    end
    return text
end

-- Writes what Kong reads beside nginx.conf, and returns the directive of the shared memory.
local function configure_kong(layout, directory, port)
    local given = rig.documented("Kong", "ini")
    local env = replace(files.read(layout .. "/kong/.kong_env"), layout .. "/kong", directory)
    local plugins = assert(given:match("plugins = ([^\n]*)"))
    plugins = replace(plugins, "bundled", "key-auth,ip-restriction,rate-limiting,request-termination")
        .. ",response-transformer,proxy-cache,probe,tenant,buffers"
    env = replace(env:gsub("plugins = [^\n]*", "plugins = " .. plugins), ":19080", ":" .. port + 1)
    files.write(directory .. "/.kong_env", env)
    files.write(directory .. "/kong.yml", merge(route_list("kong", port), rig.documented("Kong", "yaml")))
    return assert(given:match("nginx_http_lua_shared_dict = ([^\n]*)"))
end

local function configure_apisix(layout, directory, port)
    local given = rig.documented("APISIX", "yaml")
    local main = given:match("^(.-)global_rules:")
    local plugins = { "probe", "tenant", "key-auth", "limit-count", "fault-injection", "response-rewrite" }
    local config = files.read(layout .. "/apisix/conf/config.yaml"):gsub("\nplugins:\n.-\n(%a)",
        "\nplugins:\n  - " .. table.concat(plugins, "\n  - ") .. "\n%1")
    command.must(("cp -r %s/apisix/conf %s"):format(layout, directory))
    files.write(directory .. "/conf/config.yaml", merge(config, main))
    files.write(directory .. "/conf/apisix.yaml",
        merge(route_list("apisix", port), given:sub(#main + 1)) .. "#END\n")
    return (assert(main:match("custom_lua_shared_dict:\n%s+([^\n]*)")):gsub(":", ""))
end

-- The layout's nginx.conf, for this directory, these ports and this library.
local function configure_nginx(kind, layout, directory, port, dict)
    local root = command.must("pwd -P"):gsub("\n", "")
    local library = os.getenv("LIBRARY") or root
    local text = files.read(layout .. "/" .. kind .. "/nginx.conf")
    text = replace(text, layout .. "/" .. kind .. "/plugins/?.lua", root .. "/spec/gateways/plugins/?.lua;"
        .. directory .. "/plugins/?.lua;" .. library .. "/lua/?.lua")
    text = replace(text, layout .. "/" .. kind .. "/stubs", "\1")
    text = replace(replace(text, layout .. "/" .. kind, directory), "\1", layout .. "/" .. kind .. "/stubs")
    text = replace(text, "lua_package_cpath '", "lua_package_cpath '" .. library .. "/build/luajit/?.so;")
    text = text:gsub("include [^\n]*upstream%.conf;", ""):gsub("lua_shared_dict cfs_errors +%w+;",
        "lua_shared_dict " .. dict .. ";")
    text = text:gsub("127%.0%.0%.1:19[01]80;", "127.0.0.1:" .. port + 1 .. "; http2 on;")
    text = text:gsub("127%.0%.0%.1:19[01]82", "127.0.0.1:" .. port + 3)
    text = replace(replace(text, "daemon off;", "user root; daemon on;"), "pid logs/", "pid ")
    text = replace(text, "error_log logs/", "error_log ")
    if kind == "apisix" then -- as its own template has it
        text = replace(text, "set $ctx_ref '';", "set $ctx_ref ''; set $apisix_request_id $request_id;")
    end
    text = text:gsub("access_log logs/access%.log %w+;",
        "log_format ids '$request_uri $status $" .. kind .. "_request_id'; access_log access.log ids;")
    files.write(directory .. "/nginx.conf", text)
end

--- Writes the plugins of docs/gateways.md below a directory.
function rig.write_documented_plugins(directory)
    local kong = directory .. "/plugins/kong/plugins/tenant"
    local apisix = directory .. "/plugins/apisix/plugins"
    command.must("mkdir -p " .. kong .. " " .. apisix)
    local text = rig.documented("Errors of your own plugin", "lua")
    local first, second = text:match("^(.-\nreturn Tenant\n)(.*)$")
    files.write(kong .. "/handler.lua", first)
    local schema = files.read("spec/gateways/plugins/kong/plugins/probe/schema.lua")
    files.write(kong .. "/schema.lua", replace(schema, "probe", "tenant"))
    files.write(apisix .. "/tenant.lua", second)
end

--- Starts a gateway and an upstream, and returns what has the methods of spec/nginx/server.lua.
---@param kind "kong"|"apisix"
function rig.start(kind)
    local given = assert(os.getenv("GATEWAYS"))
    local start = files.read(given .. "/" .. kind .. "/start.sh")
    local layout = assert(start:match("cd (%S+)/" .. kind .. ";"))
    local upstream = server.start { http = [[
        server {
            listen 127.0.0.1:PORT1;
            location / {
                content_by_lua_block {
                    if ngx.var.arg_name == "late" then ngx.sleep(2) end
                    require("spec.nginx.upstream").serve()
                }
            }
        }
    ]] }
    local directory, port = command.new_directory(), upstream.port
    command.must(("chmod 755 %s; mkdir %s/logs %s/sockets"):format(directory, directory, directory))
    local configure = { kong = configure_kong, apisix = configure_apisix }
    configure_nginx(kind, layout, directory, port, configure[kind](layout, directory, port))
    rig.write_documented_plugins(directory)
    local nginx = assert(start:match("${%d:%-([^}]+/nginx)}"))
    command.must(nginx .. " -e error.log -c nginx.conf -p " .. directory .. "/")
    local self = { directory = directory, port = port + 1, upstream = upstream, count = 1 }
    setmetatable(self, { __index = server })
    server.wait(kind, function() return self:get("/cfs-metrics").status == 200 end)
    return self
end

--- Stops both.
function rig.stop(self)
    server.stop(self.upstream)
    server.stop(self)
end

return rig
