local cjson = require "cjson"
local errors = require "cfs.errors"
local responses = require "spec.data.responses"
local testing = require "cfs.errors.testing"

local sometimes = { "category", "retry", "known" }

-- Those, the catalogue as the service sends it, and broken answers of some seeds.
local everything = {}
for _, row in ipairs(responses) do everything[#everything + 1] = row end
for kind in errors.each() do
    everything[#everything + 1] = { name = kind.code, response = testing.response(kind) }
end
for seed = 1, 3 do
    for _, response in ipairs(testing.broken(seed)) do
        everything[#everything + 1] = { name = response.name, response = response }
    end
end


-- What a table of `responses` says about an error.
local function describe_error(err, expect)
    if not err then return "no error" end
    local seen = {
        code = rawget(err, "code"),
        message = rawget(err, "message"),
        requestId = rawget(err, "requestId"),
        status = err.status,
        origin = err:origin(),
        body = err:body(),
    }
    for _, name in ipairs(sometimes) do
        if expect and expect[name] ~= nil then seen[name] = err[name] end
    end
    if expect and expect.differs ~= nil then seen.differs = err:status_differs() end
    return seen
end


-- The line at which `f` calls, and the message with which that raised.
local function raised(f)
    local line
    local good, message = pcall(f, function() line = debug.getinfo(2, "l").currentline + 1 end)
    assert.is_false(good)
    return line, message
end


describe("errors.from_response", function()
    it("is tried with many responses, each under a name of its own", function()
        local names = {}
        for _, row in ipairs(responses) do
            assert.is_nil(names[row.name], row.name)
            names[row.name] = true
        end
        assert.is_true(#responses >= 70)
    end)

    describe("reads", function()
        for _, row in ipairs(responses) do
            if row.expect then
                it(row.name, function()
                    local err = errors.from_response(row.response, row.options)
                    assert.same(row.expect, describe_error(err, row.expect))
                end)
            end
        end
    end)

    describe("sees no error in", function()
        for _, row in ipairs(responses) do
            if not row.expect then
                it(row.name, function()
                    assert.equal("no error",
                        describe_error(errors.from_response(row.response, row.options)))
                end)
            end
        end
    end)

    describe("gives, for each response,", function()
        it("an error that can be shown, written, encoded and raised", function()
            for _, row in ipairs(everything) do
                local err = errors.from_response(row.response, row.options)
                if err then
                    assert.is_true(errors.is(err), row.name)
                    assert.equal("string", type(tostring(err)), row.name)
                    assert.is_nil(tostring(err):find("%c"), row.name)
                    local members = { code = rawget(err, "code"), message = rawget(err, "message"),
                        requestId = rawget(err, "requestId") }
                    assert.same(members, cjson.decode(err:to_json()), row.name)
                    assert.equal(err, select(2, pcall(errors.raise, err)), row.name)
                end
            end
        end)

        it("no own fields but the envelope's and a status that differs", function()
            local allowed = { code = true, message = true, requestId = true }
            for _, row in ipairs(everything) do
                local err = errors.from_response(row.response, row.options) or {}
                for name in next, err do
                    assert.is_true(allowed[name] or name == "status" and err:status_differs(),
                        row.name .. ": " .. tostring(name))
                end
            end
        end)

        it("the same at a second call, and the response as it was", function()
            for _, row in ipairs(everything) do
                local body, status = row.response.body, row.response.status
                local one = describe_error(errors.from_response(row.response, row.options))
                local other = describe_error(errors.from_response(row.response, row.options))
                assert.same(one, other, row.name)
                assert.equal(body, row.response.body)
                assert.is_true(status == row.response.status or status ~= status)
            end
        end)
    end)

    it("leaves the status to the kind, as a whole number, unless it differs", function()
        local err = errors.from_response { status = 404.0, body = '{"code":"InstanceNotFound"}' }
        assert.is_nil(rawget(err, "status"))
        err = errors.from_response { status = "429", body = '{"code":"RateLimit"}' }
        assert.equal(429, rawget(err, "status"))
        for _, status in ipairs { 418, 418.0, "418" } do
            err = errors.from_response { status = status, body = '{"code":"A"}' }
            assert.is_nil(rawget(err, "status"))
            assert.equal("418", tostring(err.status))
        end
    end)

    it("gives the errors of one status and no known code one kind", function()
        local one = errors.from_response { status = 502, body = "<html>" }
        local other = errors.from_response { status = "502", body = '{"code":"A"}' }
        assert.equal(one:kind(), other:kind())
        assert.is_true(errors.is(one, 502))
        assert.is_true(errors.is(one, "unavailable"))
        assert.is_false(errors.is(one, "ServiceUnavailable"))
    end)

    it("keeps what else the envelope said", function()
        local err = errors.from_response { status = 404, body = '{"code":"A","bucket":"logs"}' }
        assert.same({ bucket = "logs" }, err:details())
        assert.is_nil(errors.from_response({ status = 404, body = '{"code":"A"}' }):details())
        assert.is_nil(errors.from_response({ status = 404, body = '{"bucket":1}' }):details())
    end)

    it("shows nothing of an unreadable body to an encoder or a reader of the line", function()
        local err = errors.from_response { status = 502, body = "<html>password=123" }
        assert.equal("{}", err:to_json())
        assert.same({}, cjson.decode(cjson.encode(err)))
        assert.is_nil(tostring(err):find("123", 1, true))
        assert.equal("<html>password=123", err:body())
    end)

    it("keeps errors apart: each its own origin and body", function()
        local one = errors.from_response { status = 502, body = "<one>" }
        local other = errors.from_response { status = 502, body = "other" }
        assert.equal("<one>", one:body())
        assert.equal("html", one:origin())
        assert.equal("other", other:body())
        assert.equal("malformed", other:origin())
    end)

    describe("never raises, whatever the headers are:", function()
        local cyclic = {}
        cyclic["x-bce-request-id"] = cyclic
        cyclic[1] = cyclic
        for name, headers in pairs {
            ["a string"] = "x-bce-request-id: h-1",
            ["a number"] = 12,
            ["true"] = true,
            ["false"] = false,
            ["a function"] = print,
            ["a coroutine"] = coroutine.create(function() end),
            ["a userdata"] = io.stdout,
            ["a list of lines"] = { "x-bce-request-id: h-1", "x-bce-error-code: A" },
            ["a list of pairs"] = { { "x-bce-request-id", "h-1" } },
            ["within themselves"] = cyclic,
            ["of odd values"] = { ["x-bce-request-id"] = { false }, ["x-bce-error-code"] = print,
                ["x-bce-error-message"] = io.stdout },
            ["of odd names"] = { [true] = 1, [print] = 2, [0.5] = 3, [cyclic] = 4, [""] = 5,
                ["\0"] = 6, [("x"):rep(100000)] = 7 },
            ["a locked table"] = setmetatable({}, { __metatable = false }),
            ["a table that refuses to be asked"] = setmetatable({}, {
                __index = function() error("no such header") end,
            }),
        } do
            it(name, function()
                for _, field in ipairs { "headers", "header" } do
                    local err = errors.from_response { status = 502, [field] = headers, body = "<" }
                    assert.same({ status = 502, origin = "html", body = "<" }, describe_error(err))
                end
            end)
        end

        it("many and long", function()
            local headers = { ["x-bce-request-id"] = ("h"):rep(1048576) }
            for index = 1, 10000 do headers["x-" .. index] = tostring(index) end
            local err = errors.from_response { status = 502, headers = headers, body = "" }
            assert.is_true(err.requestId == headers["x-bce-request-id"])
        end)

        it("a message without a code", function()
            local err = errors.from_response { status = 502,
                headers = { ["x-bce-error-message"] = "no" } }
            assert.is_nil(err.code)
            assert.equal(502, err.status)
        end)
    end)

    describe("never raises, whatever bytes the body is:", function()
        it("any one, any two of those that matter", function()
            local bytes = {}
            for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
            for _, first in ipairs { "{", "}", "[", "]", '"', "\\", ",", ":", "-", "0", "<", " ",
                    "n", "\0", "\239", "\255" } do
                for byte = 0, 255 do bytes[#bytes + 1] = first .. string.char(byte) end
            end
            for _, body in ipairs(bytes) do
                local err = errors.from_response { status = 502, body = body }
                assert.is_nil(err.code)
                assert.equal(502, err.status)
                assert.equal(err:origin() ~= "empty" and body or nil, err:body())
            end
        end)

        it("an envelope with any one byte changed", function()
            local body = '{"requestId":"r","code":"A","message":"m"}'
            for at = 1, #body do
                for byte = 0, 255 do
                    local changed = body:sub(1, at - 1) .. string.char(byte) .. body:sub(at + 1)
                    local err = errors.from_response { status = 502, body = changed }
                    assert.equal(502, err.status)
                    assert.equal(err.code == nil and changed or nil, err:body())
                end
            end
        end)
    end)

    describe("raises at the caller's line when", function()
        for _, row in ipairs {
            { "the response is nil", nil, nil, "#1", "table expected, got nil" },
            { "the client failed, whose reason is told", nil, "connection refused", "#1",
                "table expected, got nil: connection refused" },
            { "the response is a string", "502", nil, "#1", "table expected, got string" },
            { "the response is a number", 502, nil, "#1", "table expected, got number" },
            { "the response is true", true, nil, "#1", "table expected, got boolean" },
            { "the response is a function", print, nil, "#1", "table expected, got function" },
            { "the options are a string", {}, "any_status", "#2", "table expected, got string" },
            { "the options are a number", {}, 1024, "#2", "table expected, got number" },
            { "the options are true", {}, true, "#2", "table expected, got boolean" },
            { "the options are false", {}, false, "#2", "table expected, got boolean" },
            { "the limit is a string", {}, { limit = "1024" }, "#2",
                "option 'limit' must be a number, got string" },
            { "the limit is true", {}, { limit = true }, "#2",
                "option 'limit' must be a number, got boolean" },
            { "the limit is wrong below 400", { status = 200 }, { limit = {} }, "#2",
                "option 'limit' must be a number, got table" },
            { "an option is misspelt", {}, { limits = 1 }, "#2",
                "unknown option 'limits', did you mean 'limit'?" },
            { "any_status is no boolean", {}, { any_status = 200 }, "#2",
                "option 'any_status' must be a boolean, got number" },
        } do
            it(row[1], function()
                local line, message = raised(function(mark)
                    mark()
                    errors.from_response(row[2], row[3])
                end)
                assert.equal(("receive_spec.lua:%d: bad argument %s to 'from_response' (%s)")
                    :format(line, row[4], row[5]), message:match("receive_spec%.lua:.*"))
            end)
        end
    end)
end)
