-- LuaSocket, http.request in both of its forms.

local http = require "socket.http"
local ltn12 = require "ltn12"
local recipe = require "spec.clients.recipe"
local rig = require "spec.clients.rig"

teardown(rig.stop)

-- http.request with a table, whose sink gathers the body.
local function request_generic(url)
    local parts = {}
    local result, status, headers = http.request { url = url, sink = ltn12.sink.table(parts) }
    return result and table.concat(parts), status, headers
end

local forms = {
    ["http.request(url)"] = http.request,
    ["http.request { ... }, with the body from its sink"] = request_generic,
}

-- What does not begin as HTTP is taken for HTTP/0.9: a body without a status line, and a success.
local differs = { garbage = "success" }

for name, request in pairs(forms) do
    describe("What LuaSocket's " .. name .. " returns", function()
        for _, case in ipairs(rig.cases(differs)) do
            it(case.title, function()
                http.TIMEOUT = case.timeout
                rig.check(case, request(case:url()))
            end)
        end
    end)
end

describe("What LuaSocket's http.request { ... } returns", function()
    it("is taken as it is, without a body", function()
        http.TIMEOUT = 20
        local function request(path) return http.request { url = rig.url(path) } end
        assert.equal("success", rig.outcome(request "/ok"))
        assert.equal("404 empty", rig.outcome(request "/envelope"))
        assert.equal("closed maybe", rig.outcome(request "/reset"))
    end)
end)

describe("The recipe for LuaSocket", function()
    local get = recipe.load "LuaSocket"
    for _, row in ipairs(rig.recipes) do
        it("gives " .. row[2] .. " for a service that " .. row[3], function()
            http.TIMEOUT = 20
            assert.equal(row[2], recipe.outcome(get, rig.new_url(row[1])))
        end)
    end
end)
