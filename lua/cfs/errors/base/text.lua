--- What it takes to show unknown bytes and unknown values to a person safely.

local core = require "cfs.errors.core"

local byte, format, gsub = string.byte, string.format, string.gsub
local pcall, tostring, type = pcall, tostring, type

local text = {}

local letters = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }


local function escape_control(character)
    return letters[character] or format("\\x%02x", byte(character))
end


local function escape_bytes(character)
    return (gsub(character, ".", function(one) return format("\\x%02x", byte(one)) end))
end


--- The bytes as valid UTF-8 that a terminal, a log or a reader of lines takes for text and nothing
--- else: control characters (C0, DEL, C1) and U+2028 and U+2029 are escaped.
---@param bytes string
---@return string
function text.printable(bytes)
    local printable = gsub(core.repair(bytes), "%c", escape_control)
    printable = gsub(printable, "\194[\128-\159]", escape_bytes)
    return (gsub(printable, "\226\128[\168\169]", escape_bytes))
end


--- A member as text, whatever became of it.
---@param value any
---@return string
function text.show(value)
    if type(value) == "string" then return text.printable(value) end
    return type(value) == "number" and tostring(value) or "(" .. type(value) .. ")"
end


--- Any value as `tostring` has it; as its type, "(table)", where its __tostring raises, yields or
--- returns no string. No code can yield across gsub, which is a C function.
---@param value any
---@return string
function text.describe(value)
    if type(value) == "string" then return value end
    local words
    pcall(gsub, ".", ".", function() words = tostring(value) end)
    return type(words) == "string" and words or "(" .. type(value) .. ")"
end


--- A table as its fields, each on its own or as its type: "{ host = nd7, headers = (table) }".
---@param values table
---@return string
function text.fields(values)
    local fields = {}
    for name, value in pairs(values) do
        local shown = type(value) == "boolean" and tostring(value) or text.show(value)
        fields[#fields + 1] = text.show(name) .. " = " .. shown
    end
    table.sort(fields)
    return "{ " .. table.concat(fields, ", ") .. " }"
end

local readable = { __tostring = text.fields }


--- Makes a table show its fields where it is printed.
---@param values table
---@return table values
function text.readable(values)
    return setmetatable(values, readable)
end


return text
