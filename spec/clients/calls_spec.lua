-- Every recipe of the guide, as it stands there, against a service that misbehaves and counts the requests
-- that it had: no success where the service failed, no "not sent" where it had the request.

local http = require "socket.http"
local recipe = require "spec.clients.recipe"
local rig = require "spec.clients.rig"
local server = require "spec.nginx.server"

local times = tonumber(os.getenv "TIMES") or 5

-- Clients that do not follow redirects take them for a success. Others do not know interim responses but 100.
local follows_none = { redirect_envelope = true, redirect_refused = true }
local knows_no_interim = { ["102_ok"] = "either", ["103_ok"] = "either" }

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


-- What is wrong with an outcome; nil if nothing is. A response that is a success for some may be "either".
local function objection(is_success, outcome, received)
    if outcome == "success" and not is_success then return "a success" end
    if outcome == "no" and received > 0 then return "not sent, but received" end
    if outcome:find "^raised" then return outcome end
    if is_success == true and outcome ~= "success" then return "no success, but " .. outcome end
end


-- Asserts that nothing is wrong with the outcomes of calls. `judge(url, times)` gives a list; the key of each
-- call's URL is that of `url`, "x" and its number.
local function check(judge, differs, port)
    local wrong, made = {}, 0
    for name, is_success in pairs(behaviours) do
        if differs[name] ~= nil then is_success = differs[name] end
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


teardown(rig.stop)

describe("No call is misjudged by the recipe for", function()
    it("LuaSocket", function() check(judge_here "LuaSocket", knows_no_interim) end)

    it("LuaSec", function()
        check(judge_here("LuaSec", { authority = rig.authority() }), knows_no_interim, "tls")
    end)

    if can "http.request" then
        it("lua-http", function() check(judge_here "lua-http", follows_none) end)
    end

    if can "curl" then
        it("lua-curl", function() check(judge_here("lua-curl", curl_globals()), follows_none) end)
    end
end)
