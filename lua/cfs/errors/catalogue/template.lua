--- Messages with parameters: "The parameter 'parameterName' is invalid." is a template; a message is made by
--- filling it, and its parameters' values are read back out of a message. A compiled template is a list of
--- texts with a parameter between each two: { "The parameter '", { name = "parameterName", placeholder =
--- "parameterName" }, "' is invalid." }. Its field `names` lists the parameters' names.

local number = require("cfs.errors.base.text").number

local find, match, sub = string.find, string.match, string.sub

local template = {}

--- The fields of an error beside parameters, none of which has such a name: field → type, false for any.
template.field_types = { requestId = "string", message = "string", status = false, cause = false }

-- The vendor's four ways to write a placeholder, each before what we call its parameter.
local spellings = { "parameterName", "parameterName", "{host}", "host", "{http}", "protocol", "XXX", "date" }

-- A parameter called "date" is an ISO 8601 date-time: x-bce-date.
local date_form = "^%d%d%d%d%-?%d%d%-?%d%dT%d%d:?%d%d:?%d%d[%d.,Z:+-]*$"

--- Compiles a message; nil if it has no parameter. A message of the vendor has one kind of placeholder. It is
--- not cut by string.sub: LuaJIT 2.1 of 2022 may crash if memory runs out there, and all rows are to be added
--- or none.
function template.compile(message, is_vendors)
    local form, known = "{%a[%w_]*}", nil
    for index = 1, is_vendors and #spellings or 0, 2 do
        if find(message, spellings[index]) then form, known = spellings[index], spellings[index + 1] end
    end
    if is_vendors and not known or not find(message, form) then return nil end
    local parts, names, position = {}, {}, 1
    local text, placeholder, behind = match(message, "^(.-)(" .. form .. ")()")
    while text do
        local name = known or match(placeholder, "%a[%w_]*")
        parts[#parts + 1], names[#names + 1] = text, name
        parts[#parts + 1], position = { name = name, placeholder = placeholder }, behind
        text, placeholder, behind = match(message, "^(.-)(" .. form .. ")()", position)
    end
    parts[#parts + 1], parts.names = match(message, "^.*$", position), names
    return parts
end

-- nil if a parameter can have the value, else what the value must be.
local function problem(name, value)
    if type(value) ~= "string" or value == "" then return "a non-empty string" end
    return name == "date" and not find(value, date_form) and "an ISO 8601 date-time" or nil
end

--- Makes a message of values by the parameters' names; or returns nil and a sentence that names a parameter.
function template.fill(parts, values)
    local message = { parts[1] }
    for index = 2, #parts, 2 do
        local name = parts[index].name
        local value = values[name]
        if value == nil then return nil, "parameter '" .. name .. "' is missing" end
        if type(value) == "number" and value - value == 0 then -- finite; no exponent or fraction of zero
            value = number(value, value % 1 == 0 and "%.0f" or "%.14g")
        end
        local must_be = problem(name, value)
        if must_be then return nil, "parameter '" .. name .. "' must be " .. must_be end
        message[index], message[index + 1] = value, parts[index + 1]
    end
    return table.concat(message)
end

--- The message without its parameters, for where they are not known: a parameter in quotes is left out, any
--- other with its clause. Returns nil if nothing is left.
function template.plain(parts)
    local message = {}
    for index, part in ipairs(parts) do message[index] = index % 2 == 0 and "\1" or part end
    local plain = table.concat(message)
        :gsub("%s*(['\"])\1%1", "")
        :gsub("([.,;])(%s)", "%1\2%2") -- the ends of clauses
        :gsub("[^\2]+\2?", function(clause) return find(clause, "\1") and "" end)
        :gsub("\2", "")
        :match("^%s*(.-)[%s,;]*$")
    return find(plain, "[%a\128-\255]") and plain or nil
end

--- Reads the values out of a message; nil if it is not of this template, or is the template itself. A value
--- ends where the text behind it first occurs; the last one ends where the template's final text begins.
function template.read(parts, message)
    local values, position = {}, #parts[1] + 1
    if sub(message, 1, position - 1) ~= parts[1] then return nil end
    for index = 2, #parts, 2 do
        local name, text = parts[index].name, parts[index + 1]
        local first = #message - #text + 1
        if index + 1 ~= #parts then
            first = find(message, text, position, true)
        elseif sub(message, first) ~= text then
            return nil
        end
        local value = first and sub(message, position, first - 1)
        if problem(name, value) or value == parts[index].placeholder or (values[name] or value) ~= value then
            return nil
        end
        values[name], position = value, first + #text
    end
    return values
end

return template
