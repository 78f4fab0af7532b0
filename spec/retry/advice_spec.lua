local errors = require "cfs.errors"
local support = require "spec.helpers.support"

local now = 1795516200 -- Tue, 24 Nov 2026 10:30:00 GMT
local date = "Tue, 24 Nov 2026 10:30:00 GMT"
local repeating = { backoff = true, throttle = true, same_token = true, resign = true }

local function new(code)
    return errors.new(code, { message = "any" })
end

-- The error that a response with these headers had.
local function receive(code, headers, status)
    return errors.from_response { status = status or errors.catalogue[code].status, headers = headers,
        body = ('{"code":"%s"}'):format(code) }
end

-- The rows of the golden file.
local function golden()
    local rows = {}
    for line in io.lines("spec/data/advice.tsv") do
        local row = {}
        for field in (line .. "\t"):gmatch("([^\t]*)\t") do row[#row + 1] = field end
        if row[1] ~= "code" then
            rows[#rows + 1] = { code = row[1], action = row[4], why = row[5], call = {
                method = row[2] ~= "-" and row[2] or nil,
                client_token = row[3] ~= "-" and row[3] or nil,
            } }
        end
    end
    return rows
end

describe("err:advice", function()
    describe("as in spec/data/advice.tsv,", function()
        local rows = golden()

        it("has a row for each error and each case", function()
            local seen = {}
            for _, row in ipairs(rows) do
                seen[row.code] = (seen[row.code] or "") .. (row.call.method or "-")
                    .. (row.call.client_token and "+ " or " ")
            end
            local count = 0
            for code, cases in pairs(seen) do
                count = count + 1
                assert.equal("GET POST POST+ - ", cases, code)
            end
            for kind in errors.each() do
                if kind.service == "global" or kind.service == "cfs" then count = count - 1 end
            end
            assert.equal(0, count)
        end)

        for _, row in ipairs(rows) do
            local call = row.call
            it(("is %s for %s, %s%s"):format(row.action, row.code, call.method or "any method",
                call.client_token and " with a token" or ""), function()
                local advice = new(row.code):advice(call)
                assert.equal(row.action, advice.action)
                assert.equal(row.code .. ": " .. row.why, advice.why)
                assert.equal(row.action ~= "never" and call.client_token or nil, advice.client_token)
                assert.equal(row.action == "never" and 1 or row.action == "resign" and 2 or 3,
                    advice.attempts)
            end)
        end

        it("repeats nine codes by itself, and no other", function()
            local codes = {}
            for _, row in ipairs(rows) do
                if row.call.client_token and repeating[row.action] then codes[#codes + 1] = row.code end
            end
            table.sort(codes)
            assert.same({ "CreateOrderFail", "EOFException", "InternalError", "MultiRequestConflict",
                "RateLimit", "RequestExpired", "RequestTimeTooSkewed", "ServiceError",
                "ServiceUnavailable" }, codes)
        end)

        it("never repeats a call whose body cannot be sent again", function()
            for _, row in ipairs(rows) do
                row.call.replayable = false
                local advice = new(row.code):advice(row.call)
                assert.equal("never", advice.action, row.code)
                if row.action ~= "never" then
                    assert.equal(row.code .. ": the body cannot be sent again", advice.why)
                end
                row.call.replayable = true
                assert.equal(row.action, new(row.code):advice(row.call).action)
            end
        end)
    end)

    it("has a sentence that a person can act on", function()
        assert.equal("CreateOrderFail: repeat with the same client token; this call has none, so first "
            .. "look whether it was done", new("CreateOrderFail"):advice().why)
        assert.equal("ServiceUnavailable: this POST has no client token and may have been carried out, "
            .. "so first look whether it was", new("ServiceUnavailable"):advice { method = "post" }.why)
        assert.equal("HTTP 404: no error of the service came with it, so look what responded in its place",
            errors.from_response { status = 404, body = "<html>" }:advice().why)
        assert.equal("a response without a code: no error of the service came with it, so look what "
            .. "responded in its place", errors.from_response { status = 99, body = " " }:advice().why)
        assert.equal("A\\n: Find out what responded, and look the error up in its documentation",
            errors.parse '{"code":"A\\n"}':advice().why)
        local long = errors.parse('{"code":"' .. ("A"):rep(1000) .. '"}')
        assert.equal(("A"):rep(64) .. "...: Find", long:advice().why:sub(1, 73))
    end)

    describe("goes by the status where the code is unknown, and where there is none:", function()
        for status = 400, 599 do
            local expected = (status == 408 or status >= 500 and status ~= 501) and "backoff"
                or status == 429 and "throttle" or "never"
            it(status .. ", " .. expected, function()
                for _, body in ipairs { '{"code":"NoSuchKey"}', "<html>", "" } do
                    local err = errors.from_response { status = status, body = body }
                    assert.equal(expected, err:advice().action)
                    assert.equal(expected, err:advice({ method = "GET" }).action)
                    assert.equal(expected == "backoff" and "never" or expected,
                        err:advice({ method = "POST" }).action)
                    assert.equal(expected, err:advice({ method = "POST", client_token = "t" }).action)
                end
            end)
        end

        it("none, never", function()
            assert.equal("never", errors.parse '{"code":"NoSuchKey"}':advice().action)
        end)
    end)

    describe("knows that", function()
        for method, is_idempotent in pairs {
            GET = true, HEAD = true, OPTIONS = true, TRACE = true, PUT = true, DELETE = true,
            get = true, POST = false, PATCH = false, CONNECT = false, MKCOL = false, [""] = false,
            ["GET "] = false, ["GET HEAD"] = false,
        } do
            it(("%q %s"):format(method, is_idempotent and "is idempotent" or "need not be"), function()
                local call = { method = method }
                assert.equal(is_idempotent and "backoff" or "never",
                    new("ServiceUnavailable"):advice(call).action)
                assert.equal("throttle", new("RateLimit"):advice(call).action)
            end)
        end

        it("an empty client token is none", function()
            for _, code in ipairs { "ServiceUnavailable", "CreateOrderFail" } do
                assert.equal("never", new(code):advice({ method = "POST", client_token = "" }).action)
            end
        end)
    end)

    describe("asks for a pause", function()
        local pauses = {
            --                         attempt 1, 2 and 3 of 20, and 20 of 30
            ServiceUnavailable = { 0.1, 0.2, 0.4, 20 },
            MultiRequestConflict = { 0.1, 0.2, 0.4, 20 },
            RateLimit = { 1, 2, 4, 20 },
            FSNotInService = { 1, 2, 4, 20 },
            PreconditionFailed = { 0, 0, 0, 0 },
            AccessDenied = { 0, 0, 0, 0 },
        }
        for code, delays in pairs(pauses) do
            it("that grows, after " .. code, function()
                for index, attempt in ipairs { 1, 2, 3, 20 } do
                    local advice = new(code):advice { attempt = attempt, attempts = 30, client_token = "t" }
                    assert.equal(delays[index], advice.delay)
                end
            end)
        end

        it("of none before a new signature", function()
            assert.equal(0, new("RequestExpired"):advice().delay)
        end)
    end)

    describe("after no response", function()
        for _, case in ipairs {
            -- reason, call, what is told of it, action, why
            { "connection refused", { method = "POST" }, { elapsed = 0.1 }, "backoff", "no response, the "
                .. "connection failed: the request was not sent, so repeat it after a pause that grows" },
            { "connection refused", { method = "POST" }, { elapsed = 13 }, "never", "no response, the "
                .. "connection failed: this POST has no client token and may have been carried out, so first "
                .. "look whether it was" },
            { "closed", { method = "POST" }, nil, "never", "no response, the connection ended early: this "
                .. "POST has no client token and may have been carried out, so first look whether it was" },
            { "closed", { method = "GET" }, nil, "backoff", "no response, the connection ended early: repeat "
                .. "it after a pause that grows" },
            { "closed", { method = "POST", client_token = "t" }, nil, "backoff", "no response, the "
                .. "connection ended early: repeat it after a pause that grows" },
            { "timeout", { method = "PATCH" }, { sent = false }, "backoff", "no response, time ran out: the "
                .. "request was not sent, so repeat it after a pause that grows" },
            { "connection refused", { method = "POST", replayable = false }, nil, "never", "no response, the "
                .. "connection failed: the body cannot be sent again" },
            { "certificate verify failed", { method = "GET" }, nil, "never", "no response, the TLS handshake "
                .. "failed: Fix the cause on this side; until then the call fails again" },
            { "bad uri: x", { method = "GET" }, nil, "never", "no response, the fault is in this program or "
                .. "machine: Fix the cause on this side; until then the call fails again" },
        } do
            it(("is %s: %s, %s"):format(case[4], case[1], case[2].method), function()
                local err = errors.from_response(nil, case[1], case[3])
                local advice = err:advice(case[2])
                assert.same({ case[4], case[5] }, { advice.action, advice.why })
                assert.same({ case[4] ~= "never", case[5] }, { err:may_retry(case[2]) })
            end)
        end
    end)

    it("pauses by a number, however many attempts there were", function()
        local err = new("ServiceUnavailable")
        assert.equal("ServiceUnavailable: attempt 1e+300 of 1e+300 was the last",
            err:advice({ attempt = 1e300, attempts = 1e300 }).why)
        assert.equal(20, err:advice({ attempt = 1e300, attempts = 2e300 }).delay)
    end)

    it("names a status, whatever became of that", function()
        for _, other in ipairs(support.others) do
            local err = errors.from_response { status = 502, body = "<html>" }
            err.status = other[2]
            assert.equal("string", type(err:advice().why))
            assert.equal("string", type(select(2, err:may_retry())))
        end
    end)

    it("ends with the last attempt", function()
        local err = new("ServiceUnavailable")
        assert.same({ "backoff", 3 }, { err:advice({ attempt = 2 }).action, err:advice().attempts })
        local advice = err:advice { attempt = 3 }
        assert.same({ "never", 0, 3, "ServiceUnavailable: attempt 3 of 3 was the last" },
            { advice.action, advice.delay, advice.attempts, advice.why })
        assert.equal("never", err:advice({ attempt = 7 }).action)
        assert.equal(new("AccessDenied"):advice().why, new("AccessDenied"):advice({ attempt = 3 }).why)
        assert.equal("backoff", err:advice({ attempt = 7, attempts = 8 }).action)
        assert.equal("never", err:advice({ attempts = 1 }).action)
    end)

    describe("reads Retry-After", function()
        local cases = {
            -- value, seconds, what it is
            { "120", 120, "seconds" },
            { "0", 0, "zero" },
            { " 7 ", 7, "spaces around" },
            { 7, 7, "a number" },
            { "1.5", 2, "a fraction" },
            { "0.01", 1, "a small fraction" },
            { "5.", 5, "a fraction without digits" },
            { "99999999999", 2147483648, "huge" },
            { ("9"):rep(400), 2147483648, "beyond all numbers" },
            { "3, 120", 3, "a list" },
            { { "3", "120" }, 3, "the header twice" },
            { "-5", nil, "negative" },
            { "", nil, "empty" },
            { "soon", nil, "garbage" },
            { ("1"):rep(2 ^ 20), 2147483648, "a megabyte of digits" },
            { ("1"):rep(2 ^ 20) .. "x", 2147483648, "a megabyte of digits and more" },
            { (" "):rep(2 ^ 20), nil, "a megabyte of blanks" },
            { "7" .. (", 8"):rep(2 ^ 18), 7, "a list of a megabyte" },
            { "5s", nil, "a unit" },
            { "1e3", nil, "an exponent" },
            { "0x10", nil, "hexadecimal" },
            { "5 6", nil, "two numbers" },
            { ".5", nil, "a point first" },
            { "nan", nil, "not a number" },
            { {}, nil, "an empty list" },
            { true, nil, "a boolean" },
            { "Tue, 24 Nov 2026 10:30:30 GMT", 30, "a date" },
            { "Tuesday, 24-Nov-26 10:30:30 GMT", 30, "an obsolete date" },
            { "Tue Nov 24 10:30:30 2026", 30, "a date of C" },
            { date, 0, "a date that is now" },
            { "Tue, 24 Nov 2026 10:29:00 GMT", 0, "a date in the past" },
            { "Fri, 31 Dec 9999 23:59:59 GMT", 2147483648, "a date far off" },
            { "Tue, 31 Nov 2026 10:30:30 GMT", nil, "a date that is none" },
            { "Tue, 24 Nov 2026 10:30:30 GMT, Tue, 24 Nov 2026 10:30:40 GMT", nil, "a list of dates" },
        }
        for _, case in ipairs(cases) do
            it(case[3], function()
                local advice = new("RateLimit"):advice { now = now, headers = { ["Retry-After"] = case[1] },
                    cap = 2 ^ 31 }
                assert.equal(case[2], advice.retry_after)
                assert.equal(case[2] or 1, advice.delay)
                assert.equal("throttle", advice.action)
            end)
        end

        it("of the response that the error came with", function()
            for _, name in ipairs { "Retry-After", "retry-after", "RETRY-AFTER" } do
                assert.equal(7, receive("RateLimit", { [name] = "7" }):advice().delay)
            end
            local page = errors.from_response { status = 503, header = { ["Retry-After"] = "7" }, body = "<" }
            assert.equal(7, page:advice().delay)
            assert.equal(1, receive("RateLimit"):advice().delay)
        end)

        it("of the headers that it is given, first of all", function()
            local err = receive("RateLimit", { ["Retry-After"] = "7" })
            assert.equal(9, err:advice({ headers = { ["retry-after"] = "9" } }).delay)
            assert.equal(1, err:advice({ headers = {} }).delay)
        end)

        it("as a date by the server's clock, whatever the caller's says", function()
            local headers = { Date = date, ["Retry-After"] = "Tue, 24 Nov 2026 10:30:30 GMT" }
            for _, time in ipairs { now, now - 1000, now + 1000, 0 } do
                assert.equal(30, new("RateLimit"):advice({ headers = headers, now = time }).retry_after)
            end
            assert.equal(30, receive("RateLimit", headers):advice({ cap = 30 }).delay)
        end)

        it("as a date by the caller's clock, rounded up, where the server has not told the time", function()
            local headers = { ["Retry-After"] = "Tue, 24 Nov 2026 10:30:30 GMT", Date = "today" }
            assert.equal(30, new("RateLimit"):advice({ headers = headers, now = now + 0.5 }).retry_after)
            assert.is_nil(new("RateLimit"):advice({ headers = headers }).retry_after)
        end)

        it("and stops where it asks for more than the caller waits", function()
            local err = receive("RateLimit", { ["Retry-After"] = "120" })
            local advice = err:advice { cap = 20 }
            assert.same({ "never", 0, 1, 120, "RateLimit: the service asks for a pause of 120 s, longer "
                .. "than the 20 s that this caller waits" },
                { advice.action, advice.delay, advice.attempts, advice.retry_after, advice.why })
            assert.equal("throttle", err:advice({ cap = 120 }).action)
            assert.equal("never", err:advice({ cap = 119.5 }).action)
            assert.same(advice, err:advice()) -- 20 s are the default
            assert.is_false((err:may_retry()))
            assert.is_true((err:may_retry { cap = 120 }))
            assert.equal("throttle", receive("RateLimit", { ["Retry-After"] = "20" }):advice().action)
        end)

        it("and gives no pause that is longer than the caller waits", function()
            assert.equal(20, new("RateLimit"):advice({ attempt = 9, attempts = 99 }).delay)
            assert.equal(0.5, new("RateLimit"):advice({ cap = 0.5 }).delay)
        end)

        it("and repeats nothing for its sake", function()
            for _, seconds in ipairs { "1", "120" } do
                local advice = receive("AccessDenied", { ["Retry-After"] = seconds }):advice()
                assert.same({ "never", 0, new("AccessDenied"):advice().why },
                    { advice.action, advice.delay, advice.why })
            end
        end)
    end)

    describe("measures the clock", function()
        local function offset(header, time)
            return new("RequestExpired"):advice({ headers = { Date = header }, now = time }).clock_offset
        end

        it("by the response's Date and the caller's time, in whole seconds", function()
            assert.equal(0, offset(date, now))
            assert.equal(600, offset(date, now - 600))
            assert.equal(-600, offset(date, now + 600))
            assert.equal(0, offset(date, now + 0.4))
            assert.equal(-1, offset(date, now + 0.6))
            assert.equal(now, offset("Tue Nov 24 10:30:00 2026", 0))
        end)

        it("not by a clock that was never set", function()
            assert.is_nil(offset("Thu, 01 Jan 1970 00:00:00 GMT", now))
            assert.is_nil(offset("Thu, 01 Jan 1970 00:00:07 GMT", 0))
            assert.is_nil(offset("Tue, 01 Jan 1980 00:00:00 GMT", now))
            assert.is_nil(offset("Fri, 31 Dec 9999 23:59:59 GMT", now))
            local headers = { Date = "Thu, 01 Jan 1970 00:00:00 GMT",
                ["Retry-After"] = "Tue, 24 Nov 2026 10:30:30 GMT" }
            assert.equal(30, new("RateLimit"):advice({ headers = headers, now = now }).retry_after)
        end)

        it("not without one of them", function()
            assert.is_nil(offset(nil, now))
            assert.is_nil(offset(date, nil))
            assert.is_nil(offset("today", now))
        end)

        it("and signs again by it, once", function()
            for _, code in ipairs { "RequestExpired", "RequestTimeTooSkewed" } do
                local err = receive(code, { Date = date })
                local advice = err:advice { method = "POST", now = now - 600 }
                assert.same({ "resign", 0, 2, 600, code .. ": date and sign it again, once, by the "
                    .. "service's clock, which is 600 s ahead" },
                    { advice.action, advice.delay, advice.attempts, advice.clock_offset, advice.why })
                for change, words in pairs { [60] = "60 s behind", [-1] = "1 s ahead", [0] = "0 s ahead" } do
                    assert.equal(words, err:advice({ now = now + change }).why:match "which is (.*)$")
                end
                assert.equal("resign", err:advice().action)
                advice = err:advice { attempt = 2, now = now - 600 }
                assert.same({ "never", code .. ": it was dated and signed again already, so correct the "
                    .. "clock by hand" }, { advice.action, advice.why })
            end
        end)

        it("and signs again after an attempt that failed otherwise", function()
            local err = new("RequestExpired")
            local advice = err:advice { attempt = 2, resigned = false }
            assert.same({ "resign", 3 }, { advice.action, advice.attempts })
            assert.equal("never", err:advice({ attempt = 1, resigned = true }).action)
            assert.equal("never", err:advice({ attempt = 3, resigned = false }).action)
        end)

        for seconds, action in pairs {
            [0] = "never", [300] = "never", [-300] = "never", [301] = "resign", [-301] = "resign",
        } do
            it(("and for SignatureDoesNotMatch is %s at %d s"):format(action, seconds), function()
                local err = receive("SignatureDoesNotMatch", { Date = date })
                assert.equal(action, err:advice({ now = now - seconds }).action)
                assert.equal("never", err:advice({ now = now - seconds, attempt = 2 }).action)
            end)
        end

        it("and for SignatureDoesNotMatch is never where that cannot be told", function()
            assert.equal("never", receive("SignatureDoesNotMatch", { Date = date }):advice().action)
            assert.equal("never", new("SignatureDoesNotMatch"):advice({ now = now }).action)
        end)
    end)

    it("leaves the error and the call as they are", function()
        local err, call = receive("RateLimit", { Date = date }), { method = "GET", now = now }
        local own = support.own(err)
        err:advice(call)
        assert.same(own, support.own(err))
        assert.same({ method = "GET", now = now }, call)
        assert.is_false(rawequal(err:advice(), err:advice()))
    end)

    it("keeps the headers where no encoder sees them", function()
        local err = receive("RateLimit", { Date = date, ["Retry-After"] = "7" })
        assert.equal('{"code":"RateLimit"}', err:to_json())
        assert.same({ code = "RateLimit" }, support.own(err))
    end)

    it("passes the service's pause on to a client", function()
        local _, headers = receive("RateLimit", { ["Retry-After"] = "7" }):response()
        assert.equal("7", headers["Retry-After"])
        _, headers = receive("RateLimit", { ["Retry-After"] = "7" }):response { retry_after = 2 }
        assert.equal("2", headers["Retry-After"])
        _, headers = receive("RateLimit", { Date = date,
            ["Retry-After"] = "Tue, 24 Nov 2026 10:30:30 GMT" }):response()
        assert.equal("30", headers["Retry-After"])
    end)

    it("refuses what cannot be said of a call", function()
        local err = new("RateLimit")
        local sentence = "bad argument #1 to 'advice' (%s)"
        for problem, call in pairs {
            ["unknown field 'methd', did you mean 'method'?"] = { methd = "GET" },
            ["field 'method' must be a string, got number"] = { method = 1 },
            ["field 'replayable' must be a boolean, got string"] = { replayable = "no" },
            ["table expected, got string"] = "GET",
        } do
            support.raises(sentence:format(problem), function() err:advice(call) end)
        end
        for _, name in ipairs { "attempt", "attempts" } do
            for _, value in ipairs { 0, -1, 1.5, 0 / 0, math.huge } do
                support.raises(sentence:format("field '" .. name .. "' must be a whole number from 1"),
                    function() err:advice { [name] = value } end)
            end
        end
        for _, name in ipairs { "cap", "now" } do
            for _, value in ipairs { -1, 0 / 0, math.huge } do
                support.raises(sentence:format("field '" .. name .. "' must be a finite number from 0"),
                    function() err:advice { [name] = value } end)
            end
        end
    end)
end)

describe("err:may_retry", function()
    it("says whether the same call may be made again, and why", function()
        for _, case in ipairs {
            { "ServiceUnavailable", { method = "GET" }, true },
            { "ServiceUnavailable", { method = "POST" }, false },
            { "RateLimit", { method = "POST" }, true },
            { "CreateOrderFail", { client_token = "t" }, true },
            { "RequestExpired", {}, true },
            { "RequestExpired", { resigned = true }, false },
            { "DropCreatingFS", {}, false }, -- a state must change first
            { "PreconditionFailed", {}, false }, -- a resource must be read again first
            { "AccessDenied", {}, false },
            { "ServiceUnavailable", { attempt = 3 }, false },
        } do
            local err = new(case[1])
            assert.same({ case[3], err:advice(case[2]).why }, { err:may_retry(case[2]) })
        end
        assert.same({ true, new("RateLimit"):advice().why }, { new("RateLimit"):may_retry() })
    end)

    it("blames the line that misuses it", function()
        local err = new("AccessDenied")
        support.raises("bad argument #1 to 'may_retry' (unknown field 'methd', did you mean 'method'?)",
            function() err:may_retry { methd = "GET" } end)
    end)
end)
