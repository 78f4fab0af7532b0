--- Shows unknown bytes and unknown values to a person safely. One list says which characters are escaped;
--- terminals and logs have a notation each.

local core = require "cfs.errors.core"

local byte, char, find, format, gsub = string.byte, string.char, string.find, string.format, string.gsub

local text = {}

-- First and last of the code points that show nothing, or do more than show a letter: controls, ends of
-- lines, characters that change the direction of writing, ..., noncharacters, and every other code point with
-- the property Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt).
local ranges = {
    0x0, 0x1F, 0x7F, 0x9F, 0xAD, 0xAD, 0x34F, 0x34F, 0x61C, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5,
    0x180B, 0x180F, 0x200B, 0x200F, 0x2028, 0x202E, 0x2060, 0x206F, 0x3164, 0x3164, 0xFE00, 0xFE0F, 0xFEFF,
    0xFEFF, 0xFFA0, 0xFFA0, 0xFFF0, 0xFFFB, 0xFFFE, 0xFFFF, 0x13430, 0x1343F, 0x1BCA0, 0x1BCA3, 0x1D173,
    0x1D17A, 0xE0000, 0xE0FFF,
}

-- A character of valid UTF-8 that may be in one of them, by its first byte.
local candidate = "[%c\194\205\216\225\226\227\239\240\243][\128-\191]*"

-- What is written for some characters. The last two stand for themselves outside JSON.
local escapes = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

local function lower_letter(letter) return char(byte(letter) + 32) end
local function upper_letter(letter) return char(byte(letter) - 32) end
local function hexadecimal(one) return format("\\x%02x", byte(one)) end

--- The text with A to Z in lower case. string.lower depends on the locale, which may have another "i" and
--- letters beyond ASCII, but not in LuaJIT.
text.lower = package.loaded.jit and string.lower or function(words)
    return find(words, "[A-Z]") and gsub(words, "[A-Z]", lower_letter) or words
end

--- The text with a to z in upper case, whatever the locale is.
function text.upper(words)
    return (gsub(words, "[a-z]", upper_letter))
end

-- The code point of a character, if it is in one of the ranges.
local function unsafe_point(character)
    local point = byte(character)
    if #character > 1 then point = point % 2 ^ (8 - #character) end
    for index = 2, #character do point = point * 0x40 + byte(character, index) % 0x40 end
    for index = 1, #ranges, 2 do
        if point < ranges[index] then return nil end
        if point <= ranges[index + 1] then return point end
    end
end

--- What is written for a character within a JSON string; nil if it stands for itself.
function text.json_escape(character)
    if escapes[character] then return escapes[character] end
    local point = unsafe_point(character)
    if not point then return nil end
    if #character < 4 then return format("\\u%04x", point) end
    return format("\\u%04x\\u%04x", 0xD7C0 + math.floor(point / 0x400), 0xDC00 + point % 0x400)
end

-- What is written for a character outside JSON: \n, or its bytes.
local function escape(character)
    return escapes[character] or unsafe_point(character) and gsub(character, ".", hexadecimal) or nil
end

--- The bytes as valid UTF-8 that terminals, logs and readers of lines take for visible text and nothing else.
function text.printable(bytes)
    return (gsub(core.repair(bytes), candidate, escape))
end

--- The first `most` bytes, and "..." if there are more. No character is split.
function text.cut(bytes, most)
    if #bytes <= most then return bytes end
    local last = most
    while last > most - 3 and find(bytes, "^[\128-\191]", last + 1) do last = last - 1 end
    return bytes:sub(1, last) .. "..."
end

--- A number as text with a point before its fraction, whatever the locale has; `form` is string.format's.
function text.number(value, form)
    return (gsub(form and format(form, value) or tostring(value), "[^A-Za-z0-9+-]+", "."))
end

--- A member as text, whatever became of it; of a string at most `longest` bytes, if that is given.
function text.show(value, longest)
    if type(value) == "string" then return text.printable(longest and text.cut(value, longest) or value) end
    return type(value) == "number" and text.number(value) or "(" .. type(value) .. ")"
end

--- A table as its fields, each on its own or as its type: "{ host = nd7, headers = (table) }". None of
--- its metamethods is called. `most` limits the fields, `longest` the bytes of each name and value.
function text.fields(values, most, longest)
    local fields, has_more = {}, false
    for name, value in next, values do
        has_more = #fields == most
        if has_more then break end
        fields[#fields + 1] = text.show(name, longest) .. " = "
            .. (type(value) == "boolean" and tostring(value) or text.show(value, longest))
    end
    table.sort(fields)
    if has_more then fields[#fields + 1] = "..." end
    return #fields == 0 and "{}" or "{ " .. table.concat(fields, ", ") .. " }"
end

--- Any value as text: what `tostring` gives; the first 16 fields of a table without a __tostring; the type,
--- "(table)", of a value whose __tostring raises, yields or returns no string. __tostring runs within gsub,
--- because no code can yield across a C function.
function text.describe(value)
    if type(value) == "string" then return value end
    if type(value) == "table" then
        local metatable = debug.getmetatable(value) -- a field __metatable does not hide it
        if not metatable or rawget(metatable, "__tostring") == nil then return text.fields(value, 16, 128) end
    end
    local words
    pcall(gsub, ".", ".", function() words = tostring(value) end)
    return type(words) == "string" and words or "(" .. type(value) .. ")"
end

local readable = { __tostring = text.fields }

--- Makes a table show its fields where it is printed.
function text.readable(values)
    return setmetatable(values, readable)
end

return text
