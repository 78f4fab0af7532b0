local assert_harmless = require "spec.helpers.harmless"
local cjson = require "cjson"
local errors = require "cfs.errors"
local responses = require "spec.data.responses"
local support = require "spec.helpers.support"

local unpack = table.unpack or unpack -- luacheck: std max

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
    assert_harmless(line)
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
        "\0\1\8\12\27[31m\127", "\194\128\194\159", "\226\128\168\226\128\169\226\128\166",
        "\226\128\174\243\160\129\129\239\187\191", "\195\164",
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

    it("shows a table that was raised as its fields", function()
        local _, err = errors.pcall(error, { code = 5, text = "no route" })
        assert.equal("{ code = 5, text = no route }", read_log(err:to_log()).cause)
    end)

    it("cuts the message and the cause between characters, and fills the line", function()
        for _, piece in ipairs { "x", "x y", "\n", "\1", '"', "\\", "\\u", "\195\164", "\226\128\168",
            "\240\159\152\128", "\194\133", "\243\160\129\129", "\226\128\174", "a\240\159\152\128\1" } do
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

    it("leaves 256 bytes of the line for the cause", function()
        local line = errors.InternalError { message = ("x "):rep(999), cause = ("y "):rep(999) }:to_log()
        assert.equal(768, #line:match "^(.*) cause=")
        assert.equal(1024, #line)
    end)

    it("tells which other service the error is of, in 64 bytes, and as much of the category", function()
        for size, rest in pairs { [64] = "%1%1%1%1%1", [65] = "..." } do
            local other = errors.service(("s"):rep(size), { { code = "LogSpecFull", status = 409,
                message = "m", category = ("c"):rep(size) } })
            local fields, order = read_log(other.LogSpecFull():to_log())
            assert.equal("code service status category fault message", order)
            for _, letter in ipairs { "s", "c" } do
                assert.equal((letter:rep(59):gsub("(.)$", "%1" .. rest)),
                    fields[letter == "s" and "service" or "category"])
            end
        end
    end)

    it("is for errors", function()
        for _, name in ipairs { "to_log", "to_table", "response" } do
            support.raises(("calling '%s' on bad self (error expected, got table; call it with a colon: "
                .. "err:%s())"):format(name, name), function() errors.InternalError()[name]({}) end)
        end
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

describe("err:to_table", function()
    it("has the facts of to_log, the status as a number", function()
        local err = errors.RateLimit { host = "nd7", requestId = "4db2b34d", cause = "no\nroute" }
        assert.same({ code = "RateLimit", status = 421, requestId = "4db2b34d", category = "throttle",
            fault = "client", message = "There are too many connections. The host is nd7",
            cause = "no\nroute" }, err:to_table())
        assert.same({ status = 502, category = "unavailable", fault = "server", origin = "html",
            body = "<html>\r\n" }, errors.from_response { status = 502, body = "<html>\r\n" }:to_table())
        assert.same({ code = "A", category = "unknown", fault = "unknown" },
            errors.parse '{"code":"A"}':to_table())
    end)

    it("says of every response what to_log says, in what an encoder takes", function()
        for _, row in ipairs(responses) do
            local err = errors.from_response(row.response, row.options)
            if err then
                local facts, shown = err:to_table(), read_log(err:to_log())
                shown.status = tonumber(shown.status)
                for name, value in pairs(shown) do
                    if type(value) ~= "string" or value:sub(-3) ~= "..." then
                        assert.equal(value, facts[name], row.name)
                    end
                end
                assert.same(facts, cjson.decode(cjson.encode(facts)))
            end
        end
    end)

    it("is bounded, and valid UTF-8, whatever became of the error", function()
        local repair = require("cfs.errors.core").repair
        for _, other in ipairs(support.others) do
            local err = errors.InternalError { cause = other[2] }
            for _, name in ipairs { "code", "message", "requestId", "status" } do
                rawset(err, name, other[2])
            end
            local facts, size = err:to_table(), 0
            for name, value in pairs(facts) do
                assert.is_true(type(value) == "string" or name == "status" and type(value) == "number")
                if type(value) == "string" then
                    assert.equal(repair(value), value)
                    size = size + #value
                end
            end
            assert.is_true(size < 8192)
            assert.equal("string", type(cjson.encode(facts)))
        end
    end)

    local has_ffi, ffi = pcall(require, "ffi")
    if has_ffi then
        it("is strings and numbers where a member has become a null pointer, which equals nil", function()
            local err = errors.InternalError()
            for _, name in ipairs { "code", "message", "requestId", "status" } do
                rawset(err, name, ffi.cast("void *", 0))
            end
            for _, value in pairs(err:to_table()) do assert.equal("string", type(value)) end
        end)
    end

    it("cuts between characters", function()
        local err = errors.InternalError { message = ("\195\164"):rep(1000), requestId = ("x"):rep(200) }
        local facts = err:to_table()
        assert.equal(("\195\164"):rep(510) .. "...", facts.message)
        assert.equal(("x"):rep(125) .. "...", facts.requestId)
    end)

    it("shows values of the greatest length whole", function()
        local err = errors.InternalError { message = ("x"):rep(1024), requestId = ("r"):rep(128) }
        err.code = ("c"):rep(129)
        local facts = err:to_table()
        assert.same({ ("x"):rep(1024), ("r"):rep(128), ("c"):rep(125) .. "..." },
            { facts.message, facts.requestId, facts.code })
    end)

    it("is a new table at each call", function()
        local err = errors.InternalError()
        assert.is_false(rawequal(err:to_table(), err:to_table()))
    end)
end)

describe("cfs.errors.show.log", function()
    local field = require("cfs.errors.show.log").field

    it("gives a value the room that there is, and shows none where there is too little", function()
        for _, case in ipairs {
            { "abc", 3, "l a=abc" }, { "abcd", 4, "l a=abcd" }, { "abcdef", 5, 'l a="..."' },
            { "a b c", 4, "l" }, { "a b c", 5, 'l a="..."' }, { "a b c", 7, 'l a="a b c"' },
            { "a b c", 6, 'l a="a..."' }, { "\n\n", 6, 'l a="\\n\\n"' }, { "\n\n", 5, 'l a="..."' },
            { "\1\1", 6, 'l a="..."' },
        } do
            assert.equal(case[3], field("l", "a", case[1], case[2]), case[1] .. case[2])
        end
    end)
end)
