local cjson = require "cjson"
local errors = require "cfs.errors"
local responses = require "spec.data.responses"
local support = require "spec.helpers.support"

local unpack = table.unpack or unpack -- luacheck: std max


-- An error without a code, as a proxy's page makes one.
local function page(status)
    return errors.from_response { status = status, body = "<html>" }
end


-- An error whose code is unknown.
local function unknown(message, status)
    local body = cjson.encode { code = "NoSuchKey", message = message }
    return errors.from_response { status = status or 404, body = body }
end


describe("err:response", function()
    local limited = errors.RateLimit { host = "10.0.3.7", requestId = "4db2b34d" }

    it("gives status, headers and envelope", function()
        local status, headers, body = limited:response()
        assert.equal(421, status)
        assert.same({ ["Content-Type"] = "application/json", ["x-bce-request-id"] = "4db2b34d",
            ["Retry-After"] = "1" }, headers)
        assert.equal('{"requestId":"4db2b34d","code":"RateLimit",'
            .. '"message":"There are too many connections. The host is {host}"}', body)
    end)

    it("gives three values, and headers that are the caller's to change", function()
        assert.equal(3, support.pack(limited:response()).n)
        local _, one = limited:response()
        local _, other = limited:response()
        assert.is_false(rawequal(one, other))
    end)

    it("answers every error of the catalogue with its status and its code", function()
        local values = { parameterName = "fsId", host = "nd7", protocol = "ftp",
            date = "2026-11-24T10:30:00Z" }
        for kind in errors.each() do
            local fields = {}
            for placeholder, name in pairs { parameterName = "parameterName", ["{host}"] = "host",
                ["{http}"] = "protocol", XXX = "date" } do
                if kind.message:find(placeholder, 1, true) then fields[name] = values[name] end
            end
            if kind.service == "global" or kind.service == "cfs" then
                local err = kind(fields)
                local status, headers, body = err:response()
                local passes = kind.category == "throttle" or kind.category == "unavailable"
                assert.equal(kind.status, status)
                assert.same({ ["Content-Type"] = "application/json",
                    ["Retry-After"] = passes and "1" or nil }, headers)
                assert.same({ code = kind.code, message = fields.host and kind.message or err.message },
                    cjson.decode(body))
            end
        end
    end)

    describe("answers with the status", function()
        local made = { [100] = 500, [200] = 500, [302] = 500, [399] = 500, [400] = 400, [404] = 404,
            [421] = 421, [424] = 424, [429] = 429, [503] = 503, [599] = 599, [600] = 500, [999] = 500 }
        for given, expected in pairs(made) do
            it(("%d for an error with %d"):format(expected, given), function()
                assert.equal(expected, (errors.AccessDenied { status = given }:response()))
            end)
        end

        it("500 where there is none", function()
            assert.equal(500, (errors.parse '{"code":"NoSuchKey"}':response()))
        end)

        it("500 where it became none", function()
            for _, other in ipairs { "404x", {}, false, 404.5 } do
                local err = errors.InstanceNotFound()
                err.status = other
                assert.equal(other == false and 404 or 500, (err:response()))
            end
        end)

        for _, case in ipairs {
            { "RateLimit", 429 }, { "ServiceError", 503 }, { "InternalError", 500 },
            { "ServiceUnavailable", 503 }, { "MultiRequestConflict", 409 },
        } do
            it(("%d for %s, to a client that knows HTTP alone"):format(case[2], case[1]), function()
                local err = errors.new(case[1], { message = "m" })
                assert.equal(case[2], (err:response { standard = true }))
                assert.equal(err.status, (err:response { standard = false }))
            end)
        end
    end)

    describe("answers an error without a code under one that is close", function()
        for status, row in pairs {
            [400] = { "InvalidHTTPRequest", "Bad Request" },
            [401] = { "InvalidHTTPAuthHeader", "Unauthorized" },
            [402] = { "OptInRequired", "Payment Required" },
            [403] = { "AccessDenied", "Forbidden" },
            [404] = { "ResourceNotExists", "Not Found" },
            [405] = { "InvalidHTTPRequest", "Method Not Allowed" },
            [408] = { "EOFException", "Request Timeout" },
            [409] = { "IdempotentParameterMismatch", "Conflict" },
            [410] = { "ResourceNotExists", "Gone" },
            [412] = { "IdempotentParameterMismatch", "Precondition Failed" },
            [413] = { "RequestEntityTooLargeException", "Content Too Large" },
            [421] = { "ResourceNotExists", "Misdirected Request" },
            [424] = { "InvalidHTTPRequest", "Failed Dependency" },
            [429] = { "RateLimit", "Too Many Requests" },
            [499] = { "InvalidHTTPRequest", "HTTP status 499" },
            [500] = { "InternalError", "Internal Server Error" },
            [501] = { "ParseBodyException", "Not Implemented" },
            [502] = { "ServiceUnavailable", "Bad Gateway" },
            [503] = { "ServiceUnavailable", "Service Unavailable" },
            [504] = { "ServiceUnavailable", "Gateway Timeout" },
            [520] = { "ParseBodyException", "HTTP status 520" },
        } do
            it(status .. " as " .. row[1], function()
                local sent, _, body = page(status):response()
                assert.equal(status, sent)
                assert.same({ code = row[1], message = row[2] }, cjson.decode(body))
                assert.equal(status, (page(status):response { standard = true }))
            end)
        end

        -- The category "unknown" claims nothing, so any code that is repeated as little agrees.
        it("that tells the client what the program is told, whatever the status", function()
            for status = 400, 599 do
                local err = page(status)
                local _, headers, body = err:response()
                local kind = errors.catalogue[cjson.decode(body).code]
                assert.equal(err.retry, kind.retry, status)
                assert.equal(err.fault, kind.fault, status)
                if err.category ~= "unknown" then assert.equal(err.category, kind.category, status) end
                local passes = err.category == "throttle" or err.category == "unavailable"
                assert.equal(passes and err.retry ~= "never" and "1" or nil, headers["Retry-After"], status)
            end
        end)

        it("that is never repeated where no status is known", function()
            local status, headers, body = errors.from_response { headers = {}, body = "<html>" }:response()
            assert.equal(500, status)
            assert.is_nil(headers["Retry-After"])
            assert.same({ code = "ParseBodyException", message = "Internal Server Error" }, cjson.decode(body))
        end)

        it("and shows nothing of the body", function()
            local _, _, body = errors.from_response { status = 502, body = "secret" }:response()
            assert.is_nil(body:find("secret", 1, true))
        end)
    end)

    describe("writes", function()
        it("an unknown code as it is, without a message if it had none", function()
            local _, _, body = errors.parse '{"code":"NoSuchKey"}':response()
            assert.equal('{"code":"NoSuchKey"}', body)
        end)

        it("the catalogue's message where a known code had none", function()
            local _, _, body = errors.parse '{"code":"RateLimit"}':response()
            assert.equal(errors.RateLimit.message, cjson.decode(body).message)
        end)

        it("nothing of a cause", function()
            local _, err = errors.pcall(error, "password=123", 0)
            local _, _, body = err:response()
            assert.same({ code = "InternalError", message = errors.InternalError.message },
                cjson.decode(body))
        end)

        it("members that became something else as text, or not at all", function()
            for _, other in ipairs(support.others) do
                local err = errors.InstanceNotFound { requestId = "r" }
                for _, name in ipairs { "code", "message", "requestId" } do rawset(err, name, other[2]) end
                local _, _, body = err:response()
                local expected = type(other[2]) == "number" and tostring(other[2])
                    or type(other[2]) == "string" and other[2] ~= "" and other[2] or nil
                assert.equal(expected, cjson.decode(body).requestId, other[1])
                assert.equal("string", type(cjson.decode(body).code))
            end
        end)

        it("an envelope for every response", function()
            for _, row in ipairs(responses) do
                local err = errors.from_response(row.response, row.options)
                if err then
                    local status, headers, body = err:response { standard = true, request_id = "r" }
                    assert.is_true(status >= 400 and status <= 599, row.name)
                    for _, value in pairs(headers) do assert.is_nil(value:find("[^ -~]"), row.name) end
                    local again = errors.parse(body)
                    assert.equal(err.code or again.code, again.code, row.name)
                    assert.truthy(again.requestId, row.name)
                end
            end
        end)
    end)

    describe("hides the hosts of", function()
        local cases = {
            { "RateLimit", errors.RateLimit { host = "nd7" },
              "There are too many connections. The host is {host}" },
            { "ServiceError", errors.ServiceError { host = "10.0.3.7:80, 10.0.3.8" },
              "the dependency service is unavailable, host is {host}" },
            { "a template that nobody filled", errors.parse '{"code":"RateLimit"}',
              "There are too many connections. The host is {host}" },
            { "a message that is not the template's",
              errors.RateLimit { message = "Slow down, says nd7.bj.internal" }, "Slow down, says {host}" },
            { "a known code without a template",
              errors.InternalError { message = "no route to 10.0.3.7" }, "no route to {host}" },
            { "an unknown code", unknown("10.0.3.7 has no such key: config.json"),
              "{host} has no such key: config.json" },
        }
        for _, case in ipairs(cases) do
            it(case[1], function()
                local _, _, body = case[2]:response()
                assert.equal(case[3], cjson.decode(body).message)
            end)
        end

        it("an extension whose template has one", function()
            errors.extend { { code = "RenderSpecLost", status = 502,
                message = "{host} lost block {block}" } }
            local _, _, body = errors.RenderSpecLost { host = "nd7", block = "b.7" }:response()
            assert.equal("{host} lost block b.7", cjson.decode(body).message)
        end)

        it("nothing that a template has for the caller's own words", function()
            for _, err in ipairs {
                errors.InvalidParameter { parameterName = "spec.mount-target.0.vpc" },
                errors.UnsupportedProtocol { protocol = "nd7.bj.internal" },
                errors.RequestExpired { date = "2026-11-24T10:30:00Z" },
            } do
                local _, _, body = err:response()
                assert.equal(err.message, cjson.decode(body).message)
            end
        end)

        it("no one if hide is false", function()
            for _, case in ipairs(cases) do
                local _, _, body = case[2]:response { hide = false }
                assert.equal(case[2].message or case[2]:kind().message, cjson.decode(body).message)
            end
        end)
    end)

    describe("has the request id", function()
        it("of the error, else of the options", function()
            for _, case in ipairs {
                { "one", "other", "one" }, { nil, "other", "other" }, { "", "other", "other" },
                { "one", nil, "one" },
            } do
                local err = errors.InstanceNotFound { requestId = case[1] }
                local _, headers, body = err:response { request_id = case[2] }
                assert.equal(case[3], headers["x-bce-request-id"])
                assert.equal(case[3], cjson.decode(body).requestId)
            end
        end)

        it("in the header only if it is a plain token", function()
            for id, plain in pairs {
                ["ae2225f7-1c2e-427a-a1ad-5413b762957d"] = true, ["A.z_0~9"] = true,
                ["!#$%&'*+-.^_`|~"] = true, [("x"):rep(128)] = true, [("x"):rep(129)] = false,
                ["a b"] = false, ["a\r\nSet-Cookie: b"] = false, ["a\n"] = false, ["a\0"] = false,
                ["a:b"] = false, ["a/b"] = false, ['"a"'] = false, ["a\195\164"] = false,
                ["a\127"] = false, ["a,b"] = false, ["\255"] = false,
            } do
                local _, headers, body = errors.InstanceNotFound { requestId = id }:response()
                assert.equal(plain and id or nil, headers["x-bce-request-id"])
                assert.equal(id == "\255" and "\239\191\189" or id, cjson.decode(body).requestId)
            end
        end)
    end)

    describe("asks for a pause", function()
        it("where the error passes, and nowhere else", function()
            for _, case in ipairs {
                { page(502), "7" }, { page(429), "7" }, { page(404), nil }, { page(500), nil },
                { errors.RateLimit { host = "h" }, "7" }, { errors.ServiceUnavailable(), "7" },
                { errors.InternalError(), nil }, { unknown("m", 503), "7" }, { unknown("m", 400), nil },
            } do
                local _, headers = case[1]:response { retry_after = 7 }
                assert.equal(case[2], headers["Retry-After"])
            end
        end)

        it("in whole seconds, rounded up", function()
            for seconds, expected in pairs { [0] = "0", [0.1] = "1", [1] = "1", [1.5] = "2",
                [3600] = "3600", [2 ^ 40] = "1099511627776" } do
                local _, headers = errors.ServiceUnavailable():response { retry_after = seconds }
                assert.equal(expected, headers["Retry-After"])
            end
        end)
    end)

    it("refuses options that it does not have", function()
        local err = errors.InternalError()
        local sentence = "bad argument #1 to 'response' (%s)"
        support.raises(sentence:format("unknown option 'hid', did you mean 'hide'?"),
            function() err:response { hid = true } end)
        support.raises(sentence:format("option 'hide' must be a boolean, got number"),
            function() err:response { hide = 0 } end)
        support.raises(sentence:format("option 'request_id' must be a string, got number"),
            function() err:response { request_id = 1 } end)
        support.raises(sentence:format("table expected, got string"),
            function() err:response("standard") end)
        for _, seconds in ipairs { -1, math.huge, -math.huge, 0 / 0 } do
            support.raises(sentence:format("option 'retry_after' must be a number of seconds from 0"),
                function() err:response { retry_after = seconds } end)
        end
        support.raises(sentence:format("unknown format 'problems', did you mean 'problem'?"),
            function() err:response { format = "problems" } end)
    end)
end)


-- Reads a line back: key → value. A value is a word, or a JSON string.
local function read_log(line)
    local fields, order, position = {}, {}, 1
    while position <= #line do
        local key, stop = line:match("^(%a+)=()", position)
        support.assert(key and not fields[key], line)
        local value, after = line:match('^([^" ]+)()', stop)
        if not value then
            after = stop + 1
            while line:sub(after, after) ~= '"' do
                support.assert(after <= #line, line)
                after = after + (line:sub(after, after) == "\\" and 2 or 1)
            end
            after = after + 1
            value = cjson.decode("[" .. line:sub(stop, after - 1) .. "]")[1]
        end
        fields[key], order[#order + 1] = value, key
        support.assert(after == #line + 1 or line:sub(after, after) == " ", line)
        position = after + 1
    end
    return fields, table.concat(order, " ")
end


local function assert_bounded(line)
    assert.is_true(#line <= 1024, #line)
    assert.is_nil(line:find("%c"))
    assert.is_nil(line:find("\194[\128-\159]"))
    assert.is_nil(line:find("\226\128[\168\169]"))
    assert.equal(require("cfs.errors.core").repair(line), line)
end


describe("err:to_log", function()
    it("is one line of fields, the important ones first", function()
        local err = errors.RateLimit { host = "nd7", requestId = "4db2b34d", cause = "no\nroute" }
        assert.equal("code=RateLimit status=421 requestId=4db2b34d category=throttle fault=client "
            .. 'message="There are too many connections. The host is nd7" cause="no\\nroute"', err:to_log())
    end)

    it("tells where a code, or none, comes from, and the body that had none", function()
        local err = errors.from_response { status = 502, body = '<html lang="en">\r\n' }
        assert.equal('status=502 category=unavailable fault=server origin=html body="<html '
            .. 'lang=\\"en\\">\\r\\n"', err:to_log())
        err = errors.from_response { status = 404, headers = { ["X-Bce-Error-Code"] = "InstanceNotFound" } }
        assert.equal("code=InstanceNotFound status=404 category=not_found fault=client origin=headers",
            err:to_log())
    end)

    it("leaves out what is not known", function()
        assert.equal("code=A category=unknown fault=unknown", errors.parse '{"code":"A"}':to_log())
    end)

    it("tells the status that the error came with", function()
        assert.equal("429", read_log(errors.RateLimit { message = "m", status = 429 }:to_log()).status)
    end)

    local values = {
        "a", "a b", "", "=", "a=b", '"', '""', "\\", "\\\\", '\\"', "\\n", "\\u0041", "a\nb", "\r\n\t",
        "\0\1\8\12\27[31m\127", "\194\128\194\159", "\226\128\168\226\128\169\226\128\166", "\195\164",
        "\240\159\152\128", "{host}", "<html>", "a, b", "key=\"value\" other='x'", "' or 1=1 --", "...",
        "-", "a/b", "2026-11-24T10:30:00Z",
    }
    for index, value in ipairs(values) do
        it(("reads back: value %d, %q"):format(index, value), function()
            local err = errors.InternalError { message = value, requestId = value, cause = value }
            local line = err:to_log()
            assert_bounded(line)
            local fields, order = read_log(line)
            assert.equal("code status requestId category fault message cause", order)
            assert.same({ code = "InternalError", status = "500", requestId = value,
                category = "internal", fault = "server", message = value, cause = value }, fields)
        end)
    end

    it("reads back with each byte there is, made valid UTF-8", function()
        local repair = require("cfs.errors.core").repair
        for byte = 0, 255 do
            local value = "a" .. string.char(byte) .. "b"
            local line = errors.InternalError { message = value }:to_log()
            assert_bounded(line)
            assert.equal(repair(value), read_log(line).message)
        end
    end)

    -- What is cut: a prefix of the value, and "...".
    local function assert_cut(value, shown)
        assert.equal("...", shown:sub(-3))
        assert.equal(shown:sub(1, -4), value:sub(1, #shown - 3))
    end

    it("cuts the message and the cause between characters, and fills the line", function()
        for _, piece in ipairs { "x", "x y", "\n", "\1", '"', "\\", "\\u", "\195\164", "\226\128\168",
            "\240\159\152\128", "\194\133", "a\240\159\152\128\1" } do
            for shift = 0, 6 do
                local value = ("x"):rep(shift) .. piece:rep(1000)
                for _, cause in ipairs { value, false } do
                    local err = errors.InternalError { message = value, cause = cause or nil }
                    local line = err:to_log()
                    assert_bounded(line)
                    assert.is_true(#line > 1024 - 12, #line)
                    local fields = read_log(line)
                    assert_cut(value, fields.message)
                    if cause then
                        assert_cut(value, fields.cause)
                        assert.is_true(#fields.cause > 30)
                    end
                end
            end
        end
    end)

    it("takes bytes at random", function()
        local repair = require("cfs.errors.core").repair
        local seed = 1
        local function random(most)
            seed = seed * 16807 % 2147483647
            return seed % (most + 1)
        end
        for _ = 1, 500 do
            local bytes = {}
            for index = 1, random(900) do
                bytes[index] = string.char(random(3) == 0 and random(255) or 32 + random(94))
            end
            local value = table.concat(bytes)
            local line = errors.InternalError { message = value, cause = value }:to_log()
            assert_bounded(line)
            local fields = read_log(line)
            for _, name in ipairs { "message", "cause" } do
                if fields[name] ~= repair(value) then assert_cut(repair(value), fields[name]) end
            end
        end
    end)

    it("does not cut what fits to the byte", function()
        local around = #'code=InternalError status=500 category=internal fault=server message=""'
        for spare = 0, 3 do
            local value = ("x "):rep(600):sub(1, 1024 - around - spare)
            local line = errors.InternalError { message = value }:to_log()
            assert.equal(1024 - spare, #line)
            assert.equal(value, read_log(line).message)
        end
        local value = ("x "):rep(600):sub(1, 1024 - around + 1)
        assert_cut(value, read_log(errors.InternalError { message = value }:to_log()).message)
    end)

    it("keeps room for the message, however long the other values are", function()
        local long = ("\n"):rep(5000)
        local err = errors.from_response { status = 500, body = cjson.encode { code = long,
            requestId = long, message = "what it is" } }
        local line = err:to_log()
        assert_bounded(line)
        local fields = read_log(line)
        assert_cut(long, fields.code)
        assert_cut(long, fields.requestId)
        assert.equal("what it is", fields.message)
    end)

    it("is bounded for every response", function()
        for _, row in ipairs(responses) do
            local err = errors.from_response(row.response, row.options)
            if err then
                assert_bounded(err:to_log())
                local fields = read_log(err:to_log())
                assert.equal(tostring(err.status), tostring(fields.status), row.name)
                assert.equal(err.category, fields.category, row.name)
            end
        end
    end)

    describe("tells of a cause", function()
        local inner = errors.InstanceNotFound { requestId = "r" }
        local causes = {
            { inner, tostring(inner) }, { 404, "404" }, { true, "true" }, { false, "false" },
            { setmetatable({}, { __tostring = function() return "an object" end }), "an object" },
            { setmetatable({}, { __tostring = function() error "hostile" end }), "(table)" },
            { setmetatable({}, { __tostring = function() return nil end }), "(table)" },
        }
        for index, case in ipairs(causes) do
            it("that is any value, case " .. index, function()
                local err = errors.InternalError { cause = case[1] }
                assert.equal(case[2], read_log(err:to_log()).cause)
            end)
        end

        it("and never fails", function()
            for _, other in ipairs(support.others) do
                local err = errors.InternalError { cause = other[2] }
                for _, name in ipairs { "code", "message", "requestId", "status" } do
                    rawset(err, name, other[2])
                end
                assert_bounded(err:to_log())
                read_log(err:to_log())
            end
        end)
    end)
end)


describe("A method whose module is loaded late", function()
    it("is the same after the library was loaded again", function()
        local err = errors.InternalError()
        local before = { err:response() }
        for name in pairs(package.loaded) do
            if name:find("^cfs%.errors") and name ~= "cfs.errors.core" then package.loaded[name] = nil end
        end
        local again = require "cfs.errors"
        assert.same(before, { unpack({ again.InternalError():response() }, 1, 3) })
        assert.same(before, { err:response() })
    end)
end)
