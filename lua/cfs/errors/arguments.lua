--- Checking tables of options: every name known, every value of its type.

local suggest = require "cfs.errors.suggest"

local huge, pairs, type = math.huge, pairs, type

local arguments = {}


--- nil if the table can be taken, else what is wrong with it.
---
---     arguments.objection("option", { standart = true }, { standard = "boolean" })
---     --> unknown option 'standart', did you mean 'standard'?
---
---@param what string what its names are called: "option", "field"
---@param given any
---@param types table<string, string|false> name → type, false for any
---@param leasts table<string, integer>? name → what a number must be at least: 0; or 1 where it counts
---@return string? sentence
function arguments.objection(what, given, types, leasts)
    if type(given) ~= "table" then return "table expected, got " .. type(given) end
    for name, value in pairs(given) do
        local wanted = types[name]
        if wanted == nil then return suggest.unknown(what, tostring(name), types) end
        if wanted and type(value) ~= wanted then
            return what .. " '" .. name .. "' must be a " .. wanted .. ", got " .. type(value)
        end
        local least = leasts and leasts[name]
        if least == 1 and not (value >= 1 and value % 1 == 0) then
            return what .. " '" .. name .. "' must be a whole number from 1"
        elseif least and not (value >= least and value < huge) then
            return what .. " '" .. name .. "' must be a finite number from " .. least
        end
    end
end


return arguments
