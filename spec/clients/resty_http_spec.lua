-- The shapes that lua-resty-http returns, as its source makes them, and the reasons that it was observed to
-- give (spec/data/transport.tsv). calls_spec.lua runs lua-resty-http itself, where it is.

local errors = require "cfs.errors"
local files = require "spec.helpers.files"
local outcome = require "spec.clients.outcome"
local testing = require "cfs.errors.testing"

-- Headers that are found in any letter case, and with underscores for hyphens.
local function headers_of(values)
    local normalized = {}
    for name, value in pairs(values) do normalized[name:lower()] = value end
    local metatable = {}
    function metatable.__index(_, name) return normalized[name:lower():gsub("_", "-")] end
    return setmetatable(values, metatable)
end

-- What httpc:request_uri returns: status, reason, headers, body, and functions for what is no longer there.
local function whole_response(status, headers, body)
    return {
        status = status, reason = "a phrase", headers = headers_of(headers),
        has_body = body ~= "", body = body,
        read_body = function() return nil, "closed" end,
        read_trailers = function() return nil, "closed" end,
    }
end

-- What httpc:request returns: the body is to be read.
local function unread_response(status, headers, body)
    local response = whole_response(status, headers, body)
    response.body = nil
    response.body_reader = function() return body end
    response.read_body = function() return body end
    return response
end

local function reasons()
    local list = {}
    for line in files.read("spec/data/transport.tsv"):gmatch("[^\n]+") do
        local client, text, word, sent =
            line:match("^([^\t]+)\ttext\t([^\t]+)\t([^\t]+)\t([^\t]+)\t")
        if client == "lua-resty-http" then list[#list + 1] = { text = text, word = word, sent = sent } end
    end
    return list
end

describe("What lua-resty-http's request_uri returns", function()
    it("is an error if the status says so, with what the body and the headers tell", function()
        local response = testing.response("InstanceNotFound", { requestId = "c0ffee" })
        assert.equal("404 InstanceNotFound",
            outcome(whole_response(response.status, response.headers, response.body), nil))
        assert.equal("502 html",
            outcome(whole_response(502, { ["Content-Type"] = "text/html" }, "<html>"), nil))
        assert.equal("502 compressed",
            outcome(whole_response(502, { ["Content-Encoding"] = "gzip" }, "\31\139"), nil))
        local err = errors.from_response(whole_response(503, { ["Retry-After"] = "7" }, ""))
        assert.equal(7, err:advice().retry_after)
    end)

    it("is none if the status is that of a success", function()
        assert.equal("success", outcome(whole_response(200, {}, "{}"), nil))
    end)

    for _, row in ipairs(reasons()) do
        it("is an error without a response after nil and " .. row.text, function()
            local word, sent = outcome(nil, row.text):match("^(%S+) (%S+)")
            if row.text ~= "closed" then assert.equal(row.word, word) end -- also a cut chunk's reason
            assert.is_true(sent == "maybe" or row.sent == "no")
        end)
    end
end)

describe("What lua-resty-http's request returns", function()
    it("must be read first, which the sentence says", function()
        local response = unread_response(404, {}, '{"code":"InstanceNotFound"}')
        local good, message = pcall(errors.from_response, response)
        assert.is_false(good)
        assert.truthy(tostring(message):find("read_body", 1, true), message)
    end)
end)
