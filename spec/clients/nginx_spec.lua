-- What calls within nginx return: cosockets, and ngx.location.capture of a location that is passed on.

local rig = require "spec.clients.rig"
local server = require "spec.nginx.server"

local nginx

local function start()
    nginx = server.start { http = ([[
    lua_ssl_trusted_certificate AUTHORITY;
    server {
        listen 127.0.0.1:PORT1;
        resolver 127.0.0.1:NAMES ipv6=off;
        location = /cosocket { content_by_lua_block { require("spec.clients.application").cosocket() } }
        location = /capture { content_by_lua_block { require("spec.clients.application").capture() } }
        location = /recipe { content_by_lua_block { require("spec.clients.application").recipe() } }
        location = /upstream {
            internal;
            proxy_read_timeout 1s;
            set $target $arg_target;
            proxy_pass http://$target;
        }
    }
    server {
        listen 127.0.0.1:PORT2;
        location = /cosocket { content_by_lua_block { require("spec.clients.application").cosocket() } }
    }
]]):gsub("AUTHORITY", rig.authority()):gsub("NAMES", rig.ports().names) }
end

local function ask(kind, case)
    local host, port = "none.invalid", 80
    if case.port then host, port = "127.0.0.1", rig.ports()[case.port] end
    local response = nginx:get(("/%s?scheme=%s&host=%s&port=%s&path=%s&timeout=%d"):format(
        kind, case.scheme, host, port, case.path, case.timeout))
    assert.equal(200, response.status)
    return response.body
end

describe("In nginx,", function()
    setup(start)
    teardown(function()
        nginx:stop()
        rig.stop()
    end)

    describe("what a cosocket returns", function()
        -- The status line is ours to read. A chunk is, too, and has no end here.
        local differs = { cut_chunk = "success", bad_chunk = "success", redirect_refused = "success" }
        for _, case in ipairs(rig.cases(differs)) do
            it(case.title, function() rig.compare(case, ask("cosocket", case)) end)
        end
    end)

    describe("what a cosocket returns over TLS", function()
        -- lua-resty-core 0.1.25 now and then raises "assertion failed!" where it has a refusal to return.
        local refusal = "tls no certificate or other maybe"
        local differs = { resets = "tls no or closed maybe", untrusted = refusal, other_host = refusal }
        for _, case in ipairs(rig.cases(differs, "https")) do
            it(case.title, function() rig.compare(case, ask("cosocket", case)) end)
        end
    end)

    describe("what ngx.location.capture returns", function()
        -- There is always a response: nginx's own where none came, and `truncated` where one was cut.
        local none, late = "502 empty", "504 empty"
        local differs = {
            refused = none, resets = none, reset = none, close = none, cut_status = none, cut_head = none,
            silent = late, hang = late, redirect_refused = "success",
            hang_body = "closed maybe", bad_chunk = "closed maybe", cut_envelope = "404 malformed",
            garbage = "success", bad_status = "success",
        }
        for _, case in ipairs(rig.cases(differs)) do
            if case.name ~= "unresolved" then
                it(case.title, function() rig.compare(case, ask("capture", case)) end)
            end
        end
    end)

    for _, heading in ipairs { "ngx.location.capture", "A cosocket" } do
        describe("the recipe for " .. heading, function()
            for _, row in ipairs(rig.recipes) do
                it("gives " .. row[2] .. " for a service that " .. row[3], function()
                    local expected = row[2]
                    if row[1] == "/reset" and heading == "ngx.location.capture" then
                        expected = "empty at attempt 3" -- nginx's own response
                    end
                    local path = "/recipe?heading=" .. heading:gsub(" ", "%%20")
                    assert.equal(expected, nginx:get(path .. "&url=" .. rig.new_url(row[1])).body)
                end)
            end
        end)
    end
end)
