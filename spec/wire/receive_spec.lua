local cjson = require "cjson"
local errors = require "cfs.errors"
local responses = require "spec.data.responses"
local support = require "spec.helpers.support"
local testing = require "cfs.errors.testing"

local unpack = table.unpack or unpack

local sometimes = { "category", "retry", "known" }

-- Those, the catalogue as the service sends it, and broken responses of some seeds.
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
        for _, body in ipairs { '{"bucket":1}', '{"message":"m","requestId":"r","errors":["n"]}', "[1]" } do
            assert.same(cjson.decode(body), errors.from_response({ status = 404, body = body }):details())
            assert.same(cjson.decode(body), errors.from_response({ status = 404, body = body,
                headers = { ["x-bce-error-code"] = "A" } }):details())
        end
        assert.is_nil(errors.from_response({ status = 404, body = "[" }):details())
        assert.is_nil(errors.from_response({ status = 404, body = "7" }):details())
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

    local has_ffi, ffi = pcall(require, "ffi")
    if has_ffi then
        it("reads a status that is a number of LuaJIT's FFI", function()
            local err = errors.from_response { status = ffi.new("uint64_t", 502), body = "" }
            assert.equal(502, err.status)
        end)

        it("takes a null pointer for nothing", function()
            local null = ffi.cast("void *", 0)
            assert.equal(404, errors.from_response({ status = 404, headers = null, body = "x" }).status)
            local missing = "bad argument #1 to 'from_response' "
                .. "(field 'status' is missing: it tells an error from a success)"
            support.raises(missing, function() errors.from_response { status = null, body = "x" } end)
        end)
    end

    if newproxy then -- luacheck: ignore
        it("reads headers that are a userdata", function()
            local object = newproxy(true) -- luacheck: ignore
            getmetatable(object).__pairs = function() return next, { ["X-Bce-Request-Id"] = "h-1" } end
            assert.equal("h-1", errors.from_response({ status = 502, headers = object }).requestId)
        end)
    end

    describe("never raises, whatever the headers are:", function()
        local cyclic = {}
        cyclic["x-bce-request-id"] = cyclic
        cyclic[1] = cyclic
        for name, headers in pairs {
            ["a string"] = "no colon",
            ["a number"] = 12,
            ["true"] = true,
            ["false"] = false,
            ["a function"] = print,
            ["a coroutine"] = coroutine.create(function() end),
            ["a userdata"] = io.stdout,
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

    describe("sees that no response came, in", function()
        for _, case in ipairs {
            -- what a call returned, then the word, whether the request may have been sent, and the cause
            { "nil and a reason", { nil, "timeout" }, "timeout", "maybe", "timeout" },
            { "false and a reason", { false, "connection refused" }, "connect", "maybe",
                "connection refused" },
            { "nil, a reason and nils, of LuaSocket", { nil, "closed", nil, nil }, "closed", "maybe",
                "closed" },
            { "nil, a reason and its number, of lua-http", { nil, "read: Connection reset by peer", 104 },
                "closed", "maybe", "read: Connection reset by peer" },
            { "nil, a reason and what came of a body", { nil, "closed", "half a bo" }, "closed", "maybe",
                "closed" },
            { "nil alone", { nil }, "other", "maybe", nil },
            { "nothing", {}, "other", "maybe", nil },
            { "nil and a number", { nil, 7 }, "connect", "maybe", 7 },
            { "nil and a reason of the program's own", { nil, "my word" }, "other", "maybe", "my word" },
            { "nil and true", { nil, true }, "other", "maybe", true },
            { "a number of libcurl and a sentence, of lua-curl", { 28, "Operation timed out after 5 ms" },
                "timeout", "maybe", "Operation timed out after 5 ms" },
            { "the number 1 of libcurl and a sentence", { 1, "Received HTTP/0.9 when not allowed" },
                "protocol", "maybe", "Received HTTP/0.9 when not allowed" },
            { "the number 1 of libcurl and strange words", { 1, "strange words" }, "protocol", "maybe",
                "strange words" },
            { "a number of libcurl alone", { 6 }, "resolve", "maybe", 6 },
            { "a status that is a reason, as a table of LuaSocket's values has it",
                { { status = "connection refused" } }, "connect", "maybe",
                "connection refused" },
            { "a status that is a reason, beside an empty body and no headers",
                { { status = "closed", headers = {}, body = "" } }, "closed", "maybe", "closed" },
            { "a status that is a line of no HTTP", { { status = "HTTP/1.1 abc OK" } }, "protocol", "maybe",
                "HTTP/1.1 abc OK" },
            { "the status 0", { { status = 0 } }, "other", "maybe", nil },
            { "the status 0, beside headers that are blank", { { status = 0, headers = "\r\n" } }, "other",
                "maybe" },
            { "a reason behind an empty body", { "", "timeout", 28 }, "timeout", "maybe", "timeout" },
            { "the status 42 as text", { { status = "42" } }, "other", "maybe", nil },
            { "the status 000 of curl", { { status = "000", body = "" } }, "other", "maybe", nil },
            { "an interim response", { { status = 103, headers = { Link = "x" } } }, "protocol", "maybe",
                "an interim response came, 103" },
            { "an interim response, of LuaSocket", { "", 100, {} }, "protocol", "maybe",
                "an interim response came, 100" },
            { "an interim response, whatever it says", { { status = "HTTP/1.1 102 Processing",
                body = '{"code":"AccessDenied"}' }, { any_status = true } }, "protocol", "maybe",
                "an interim response came, 102" },
            { "interim responses in a raw block", { { headers = "HTTP/1.1 100 No\r\n\r\nHTTP/2 103\r\n" } },
                "protocol", "maybe", "an interim response came, 103" },
            { "a first line that a server may have written", { { status = "host not found", headers = "",
                body = "" } }, "resolve", "maybe", "host not found" },
            { "the same, of headers alone", { { status = "host not found", headers = {} } }, "resolve",
                "maybe", "host not found" },
            { "the same, of a body alone", { { status = "host not found", body = "" } }, "resolve", "maybe",
                "host not found" },
            { "the status of a table, where only the client speaks", { { status = "host not found" } },
                "resolve", "no", "host not found" },
            { "a status that Tarantool makes up", { { status = 595, reason = "Couldn't connect to server" } },
                "connect", "maybe", "Couldn't connect to server" },
            { "a timeout of Tarantool, as a status of HTTP", { { status = 408, reason = "Timeout was reached",
                headers = {} } }, "timeout", "maybe", "Timeout was reached" },
            { "0, an empty body and headers, of LÖVE", { 0, "", {} }, "other", "maybe", nil },
            { "0 and a reason, of LÖVE", { 0, "Could not resolve host: x" }, "resolve", "maybe",
                "Could not resolve host: x" },
            { "libcurl's number, where its sentence does not tell", { 56, "Proxy said no" }, "closed",
                "maybe", "Proxy said no" },
            { "libcurl's sentence, where that tells more", { 56, "CONNECT tunnel failed, response 407" },
                "connect", "maybe", "CONNECT tunnel failed, response 407" },
            { "the status -1", { { status = -1, headers = {} } }, "other", "maybe", nil },
            { "a success that nginx cut short",
                { { status = 200, truncated = true, body = "{", header = {} } },
                "closed", "maybe", "the response was cut short" },
            { "what the caller knows was not sent", { nil, "timeout", { sent = false } }, "timeout", "no",
                "timeout" },
            { "what the caller knows was sent", { nil, "connection refused", { sent = true } }, "connect",
                "maybe", "connection refused" },
            { "a connection that failed at once", { nil, "connection refused", { elapsed = 1 } }, "connect",
                "no", "connection refused" },
            { "a connection that failed later", { nil, "connection refused", { elapsed = 1.1 } }, "connect",
                "maybe", "connection refused" },
            { "no time, which no clock gives", { nil, "connection refused", { elapsed = 0 / 0 } }, "connect",
                "maybe", "connection refused" },
            { "less than no time, by a clock that was set back", { nil, "connection refused",
                { elapsed = -1 } }, "connect", "maybe", "connection refused" },
            { "a wait that ended at once", { nil, "timeout", { elapsed = 0 } }, "timeout", "maybe",
                "timeout" },
            { "a request that was sent, whatever the clock says", { nil, "connection refused",
                { elapsed = 0, sent = true } }, "connect", "maybe", "connection refused" },
            { "a table that says nothing of it", { nil, "closed", { "closed" } }, "closed", "maybe",
                "closed" },
            { "a list that says it, too", { nil, "timeout", { "closed", sent = false } }, "timeout", "no",
                "timeout" },
            { "a client's own object that says it", { nil, "connection refused",
                setmetatable({ elapsed = 0, host = "x" }, {}) }, "connect", "no", "connection refused" },
            { "a client's own object that would say it by a metamethod", { nil, "timeout",
                setmetatable({}, { __index = { sent = false, elapsed = 0 } }) }, "timeout", "maybe",
                "timeout" },
        } do
            it(case[1], function()
                local err = errors.from_response(unpack(case[2], 1, 4))
                assert.same({ status = nil, origin = "transport" }, describe_error(err))
                assert.same({ case[3], case[4] }, { err:transport() })
                assert.is_true(rawequal(case[5], err:cause()))
                assert.same({ "unavailable", "backoff", "unknown", false },
                    { err.category, err.retry, err.fault, err.known })
                assert.is_true(errors.is(err, "unavailable"))
                assert.equal("{}", err:to_json())
                local cause = case[5] ~= nil and "; cause: " .. tostring(case[5]) or ""
                assert.equal("no response: " .. case[3] .. cause .. "; what to do: Repeat the call later; "
                    .. "if it persists, look at the network between here and the service.", tostring(err))
            end)
        end

        for _, case in ipairs {
            -- what a call returned, then the word, and whether the request may have been sent
            { "a certificate that is refused", { nil, "certificate verify failed" }, "tls", "no" },
            { "a fault of this machine", { nil, "Too many open files" }, "local", "no" },
            { "a URL that libcurl cannot read", { 3, "Bad path" }, "local", "maybe" },
            { "a certificate of one's own that libcurl cannot use", { 58, "unable to set private key" },
                "local", "maybe" },
            { "a file that libcurl cannot read", { 77, "error setting certificate file: x" }, "local",
                "maybe" },
            { "a fault here by libcurl's number, whatever its sentence says", { 23,
                "transfer closed with 5 bytes remaining to read" }, "local", "maybe" },
            { "a certificate that Tarantool's client refuses", { { status = 495,
                reason = "SSL peer certificate or SSH remote key was not OK" } }, "tls", "maybe" },
        } do
            it(case[1] .. ", which is never repeated", function()
                local err = errors.from_response(unpack(case[2], 1, 2))
                assert.same({ case[3], case[4], "never", "unavailable" },
                    { (err:transport()), (select(2, err:transport())), err.retry, err.category })
                assert.equal("Fix the cause on this side; until then the call fails again.", err.remedy)
            end)
        end

        it("any value in place of a reason", function()
            for _, other in ipairs(support.others) do
                local err = errors.from_response(nil, other[2])
                assert.equal("transport", err:origin(), other[1])
                assert.is_true(support.identical(other[2], err:cause()), other[1])
                assert.equal("string", type(tostring(err)))
            end
        end)
    end)

    it("gives an error that is there already as it is", function()
        local err = errors.AccessDenied()
        assert.is_true(rawequal(err, errors.from_response(err)))
        assert.is_true(rawequal(err, errors.from_response(nil, err)))
    end)

    it("tells of no transport where a response came", function()
        assert.is_nil((errors.from_response({ status = 502 }):transport()))
        assert.is_nil((errors.AccessDenied():transport()))
    end)

    describe("reads the values of LuaSocket and others:", function()
        for _, case in ipairs {
            { "a body, a status and headers", { '{"code":"A"}', 404, { ["x-bce-request-id"] = "h-1" },
                "HTTP/1.1 404 Not Found" }, { code = "A", requestId = "h-1", status = 404 } },
            { "1, which stands for a body that went elsewhere", { 1, 404, { ["x-bce-request-id"] = "h-1" } },
                { requestId = "h-1", status = 404, origin = "empty" } },
            { "1 and a status that is none", { 1, 99, {} }, { origin = "empty" } },
            { "a status that is none", { "<html>", 99, {} }, { origin = "html", body = "<html>" } },
            { "no headers", { "<html>", 502 }, { status = 502, origin = "html", body = "<html>" } },
            { "a status line", { "", "HTTP/1.1 502 Bad Gateway" }, { status = 502, origin = "empty" } },
            { "a success", { "{}", 200, {}, "HTTP/1.1 200 OK" } },
            { "a success whose body went elsewhere", { 1, 200, {}, "HTTP/1.1 200 OK" } },
            { "a success of another protocol", { 1, 200, nil, nil } },
            { "LÖVE's: a status and a body", { 404, '{"code":"A"}' }, { code = "A", status = 404 } },
            { "LÖVE's: a status, a body and headers", { 404, "", { ["x-bce-error-code"] = "A" } },
                { code = "A", status = 404, origin = "headers" } },
            { "LÖVE's: a body that is like a status", { 404, "503" },
                { status = 404, origin = "not_envelope", body = "503" } },
            { "a success of LÖVE's", { 200, '{"code":"A"}' } },
            { "Redbean's: a status, headers and a body", { 404, { ["X-Bce-Request-Id"] = "h-1" },
                '{"code":"A"}' }, { code = "A", requestId = "h-1", status = 404 } },
            { "a success of Redbean's", { 200, {}, "" } },
            { "coro-http's: a head and a body", { { code = 404, reason = "Not Found",
                { "X-Bce-Request-Id", "h-1" } }, '{"code":"A"}' },
                { code = "A", requestId = "h-1", status = 404 } },
            { "a success of coro-http's", { { code = 200, reason = "OK", { "Server", "x" } }, "{}" } },
        } do
            it(case[1], function()
                local err = errors.from_response(unpack(case[2], 1, 4))
                assert.same(case[3] or "no error", describe_error(err))
            end)
        end
    end)

    it("takes lua-curl's 0 for no error", function()
        assert.is_nil(errors.from_response(0))
        assert.is_nil(errors.from_response(0, ""))
    end)

    describe("raises at the caller's line when", function()
        it("a field has the name that other clients have for it", function()
            local names = {
                status = "statusCode status_code statuscode StatusCode Status http_status http_code "
                    .. "httpCode httpStatus response_code responseCode code Code staus stauts stat_us",
                headers = "Headers Header response_headers responseHeaders HEADERS",
                body = "Body text content data response_body responseBody Text",
            }
            for field, others in pairs(names) do
                for name in others:gmatch "%S+" do
                    local response = { status = 200, headers = {}, body = "" }
                    response[name], response[field] = response[field], nil
                    local wrong = ("unknown field '%s', did you mean '%s'?"):format(name, field)
                    support.raises("bad argument #1 to 'from_response' (" .. wrong .. ")",
                        function() errors.from_response(response) end)
                    response[field] = field == "status" and 200 or field == "headers" and {} or ""
                    assert.is_nil(errors.from_response(response))
                end
            end
        end)

        it("but not when other fields are merely like ours", function()
            for _, name in ipairs { "boddy", "hedaers", "stati", "ata", "dat", "d.ta" } do
                local response = { status = 200, headers = name ~= "hedaers" and {} or nil, [name] = 1 }
                assert.is_nil(errors.from_response(response), name)
            end
        end)

        for _, row in ipairs {
            { "the response is a body without a status", "502", nil, "#2",
                "status expected behind a body, got nil" },
            { "the response is a status", 502, nil, "#1",
                "response, body, 1 or a number of libcurl expected, got 502" },
            { "the response is an interim status, which is no number of libcurl", 100, nil, "#1",
                "response, body, 1 or a number of libcurl expected, got 100" },
            { "the response is true", true, nil, "#1", "response, nil or body expected, got boolean" },
            { "the response is a function", print, nil, "#1",
                "response, nil or body expected, got function" },
            { "the response is empty", {}, nil, "#1",
                "a response has a 'status', 'headers' and a 'body'; this table has none of them" },
            { "the status was forgotten", { body = '{"code":"AccessDenied"}' }, nil, "#1",
                "field 'status' is missing: it tells an error from a success" },
            { "the status of a success was forgotten", { headers = { Server = "x" }, body = "{}" }, nil, "#1",
                "field 'status' is missing: it tells an error from a success" },
            { "the status is true", { status = true, body = "" }, nil, "#1",
                "field 'status' must be a number or a string, got boolean" },
            { "the status is a table", { status = { 200 }, body = "" }, nil, "#1",
                "field 'status' must be a number or a string, got table" },
            { "the status is a null of JSON", { status = cjson.null, body = "" }, nil, "#1",
                "field 'status' must be a number or a string, got userdata" },
            { "the body is a list of parts", { status = 421, body = { '{"code":"RateLimit"}' } }, nil, "#1",
                "field 'body' must be a string, got table; table.concat joins the parts of a body" },
            { "the body of a success is a table", { status = 200, body = {} }, nil, "#1",
                "field 'body' must be a string, got table; table.concat joins the parts of a body" },
            { "the body is a function", { status = 421, body = print }, nil, "#1",
                "field 'body' must be a string, got function" },
            { "the body is a null of JSON", { status = 421, body = cjson.null }, nil, "#1",
                "field 'body' must be a string, got userdata" },
            { "the body is false", { status = 421, body = false }, nil, "#1",
                "field 'body' must be a string, got boolean" },
            { "the body of Redbean's values is a table", 404, {}, "#1",
                "field 'body' must be a string, got table; table.concat joins the parts of a body", {} },
            { "a list of parts is given as a response", { "{", "}" }, nil, "#1",
                "a response has a 'status', 'headers' and a 'body'; this table has none of them" },
            { "the status is spelt as in JavaScript", { statusCode = 200, body = "" }, nil, "#1",
                "unknown field 'statusCode', did you mean 'status'?" },
            { "the status is spelt as in Python", { status_code = 200, headers = {} }, nil, "#1",
                "unknown field 'status_code', did you mean 'status'?" },
            { "the status is called code", { code = 200, body = "", headers = {} }, nil, "#1",
                "unknown field 'code', did you mean 'status'?" },
            { "the status is misspelt", { staus = 200, body = "" }, nil, "#1",
                "unknown field 'staus', did you mean 'status'?" },
            { "the status is called code, before a body", { code = 404 }, "{}", "#1",
                "unknown field 'code', did you mean 'status'?" },
            { "options take the place of a body of coro-http", { code = 404, { "A", "b" } }, { limit = 1 },
                "#1", "unknown field 'code', did you mean 'status'?" },
            { "the body has another name", { status = 200, headers = {}, text = "{}" }, nil, "#1",
                "unknown field 'text', did you mean 'body'?" },
            { "the body has two other names", { status = 200, headers = {}, text = "", content = "" }, nil,
                "#1", "unknown field 'content', did you mean 'body'?" },
            { "the headers have another name", { status = 200, Headers = {}, body = "" }, nil, "#1",
                "unknown field 'Headers', did you mean 'headers'?" },
            { "the body was not read", { status = 502, headers = {}, has_body = true, read_body = print },
                nil, "#1", "the body was not read; first set response.body = response:read_body()" },
            { "the body was not read, of which only its function tells", { status = 502, headers = {},
                read_body = print }, nil, "#1",
                "the body was not read; first set response.body = response:read_body()" },
            { "the body was not read, of which only its reader tells", { status = 502, headers = {},
                body_reader = print }, nil, "#1",
                "the body was not read; first set response.body = response:read_body()" },
            { "the body of a success was not read, which is to be looked into", { status = 200,
                headers = {}, has_body = true, read_body = print }, { any_status = true }, "#1",
                "the body was not read; first set response.body = response:read_body()" },
            { "sent has another name", nil, "timeout", "#3", "unknown field 'is_sent'",
                { is_sent = true } },
            { "sent is no boolean", nil, "timeout", "#3", "field 'sent' must be a boolean, got string",
                { sent = "no" } },
            { "sent is misspelt in a list", nil, "timeout", "#3",
                "unknown field 'snt', did you mean 'sent'?", { "x", snt = true } },
            { "sent is no boolean in a client's own object", nil, "timeout", "#3",
                "field 'sent' must be a boolean, got number", setmetatable({ sent = 5 }, {}) },
            { "elapsed is no number", nil, "timeout", "#3",
                "field 'elapsed' must be a number, got string", { elapsed = "1" } },
            { "the options are a string", { status = 502 }, "any_status", "#2",
                "table expected, got string" },
            { "the options are a number", { status = 502 }, 1024, "#2", "table expected, got number" },
            { "the options are true", { status = 502 }, true, "#2", "table expected, got boolean" },
            { "the options are false", { status = 502 }, false, "#2", "table expected, got boolean" },
            { "the limit is a string", { status = 502 }, { limit = "1024" }, "#2",
                "option 'limit' must be a number, got string" },
            { "the limit is true", { status = 502 }, { limit = true }, "#2",
                "option 'limit' must be a number, got boolean" },
            { "the limit is wrong below 400", { status = 200 }, { limit = {} }, "#2",
                "option 'limit' must be a number, got table" },
            { "the limit is negative", { status = 502 }, { limit = -1 }, "#2",
                "option 'limit' must be a finite number from 0" },
            { "the limit is no number of order", { status = 502 }, { limit = 0 / 0 }, "#2",
                "option 'limit' must be a finite number from 0" },
            { "the response is a kind", errors.RateLimit, nil, "#1",
                "response, nil or body expected, got kind; call it to make an error" },
            { "the response is an unknown kind", errors.parse('{"code":"A"}'):kind(), {}, "#1",
                "response, nil or body expected, got kind; call it to make an error" },
            { "the response is the library", errors, nil, "#1",
                "response, nil or body expected, got the library itself" },
            { "the response is the library, and a body", errors, "{}", "#1",
                "response, nil or body expected, got the library itself" },
            { "the response is the catalogue", errors.catalogue, nil, "#1",
                "response, nil or body expected, got the library itself" },
            { "the response is a service", errors.service("spec-receive", {}), nil, "#1",
                "response, nil or body expected, got the library itself" },
            { "an option is misspelt", { status = 502 }, { limits = 1 }, "#2",
                "unknown option 'limits', did you mean 'limit'?" },
            { "any_status is no boolean", { status = 502 }, { any_status = 200 }, "#2",
                "option 'any_status' must be a boolean, got number" },
        } do
            it(row[1], function()
                local line, message = raised(function(mark)
                    mark()
                    errors.from_response(row[2], row[3], row[6])
                end)
                assert.equal(("receive_spec.lua:%d: bad argument %s to 'from_response' (%s)")
                    :format(line, row[4], row[5]), message:match("receive_spec%.lua:.*"))
            end)
        end
    end)
end)

describe("What reads headers before their body", function()
    it("reads the body as often as more of it came, to a limit, or by another code", function()
        local read = require("cfs.errors.wire.receive").begin(502, { ["X-Bce-Request-Id"] = "h-1" })
        for _, case in ipairs {
            { "<", nil, nil, { status = 502, requestId = "h-1", origin = "html", body = "<" } },
            { "<html>", 5, nil, { status = 502, requestId = "h-1", origin = "too_large", body = "<html>" } },
            { "<html>", 6, "A", { status = 502, requestId = "h-1", origin = "headers", body = "<html>",
                code = "A" } },
        } do
            assert.same(case[4], describe_error(read(case[1], case[2], case[3])))
        end
    end)
end)

describe("errors.check", function()
    it("returns its arguments where they are no error", function()
        local response = { status = 200, headers = {}, body = "{}" }
        for _, values in ipairs { { n = 1, response }, { n = 2, response, nil },
                { n = 4, "{}", 200, {}, "OK" },
                { n = 4, 1, 200, nil, nil }, { n = 2, response, { any_status = true } } } do
            assert.same(values, support.pack(errors.check(unpack(values, 1, values.n))))
        end
    end)

    it("raises the error where they are one", function()
        for _, case in ipairs {
            { { { status = 404, body = '{"code":"InstanceNotFound"}' } }, "InstanceNotFound" },
            { { nil, "timeout" }, "unavailable" },
            { { nil, errors.AccessDenied }, errors.AccessDenied },
            { { false, errors.RateLimit }, errors.RateLimit },
            { { "<html>", 502, {} }, 502 },
            { { { status = 200, body = '{"code":"InstanceNotFound"}' }, { any_status = true } },
                "not_found" },
        } do
            local good, err = pcall(errors.check, unpack(case[1], 1, 3))
            assert.is_false(good)
            assert.is_true(errors.is(err) and errors.is(err, case[2]))
        end
        local err = errors.AccessDenied()
        assert.is_true(rawequal(err, select(2, pcall(errors.check, nil, err))))
    end)

    it("blames the line that misuses it", function()
        for _, case in ipairs {
            { "#1", "response, nil or body expected, got boolean", true },
            { "#1", "response, nil or body expected, got the library itself", errors },
            { "#1", "response, nil or body expected, got kind; call it to make an error", errors.RateLimit },
            { "#1", "unknown field 'statusCode', did you mean 'status'?", { statusCode = 200 } },
            { "#2", "unknown option 'limt', did you mean 'limit'?", { status = 200 }, { limt = 1 } },
            { "#3", "field 'sent' must be a boolean, got string", nil, "timeout", { sent = "no" } },
        } do
            support.raises(("bad argument %s to 'check' (%s)"):format(case[1], case[2]),
                function() errors.check(case[3], case[4], case[5]) end)
        end
    end)
end)
