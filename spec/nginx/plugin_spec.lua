-- The plugins in what stands for Kong and APISIX; `make test-gateways` tries the same in the gateways.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local metrics = require "spec.nginx.metrics"
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
    location = /fields {
        header_filter_by_lua_block { return }
        body_filter_by_lua_block { return }
        log_by_lua_block { return }
        content_by_lua_block {
            table.sort(gateway.names)
            for _, name in ipairs(gateway.names) do
                ngx.say(name, " ", tostring(gateway.defaults[name]), " ", gateway.types[name])
            end
        }
    }
    location = /check {
        header_filter_by_lua_block { return }
        body_filter_by_lua_block { return }
        log_by_lua_block { return }
        content_by_lua_block {
            for _, configuration in ipairs {
                { retry_after = ngx.null, format = "problem", metrics = true }, { limit = -1 },
                { format = "xml" }, { retry_after = -1 }, { type_base = 7 }, { hide = 7 }, { standard = 7 },
            } do
                local good, sentence = gateway.check(configuration)
                ngx.say(tostring(good), " ", tostring(sentence))
            end
            local weak = setmetatable({}, { __mode = "k" })
            do
                local configuration = { limit = 7 }
                weak[configuration] = gateway.check(configuration)
            end
            for _ = 1, 3 do collectgarbage() end
            ngx.say(next(weak) == nil and "a configuration is forgotten" or "kept")
            if "KIND" == "apisix" then
                ngx.say(tostring(gateway.check()), " ", require("apisix.plugins.cfs-errors").priority)
                return
            end
            -- for TCP streams Kong loads the plugin, too
            local name = "kong.plugins.cfs-errors.handler"
            package.loaded[name], ngx.config.subsystem = nil, "stream"
            local handler = require(name)
            ngx.say(handler.PRIORITY, " ", tostring(handler.access), " ", tostring(gateway.check {}))
            package.loaded[name], ngx.config.subsystem = nil, "http"
        }
    }
    location = /source { # a Kong with the source that the argument has; an APISIX that does not tell one
        set $route own-source;
        set $source $arg_source;
        access_by_lua_block { ngx.ctx.api_ctx = { ["request-id-X-Request-Id"] = "older-1" } }
        header_filter_by_lua_block {
            local response = "KIND" == "apisix" and require("apisix.core").response or {}
            local own = response.get_response_source
            response.get_response_source = nil
            gateway.header_filter()
            response.get_response_source = own
        }
        if ($arg_own) { return 403; }
        proxy_pass http://127.0.0.1:PORT2;
    }
    location ~ ^/(?<route>[^/]+) {
        set $apisix_request_id "a$request_id";
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

-- The type of a field, by its name and its default.
local function type_of(name, default)
    if default == "true" or default == "false" then return "boolean" end
    if name == "retry_after" then return "number" end
    return default == "nil" and "string" or "integer"
end

-- The fields of docs/gateways.md with their defaults and types, one a line.
local function documented_fields()
    local fields = {}
    for names, default in files.read("docs/gateways.md"):gmatch("\n| (`[^|]*)|([^|]*)|") do
        for name in names:gmatch("`([^`]+)`") do
            local value = default:match("[^ `]+") or "nil"
            fields[#fields + 1] = name .. " " .. value .. " " .. type_of(name, value) .. "\n"
        end
    end
    table.sort(fields)
    return table.concat(fields)
end

for _, kind in ipairs { "kong", "apisix" } do
    local directory
    promises.describe(getfenv(), "The plugin for " .. kind, words[kind], function()
        directory = command.new_directory()
        rig.write_documented_plugins(directory)
        return server.start { http = conf:gsub("KIND", kind):gsub("DOCUMENTED", directory) }
    end, function(nginx)
        nginx:stop()
        command.remove(directory)
    end, function(nginx)
        it("has the fields and defaults that docs/gateways.md has, and checks them", function()
            assert.equal(documented_fields(), nginx():get("/fields").body)
            local shown = nginx():get("/cfs-metrics")
            assert.same({ 200, "text/plain; version=0.0.4" }, { shown.status, shown.headers["content-type"] })
            assert.equal("true nil\n"
                .. "nil option 'limit' must be a finite number from 0\n"
                .. "nil unknown format 'xml'\n"
                .. "nil option 'retry_after' must be a number of seconds from 0\n"
                .. "nil option 'type_base' must be a string, got number\n"
                .. "nil option 'hide' must be a boolean, got number\n"
                .. "nil option 'standard' must be a boolean, got number\n"
                .. "a configuration is forgotten\n"
                .. (kind == "kong" and "850 nil true\n" or "false 1500\n"),
                nginx():get("/check").body)
        end)

        it("tells an upstream's errors from others, by its status where the gateway does not tell", function()
            local text = conf:gsub("KIND", kind):gsub("set %$apisix_request_id [^\n]*", "")
                :gsub("%$apisix_request_id", "$request_id")
            local other = server.start { http = text:gsub("DOCUMENTED", directory) }
            local function counts() return (metrics.counts(other:get("/cfs-metrics").body)) end
            local not_found = "InstanceNotFound not_found 404 "
            for path, labels in pairs {
                ["?source=error&own=1"] = "html permission 403 raised",
                ["?source=error&name=envelope"] = not_found .. "upstream",
                ["?source=exit&name=envelope"] = not_found .. (kind == "kong" and "raised" or "upstream"),
            } do
                local before = counts()[labels] or 0
                local response = other:get("/source" .. path)
                assert.equal(before + 1, counts()[labels])
                if kind == "apisix" and path:find("name", 1, true) then
                    assert.equal("older-1", response.headers["x-bce-request-id"])
                end
            end
            other:stop()
        end)

        it("wants memory where it is to show metrics", function()
            local without = server.start { http = conf:gsub("KIND", kind):gsub("DOCUMENTED", directory)
                :gsub("lua_shared_dict[^\n]*", "") }
            local text = without:get("/check").body
            without:stop()
            assert.equal("nil 'metrics' needs memory to count in: put `lua_shared_dict cfs_errors 1m;` into "
                .. "nginx's block http\n", text:match("^[^\n]*\n"))
        end)
    end)
end
