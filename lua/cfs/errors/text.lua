--- Errors as one line of text, and what it takes to show unknown bytes to a person safely.

local core = require "cfs.errors.core"
local state = require "cfs.errors.state"

local byte, format, gsub = string.byte, string.format, string.gsub
local kind_of = state.kind_of

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


--- An error as one line: "InstanceNotFound [ae2225f7]: The specified ... (404 Not Found); what to do:
--- Check the ...". What `tostring(err)` gives, and so what a person sees of an error that nobody
--- caught; it never fails.
---@param err cfs.error
---@return string
function text.line(err)
    local kind = kind_of[getmetatable(err)] or {}
    local code, message = rawget(err, "code"), rawget(err, "message")
    local request_id, status = rawget(err, "requestId"), rawget(err, "status") or kind.status
    local line = code == nil and "no code" or text.show(code)
    if request_id ~= nil then line = line .. " [" .. text.show(request_id) .. "]" end
    if message == nil then message = kind.message end
    if message == nil then
        local origin = (state.side[err] or {}).origin
        message = origin and "the answer is no error envelope, but " .. origin or "no message"
    end
    line = line .. ": " .. text.show(message)
    if status ~= nil then
        local reason = status == kind.status and kind.reason
        line = line .. " (" .. text.show(status) .. (reason and " " .. reason or "") .. ")"
    end
    return kind.remedy and line .. "; what to do: " .. text.show(kind.remedy) or line
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


-- What `..` makes of an error: its line. Other operands are as Lua has them.
local function operand(value)
    return kind_of[getmetatable(value)] and text.line(value) or value
end


--- The metamethod `__concat` of errors.
function text.concat(left, right)
    return operand(left) .. operand(right)
end


return text
