local cjson = require "cjson"
local errors = require "cfs.errors"
local responses = require "spec.data.responses"
local support = require "spec.helpers.support"

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

    it("sends every error of the catalogue with its status and its code", function()
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

    describe("responds with the status", function()
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

        it("504 where no response came in time, and 502 where none came otherwise", function()
            assert.equal(504, (errors.from_response(nil, "timeout"):response()))
            assert.equal(502, (errors.from_response(nil, "connection refused"):response()))
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

    describe("sends an error without a code under one that is close", function()
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
            [421] = { "InvalidHTTPRequest", "Misdirected Request" },
            [424] = { "InvalidHTTPRequest", "Failed Dependency" },
            [429] = { "RateLimit", "Too Many Requests" },
            [499] = { "InvalidHTTPRequest", "HTTP status 499" },
            [500] = { "InternalError", "Internal Server Error" },
            [501] = { "ParseBodyException", "Not Implemented" },
            [502] = { "ServiceUnavailable", "Bad Gateway" },
            [503] = { "ServiceUnavailable", "Service Unavailable" },
            [504] = { "ServiceUnavailable", "Gateway Timeout" },
            [520] = { "InternalError", "HTTP status 520" },
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
            local status, headers, body = errors.from_response { status = 99, body = "<html>" }:response()
            assert.equal(500, status)
            assert.is_nil(headers["Retry-After"])
            assert.same({ code = "ParseBodyException", message = "Internal Server Error" },
                cjson.decode(body))
        end)

        it("and shows nothing of the body", function()
            local _, _, body = errors.from_response { status = 502, body = "secret" }:response()
            assert.is_nil(body:find("secret", 1, true))
        end)
    end)

    describe("writes", function()
        it("an unknown code as it is, without a message if it had none", function()
            local response = { status = 404, body = '{"code":"NoSuchKey"}' }
            local _, _, body = errors.from_response(response):response()
            assert.equal('{"code":"NoSuchKey"}', body)
            _, _, body = errors.parse '{"code":"NoSuchKey"}':response { hide = false }
            assert.equal('{"code":"NoSuchKey"}', body)
        end)

        it("the catalogue's message where a known code had none, without its parameters", function()
            local plain = {
                MissingParameter = "A required parameter is not supplied.",
                InvalidParameter = "The parameter is invalid.",
                RateLimit = "There are too many connections.",
                RequestExpired = "Request has expired.",
                ServiceError = "the dependency service is unavailable",
                UnsupportedProtocol = "The protocol is not supported.",
            }
            for kind in errors.each() do
                local expected = plain[kind.code] or kind.message
                local is_vendors = kind.service == "global" or kind.service == "cfs"
                local texts = { errors.parse('{"code":"' .. kind.code .. '"}'),
                    errors.new(kind.code, { message = kind.message }) }
                for _, err in ipairs(is_vendors and texts or {}) do
                    local _, _, body = err:response()
                    assert.equal(expected, cjson.decode(body).message)
                    _, _, body = err:response { format = "problem", type_base = "#" }
                    local fields = cjson.decode(body)
                    assert.same({ expected, expected }, { fields.title, fields.detail })
                end
                plain[kind.code] = nil
            end
            assert.same({}, plain)
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
                    local _, _, all = err:response { hide = false }
                    local code = errors.parse(all).code
                    assert.equal(err.code or code, code, row.name)
                    local passes = code:find("^[%w._-]+$") ~= nil
                    assert.equal(passes and code or "InvalidHTTPRequest", again.code, row.name)
                    assert.truthy(again.requestId, row.name)
                end
            end
        end)
    end)

    -- What a client hears of a message: whose error it is, the error, its words.
    local heard = {
        { "the catalogue's template, of throttling", errors.RateLimit { host = "nd7" },
          "There are too many connections. The host is {host}" },
        { "the same without its host where nobody filled it", errors.parse '{"code":"RateLimit"}',
          "There are too many connections." },
        { "the same for words that are not the template's",
          errors.RateLimit { message = "Slow down, says nd7" }, "There are too many connections." },
        { "the catalogue's template, of a service that is down",
          errors.ServiceError { host = "10.0.3.7:80, 10.0.3.8" },
          "the dependency service is unavailable, host is {host}" },
        { "the catalogue's message where the fault is the server's",
          errors.InternalError { message = "no route to nas7, password s3cr3t" },
          "We encountered an internal error. Please try again." },
        { "the same where the client's connection broke",
          errors.EOFException { message = "EOF on nas7" }, "Unexpected EOF read on the socket." },
        { "the reason phrase of the status where the code is unknown and the fault the server's",
          unknown("no route to nas7", 502), "Bad Gateway" },
        { "the same where it throttles", unknown("nas7 is busy", 429), "Too Many Requests" },
        { "the same where no status is known", errors.parse '{"code":"Lost","message":"nas7"}',
          "Internal Server Error" },
        { "the number of a status without a phrase", unknown("nas7", 599), "HTTP status 599" },
        { "the received message where the fault is the client's",
          errors.AccessDenied { message = "field config.max_size is invalid" },
          "field config.max_size is invalid" },
        { "that without addresses", errors.AccessDenied { message = "ask http://nas7:80/v1 (10.0.3.7)" },
          "ask {hidden} ({hidden})" },
        { "the same of an unknown code", unknown "10.0.3.7 has no such key: fs-1/a.b.c",
          "{hidden} has no such key: {hidden}" },
        { "a template with the client's own words",
          errors.InvalidParameter { parameterName = "spec.mount-target.0.vpcId" },
          "The parameter 'spec.mount-target.0.vpcId' is invalid." },
        { "a template without addresses in them",
          errors.InvalidParameter { parameterName = "http://nas7.bj.internal:80 (10.0.3.7)" },
          "The parameter '{hidden} ({hidden})' is invalid." },
        { "a template with a protocol", errors.UnsupportedProtocol { protocol = "ftp" },
          "The protocol 'ftp' is not supported." },
        { "a template with a date", errors.RequestExpired { date = "2026-11-24T10:30:00Z" },
          "Request has expired. Timestamp date is 2026-11-24T10:30:00Z." },
    }
    describe("tells the client", function()
        for _, case in ipairs(heard) do
            it(case[1], function()
                local _, _, body = case[2]:response()
                assert.equal(case[3], cjson.decode(body).message)
                _, _, body = case[2]:response { format = "problem" }
                assert.equal(case[3], cjson.decode(body).detail)
            end)
        end

        it("all of a message if hide is false", function()
            for _, case in ipairs(heard) do
                local _, _, body = case[2]:response { hide = false }
                assert.equal(rawget(case[2], "message") or case[3], cjson.decode(body).message)
            end
        end)

        describe("of an extension whose fault is the server's", function()
            errors.extend { { code = "RenderSpecLost", status = 502, message = "{host} lost block {block}" } }
            for value, expected in pairs {
                ["b_7-a"] = "{host} lost block b_7-a", ["b.7"] = "{host} lost block {block}",
                ["a b"] = "{host} lost block {block}", ["nas7:80"] = "{host} lost block {block}",
                [("x"):rep(64)] = "{host} lost block " .. ("x"):rep(64),
                [("x"):rep(65)] = "{host} lost block {block}",
            } do
                it("a parameter only if it is a plain identifier: " .. value, function()
                    local _, _, body = errors.RenderSpecLost { host = "nd7", block = value }:response()
                    assert.equal(expected, cjson.decode(body).message)
                end)
            end
        end)

        it("the reason phrase where an extension's message says nothing without its parameters", function()
            local _, _, body = errors.parse '{"code":"RenderSpecLost"}':response()
            assert.equal("Bad Gateway", cjson.decode(body).message)
        end)

        it("of an extension whose fault is the client's its host as {host}, the rest word by word", function()
            errors.extend { { code = "RenderSpecTaken", status = 409,
                message = "{host} has {name} already" } }
            local err = errors.RenderSpecTaken { host = "nd7", name = "a.b at 10.0.3.7" }
            local _, _, body = err:response()
            assert.equal("{host} has a.b at {hidden} already", cjson.decode(body).message)
        end)
    end)

    describe("lets a code pass", function()
        for code, expected in pairs {
            NoSuchKey = "NoSuchKey", ["Instance.NotFound"] = "Instance.NotFound", ["A_b-c"] = "A_b-c",
            ["at http://nas7/"] = "ResourceNotExists", ["nas7:80"] = "ResourceNotExists",
            ["10.0.3.7"] = "ResourceNotExists", ["nas7.internal"] = "ResourceNotExists",
            ["a b"] = "ResourceNotExists", ["a\n"] = "ResourceNotExists",
            ["a\195\164"] = "ResourceNotExists", [("x"):rep(40)] = ("x"):rep(40),
            ["a,b"] = "ResourceNotExists",
            [("x"):rep(128)] = ("x"):rep(128), [("x"):rep(129)] = "ResourceNotExists",
            ["12.50e3"] = "12.50e3", ["10-0-3-7"] = "10-0-3-7",
        } do
            it(("only if it is an identifier or has a form: %q"):format(code), function()
                local err = errors.from_response { status = 404, body = cjson.encode { code = code } }
                local _, _, body = err:response()
                assert.equal(expected, cjson.decode(body).code)
                _, _, body = err:response { hide = false }
                assert.equal(code, cjson.decode(body).code)
            end)
        end
    end)

    describe("has the request id", function()
        it("of the error, else of the options", function()
            for _, case in ipairs {
                { "one", "other", "one" }, { nil, "other", "other" }, { "", "other", "other" },
                { "one", nil, "one" }, { "a b", "other", "other" }, { "", "other", "other", false },
            } do
                local err = errors.InstanceNotFound { requestId = case[1] }
                local _, headers, body = err:response { request_id = case[2], hide = case[4] }
                assert.equal(case[3], headers["x-bce-request-id"])
                assert.equal(case[3], cjson.decode(body).requestId)
            end
        end)

        it("only if it is a plain token", function()
            for id, plain in pairs {
                ["ae2225f7-1c2e-427a-a1ad-5413b762957d"] = true, ["A-z_0~9"] = true,
                ["!#$%&'*+-.^_`|~"] = true, [("x"):rep(128)] = true, [("x"):rep(129)] = false,
                ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"] = true, [("0f"):rep(32)] = true,
                ["a b"] = false, ["a\r\nSet-Cookie: b"] = false, ["a\n"] = false, ["a\0"] = false,
                ["a:b"] = false, ["a/b"] = false, ['"a"'] = false, ["a\195\164"] = false,
                ["a\127"] = false, ["a,b"] = false, ["\255"] = false, ["10.0.3.7"] = false,
                ["nas7.bj.internal"] = false, ["nas7%2ebj"] = false,
            } do
                local _, headers, body = errors.InstanceNotFound { requestId = id }:response()
                assert.equal(plain and id or nil, headers["x-bce-request-id"])
                assert.equal(plain and id or nil, cjson.decode(body).requestId)
            end
        end)

        it("in the body as it is if hide is false, in the header only if it is fit for one", function()
            for id, in_header in pairs {
                ["a b"] = false, ["10.0.3.7"] = true, ["a\r\nb"] = false, a = true, [("x"):rep(128)] = true,
                [("x"):rep(129)] = false, ["!#$%&'*+-.^_`|~"] = true,
            } do
                local err = errors.InstanceNotFound { requestId = id }
                local _, headers, body = err:response { hide = false }
                assert.equal(in_header and id or nil, headers["x-bce-request-id"])
                assert.equal(id, cjson.decode(body).requestId)
            end
        end)

        it("of the options in the header only if it is fit for one", function()
            for id, in_header in pairs { ["a b"] = false, a = true, [""] = false } do
                local _, headers = errors.InstanceNotFound():response { request_id = id }
                assert.equal(in_header and id or nil, headers["x-bce-request-id"])
            end
        end)
    end)

    describe("as a problem of RFC 9457", function()
        local function problem(err, options)
            options.format = "problem"
            local status, headers, body = err:response(options)
            assert.equal("application/problem+json", headers["Content-Type"])
            return cjson.decode(body), status
        end

        it("has no type of its own, and the status' reason phrase for its title", function()
            local err = errors.RateLimit { host = "nd7", requestId = "r-1" }
            assert.same({ type = "about:blank", title = "Misdirected Request", status = 421,
                detail = "There are too many connections. The host is {host}", code = "RateLimit",
                requestId = "r-1" }, (problem(err, {})))
            local fields, status = problem(err, { standard = true })
            assert.same({ "Too Many Requests", 429, 429 }, { fields.title, fields.status, status })
        end)

        it("has a link for its type, and the catalogue's message for its title, with a base", function()
            local err = errors.InvalidParameter { parameterName = "vpc" }
            assert.same({ type = "https://example.com/errors#InvalidParameter", status = 400,
                title = "The parameter is invalid.", detail = "The parameter 'vpc' is invalid.",
                code = "InvalidParameter" },
                (problem(err, { type_base = "https://example.com/errors#" })))
        end)

        it("has the catalogue's message for its title where the error has no code", function()
            local fields = problem(page(502), { type_base = "e/" })
            assert.same({ "e/ServiceUnavailable", errors.ServiceUnavailable.message },
                { fields.type, fields.title })
        end)

        it("has the reason phrase for its title where the catalogue lacks the code", function()
            local err = errors.from_response { status = 404, body = '{"code":"A\'b|c","message":"gone"}' }
            assert.same({ type = "e/A%27b%7Cc", title = "Not Found", status = 404, detail = "gone",
                code = "A'b|c" }, (problem(err, { type_base = "e/" })))
        end)

        it("has a code where the error has none", function()
            assert.same({ type = "about:blank", title = "Bad Gateway", status = 502,
                detail = "Bad Gateway", code = "ServiceUnavailable" }, (problem(page(502), {})))
        end)

        it("has no detail where the error has no message", function()
            local err = errors.from_response { status = 404, body = '{"code":"NoSuchKey"}' }
            assert.same({ type = "about:blank", title = "Not Found", status = 404, code = "NoSuchKey" },
                (problem(err, {})))
        end)

        it("is valid UTF-8, and JSON, whatever it is made of", function()
            local bytes = {}
            for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
            bytes = table.concat(bytes)
            local err = errors.AccessDenied { message = bytes, requestId = bytes }
            local _, _, body = err:response { format = "problem", hide = false, type_base = bytes }
            local repair = require("cfs.errors.core").repair
            assert.equal(repair(body), body)
            assert.is_nil(body:find("[\1-\31<]"))
            local fields = cjson.decode(body)
            assert.equal(repair(bytes), fields.detail)
            assert.equal(repair(bytes), fields.requestId)
            assert.equal(repair(bytes) .. "AccessDenied", fields.type)
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

        it("as long as the response asked for, and for none that makes no sense", function()
            local response = { status = 503, body = "<html>", headers = { ["Retry-After"] = "9" } }
            local err = errors.from_response(response)
            assert.equal("9", select(2, err:response())["Retry-After"])
            assert.equal("7", select(2, err:response { retry_after = 7 })["Retry-After"])
            local other = errors.service("render-spec", { { code = "Over", status = 503, message = "m",
                category = "unavailable", retry = "never" } })
            assert.is_nil(select(2, other.Over():response())["Retry-After"])
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

describe("cfs.errors.show.respond", function()
    local respond = require "cfs.errors.show.respond"

    it("reads options once, into a table of its own", function()
        local given = { standard = true, retry_after = 3 }
        local options = respond.options(given)
        assert.same(given, options)
        assert.is_false(rawequal(given, options))
        assert.same({}, respond.options())
        assert.same({ nil, "unknown option 'hid', did you mean 'hide'?" }, { respond.options { hid = true } })
    end)

    it("gives the parts of a response without a table of headers", function()
        local err = errors.RateLimit { host = "nd7", requestId = "r-1" }
        local parts = support.pack(respond.parts(err, err:kind(), respond.options { standard = true }))
        local status, headers, body = err:response { standard = true }
        assert.equal(5, parts.n)
        assert.same({ status, headers["Content-Type"], headers["x-bce-request-id"],
            headers["Retry-After"], body }, { parts[1], parts[2], parts[3], parts[4], parts[5] })
        local sent, _, _, _, problem = respond.parts(err, err:kind(), { format = "problem" }, 503, "r-2")
        assert.same({ 503, 503, "r-2" },
            { sent, cjson.decode(problem).status, cjson.decode(problem).requestId })
    end)

    it("never raises, whatever became of the error", function()
        for _, shape in ipairs { "envelope", "problem" } do
            for _, hide in ipairs { true, false } do
                local options = respond.options { format = shape, hide = hide, standard = true }
                for _, other in ipairs(support.others) do
                    for _, err in ipairs { errors.RateLimit { host = "h" }, errors.AccessDenied(), page(502),
                        unknown("m") } do
                        for _, name in ipairs { "code", "message", "requestId", "status" } do
                            rawset(err, name, other[2])
                        end
                        local status, _, _, _, body = respond.parts(err, err:kind(), options)
                        assert.is_true(status >= 400 and status <= 599)
                        assert.equal("table", type(cjson.decode(body)))
                    end
                end
            end
        end
    end)
end)
