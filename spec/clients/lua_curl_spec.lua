-- Debian's lua-curl 0.3.0, which is not Lua-cURL: easy handles with setopt and perform, whose failures are
-- a number and a text. The status is in the headers' lines.

local curl = require "curl"
local recipe = require "spec.clients.recipe"
local rig = require "spec.clients.rig"

teardown(rig.stop)

local function call(case)
    local head, body = {}, {}
    local easy = curl.easy_init()
    easy:setopt(curl.OPT_URL, case:url())
    easy:setopt(curl.OPT_TIMEOUT, case.timeout)
    easy:setopt(curl.OPT_CAINFO, rig.authority())
    easy:setopt(curl.OPT_HEADERFUNCTION, function(line)
        head[#head + 1] = line
        return #line
    end)
    easy:setopt(curl.OPT_WRITEFUNCTION, function(part)
        body[#body + 1] = part
        return #part
    end)
    local number, reason = easy:perform()
    if number ~= 0 then return nil, reason end
    return { status = head[1], headers = table.concat(head), body = table.concat(body) }
end

-- libcurl repeats a request by itself on a connection that it used before, so that no text of its proves
-- that none was sent. It takes headers that end early for all, and a reset at once, as the case may be,
-- for a connection that was not made.
local differs = {
    refused = "connect maybe", unresolved = "resolve maybe", resets = "closed maybe or connect maybe",
    cut_head = "success", redirect_refused = "success",
}

local differs_over_tls = {
    refused = "connect maybe", unresolved = "resolve maybe", cut_head = "success", not_tls = "tls maybe",
    untrusted = "tls maybe certificate", other_host = "tls maybe certificate",
    resets = "closed maybe or connect maybe or tls maybe",
}

describe("What lua-curl's easy:perform returns", function()
    for _, case in ipairs(rig.cases(differs)) do
        it(case.title, function() rig.check(case, call(case)) end)
    end
end)

describe("What lua-curl's easy:perform returns over TLS", function()
    for _, case in ipairs(rig.cases(differs_over_tls, "https")) do
        it(case.title, function() rig.check(case, call(case)) end)
    end
end)

describe("The recipe for lua-curl", function()
    local get = recipe.load "lua-curl"
    for _, row in ipairs(rig.recipes) do
        it("gives " .. row[2] .. " for a service that " .. row[3], function()
            assert.equal(row[2], recipe.outcome(get, rig.new_url(row[1])))
        end)
    end
end)
