local errors = require "cfs.errors"
local support = require "spec.helpers.support"
local text = require "cfs.errors.base.text"

-- Bytes that can do more than show a letter: C0, DEL, C1, U+2028, U+2029.
local function assert_harmless(line)
    assert.equal("string", type(line))
    assert.is_nil(line:find("%c"))
    assert.is_nil(line:find("\194[\128-\159]"))
    assert.is_nil(line:find("\226\128[\168\169]"))
end


describe("cfs.errors.base.text.printable", function()
    local cases = {
        { "plain text", "plain text" },
        { "", "" },
        { "a\nb\rc\td", "a\\nb\\rc\\td" },
        { "\0\1\27[31m\31\127", "\\x00\\x01\\x1b[31m\\x1f\\x7f" },
        { "a\194\128b\194\133c\194\159", "a\\xc2\\x80b\\xc2\\x85c\\xc2\\x9f" },
        { "\194\160\195\164", "\194\160\195\164" }, -- U+00A0 and U+00E4 are text
        { "a\226\128\168b\226\128\169", "a\\xe2\\x80\\xa8b\\xe2\\x80\\xa9" },
        { "\226\128\166", "\226\128\166" }, -- U+2026 is text
        { "\240\159\152\128", "\240\159\152\128" },
        { "a\255b", "a\239\191\189b" },
        { "\237\160\128", "\239\191\189\239\191\189\239\191\189" }, -- a surrogate
        { "\128\133", "\239\191\189\239\191\189" }, -- C1 as bare bytes
        { "\226\128", "\239\191\189" }, -- cut off
    }
    for index, case in ipairs(cases) do
        it("escapes what is not text, case " .. index, function()
            assert.equal(case[2], text.printable(case[1]))
        end)
    end

    it("leaves no byte that is not text", function()
        local bytes = {}
        for byte = 0, 255 do bytes[#bytes + 1] = string.char(byte) end
        assert_harmless(text.printable(table.concat(bytes)))
        assert_harmless(text.printable(table.concat(bytes, "\194")))
    end)
end)


describe("tostring(err)", function()
    local sentence = "The specified CFS instance does not exist."
    local lines = {
        { "code, message and status", errors.new("InstanceNotFound"),
          "InstanceNotFound: " .. sentence .. " (404 Not Found)" },
        { "the request id behind the code",
          errors.new("InstanceNotFound", { requestId = "7e0c3b52" }),
          "InstanceNotFound [7e0c3b52]: " .. sentence .. " (404 Not Found)" },
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
          "no code [1b6d3a0e]: the response is no error envelope, but html (502 Bad Gateway)" },
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

    it("is one line for each kind of the catalogue", function()
        for kind in errors.each() do
            local line = tostring(errors.new(kind, { message = kind.message, requestId = "r" }))
            assert_harmless(line)
            assert.equal(("%s [r]: %s (%d %s); what to do: %s"):format(kind.code, kind.message,
                kind.status, kind.reason or "", kind.remedy):gsub(" %);", ");"), line)
        end
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
