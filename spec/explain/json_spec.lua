-- What `--json` prints, and the advice that the command gives; spec/command_spec.lua runs the command itself.

local cjson = require "cjson"
local errors = require "cfs.errors"
local json = require "cfs.errors.explain.json"
local judge = require "cfs.errors.explain.judge"
local subject = require "cfs.errors.explain.subject"

local function document(text)
    return cjson.decode(json.of_subject(subject.of(text, "en")))
end

describe("The JSON of what was found", function()
    it("has one shape, whatever it is", function()
        for text, expected in pairs {
            ['{"code":"RateLimit","message":"a\255","requestId":"r-1"}'] =
                { "error", "RateLimit", "yes", "r-1" },
            RateLimit = { "kind", "RateLimit", "yes" },
            ["404"] = { "status", nil, "no" },
            ["598"] = { "status", nil, "yes" },
            throttle = { "kinds" },
            ["HTTP/1.1 200 OK\r\n\r\n{}"] = { "success" },
            ["nothing of that sort"] = { "unknown" },
        } do
            local found = document(text)
            assert.equal(expected[1], found.found, text)
            assert.equal(expected[2] or cjson.null, found.code, text)
            if expected[3] then assert.equal(expected[3], found.may_retry, text) end
            assert.equal(expected[4] or cjson.null, found.requestId, text)
            assert.equal("table", type(found.also))
        end
    end)

    it("names the cause of what got no response", function()
        local found = document "curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received"
        assert.same({ "transport", "timeout" }, { found.origin, found.transport })
        assert.matches("^Operation timed out", found.cause)
    end)
end)

describe("The advice of the command", function()
    local function advise(text, call, chosen)
        return judge.advise(subject.with_error(subject.of(text, chosen)), call, chosen)
    end

    it("is that of err:advice, in Chinese if that is chosen", function()
        local call = { method = "GET", attempt = 1 }
        local expected = errors.ServiceUnavailable():advice(call).why
        assert.equal(expected, advise("ServiceUnavailable", call, "en").why)
        for text, action in pairs { ServiceUnavailable = "backoff", AccessDenied = "never" } do
            local advice = advise(text, call, "zh")
            assert.equal(action, advice.action)
            assert.matches("[\228-\233]", advice.why)
        end
        assert.equal("never", advise("ServiceUnavailable", { method = "GET", attempt = 3 }, "zh").action)
    end)

    it("repeats nothing of which nobody knows whether it helps", function()
        local advice = advise("curl: (35) error:0A00010B:SSL routines::wrong version number",
            { method = "GET" }, "en")
        assert.same({ "never", 0 }, { advice.action, advice.delay })
    end)
end)
