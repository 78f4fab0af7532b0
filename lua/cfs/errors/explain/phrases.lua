--- The phrases that the core has in English and Chinese: src/words.def and the files of advice. They
--- are fetched one by one, as most programs need none.

local core = require "cfs.errors.core"

local phrases = {}

-- Group → name → place; and group → its names in their order.
local places, names = {}, {}

local place = 1
local group, name = core.phrase(place)
while group do
    places[group], names[group] = places[group] or {}, names[group] or {}
    places[group][name] = place
    table.insert(names[group], name)
    place = place + 1
    group, name = core.phrase(place)
end


--- The names of a group, in their order.
---@param wanted string "category", "retry", "remedy", ...
---@return string[] list not to be changed; empty where there is no such group
function phrases.names(wanted)
    return names[wanted] or {}
end


--- A phrase.
---
---     phrases.say("retry", "never", "en")  --> no: the same call fails again
---
---@param wanted string a group
---@param key string a name
---@param language "en"|"zh"
---@return string? phrase nil if there is none
function phrases.say(wanted, key, language)
    local found = places[wanted] and places[wanted][key]
    if not found then return nil end
    local _, _, english, chinese = core.phrase(found)
    return language == "zh" and chinese or english
end


return phrases
