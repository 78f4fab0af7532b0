--- Headers of HTTP messages, as the tables of various clients have them.

local core = require "cfs.errors.core"

local lower, type = string.lower, type

local headers = {}


-- A header's value as text: a list counts by its first entry, an empty value not at all.
local function value_text(value)
    if type(value) == "table" then value = value[1] end
    if type(value) == "number" then value = tostring(value) end
    if type(value) ~= "string" or value == "" then return nil end
    return core.repair(value)
end


--- Some headers of a table, whatever the letter case of their names. Of two spellings of one name
--- the one that sorts first counts, so that the order of a table does not matter.
---@param given any a table of headers; anything else has none
---@param wanted table<string, boolean> their names in lower case
---@return table<string, string> values by those names, in valid UTF-8
function headers.read(given, wanted)
    local values, spellings = {}, {}
    if type(given) ~= "table" then return values end
    for name, value in pairs(given) do
        local key = type(name) == "string" and lower(name)
        if wanted[key] and (not spellings[key] or name < spellings[key]) then
            local text = value_text(value)
            if text then values[key], spellings[key] = text, name end
        end
    end
    return values
end


return headers
