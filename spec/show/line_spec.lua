local assert_harmless = require "spec.helpers.harmless"
local errors = require "cfs.errors"
local support = require "spec.helpers.support"

describe("tostring(err)", function()
    local sentence = "The specified CFS instance does not exist."
    local lines = {
        { "code, message and status", errors.new("InstanceNotFound"),
          "InstanceNotFound: " .. sentence .. " (404 Not Found)" },
        { "the request id behind the code",
          errors.new("InstanceNotFound", { requestId = "7e0c3b52" }),
          "InstanceNotFound [7e0c3b52]: " .. sentence .. " (404 Not Found)" },
        { "why no response came", errors.from_response(nil, "connection refused"),
          "no response: connect; cause: connection refused" },
        { "a status it came with, which the reason is not of",
          errors.new("InstanceNotFound", { status = 410 }),
          "InstanceNotFound: " .. sentence .. " (410)" },
        { "a message of its own", errors.new("InstanceNotFound", { message = "Gone." }),
          "InstanceNotFound: Gone. (404 Not Found)" },
        { "the catalogue's message where none was received",
          errors.parse '{"code": "InstanceNotFound"}',
          "InstanceNotFound: " .. sentence .. " (404 Not Found)" },
        { "an unknown code", errors.parse '{"code": "NoSuchKey", "message": "m", "requestId": "r"}',
          "NoSuchKey [r]: m" },
        { "an unknown code and its status",
          errors.from_response { status = 404, body = '{"code": "NoSuchKey", "message": "m"}' },
          "NoSuchKey: m (404 Not Found)" },
        { "an unknown code without a message", errors.parse '{"code": "NoSuchKey"}',
          "NoSuchKey: no message" },
        { "that there is no code",
          errors.from_response { status = 502, body = "<html>",
              headers = { ["x-bce-request-id"] = "1b6d3a0e" } },
          "502 Bad Gateway, without a code [1b6d3a0e]: the response is an HTML page, not a CFS error" },
        { "JSON without a code", errors.from_response { status = 502, body = "[]" },
          "502 Bad Gateway, without a code: the response is JSON without a code, not a CFS error" },
        { "that nothing is known", errors.from_response { status = 99, body = "<html>" },
          "no code: the response is an HTML page, not a CFS error" },
        { "an unknown code of a header",
          errors.from_response { status = 404, headers = { ["X-Bce-Error-Code"] = "NoSuchKey" } },
          "NoSuchKey: no message (404 Not Found)" },
        { "what was received, escaped",
          errors.parse '{"code": "A\\nB", "message": "\\u001b[31m\\u2028", "requestId": "\\u0085"}',
          "A\\nB [\\xc2\\x85]: \\x1b[31m\\xe2\\x80\\xa8" },
        { "what it was made with, escaped",
          errors.new("InstanceNotFound", { requestId = "a\nb", message = "\255\0" }),
          "InstanceNotFound [a\\nb]: \239\191\189\\x00 (404 Not Found)" },
    }
    for _, case in ipairs(lines) do
        local what, err, line = case[1], case[2], case[3]
        it("says " .. what .. ", and what to do", function()
            assert.equal(line .. "; what to do: " .. err.remedy, tostring(err))
        end)
    end

    it("says no more than what a kind is", function()
        local line = "InstanceNotFound: " .. sentence .. " (404 Not Found)"
        assert.equal(line, tostring(errors.InstanceNotFound))
    end)

    it("is one line for each kind of the catalogue", function()
        for kind in errors.each() do
            local line = tostring(errors.new(kind, { message = kind.message, requestId = "r" }))
            assert_harmless(line)
            assert.equal(("%s [r]: %s (%d %s); what to do: %s"):format(kind.code, kind.message,
                kind.status, kind.reason or "", kind.remedy):gsub(" %);", ");"), line)
        end
    end)

    describe("says the cause", function()
        local head = "InternalError: We encountered an internal error. Please try again. (500 Internal "
            .. "Server Error)"
        local remedy = "; what to do: " .. errors.InternalError.remedy
        local refused = errors.RateLimit { host = "nd7", requestId = "r", cause = "pool is full" }
        for _, case in ipairs {
            { "of a bug in the program", "app.lua:12: attempt to index a nil value",
              "; cause: app.lua:12: attempt to index a nil value" },
            { "as its fields, of a table", { code = 5, text = "a\nb" },
              "; cause: { code = 5, text = a\\nb }" },
            { "of an error of the catalogue, and its own cause", refused,
              "; cause: RateLimit [r]: There are too many connections. The host is nd7 (421 Misdirected "
              .. "Request); cause: pool is full" },
            { "escaped", "\27[31m\226\128\174", "; cause: \\x1b[31m\\xe2\\x80\\xae" },
            { "cut at 256 bytes", ("x"):rep(257), "; cause: " .. ("x"):rep(256) .. "..." },
            { "that is false", false, "; cause: false" },
        } do
            it(case[1], function()
                assert.equal(head .. case[3] .. remedy, tostring(errors.InternalError { cause = case[2] }))
            end)
        end

        it("as what to look at, of a bug in the program", function()
            local _, err = errors.pcall(error, "app.lua:12: a nil value", 0)
            assert.equal(head .. "; cause: app.lua:12: a nil value; what to do: "
                .. "Look at the cause: the program itself raised it, no service sent it.", tostring(err))
        end)

        it("up to the third of a chain", function()
            local err = "first"
            for _ = 1, 10 do err = errors.InternalError { cause = err } end
            assert.equal(3, select(2, tostring(err):gsub("; cause: ", "")))
        end)
    end)

    describe("never fails", function()
        local function make()
            return errors.new("InstanceNotFound", { requestId = "r", status = 410 })
        end

        for _, other in ipairs(support.others) do
            it("with a field that became " .. other[1], function()
                for _, name in ipairs { "code", "message", "requestId", "status" } do
                    local err = make()
                    rawset(err, name, other[2])
                    assert_harmless(tostring(err))
                    assert_harmless(err .. "")
                end
            end)
        end

        it("with fields of odd types, which it names", function()
            local err = make()
            err.code, err.message, err.requestId, err.status = {}, false, print, io.stdout
            assert.equal("(table) [(function)]: (boolean) ((userdata)); what to do: "
                .. errors.InstanceNotFound.remedy, tostring(err))
        end)

        it("with no field at all", function()
            local err = make()
            for name in pairs(support.own(err)) do err[name] = nil end
            assert_harmless(tostring(err))
        end)

        it("with more fields than its own", function()
            local err = make()
            err.extra, err[1], err[{}] = {}, "x", "y"
            assert.equal(tostring(make()), tostring(err))
        end)

        for _, other in ipairs(support.others) do
            it("with a cause that is " .. other[1], function()
                local line = tostring(errors.InternalError { cause = other[2] })
                assert_harmless(line)
                assert.is_true(#line < 1024)
            end)
        end

        it("with causes whose __tostring raises, yields or returns no string", function()
            for _, odd in ipairs {
                function() error("odd") end, function() coroutine.yield() end, function() return {} end,
            } do
                local err = errors.InternalError { cause = setmetatable({}, { __tostring = odd }) }
                local good, line = coroutine.resume(coroutine.create(function() return tostring(err) end))
                assert.is_true(good)
                assert.is_truthy(line:find("; cause: (table); what to do: ", 1, true))
            end
        end)

        it("with causes that are their own cause", function()
            local err = errors.InternalError { cause = "x" }
            debug.getmetatable(err).cause = err
            assert_harmless(tostring(err))
        end)

        it("with a megabyte of message", function()
            local err = errors.new("InstanceNotFound", { message = ("\n"):rep(2 ^ 20) })
            assert.equal(#"InstanceNotFound:  (404 Not Found); what to do: "
                + #errors.InstanceNotFound.remedy + 2 * 2 ^ 20, #tostring(err))
        end)
    end)
end)

describe("an error with ..", function()
    local err = errors.new("InstanceNotFound", { requestId = "7e0c3b52" })
    local other = errors.parse '{"code": "NoSuchKey", "message": "m"}'
    local line, other_line = tostring(err), tostring(other)

    it("is its line, on either side of a string", function()
        assert.equal("failed: " .. line, "failed: " .. err)
        assert.equal(line .. "!", err .. "!")
        assert.equal("<" .. line .. ">", "<" .. err .. ">")
        assert.equal(line, "" .. err)
    end)

    it("is its line, on either side of a number", function()
        assert.equal("1" .. line, 1 .. err)
        assert.equal(line .. "1", err .. 1)
    end)

    it("is its line beside another error", function()
        assert.equal(line .. other_line, err .. other)
        assert.equal(other_line .. line, other .. err)
        assert.equal(line .. line, err .. err)
    end)

    it("leaves a value with its own way to it", function()
        local friendly = setmetatable({}, {
            __concat = function(left, right)
                return type(left) == "table" and "right" or type(right) == "table" and "left"
            end,
        })
        assert.equal("left", err .. friendly)
    end)

    it("holds in a new coroutine, whose stack is small", function()
        for _, each in ipairs { err, errors.InternalError { cause = err }, errors.from_response(nil, "x") } do
            local good, words = coroutine.resume(coroutine.create(function()
                return "<" .. each .. ">" .. each
            end))
            assert.is_true(good)
            assert.equal("<" .. tostring(each) .. ">" .. tostring(each), words)
        end
    end)

    for _, case in ipairs { { "nil", nil }, { "boolean", true }, { "table", {} } } do
        it("and a " .. case[1] .. " is an error, as with strings", function()
            local value = case[2]
            for _, f in ipairs {
                function() return err .. value end, function() return value .. err end,
            } do
                local good, message = pcall(f)
                assert.is_false(good)
                assert.matches("attempt to concatenate", message, 1, true)
                assert.matches("a " .. case[1] .. " value", message, 1, true)
            end
        end)
    end
end)
