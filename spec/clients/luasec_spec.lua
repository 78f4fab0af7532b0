-- LuaSec, which brings TLS to LuaSocket.

local http = require "socket.http"
local https = require "ssl.https"
local ltn12 = require "ltn12"
local recipe = require "spec.clients.recipe"
local rig = require "spec.clients.rig"

teardown(rig.stop)

local function request(case, verify)
    http.TIMEOUT, https.TIMEOUT = case.timeout, case.timeout
    local parts = {}
    local result, status, headers = https.request {
        url = case:url(), sink = ltn12.sink.table(parts), verify = verify, cafile = rig.authority(),
    }
    return result and table.concat(parts), status, headers
end

describe("What LuaSec's https.request returns, with verify = \"peer\",", function()
    -- It never compares the certificate's name with the host's. Its reason for plain text is that of a record
    -- that is spoilt later.
    for _, case in ipairs(rig.cases({ other_host = "success", not_tls = "tls maybe" }, "https")) do
        it(case.title, function() rig.check(case, request(case, "peer")) end)
    end
end)

describe("What LuaSec's https.request returns, as it is used by default,", function()
    -- It takes any certificate.
    local differs = { other_host = "success", untrusted = "success", not_tls = "tls maybe" }
    for _, case in ipairs(rig.cases(differs, "https")) do
        it(case.title, function() rig.check(case, request(case, "none")) end)
    end
end)

describe("What LuaSec's https.request(url) returns", function()
    it("is read as what LuaSocket returns", function()
        https.TIMEOUT = 20
        local url = "https://127.0.0.1:" .. rig.ports().tls
        assert.equal("success", rig.outcome(https.request(url .. "/ok")))
        assert.equal("404 InstanceNotFound", rig.outcome(https.request(url .. "/envelope")))
    end)

    it("is a fault of this program's where no file of an authority is there", function()
        local url = "https://127.0.0.1:" .. rig.ports().tls .. "/ok"
        local options = { url = url, cafile = "no/such/file", verify = "peer" }
        assert.equal("local no", rig.outcome(https.request(options)))
    end)
end)

describe("The recipe for LuaSec", function()
    for _, row in ipairs(rig.recipes) do
        if row[1] == "/ok" or row[1] == "/envelope" or row[1] == "/page" then
            it("gives " .. row[2] .. " for a service that " .. row[3], function()
                https.TIMEOUT = 20
                local get = recipe.load("LuaSec", { authority = rig.authority() })
                assert.equal(row[2], recipe.outcome(get, rig.new_url(row[1], "tls")))
            end)
        end
    end
end)
