-- Every recipe of the guide, as it stands there, against a service that misbehaves and counts the requests
-- that it had: no success where the service failed, no "not sent" where it had the request.

local http = require "socket.http"
local recipe = require "spec.clients.recipe"
local rig = require "spec.clients.rig"
local server = require "spec.nginx.server"

local times = tonumber(os.getenv "TIMES") or 10

-- Clients that do not follow redirects take them for a success. Others do not know interim responses.
local follows_none = { redirect_envelope = true, redirect_refused = true }
local knows_no_interim = { ["100_ok"] = "any", ["102_ok"] = "any", ["103_ok"] = "any" }

-- What the service does → whether that is a success.
local behaviours = {
    ok = true, chunked = true, redirect = true,
    envelope = false, unavailable = false, page = false, compressed = false, redirect_envelope = false,
    redirect_refused = false, reset = false, close = false, cut_status = false, half_status = false,
    no_status = false, reason = false, cut_head = false, cut_body = false, cut_envelope = false,
    cut_chunk = false, cut_error_chunk = false, garbage = false, bad_status = false, bad_chunk = false,
}
for _, interim in ipairs { 100, 102, 103 } do
    for _, name in ipairs { "ok", "envelope", "unavailable", "page", "reset", "cut_body", "half_status",
            "interim" } do
        behaviours[interim .. "_" .. name] = name == "ok"
    end
end

local function count(key)
    return tonumber((http.request(rig.url("/count?key=" .. key))))
end

-- What is wrong with an outcome; nil if nothing is. A response that is a success for some may be "any".
local function objection(is_success, outcome, received)
    if outcome == "success" and not is_success then return "a success" end
    if outcome == "no" and received > 0 then return "not sent, but received" end
    if outcome:find "^raised" then return outcome end
    if is_success == true and outcome ~= "success" then return "no success, but " .. outcome end
end

-- Asserts that nothing is wrong with the outcomes of calls; `differs` are lists of what this client takes
-- for a success. `judge(url, times)` gives a list; the key of each
-- call's URL is that of `url`, "x" and its number.
local function check(judge, differs, port)
    local wrong, made = {}, 0
    for name, is_success in pairs(behaviours) do
        for _, own in ipairs(differs) do
            if own[name] ~= nil then is_success = own[name] end
        end
        local url = rig.new_url("/" .. name, port)
        for number, outcome in ipairs(judge(url, times)) do
            made = made + 1
            local received = count(url:match "key=(.*)" .. "x" .. number)
            local problem = objection(is_success, outcome, received)
            if problem then wrong[#wrong + 1] = ("%s: %s (%d)"):format(name, problem, received) end
        end
    end
    table.sort(wrong)
    assert.same({}, wrong)
    assert.is_true(made > 40 * times, made)
end

local function judge_here(heading, globals)
    return function(url, number_of_calls)
        local _, call = recipe.load(heading, globals)
        local outcomes = {}
        for number = 1, number_of_calls do outcomes[number] = recipe.judge(call, url .. "x" .. number) end
        return outcomes
    end
end

local function can(name)
    return (pcall(require, name))
end

-- lua-curl with the rig's authority.
local function curl_globals()
    local curl = require "curl"
    local wrapped = setmetatable({ easy_init = function()
        local easy = curl.easy_init()
        easy:setopt(curl.OPT_CAINFO, rig.authority())
        return easy
    end }, { __index = curl })
    return { require = function(name) return name == "curl" and wrapped or require(name) end }
end

-- The same within nginx.
local function judge_in_nginx(nginx, heading, resty)
    return function(url, number_of_calls)
        local query = ("heading=%s&url=%s&times=%d&resty=%s"):format(heading:gsub(" ", "%%20"), url .. "x",
            number_of_calls, resty or "")
        local outcomes = {}
        local body = nginx:get("/judge?" .. query).body
        for outcome in body:gmatch "[^\n]+" do outcomes[#outcomes + 1] = outcome end
        return outcomes
    end
end

local function start_nginx()
    return server.start { http = [[
    server {
        listen 127.0.0.1:PORT1;
        location = /judge { content_by_lua_block { require("spec.clients.application").judge() } }
        location = /upstream { internal; set $target $arg_target; proxy_pass http://$target; }
    }]] }
end

-- Sets a variable of this process' environment, or takes it out, where Lua can.
local function set_environment(name, value)
    local good, ffi = pcall(require, "ffi")
    if not good then return end
    pcall(ffi.cdef, "int setenv(const char *, const char *, int); int unsetenv(const char *);")
    if value then ffi.C.setenv(name, value, 1) else ffi.C.unsetenv(name) end
end

set_environment("SSL_CERT_FILE", rig.authority()) -- read when OpenSSL is loaded

teardown(rig.stop)

describe("No call is misjudged by the recipe for", function()
    it("LuaSocket", function() check(judge_here "LuaSocket", { knows_no_interim }) end)

    it("LuaSec", function()
        local judge = judge_here("LuaSec", { authority = rig.authority() })
        check(judge, { knows_no_interim, follows_none }, "tls")
    end)

    if can "http.request" then
        it("lua-http", function() check(judge_here "lua-http", { follows_none }) end)
    end

    if can "curl" then
        it("lua-curl", function() check(judge_here("lua-curl", curl_globals()), { follows_none }) end)
    end

    if not rawget(_G, "jit") then return end

    describe("nginx:", function()
        local nginx
        setup(function() nginx = start_nginx() end)
        teardown(function() nginx:stop() end)

        it("A cosocket", function()
            -- Its service must not send chunks.
            local chunks = { cut_chunk = "any", bad_chunk = "any" }
            check(judge_in_nginx(nginx, "A cosocket"), { follows_none, chunks })
        end)

        it("ngx.location.capture", function()
            -- nginx relays what is no HTTP as HTTP/0.9.
            check(judge_in_nginx(nginx, "ngx.location.capture"), { follows_none, knows_no_interim,
                { garbage = "any", reason = "any", no_status = "any", bad_status = "any" } })
        end)

        local resty = os.getenv "LUA_RESTY_HTTP" or ""
        if resty == "" then
            pending "lua-resty-http, whose tree LUA_RESTY_HTTP= names"
        else
            it("lua-resty-http", function()
                check(judge_in_nginx(nginx, "lua-resty-http", resty), { follows_none, knows_no_interim })
            end)
        end
    end)

    it("lua-curl, behind a proxy", function()
        set_environment("https_proxy", "http://127.0.0.1:" .. rig.ports().proxy)
        local wrong = {}
        for _, row in ipairs { { "200", "ok", true }, { "200", "envelope" }, { "403", "ok" },
                { "407", "ok" } } do
            local key = "proxy" .. row[1] .. row[2]
            local url = ("https://%s.invalid/%s?key=%s"):format(row[1], row[2], key)
            for number, outcome in ipairs(judge_here("lua-curl", curl_globals())(url, times)) do
                local problem = objection(row[3] or false, outcome, count(key .. "x" .. number))
                wrong[#wrong + 1] = problem and row[1] .. ": " .. problem
            end
        end
        set_environment("https_proxy", nil)
        assert.same({}, wrong)
    end)

    for _, heading in ipairs { "lua-curl", "lua-http" } do
        local globals = heading == "lua-curl" and curl_globals() or nil
        local go_away = nil -- lua-http waits for minutes
        if globals then go_away = false end

        it(heading .. ", over HTTP/2", function()
            local wrong = {}
            for name, is_success in pairs { h2ok = true, h2envelope = false, h2reset = false,
                    h2refused = false, h2cut = false, h2goaway = go_away, h2goawayerror = go_away,
                    h2close = go_away } do
                local before, url = count(name), "https://localhost:" .. rig.ports()[name] .. "/"
                local outcomes = judge_here(heading, globals)(url, times)
                for _, outcome in ipairs(outcomes) do
                    local problem = objection(is_success, outcome, count(name) - before)
                    wrong[#wrong + 1] = problem and name .. ": " .. problem
                end
            end
            assert.same({}, wrong)
        end)
    end
end)
