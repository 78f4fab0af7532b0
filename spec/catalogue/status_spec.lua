local errors = require "cfs.errors"
local status = require "cfs.errors.catalogue.status"
local support = require "spec.helpers.support"

describe("cfs.errors.catalogue.status.normalize", function()
    local statuses = { [100] = 100, [404] = 404, [999] = 999, ["100"] = 100, ["404"] = 404 }
    for value, expected in pairs(statuses) do
        it(("takes the %s %s"):format(type(value), value), function()
            assert.equal(expected, status.normalize(value))
            assert.equal(tostring(expected), tostring(status.normalize(value)))
        end)
    end

    it("gives an integer for a whole float, where Lua has them", function()
        assert.equal("404", tostring(status.normalize(404 + 0.0)))
        assert.equal("404", tostring(status.normalize(808 / 2)))
    end)

    local others = {
        0, 99, 1000, -404, 404.5, 99.5, 0 / 0, math.huge, -math.huge, 2 ^ 53,
        "", "99", "099", "1000", " 404", "404 ", "404.0", "4e2", "0x194", "Not Found", "404\n",
        "404\0", true, false, {}, print, io.stdout,
    }
    for _, value in ipairs(others) do
        it(("refuses the %s %q"):format(type(value), tostring(value):gsub("0x%x+$", "")), function()
            assert.is_nil(status.normalize(value))
        end)
    end

    it("refuses nil", function() assert.is_nil(status.normalize(nil)) end)
end)

it("cfs.errors.catalogue.status.of_reason finds the statuses of a phrase, the vendor's too", function()
    for reason, statuses in pairs {
        ["not found"] = { 404 }, ["Gateway Timeout"] = { 504 }, ["CONTENT TOO LARGE"] = { 413 },
        ["Request Entity Too Large"] = { 413 }, Found = {}, [""] = {},
    } do
        assert.same(statuses, status.of_reason(reason))
    end
    errors.extend {
        { code = "SpecStatusLate", status = 503, message = "m", reason = "Spec Odd" },
        { code = "SpecStatusEarly", status = 418, message = "m", reason = "Spec Odd" },
        { code = "SpecStatusAgain", status = 503, message = "m", reason = "Spec Odd" },
    }
    assert.same({ 418, 503 }, status.of_reason "spec odd")
end)

it("cfs.errors.catalogue.status.no_response has a kind for each word of retry", function()
    local remedies = {
        never = "Fix the cause on this side; until then the call fails again.",
        backoff = "Repeat the call later; if it persists, look at the network between here and the service.",
    }
    for retry, remedy in pairs(remedies) do
        local metatable = status.no_response(retry)
        assert.same({
            category = "unavailable", retry = retry, canonical = "UNAVAILABLE", fault = "unknown",
            description = "No response came.", remedy = remedy, known = false,
        }, support.own(metatable.__index))
        assert.is_true(rawequal(metatable, status.no_response(retry)))
    end
end)

-- Of errors whose code is unknown, by status.
local rows = {
    --      reason                   category          retry       canonical
    [400] = { "Bad Request",           "invalid",        "never",    "INVALID_ARGUMENT" },
    [401] = { "Unauthorized",          "authentication", "never",    "UNAUTHENTICATED" },
    [403] = { "Forbidden",             "permission",     "never",    "PERMISSION_DENIED" },
    [404] = { "Not Found",             "unknown",        "never",    "NOT_FOUND" },
    [408] = { "Request Timeout",       "unavailable",    "backoff",  "DEADLINE_EXCEEDED" },
    [409] = { "Conflict",              "conflict",       "never",    "ABORTED" },
    [412] = { "Precondition Failed",   "conflict",       "never",    "FAILED_PRECONDITION" },
    [421] = { "Misdirected Request",   "unknown",        "never",    "UNKNOWN" },
    [424] = { "Failed Dependency",     "unknown",        "never",    "UNKNOWN" },
    [429] = { "Too Many Requests",     "throttle",       "throttle", "RESOURCE_EXHAUSTED" },
    [499] = { nil,                     "invalid",        "never",    "INVALID_ARGUMENT" },
    [500] = { "Internal Server Error", "internal",       "backoff",  "INTERNAL" },
    [501] = { "Not Implemented",       "unknown",        "never",    "UNIMPLEMENTED" },
    [502] = { "Bad Gateway",           "unavailable",    "backoff",  "UNAVAILABLE" },
    [503] = { "Service Unavailable",   "unavailable",    "backoff",  "UNAVAILABLE" },
    [504] = { "Gateway Timeout",       "unavailable",    "backoff",  "DEADLINE_EXCEEDED" },
    [599] = { nil,                     "internal",       "backoff",  "INTERNAL" },
    [600] = { nil,                     "internal",       "backoff",  "INTERNAL" },
    [999] = { nil,                     "internal",       "backoff",  "INTERNAL" },
}

describe("cfs.errors.catalogue.status.kind", function()
    local remedies = {
        never = "Find out what responded, and look the error up in its documentation.",
        backoff = "Repeat the call later; quote the request id if it persists.",
        throttle = "Slow down, and spread the calls over time.",
    }
    for number, row in pairs(rows) do
        it("knows " .. number, function()
            assert.same({
                status = number,
                reason = row[1],
                fault = number >= 500 and "server" or "client",
                category = row[2],
                retry = row[3],
                canonical = row[4],
                description = "This code is not in the catalogue.",
                remedy = remedies[row[3]],
                known = false,
            }, support.own(status.kind(number)))
        end)
    end

    it("never repeats under another 4xx", function()
        local repeated = { [408] = "backoff", [429] = "throttle" }
        for number = 400, 499 do
            assert.equal(repeated[number] or "never", status.kind(number).retry)
            assert.equal("client", status.kind(number).fault)
        end
    end)

    it("has a fault of its own where there is no status", function()
        local kind = status.kind(nil)
        assert.same({ "unknown", "unknown", "never", "UNKNOWN", false },
            { kind.fault, kind.category, kind.retry, kind.canonical, kind.known })
        assert.is_nil(kind.status)
        assert.is_nil(kind.code)
    end)

    it("is called an error in Lua's own sentences, too", function()
        assert.equal("cfs.kind", debug.getmetatable(errors.AccessDenied).__name)
        assert.equal("cfs.error", debug.getmetatable(errors.AccessDenied()).__name)
        assert.equal("cfs.error", debug.getmetatable(errors.from_response { status = 598, body = "" }).__name)
    end)

    it("is one for each status, and not in the catalogue", function()
        assert.is_true(rawequal(status.kind(404), status.kind(404)))
        assert.is_true(rawequal(status.kind(nil), status.kind(nil)))
        assert.is_false(rawequal(status.kind(404), status.kind(410)))
        for kind in errors.each() do
            assert.is_false(rawequal(kind, status.kind(kind.status)))
        end
    end)

    it("has a category that can be matched from the start", function()
        for number = 400, 599 do
            local err = errors.from_response { status = number, body = "" }
            assert.is_true(errors.is(err, status.kind(number).category))
            assert.is_true(errors.is(err, status.kind(number)))
        end
    end)
end)
