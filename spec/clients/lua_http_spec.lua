-- lua-http, over HTTP and HTTPS.

local http_tls = require "http.tls"
local request = require "http.request"
local recipe = require "spec.clients.recipe"
local rig = require "spec.clients.rig"
local ssl_store = require "openssl.x509.store"

teardown(rig.stop)

-- A response as a table, or what go or the stream returned.
local function receive(headers, stream, number, timeout)
    if not headers then return headers, stream, number end
    local body, reason, body_number = stream:get_body_as_string(timeout)
    if not body then return body, reason, body_number end
    return { status = headers:get ":status", headers = headers, body = body }
end

local function call(url, timeout, context)
    local made = request.new_from_uri(url)
    made.ctx = context
    local headers, stream, number = made:go(timeout)
    return receive(headers, stream, number, timeout)
end

local differs = {
    -- A line that is cut is no other than one that is no HTTP.
    cut_status = "protocol maybe", cut_head = "protocol maybe", cut_chunk = "protocol maybe",
    -- A body that is cut is returned as if it were whole.
    cut_body = "success", cut_envelope = "404 malformed",
}

-- The handshake has a name of its own in the reasons.
local differs_over_tls = {
    resets = "tls no or closed maybe", silent = "timeout no", cut_head = "protocol maybe",
    refused = "connect no",
}

describe("What lua-http's request:go and stream:get_body_as_string return", function()
    for _, case in ipairs(rig.cases(differs)) do
        if case.name ~= "unresolved" then
            it(case.title, function() rig.check(case, call(case:url(), case.timeout)) end)
        end
    end

    -- It asks the name servers itself, and where there are none it does not tell that from others' silence.
    it("is resolve no after a service that has no address, if a name server says so", function()
        rig.check({ expected = "resolve no or timeout maybe or connect maybe" },
            call("http://none.invalid/", 5))
    end)
end)

describe("What lua-http returns over TLS", function()
    for _, case in ipairs(rig.cases(differs_over_tls, "https")) do
        if case.name ~= "unresolved" then
            it(case.title, function()
                local context = http_tls.new_client_context()
                local store = ssl_store.new()
                store:add(rig.authority())
                context:setStore(store)
                rig.check(case, call(case:url(), case.timeout, context))
            end)
        end
    end
end)

describe("The recipe for lua-http", function()
    local get = recipe.load "lua-http"
    for _, row in ipairs(rig.recipes) do
        it("gives " .. row[2] .. " for a service that " .. row[3], function()
            assert.equal(row[2], recipe.outcome(get, rig.new_url(row[1])))
        end)
    end
end)
