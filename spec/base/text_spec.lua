local assert_harmless = require "spec.helpers.harmless"
local cjson = require "cjson"
local errors = require "cfs.errors"
local text = require "cfs.errors.base.text"

-- A code point in UTF-8.
local function encode(point)
    local bytes, lead = {}, { 0, 0xC0, 0xE0, 0xF0 }
    local size = point < 0x80 and 1 or point < 0x800 and 2 or point < 0x10000 and 3 or 4
    for index = size, 2, -1 do
        bytes[index] = string.char(0x80 + point % 0x40)
        point = math.floor(point / 0x40)
    end
    bytes[1] = string.char(lead[size] + point)
    return table.concat(bytes)
end

-- The first and the last of what is escaped, and their neighbours, which are not.
local points = {
    { "C0", 0x00, 0x1F, nil, 0x20 }, { "DEL and C1", 0x7F, 0x9F, 0x7E, 0xA0 },
    { "the soft hyphen", 0xAD, 0xAD, 0xAC, 0xAE }, { "the grapheme joiner", 0x34F, 0x34F, 0x34E, 0x350 },
    { "the Arabic letter mark", 0x61C, 0x61C, 0x61B, 0x61D },
    { "Hangul fillers", 0x115F, 0x1160, 0x115E, 0x1161 },
    { "inherent vowels of Khmer", 0x17B4, 0x17B5, 0x17B3, 0x17B6 },
    { "Mongolian selectors", 0x180B, 0x180F, 0x180A, 0x1810 },
    { "zero width, and marks of direction", 0x200B, 0x200F, 0x200A, 0x2010 },
    { "ends of lines, embeddings and overrides", 0x2028, 0x202E, 0x2027, 0x202F },
    { "joiners and isolates", 0x2060, 0x206F, 0x205F, 0x2070 },
    { "the Hangul filler", 0x3164, 0x3164, 0x3163, 0x3165 },
    { "variation selectors", 0xFE00, 0xFE0F, 0xFDFF, 0xFE10 },
    { "the byte order mark", 0xFEFF, 0xFEFF, 0xFEFE, 0xFF00 },
    { "the halfwidth Hangul filler", 0xFFA0, 0xFFA0, 0xFF9F, 0xFFA1 },
    { "specials and interlinear marks", 0xFFF0, 0xFFFB, 0xFFEF, 0xFFFC },
    { "what is no character", 0xFFFE, 0xFFFF, 0xFFFD, 0x10000 },
    { "joiners of hieroglyphs", 0x13430, 0x1343F, 0x1342F, 0x13440 },
    { "controls of shorthand", 0x1BCA0, 0x1BCA3, 0x1BC9F, 0x1BCA4 },
    { "controls of music", 0x1D173, 0x1D17A, 0x1D172, 0x1D17B },
    { "tags", 0xE0000, 0xE0FFF, 0xDFFFF, 0xE1000 },
}

describe("What is shown", function()
    for _, row in ipairs(points) do
        it("has no raw " .. row[1] .. ", and leaves their neighbours", function()
            for _, point in ipairs { row[2], row[3] } do
                local character = encode(point)
                local fields = { message = character, requestId = character, cause = character }
                local err = errors.AccessDenied(fields)
                for _, line in ipairs {
                    text.printable("a" .. character .. "b"), tostring(err), err:to_log(), err:explain(),
                } do
                    assert.is_nil(line:gsub("\n", ""):find(character, 1, true))
                    assert.is_nil(line:find("\239\191\189", 1, true))
                end
                local shown = err:to_log():match 'message="(.-)" cause'
                assert.equal(character, cjson.decode('["' .. shown .. '"]')[1])
            end
            for _, point in pairs { row[4], row[5] } do
                assert.equal(encode(point), text.printable(encode(point)))
                local line = errors.AccessDenied { message = encode(point) .. " " }:to_log()
                assert.equal(encode(point) .. " ", line:match 'message="(.*)"$')
            end
        end)
    end
end)

describe("cfs.errors.base.text.describe", function()
    it("shows any value as tostring does", function()
        for _, value in ipairs { "text", 5, true, print, setmetatable({}, { __tostring = function()
            return "words"
        end }) } do
            assert.equal(tostring(value), text.describe(value))
        end
        assert.equal("nil", text.describe(nil))
    end)

    it("shows the fields of a table, without calling its metamethods", function()
        local function refuse() error("called") end
        for expected, value in pairs {
            ["{}"] = {},
            ["{ 1 = a, code = 5, good = true, t = (table) }"] = { "a", code = 5, good = true, t = {} },
            ["{ a\\nb = \\x1b[31m }"] = { ["a\nb"] = "\27[31m" },
            ["{ a = b }"] = setmetatable({ a = "b" },
                { __index = refuse, __pairs = refuse, __len = refuse, __metatable = "locked" }),
            ["{ (table) = (function) }"] = { [{}] = print },
            ["{ a = " .. ("x"):rep(128) .. "... }"] = { a = ("x"):rep(129) },
        } do
            assert.equal(expected, text.describe(value))
        end
    end)

    it("shows 16 fields of a table, and that there are more", function()
        local value = {}
        for index = 1, 17 do value[index] = ("x"):rep(1000) end
        local words = text.describe(value)
        assert.equal(", ... }", words:sub(-7))
        assert.equal(16, select(2, words:gsub("=", "")))
    end)

    it("shows the type of what has no words, whatever its __tostring does", function()
        for _, odd in ipairs {
            function() return 5 end, function() return {} end, function() return nil end,
            function() error("odd") end, function() error(nil) end, function() coroutine.yield() end,
        } do
            local value = setmetatable({}, { __tostring = odd })
            local good, words = coroutine.resume(coroutine.create(text.describe), value)
            assert.is_true(good)
            -- a number is taken for a string by some Luas
            assert.is_true(words == "(table)" or words == "5", tostring(words))
        end
    end)
end)

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
        { "\226\157\164\239\184\143", "\226\157\164\\xef\\xb8\\x8f" }, -- an emoji and what varies it
        { "a\226\128\174b\243\160\129\129", "a\\xe2\\x80\\xaeb\\xf3\\xa0\\x81\\x81" },
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

it("cfs.errors.base.text.lower and upper change the letters of ASCII alone", function()
    assert.equal("az@[`{\195\132", text.lower "AZ@[`{\195\132")
    assert.equal("AZ@[`{\195\164", text.upper "az@[`{\195\164")
end)

it("cfs.errors.base.text.json_escape has JSON's short escapes, and surrogates", function()
    for character, escape in pairs {
        ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\0"] = "\\u0000",
        ["\127"] = "\\u007f", ["\226\128\168"] = "\\u2028", ["\240\147\144\176"] = "\\ud80d\\udc30",
    } do
        assert.equal(escape, text.json_escape(character))
    end
    for _, character in ipairs { " ", "~", "a", "\195\164", "\240\144\128\128" } do
        assert.is_nil(text.json_escape(character))
    end
end)

describe("cfs.errors.base.text.cut", function()
    it("ends what is cut in '...', between characters", function()
        for _, case in ipairs {
            { "abc", 3, "abc" }, { "abcd", 3, "abc..." }, { "", 0, "" }, { "a", 0, "..." },
            { "a\195\164", 2, "a..." }, { "\240\159\152\128b", 3, "..." }, { "\240\159\152\128b", 4,
              "\240\159\152\128..." }, { "\228\184\187\228\184\187", 5, "\228\184\187..." },
        } do
            assert.equal(case[3], text.cut(case[1], case[2]))
        end
        assert.equal(("\128"):rep(7) .. "...", text.cut(("\128"):rep(100), 10)) -- no character
    end)
end)
