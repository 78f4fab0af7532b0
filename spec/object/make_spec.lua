local cjson = require "cjson"
local errors = require "cfs.errors"
local support = require "spec.helpers.support"

local own, raises = support.own, support.raises

local date = "2015-04-27T08:23:49Z"

-- The six kinds whose message has a parameter.
local templates = {
    { "MissingParameter", "parameterName", "fsName", "A required parameter '%s' is not supplied." },
    { "InvalidParameter", "parameterName", "fsName", "The parameter '%s' is invalid." },
    { "ServiceError", "host", "10.0.0.1", "the dependency service is unavailable, host is %s" },
    { "RateLimit", "host", "10.0.0.1", "There are too many connections. The host is %s" },
    { "UnsupportedProtocol", "protocol", "ftp", "The protocol '%s' is not supported." },
    { "RequestExpired", "date", date, "Request has expired. Timestamp date is %s." },
}

-- Errors with all the things that can be behind one.
local function new_laden()
    local _, wrapped = errors.pcall(error, "secret-1")
    local page = errors.from_response { status = 502, body = "<html>secret-2</html>" }
    local read = errors.parse '{"code": "InternalError", "secret-3": "secret-4"}'
    local caused = errors.new("InternalError", { cause = { text = "secret-5" } })
    return { wrapped, page, read, caused }
end

describe("errors.new", function()
    it("makes an error by its code", function()
        assert.same({
            code = "InstanceNotFound",
            message = "The specified CFS instance does not exist.",
        }, own(errors.new("InstanceNotFound")))
    end)

    it("makes an error by its kind", function()
        assert.same(own(errors.new("InstanceNotFound")), own(errors.new(errors.InstanceNotFound)))
    end)

    it("makes a new error at each call", function()
        assert.is_false(rawequal(errors.new("InstanceNotFound"), errors.new("InstanceNotFound")))
    end)

    it("takes a request id, a message, a status and a cause", function()
        local cause = {}
        local err = errors.new("InstanceNotFound", {
            requestId = "7e0c3b52", message = "No instance.", status = 410, cause = cause,
        })
        assert.same({
            code = "InstanceNotFound",
            message = "No instance.",
            requestId = "7e0c3b52",
            status = 410,
        }, own(err))
        assert.is_true(rawequal(cause, err:cause()))
    end)

    it("leaves the fields that it is given as they are", function()
        local fields = { requestId = "r", status = "410", host = "nd7", cause = "c" }
        local before = own(fields)
        errors.new("RateLimit", fields)
        assert.same(before, fields)
    end)

    it("makes an error for each code of the catalogue, of its message", function()
        for kind in errors.each() do
            local err = errors.new(kind, { message = "m" })
            assert.equal(kind.code, err.code)
            assert.is_true(rawequal(kind, err:kind()))
        end
    end)

    describe("blames the line that calls it for", function()
        local bad_status = "#2: field 'status' must be a whole number from 100 to 999"
        local cases = {
            { "a misspelt code", "InstanceNotfound", nil,
              "#1: unknown code 'InstanceNotfound', did you mean 'InstanceNotFound'?" },
            { "an unknown code", "Qqqqqqqqqqqq", nil, "#1: unknown code 'Qqqqqqqqqqqq'" },
            { "a category", "clock", nil,
              "#1: 'clock' is a category; its codes are RequestExpired, RequestTimeTooSkewed" },
            { "no code", nil, nil, "#1: code or kind expected, got nil" },
            { "a status for a code", 404, nil, "#1: code or kind expected, got number" },
            { "a table for a code", {}, nil, "#1: code or kind expected, got table" },
            { "an error for a code", errors.new("InstanceNotFound"), nil,
              "#1: code or kind expected, got table" },
            { "the kind of an unknown code", errors.parse('{"code": "NoSuchKey"}'):kind(), nil,
              "#1: code or kind expected, got table" },
            { "fields that are no table", "InstanceNotFound", "7e0c3b52",
              "#2: table expected, got string" },
            { "fields that are false", "InstanceNotFound", false,
              "#2: table expected, got boolean" },
            { "requestID", "InstanceNotFound", { requestID = "r" },
              "#2: unknown field 'requestID', did you mean 'requestId'?" },
            { "request_id", "InstanceNotFound", { request_id = "r" },
              "#2: unknown field 'request_id', did you mean 'requestId'?" },
            { "a misspelt message", "InstanceNotFound", { mesage = "m" },
              "#2: unknown field 'mesage', did you mean 'message'?" },
            { "a misspelt status", "InstanceNotFound", { stauts = 404 },
              "#2: unknown field 'stauts', did you mean 'status'?" },
            { "a field that there is not", "InstanceNotFound", { zone = "a" },
              "#2: unknown field 'zone'" },
            { "another kind's parameter", "InstanceNotFound", { host = "nd7" },
              "#2: unknown field 'host'" },
            { "a field that is numbered", "InstanceNotFound", { "m" }, "#2: unknown field '1'" },
            { "a request id that is no string", "InstanceNotFound", { requestId = 7 },
              "#2: field 'requestId' must be a string, got number" },
            { "a message that is no string", "InstanceNotFound", { message = {} },
              "#2: field 'message' must be a string, got table" },
            { "a message that is false", "InstanceNotFound", { message = false },
              "#2: field 'message' must be a string, got boolean" },
            { "a status of two digits", "InstanceNotFound", { status = 99 }, bad_status },
            { "a status of four digits", "InstanceNotFound", { status = 1000 }, bad_status },
            { "a broken status", "InstanceNotFound", { status = 404.5 }, bad_status },
            { "a status that is NaN", "InstanceNotFound", { status = 0 / 0 }, bad_status },
            { "a status that is infinite", "InstanceNotFound", { status = math.huge }, bad_status },
            { "a status in words", "InstanceNotFound", { status = "Gone" }, bad_status },
            { "a status that is false", "InstanceNotFound", { status = false }, bad_status },
            { "a date in words", "RequestExpired", { date = "yesterday" },
              "#2: parameter 'date' must be an ISO 8601 date-time" },
            { "a date without a time", "RequestExpired", { date = "2015-04-27" },
              "#2: parameter 'date' must be an ISO 8601 date-time" },
            { "a date as of HTTP", "RequestExpired", { date = "Mon, 27 Apr 2015 08:23:49 GMT" },
              "#2: parameter 'date' must be an ISO 8601 date-time" },
        }
        for _, case in ipairs(cases) do
            local what, target, fields = case[1], case[2], case[3]
            local number, sentence = case[4]:match("^(#%d): (.*)$")
            it(what, function()
                raises("bad argument " .. number .. " to 'new' (" .. sentence .. ")",
                    function() errors.new(target, fields) end)
            end)
        end

        for _, case in ipairs(templates) do
            local code, name = case[1], case[2]
            local start = "bad argument #2 to 'new' (parameter '" .. name .. "' "

            it("the missing parameter of " .. code, function()
                raises(start .. "is missing)", function() errors.new(code) end)
                raises(start .. "is missing)", function() errors.new(code, {}) end)
                raises(start .. "is missing)", function() errors.new(code, { requestId = "r" }) end)
            end)

            it("a parameter of " .. code .. " that is empty, or neither a string nor a number", function()
                for _, value in ipairs { "", 0 / 0, true, {} } do
                    raises(start .. "must be a non-empty string)",
                        function() errors.new(code, { [name] = value }) end)
                end
            end)
        end
    end)
end)

describe("a kind that is called", function()
    it("makes what errors.new makes", function()
        local err = errors.InstanceNotFound { requestId = "7e0c3b52" }
        assert.same(own(errors.new("InstanceNotFound", { requestId = "7e0c3b52" })), own(err))
        assert.is_true(rawequal(errors.InstanceNotFound, err:kind()))
        assert.same(own(errors.new("InstanceNotFound")), own(errors.InstanceNotFound()))
    end)

    it("blames the line that calls it", function()
        raises("bad argument #1 to 'RateLimit' (parameter 'host' is missing)",
            function() errors.RateLimit() end)
        local problem = "unknown field 'requestID', did you mean 'requestId'?"
        raises("bad argument #1 to 'RateLimit' (" .. problem .. ")",
            function() errors.RateLimit { requestID = "r" } end)
        raises("bad argument #1 to 'InstanceNotFound' (table expected, got string)",
            function() errors.InstanceNotFound "r" end)
    end)
end)

describe("an error", function()
    it("has the members of the envelope as its fields, and no others", function()
        local err = errors.new("InstanceNotFound", { requestId = "7e0c3b52", cause = "why" })
        local seen = {}
        for name, value in pairs(err) do seen[name] = value end
        assert.same({
            code = "InstanceNotFound",
            message = "The specified CFS instance does not exist.",
            requestId = "7e0c3b52",
        }, seen)
    end)

    it("is an envelope to an encoder", function()
        local err = errors.new("RateLimit", { host = "nd7", requestId = "7e0c3b52", cause = "why" })
        assert.same({
            code = "RateLimit",
            message = "There are too many connections. The host is nd7",
            requestId = "7e0c3b52",
        }, cjson.decode(cjson.encode(err)))
    end)

    it("inherits what its kind knows", function()
        for kind in errors.each() do
            local err = errors.new(kind, { message = "m" })
            for name, value in next, kind do
                if name ~= "message" then assert.equal(value, err[name]) end
            end
        end
    end)

    it("inherits by tables alone, never by a function", function()
        local read = errors.from_response { status = 404, body = '{"code": "NoSuchKey"}' }
        for _, err in ipairs { errors.new("InstanceNotFound"), read } do
            local place, tables = err, 0
            while getmetatable(place) and getmetatable(place).__index ~= nil do
                place, tables = getmetatable(place).__index, tables + 1
                assert.equal("table", type(place))
            end
            assert.is_true(rawequal(err:kind(), getmetatable(err).__index))
            assert.is_true(tables <= 2)
        end
    end)

    it("lacks other fields without an error", function()
        assert.is_nil(errors.new("InstanceNotFound").details_url)
    end)

    describe("has a status of its own", function()
        local cases = {
            { nil, nil, 404 },
            { 404, nil, 404 },
            { "404", nil, 404 },
            { 410, 410, 410 },
            { "410", 410, 410 },
            { 100, 100, 100 },
            { 999, 999, 999 },
        }
        for _, case in ipairs(cases) do
            local given, expected, seen = case[1], case[2], case[3]
            local what = expected and "where it differs: " or "only where it differs, not with "
            it(what .. tostring(given), function()
                local err = errors.new("InstanceNotFound", { status = given })
                assert.equal(expected, rawget(err, "status"))
                assert.equal(seen, err.status)
                assert.equal(expected ~= nil, err:status_differs())
            end)
        end

        it("where it was received so, too", function()
            local body = '{"code": "InstanceNotFound"}'
            local same = errors.from_response { status = 404, body = body }
            local other = errors.from_response { status = 500, body = body }
            assert.is_nil(rawget(same, "status"))
            assert.is_false(same:status_differs())
            assert.equal(500, rawget(other, "status"))
            assert.is_true(other:status_differs())
            assert.equal("never", other.retry)
            assert.equal("Not Found", other.reason)
        end)

        it("never where its code is unknown", function()
            local err = errors.from_response { status = 404, body = '{"code": "NoSuchKey"}' }
            assert.is_nil(rawget(err, "status"))
            assert.equal(404, err.status)
            assert.is_false(err:status_differs())
        end)
    end)

    describe("of an unknown code has what its status has", function()
        local expectations = {
            { 400, "invalid", "never", "client" },
            { 404, "unknown", "never", "client" },
            { 408, "unavailable", "backoff", "client" },
            { 421, "unknown", "never", "client" },
            { 429, "throttle", "throttle", "client" },
            { 500, "internal", "backoff", "server" },
            { 502, "unavailable", "backoff", "server" },
            { 503, "unavailable", "backoff", "server" },
            { 504, "unavailable", "backoff", "server" },
        }
        for _, expected in ipairs(expectations) do
            it("under " .. expected[1], function()
                local body = '{"code": "NoSuchKey"}'
                local err = errors.from_response { status = expected[1], body = body }
                assert.same(expected, { err.status, err.category, err.retry, err.fault })
                assert.equal("NoSuchKey", err.code)
                assert.is_false(err.known)
            end)
        end

        it("without a status", function()
            local err = errors.parse '{"code": "NoSuchKey"}'
            assert.is_nil(err.status)
            assert.same({ "unknown", "never", "unknown", false },
                { err.category, err.retry, err.fault, err.known })
        end)
    end)
end)

describe("err:kind", function()
    it("is the kind of the catalogue", function()
        assert.is_true(rawequal(errors.RateLimit, errors.RateLimit({ host = "nd7" }):kind()))
    end)
end)

describe("err:cause", function()
    it("is nil where there is none", function()
        assert.is_nil(errors.new("InstanceNotFound"):cause())
        assert.is_nil(errors.parse('{"code": "InstanceNotFound"}'):cause())
    end)

    for _, other in ipairs(support.others) do
        it("is what was given: " .. other[1], function()
            local err = errors.new("InstanceNotFound", { cause = other[2] })
            assert.is_true(support.identical(other[2], err:cause()))
        end)
    end
end)

describe("what is behind an error", function()
    it("is there", function()
        local laden = new_laden()
        local wrapped, page, read, caused = laden[1], laden[2], laden[3], laden[4]
        assert.is_truthy(tostring(wrapped:cause()):find("secret-1", 1, true))
        assert.is_truthy(wrapped:traceback():find("traceback", 1, true))
        assert.equal("html", page:origin())
        assert.equal("<html>secret-2</html>", page:body())
        assert.same({ ["secret-3"] = "secret-4" }, read:details())
        assert.same({ text = "secret-5" }, caused:cause())
    end)

    it("is nil where there is nothing", function()
        local err = errors.new("InstanceNotFound")
        assert.is_nil(err:cause())
        assert.is_nil(err:traceback())
        assert.is_nil(err:origin())
        assert.is_nil(err:body())
        assert.is_nil(err:details())
    end)

    it("never shows in an encoder or a walk", function()
        local members = { code = true, message = true, requestId = true }
        for _, err in ipairs(new_laden()) do
            for name in pairs(err) do assert.is_true(members[name]) end
            for _, text in ipairs { cjson.encode(err), err:to_json() } do
                assert.is_nil(text:find("secret", 1, true))
                assert.is_nil(text:find("traceback", 1, true))
                assert.is_nil(text:find("_spec.lua", 1, true))
            end
        end
    end)

    it("never shows in a line but for the cause", function()
        for index, cause in ipairs { "secret-1", false, false, "{ text = secret-5 }" } do
            local err = new_laden()[index]
            for _, line in ipairs { tostring(err), "" .. err } do
                if cause then
                    local first, last = line:find(cause, 1, true)
                    assert.is_truthy(line:sub(1, first):find("; cause: ", 1, true))
                    line = line:sub(1, first - 1) .. line:sub(last + 1)
                end
                assert.is_nil(line:find("secret", 1, true))
                assert.is_nil(line:find("traceback", 1, true))
            end
        end
    end)

    it("goes when the error goes", function()
        local weak = setmetatable({}, { __mode = "v" })
        local function make()
            weak.plain = errors.new("InstanceNotFound")
            weak.cause = {}
            weak.caused = errors.new("InstanceNotFound", { cause = weak.cause })
            local _, wrapped = errors.pcall(error, { inner = weak.caused })
            weak.wrapped = wrapped
            weak.page = errors.from_response { status = 502, body = "<html>" }
        end
        make()
        -- without ephemerons a cause outlives its error by one cycle
        for _ = 1, 6 do collectgarbage() end
        assert.is_nil(next(weak))
    end)

    it("stays as long as the error does", function()
        local err = errors.new("InstanceNotFound", { cause = { 1, 2, 3 } })
        for _ = 1, 3 do collectgarbage() end
        assert.same({ 1, 2, 3 }, err:cause())
    end)
end)

describe("a message's parameter", function()
    for _, case in ipairs(templates) do
        local code, name, value, form = case[1], case[2], case[3], case[4]
        local message = form:format(value)

        local function receive(text)
            return errors.parse(cjson.encode { code = code, message = text })
        end

        describe("of " .. code, function()
            it("is filled in", function()
                local err = errors.new(code, { [name] = value })
                assert.same({ code = code, message = message }, own(err))
            end)

            it("is read back", function()
                assert.same({ [name] = value }, errors.new(code, { [name] = value }):params())
                assert.same({ [name] = value }, receive(message):params())
            end)

            it("is not looked for where there is a message", function()
                local err = errors.new(code, { message = "Other words." })
                assert.equal("Other words.", err.message)
                assert.is_nil(err:params())
            end)

            it("is not read out of other messages", function()
                for _, text in ipairs {
                    "", "Other words.", errors[code].message, form:format(""), "x" .. message,
                    message:sub(2), message:upper(),
                } do
                    assert.is_nil(receive(text):params())
                end
                assert.is_nil(errors.parse(cjson.encode { code = code }):params())
            end)
        end)
    end

    it("ends where the message does, not at the first likeness", function()
        local value = "a' is invalid. Or 'b"
        assert.same({ parameterName = value },
            errors.InvalidParameter({ parameterName = value }):params())
    end)

    it("is taken word for word: patterns and other placeholders mean nothing", function()
        for _, value in ipairs { "%1", "%", "100%%", "{http}", "XXX", "a\nb", "\195\164" } do
            local err = errors.RateLimit { host = value }
            assert.equal("There are too many connections. The host is " .. value, err.message)
            assert.same({ host = value }, err:params())
        end
    end)

    for _, value in ipairs {
        "2015-04-27T08:23:49Z", "20150427T082349Z", "2015-04-27T08:23:49.123Z",
        "2015-04-27T08:23:49+08:00",
    } do
        it("may be the date " .. value, function()
            local err = errors.RequestExpired { date = value }
            assert.equal("Request has expired. Timestamp date is " .. value .. ".", err.message)
            assert.same({ date = value }, err:params())
        end)
    end

    it("that is no date is not read as one", function()
        for _, text in ipairs { "yesterday", "2015-04-27", "2015-04-27 08:23:49", "1430123029" } do
            local message = "Request has expired. Timestamp date is " .. text .. "."
            assert.is_nil(errors.new("RequestExpired", { message = message }):params())
        end
    end)

    it("is nil where the kind has none", function()
        assert.is_nil(errors.new("InstanceNotFound"):params())
        assert.is_nil(errors.parse('{"code": "NoSuchKey", "message": "The host is nd7"}'):params())
    end)
end)

describe("a chain of causes", function()
    it("of any length is collected at once, and so is one whose end is its beginning", function()
        local held = setmetatable({}, { __mode = "v" })
        local first = errors.AccessDenied()
        local err = first
        held[1] = err
        for index = 2, 20000 do
            err = errors.AccessDenied { cause = err }
            held[index] = err
        end
        assert.is_true(rawequal(first, held[1]))
        first, err = nil, nil
        local circle = { name = "circle" }
        held[20001] = circle
        circle.err = errors.AccessDenied { cause = circle }
        circle = nil
        collectgarbage()
        collectgarbage()
        assert.is_nil(next(held))
        assert.is_nil(first or err or circle)
    end)
end)

describe("a method of errors", function()
    local methods = {
        "advice", "body", "cause", "details", "find", "is", "kind", "may_retry", "origin", "params",
        "response", "status_differs", "to_log", "to_table", "traceback", "transport",
    }

    it("refuses a kind, which inherits it, too", function()
        for _, name in ipairs(methods) do
            support.raises("calling '" .. name .. "' on bad self (error expected, got kind)",
                function() errors.AccessDenied[name](errors.AccessDenied) end)
        end
    end)

    it("refuses what else it is called on", function()
        local err = errors.new("AccessDenied")
        for _, name in ipairs(methods) do
            local hint = "; call it with a colon: err:" .. name .. "())"
            support.raises("calling '" .. name .. "' on bad self (error expected, got nil" .. hint,
                function() err[name]() end)
            support.raises("calling '" .. name .. "' on bad self (error expected, got string" .. hint,
                function() err[name]("not_found") end)
        end
    end)

    it("blames a line though it is called by a tail call, too", function()
        local function tail() return errors.new("AccessDenied").kind() end
        support.raises("calling 'kind' on bad self (error expected, got nil; "
            .. "call it with a colon: err:kind())", function() tail() end)
    end)

    it("that writes the envelope refuses what is no table", function()
        local sentence = "calling 'to_json' on bad self (error expected, got %s; "
            .. "call it with a colon: err:to_json())"
        local err = errors.new("AccessDenied")
        support.raises(sentence:format("nil"), function() err.to_json() end)
        support.raises(sentence:format("string"), function() err.to_json("not_found") end)
    end)
end)
