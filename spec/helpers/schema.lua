-- Compares a decoded JSON document with a JSON Schema, as far as docs/command.schema.json uses that.

local schema = {}

local function type_of(value, null)
    if value == null then return "null" end
    if type(value) == "table" then return (next(value) == nil or value[1] ~= nil) and "array" or "object" end
    return type(value)
end

local function has_type(wanted, value, null)
    local kind = type_of(value, null)
    for _, name in ipairs(type(wanted) == "table" and wanted or { wanted }) do
        if name == kind or name == "object" and kind == "array" and next(value) == nil
            or name == "integer" and kind == "number" and value % 1 == 0 then
            return true
        end
    end
    return false
end

local function is_one_of(list, value)
    for _, candidate in ipairs(list) do
        if candidate == value then return true end
    end
    return false
end

--- Where the document differs from the schema; nil if it does not.
function schema.problem(rules, value, null, path)
    path = path or "$"
    if rules.type and not has_type(rules.type, value, null) then return path .. ": type" end
    if rules.enum and not is_one_of(rules.enum, value) then return path .. ": " .. tostring(value) end
    if type(value) ~= "table" then return nil end
    for _, name in ipairs(rules.required or {}) do
        if value[name] == nil then return path .. "." .. name .. " is missing" end
    end
    for name, member in pairs(value) do
        local inner = rules.items or rules.properties and rules.properties[name]
        if not inner then return path .. "." .. tostring(name) .. " is unknown" end
        local problem = schema.problem(inner, member, null, path .. "." .. name)
        if problem then return problem end
    end
end

return schema
