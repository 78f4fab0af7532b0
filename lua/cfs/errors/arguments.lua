--- Checking tables of options: every name known, every value of its type.

local suggest = require "cfs.errors.suggest"

local arguments = {}


--- nil if the table can be taken, else what is wrong with it.
---
---     arguments.objection("option", { standart = true }, { standard = "boolean" })
---     --> unknown option 'standart', did you mean 'standard'?
---
---@param what string what its names are called: "option", "field"
---@param given any
---@param types table<string, string> name → type
---@return string? sentence
function arguments.objection(what, given, types)
    if type(given) ~= "table" then return "table expected, got " .. type(given) end
    for name, value in pairs(given) do
        local wanted = types[name]
        if not wanted then return suggest.unknown(what, tostring(name), types) end
        if type(value) ~= wanted then
            return what .. " '" .. name .. "' must be a " .. wanted .. ", got " .. type(value)
        end
    end
end


return arguments
