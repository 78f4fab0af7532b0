-- What the headers of a response say about a repetition: the pause, and the clock.

local cjson = require "cjson"
local errors = require "cfs.errors"
local testing = require "cfs.errors.testing"

-- 2026-11-24 10:30:00 UTC
local date, now = "Tue, 24 Nov 2026 10:30:00 GMT", 1795516200

describe("The pause that a service asks for", function()
    for _, case in ipairs {
        -- the status, the headers, the seconds
        { 429, { ["Retry-After"] = "7" }, 7 },
        { 429, { ["Retry-After"] = "6.5" }, 7 },
        { 429, { ["Retry-After"] = "9223372036854775807.5" }, 2147483648 }, -- 2^63 wraps in Lua 5.4
        { 429, { ["Retry-After"] = "7", ["RateLimit-Reset"] = "17" }, 7 },
        { 429, { ["Retry-After"] = (" "):rep(63) .. "7" }, 7 }, -- 64 bytes are read
        { 429, { ["Retry-After"] = (" "):rep(64) .. "7" }, nil },
        { 429, { ["Retry-After"] = "soon", ["RateLimit-Reset"] = "17" }, nil },
        { 429, { ["RateLimit"] = '"default";r=0;t=17' }, 17 },
        { 429, { ["RateLimit"] = '"default";r=0;t=0' }, 0 },
        { 429, { ["RateLimit"] = '"a";r=5;t=300, "b";r=0;t=17, "c"; r=0; t=20' }, 20 },
        { 429, { ["RateLimit"] = '"a";r=5;t=3, "b";r=50;t=17' }, 17 },
        { 429, { ["RateLimit"] = "limit=100, remaining=0, reset=17", ["RateLimit-Reset"] = "18" }, 17 },
        { 429, { ["RateLimit"] = "t", ["RateLimit-Reset"] = "17" }, 17 },
        { 429, { ["ratelimit-reset"] = "17, 60", ["x-ratelimit-reset"] = "18" }, 17 },
        { 429, { ["x-ratelimit-reset"] = { "16.2" } }, 17 },
        { 429, { ["X-RateLimit-Reset"] = 17 }, 17 },
        { 429, { ["X-RateLimit-Reset"] = "86399" }, 86399 },
        { 429, { ["X-RateLimit-Reset"] = "0" }, 0 },
        { 429, { ["X-RateLimit-Reset"] = "86400" }, nil },
        { 429, { ["X-RateLimit-Reset"] = "-1" }, nil },
        { 429, { ["X-RateLimit-Reset"] = tostring(now + 17) }, nil },
        { 429, { ["X-RateLimit-Reset"] = tostring(now + 17), Date = date }, 17 },
        { 429, { ["X-RateLimit-Reset"] = tostring(now - 1), Date = date }, nil },
        { 429, { ["X-RateLimit-Reset"] = tostring(now + 86400), Date = date }, nil },
        { 429, { ["X-RateLimit-Reset"] = tostring(now + 17), Date = date, Age = "5" }, nil },
        { 429, { ["X-RateLimit-Reset"] = ("9"):rep(400), Date = date }, nil },
        { 421, { ["x-bce-error-code"] = "RateLimit", ["RateLimit-Reset"] = "17" }, 17 },
        { 503, { ["RateLimit-Reset"] = "17" }, nil },
        { 503, { ["x-bce-error-code"] = "RateLimit", ["RateLimit-Reset"] = "17" }, 17 },
        { 429, { ["x-bce-error-code"] = "InternalError", ["RateLimit-Reset"] = "17" }, 17 },
        { 403, { ["RateLimit-Reset"] = "17" }, nil },
    } do
        it(("at %d with %s is %s"):format(case[1], cjson.encode(case[2]), tostring(case[3])), function()
            local response = { status = case[1], headers = case[2], body = "" }
            local advised = errors.from_response(response):advice { method = "GET" }
            assert.equal(case[3], advised.retry_after)
            response.headers = { ["x-bce-error-code"] = case[2]["x-bce-error-code"] }
            advised = errors.from_response(response):advice { method = "GET", headers = case[2] }
            assert.equal(case[3], advised.retry_after)
        end)
    end

    it("is sent on to a client", function()
        local headers = { ["X-RateLimit-Reset"] = "17" }
        local err = errors.from_response { status = 429, headers = headers, body = "" }
        assert.equal("17", select(2, err:response())["Retry-After"])
    end)

    it("counts from the caller's clock if a cache sent the response", function()
        local headers = { Date = date, ["Retry-After"] = "Tue, 24 Nov 2026 11:30:00 GMT", Age = "3600" }
        local err = errors.from_response { status = 503, headers = headers, body = "" }
        assert.equal(30, err:advice({ now = now + 3570 }).retry_after)
        headers.Age = nil
        err = errors.from_response { status = 503, headers = headers, body = "" }
        assert.equal(3600, err:advice({ now = now + 3570 }).retry_after)
    end)
end)

describe("The clock of a service", function()
    local body = '{"code":"SignatureDoesNotMatch"}'

    it("is told by the header Date", function()
        local err = errors.from_response { status = 403, headers = { Date = date }, body = body }
        local advised = err:advice { now = now - 3600 }
        assert.same({ "resign", 3600 }, { advised.action, advised.clock_offset })
    end)

    for _, case in ipairs {
        -- the first and the last second of a clock that was set, those beside them, and the Unix time
        { "Wed, 31 Dec 2014 23:59:59 GMT", 1420070399, nil },
        { "Thu, 01 Jan 2015 00:00:00 GMT", 1420070400, 3600 },
        { "Thu, 31 Dec 2099 23:59:59 GMT", 4102444799, 3600 },
        { "Fri, 01 Jan 2100 00:00:00 GMT", 4102444800, nil },
    } do
        it((case[3] and "may be at " or "was never set at ") .. case[1], function()
            local err = errors.from_response { status = 403, headers = { Date = case[1] }, body = body }
            assert.equal(case[3], err:advice({ now = case[2] - 3600 }).clock_offset)
        end)
    end

    it("is not told by a response that a cache kept", function()
        for _, age in ipairs { "3600", "0", 3600 } do
            local headers = { Date = date, Age = age }
            local err = errors.from_response { status = 403, headers = headers, body = body }
            for _, advised in ipairs { err:advice { now = now - 3600 },
                    errors.parse(body):advice { now = now - 3600, headers = headers } } do
                assert.same({ "never", nil }, { advised.action, advised.clock_offset })
            end
        end
    end)
end)

describe("A problem by RFC 9457", function()
    it("that the library wrote is read as the error that it was", function()
        for kind in errors.each() do
            local err = errors.from_response(testing.response(kind, { requestId = "r-1" }))
            for _, base in ipairs { false, "https://example.com/errors#" } do
                local status, headers, body = err:response { format = "problem", type_base = base or nil,
                    hide = false }
                local read = errors.from_response { status = status, headers = headers, body = body }
                assert.same({ err.code, err.message, err.requestId, err.status, err:params() },
                    { read.code, read.message, read.requestId, read.status, read:params() }, kind.code)
                assert.equal(kind, read:kind())
                assert.is_nil(read:origin())
            end
        end
    end)

    it("of another service keeps its detail, and its members", function()
        local body = '{"type":"https://example.com/out-of-credit","title":"You do not have enough credit.",'
            .. '"detail":"Your balance is 30.","balance":30}'
        local err = errors.from_response { status = 403, headers = {}, body = body }
        assert.same({ nil, "Your balance is 30.", "not_envelope", 30 },
            { err.code, err.message, err:origin(), err:details().balance })
    end)
end)

describe("A header that is folded", function()
    it("goes on behind one blank", function()
        local err = errors.from_response { status = 502, body = "",
            headers = "x-bce-error-code: A\r\nx-bce-error-message: not\r\n \tnow\r\n" }
        assert.equal("not now", err.message)
    end)
end)

describe("A header without a value", function()
    it("is none, in a raw block as in a table", function()
        for _, headers in ipairs { "x-bce-error-code:\r\nx-bce-error-message: \t\r\nx-bce-request-id: h-1",
                { ["x-bce-error-code"] = "", ["x-bce-error-message"] = "", ["x-bce-request-id"] = "h-1" } } do
            local err = errors.from_response { status = 502, headers = headers, body = "" }
            assert.same({ nil, nil, "h-1", "empty" }, { err.code, rawget(err, "message"), err.requestId,
                err:origin() })
        end
    end)
end)
