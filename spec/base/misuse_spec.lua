local errors = require "cfs.errors"
local misuse = require "cfs.errors.base.misuse"
local support = require "spec.helpers.support"

local raises = support.raises

describe("cfs.errors.base.misuse.argument", function()
    local sentence = "bad argument #2 to 'name' (what is wrong)"
    local function direct() misuse.argument(2, "name", "what is wrong") end
    local function through(level) misuse.argument(2, "name", "what is wrong", level) end
    local function by_another(level) through(level) end

    it("blames the caller of the function that calls it", function()
        raises(sentence, function() direct() end)
    end)

    it("blames the line that a level tells", function()
        raises(sentence, function() through(2) end)
        raises(sentence, function() by_another(3) end)
        raises(sentence, function() misuse.argument(2, "name", "what is wrong", 1) end)
    end)

    it("blames no line where there is none: behind the last caller, and of a tail call", function()
        local thread = coroutine.create(function() through(100) end)
        assert.same({ false, sentence }, { coroutine.resume(thread) })
        local function tail() return direct() end
        raises(sentence, function() local _ = tail() end)
    end)
end)

describe("cfs.errors.base.misuse.expect", function()
    local sentence = "bad argument #1 to 'name' (table expected, got number)"
    local function direct(value) misuse.expect(1, "name", value, "table") end
    local function by_level(level) misuse.expect(1, "name", 5, "table", level) end
    local function by_another(level) by_level(level) end

    it("takes a value of the type", function()
        assert.equal(0, select("#", direct {}))
    end)

    it("blames the caller of the function that calls it, or as a level tells", function()
        raises(sentence, function() direct(5) end)
        raises(sentence, function() by_level(3) end)
        raises(sentence, function() by_another(4) end)
    end)
end)

describe("cfs.errors.base.misuse.self", function()
    it("gives the kind of an error", function()
        assert.equal(errors.RateLimit, misuse.self(errors.RateLimit { host = "nd7" }, "name"))
    end)

    local function call(value) return (misuse.self(value, "name")) end
    local start = "calling 'name' on bad self (error expected, got "
    local hint = "; call it with a colon: err:name())"

    it("refuses any other value, and blames the caller of the method", function()
        raises(start .. "kind)", function() call(errors.RateLimit) end)
        raises(start .. "nil" .. hint, function() call(nil) end)
        raises(start .. "table" .. hint, function() call(setmetatable({}, { __metatable = "locked" })) end)
    end)
end)

describe("cfs.errors.base.misuse.read", function()
    local types = { name = "string", count = "number", size = "number", deep = "number", any = false }
    local leasts = { count = 1, size = 0, deep = -2 }
    local function read(given) return support.pack(misuse.read("option", given, types, leasts)) end

    it("gives a new table, which has what was given", function()
        for _, given in ipairs {
            {}, { name = "" }, { count = 1 }, { count = 7 }, { count = 1e15 }, { size = 0 }, { size = 0.5 },
            { deep = -2 }, { deep = -0.5 }, { any = false }, { any = 1 / 0 },
            { name = "a", count = 2, size = 3 },
        } do
            local options = read(given)
            assert.same({ given, n = 1 }, options)
            assert.is_false(rawequal(given, options[1]))
        end
    end)

    it("reads numbers without a minimum, whatever they are", function()
        assert.equal(-1 / 0, misuse.read("option", { size = -1 / 0 }, types).size)
    end)

    local whole, finite = "must be a whole number from 1", "must be a finite number from "
    for _, case in ipairs {
        { nil, "table expected, got nil" }, { "name", "table expected, got string" },
        { { naem = "a" }, "unknown option 'naem', did you mean 'name'?" },
        { { [5] = "a" }, "unknown option '5'" },
        { { name = 5 }, "option 'name' must be a string, got number" },
        { { count = "5" }, "option 'count' must be a number, got string" },
        { { count = 0 }, "option 'count' " .. whole }, { { count = 1.5 }, "option 'count' " .. whole },
        { { count = 0 / 0 }, "option 'count' " .. whole }, { { count = 1 / 0 }, "option 'count' " .. whole },
        { { size = -1 }, "option 'size' " .. finite .. 0 },
        { { size = 0 / 0 }, "option 'size' " .. finite .. 0 },
        { { size = 1 / 0 }, "option 'size' " .. finite .. 0 },
        { { deep = -3 }, "option 'deep' " .. finite .. -2 },
    } do
        it("says: " .. case[2], function()
            local result = read(case[1])
            assert.is_nil(result[1])
            assert.equal(case[2], result[2])
        end)
    end

    it("reads each option once, by the metamethods of the table", function()
        local reads = {}
        local proxy = setmetatable({}, { __index = function(_, name)
            reads[name] = (reads[name] or 0) + 1
            return name == "count" and 5 or nil
        end })
        assert.same({ { count = 5 }, n = 1 }, read(proxy))
        assert.same({ name = 1, count = 1, size = 1, deep = 1, any = 1 }, reads)
    end)
end)
