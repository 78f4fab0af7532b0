local errors = require "cfs.errors"
local support = require "spec.helpers.support"
local testing = require "cfs.errors.testing"

local raises = support.raises

-- What an assertion that fails says, and the line that it blames.
local function complaint(f)
    local good, message = pcall(f)
    assert.is_false(good)
    message = type(message) == "table" and message.message or message
    local line, sentence = message:match("^[^\n]-testing_spec%.lua:(%d+): (.*)$")
    return sentence or message, tonumber(line)
end

describe("cfs.errors.testing", function()
    it("is not loaded by the library", function()
        local command = require "spec.helpers.command"
        assert.equal("nil\tnil\n", command.must(command.interpreter .. [[ -e 'require "cfs.errors"']]
            .. [[ -e 'print(package.loaded["cfs.errors.testing"], package.loaded.luassert)']]))
    end)

    it("works without luassert", function()
        local command = require "spec.helpers.command"
        assert.equal("404\n", command.must(command.interpreter
            .. [[ -e 'package.preload.luassert = function() error("none") end']]
            .. [[ -e 'print(require("cfs.errors.testing").response("InstanceNotFound").status)']]))
    end)
end)

describe("testing.response", function()
    for kind in errors.each() do
        it("sends " .. kind.code .. " as the service does", function()
            local response = testing.response(kind.code)
            assert.equal(kind.status, response.status)
            assert.equal("application/json; charset=utf-8", response.headers["Content-Type"])
            assert.equal(tostring(#response.body), response.headers["Content-Length"])
            local err = errors.from_response(response)
            assert.cfs_error(err, kind)
            assert.equal("ae2225f7-1c2e-427a-a1ad-5413b762957d", err.requestId)
            assert.equal(err.requestId, response.headers["X-Bce-Request-Id"])
            assert.is_false(err:status_differs())
        end)
    end

    it("fills every parameter of a message", function()
        for code, values in pairs {
            MissingParameter = { parameterName = "fsName" },
            InvalidParameter = { parameterName = "fsName" },
            ServiceError = { host = "cfs.bj.baidubce.com" },
            RateLimit = { host = "cfs.bj.baidubce.com" },
            UnsupportedProtocol = { protocol = "ftp" },
            RequestExpired = { date = "2026-01-02T03:04:05Z" },
        } do
            assert.same(values, errors.from_response(testing.response(code)):params())
        end
        errors.extend { { code = "SpecTestingKey", status = 404, message = "No {key} in {bucket}." } }
        assert.equal('"No key in bucket."',
            testing.response("SpecTestingKey").body:match('"message":(.*)}'))
    end)

    it("takes the fields of an error", function()
        local response = testing.response(errors.RateLimit,
            { host = "nd7", requestId = "r-1", status = 429 })
        assert.equal(429, response.status)
        assert.equal("r-1", response.headers["X-Bce-Request-Id"])
        assert.equal('{"requestId":"r-1","code":"RateLimit",'
            .. '"message":"There are too many connections. The host is nd7"}', response.body)
        assert.equal('{"requestId":"ae2225f7-1c2e-427a-a1ad-5413b762957d","code":"RateLimit","message":'
            .. '"There are too many connections. The host is cfs.bj.baidubce.com"}',
            testing.response("RateLimit", { status = 429 }).body)
        assert.equal('"m"', testing.response("RateLimit", { message = "m" }).body:match('"message":(.*)}'))
    end)

    it("makes a new table each time", function()
        local one, other = testing.response("AccessDenied"), testing.response("AccessDenied")
        assert.same(one, other)
        assert.is_false(rawequal(one, other))
        assert.is_false(rawequal(one.headers, other.headers))
    end)

    it("blames the line that misuses it", function()
        raises("bad argument #1 to 'response' (unknown code 'RateLimits', did you mean 'RateLimit'?)",
            function() testing.response "RateLimits" end)
        raises("bad argument #1 to 'response' (code or kind expected, got nil)",
            function() testing.response() end)
        raises("bad argument #2 to 'response' (unknown field 'hosts', did you mean 'host'?)",
            function() testing.response("RateLimit", { hosts = "nd7" }) end)
        raises("bad argument #2 to 'response' (table expected, got string)",
            function() testing.response("RateLimit", "nd7") end)
    end)
end)

describe("testing.strict", function()
    local err = errors.AccessDenied()
    before_each(function() testing.strict() end)
    after_each(function() testing.strict(false) end)

    it("raises for a field that no error has", function()
        for name, sentence in pairs {
            request_id = "unknown field 'request_id', did you mean 'requestId'?",
            mesage = "unknown field 'mesage', did you mean 'message'?",
            qqq = "unknown field 'qqq'",
        } do
            support.raises(sentence, function() return err[name], nil end)
            support.raises(sentence, function() return errors.AccessDenied[name], nil end)
        end
    end)

    it("leaves what errors have, and what they may lack", function()
        assert.is_nil(err.requestId)
        assert.is_nil(errors.parse('{"code":"NoSuchKey"}').message)
        assert.same({ 403, "permission" }, { err.status, err.category })
        assert.is_true(err:is "permission" and #tostring(err) > 0 and #err:to_log() > 0)
        assert.is_true(#err:explain() > 0)
    end)

    it("ends with false", function()
        testing.strict(false)
        assert.is_nil(err.request_id)
    end)
end)

describe("testing.sequence", function()
    it("responds with each entry in turn, whatever its arguments", function()
        local page = { status = 502, headers = {}, body = "<html></html>" }
        local send = testing.sequence { "RateLimit", page, errors.InternalError }
        assert.same(testing.response("RateLimit"), send())
        assert.is_true(rawequal(page, send("DELETE", "/v1/cfs/cfs-1")))
        assert.same(testing.response("InternalError"), send(nil))
        raises("the sequence has 3 responses only", function() send() end)
        raises("the sequence has 3 responses only", function() send() end)
    end)

    it("keeps each its own place, and its list", function()
        local list = { "RateLimit" }
        local one, other = testing.sequence(list), testing.sequence(list)
        list[1] = nil
        assert.equal(421, one().status)
        assert.equal(421, other().status)
    end)

    it("blames the line that misuses it", function()
        raises("bad argument #1 to 'sequence' (table expected, got nil)",
            function() testing.sequence() end)
        raises("bad argument #1 to 'sequence' (entry 2: unknown code 'Wrong')",
            function() testing.sequence { "RateLimit", "Wrong" } end)
        raises("bad argument #1 to 'sequence' (entry 1: code or kind expected, got number)",
            function() testing.sequence { 404 } end)
        raises("the sequence has 0 responses only", function() testing.sequence {} () end)
    end)
end)

-- All that makes a response, as one text.
local function text_of(response)
    local headers = {}
    for name, value in pairs(response.headers) do headers[#headers + 1] = name .. ": " .. value end
    table.sort(headers)
    return table.concat({ response.name, response.origin, response.status, tostring(response.requestId),
        table.concat(headers, "\n"), tostring(response.body) }, "\n")
end

-- A sum over the bytes that doubles and integers make alike.
local function sum_of(responses)
    local sum = 1
    for _, response in ipairs(responses) do
        for character in text_of(response):gmatch(".") do
            sum = (sum * 31 + character:byte()) % 2147483647
        end
    end
    return sum
end

describe("testing.broken", function()
    it("makes at least 60 responses, each under a name of its own", function()
        local responses, names = testing.broken(1), {}
        assert.is_true(#responses >= 60)
        for _, response in ipairs(responses) do
            assert.is_nil(names[response.name], response.name)
            names[response.name] = true
        end
    end)

    it("makes the same ones from a seed, on every Lua", function()
        assert.equal(584665029, sum_of(testing.broken(1)))
        assert.equal(191663592, sum_of(testing.broken(2147483645)))
        assert.equal(sum_of(testing.broken(0)), sum_of(testing.broken()))
        assert.equal(sum_of(testing.broken(7)), sum_of(testing.broken(7.0)))
    end)

    it("makes others from another seed", function()
        local seen = {}
        for seed = 0, 20 do
            local sum = sum_of(testing.broken(seed))
            assert.is_nil(seen[sum])
            seen[sum] = true
        end
    end)

    it("makes responses that are errors without a code, each of the origin that it tells", function()
        local origins = {}
        for seed = 0, 20 do
            for _, response in ipairs(testing.broken(seed)) do
                local err = errors.from_response(response)
                assert.is_nil(err.code, response.name)
                assert.equal(response.origin, err:origin(), response.name)
                assert.equal(response.requestId, err.requestId, response.name)
                assert.equal(response.status, err.status, response.name)
                origins[response.origin] = true
            end
        end
        assert.same({ empty = true, html = true, xml = true, malformed = true, too_deep = true,
            not_envelope = true }, origins)
    end)

    it("blames the line that misuses it", function()
        local sentence = "bad argument #1 to 'broken' (whole number from 0 to 2147483645 expected)"
        raises(sentence, function() testing.broken(-1) end)
        raises(sentence, function() testing.broken(0.5) end)
        raises(sentence, function() testing.broken(2147483646) end)
        raises(sentence, function() testing.broken(0 / 0) end)
        raises(sentence, function() testing.broken("1") end)
    end)
end)

describe("assert.cfs_error", function()
    local err = errors.InstanceNotFound { requestId = "r-1" }
    local function fail() error(err) end

    it("takes what a function raises, and returns it", function()
        assert.is_true(rawequal(err, assert.cfs_error(fail, "InstanceNotFound")))
        assert.is_true(rawequal(err, assert.cfs_error(fail, "RateLimit", "not_found")))
        assert.is_true(rawequal(err, assert.cfs_error(fail, errors.InstanceNotFound)))
        assert.is_true(rawequal(err, assert.cfs_error(fail, 404)))
        assert.is_true(rawequal(err, assert.cfs_error(fail)))
    end)

    it("takes an error that there is", function()
        assert.is_true(rawequal(err, assert.cfs_error(err, "InstanceNotFound")))
        assert.is_true(rawequal(err, assert.is_cfs_error(err)))
    end)

    it("can be turned round", function()
        assert.is_not.cfs_error(fail, "RateLimit")
        assert.is_not.cfs_error(function() end)
        assert.is_not.cfs_error(function() error("text") end)
        assert.is_not.cfs_error(nil)
    end)

    it("says what was expected and what happened", function()
        for _, case in ipairs {
            { function() assert.cfs_error(fail, "RateLimit") end,
              "Expected an error of CFS: RateLimit\nRaised: " .. tostring(err) },
            { function() assert.cfs_error(fail, "RateLimit", errors.EOFException, "throttle", 500) end,
              "Expected an error of CFS: RateLimit or EOFException or throttle or 500\nRaised: "
                  .. tostring(err) },
            { function() assert.cfs_error(err, 500) end,
              "Expected an error of CFS: 500\nGot: " .. tostring(err) },
            { function() assert.cfs_error(function() end) end,
              "Expected an error of CFS: any\nNothing was raised." },
            { function() assert.cfs_error(function() error("a\nb", 0) end, "RateLimit") end,
              "Expected an error of CFS: RateLimit\nRaised: the string 'a\\nb'" },
            { function() assert.cfs_error(nil, "RateLimit") end,
              "Expected an error of CFS: RateLimit\nGot: nil" },
            { function() assert.cfs_error(7) end, "Expected an error of CFS: any\nGot: the number 7" },
            { function() assert.cfs_error({}) end, "Expected an error of CFS: any\nGot: table" },
            { function() assert.is_not.cfs_error(fail, 404) end,
              "Expected no error of CFS: 404\nRaised: " .. tostring(err) },
        } do
            local sentence, line = complaint(case[1])
            assert.equal(case[2], sentence)
            assert.equal(debug.getinfo(case[1], "S").linedefined, line)
        end
    end)

    it("refuses a misspelt target, whatever the value is", function()
        for _, value in ipairs { fail, err, "text" } do
            raises("bad argument #3 to 'cfs_error' (unknown code 'RateLimits', did you mean 'RateLimit'?)",
                function() assert.cfs_error(value, 404, "RateLimits") end)
        end
        raises("bad argument #2 to 'cfs_error' (code, kind, category or status expected, got nil)",
            function() assert.cfs_error(fail, nil) end)
    end)

    it("is safe for any value", function()
        for _, other in ipairs(support.others) do
            assert.is_not.cfs_error(other[2])
            assert.is_not.cfs_error(function() error(other[2]) end, "InstanceNotFound")
        end
    end)
end)
