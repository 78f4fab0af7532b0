--- The phrases that the core has in English and Chinese: src/words.def and the files of advice.

local core = require "cfs.errors.core"

local phrases = {}


--- The names of a group, in their order.
---@param wanted string "category", "retry", "remedy", ...
---@return string[] names empty where there is no such group
function phrases.names(wanted)
    local names, place = {}, 1
    local group, name = core.phrase(place)
    while group do
        if group == wanted then names[#names + 1] = name end
        place = place + 1
        group, name = core.phrase(place)
    end
    return names
end


--- A phrase.
---
---     phrases.say("retry", "never", "en")  --> no: the same call fails again
---
---@param group string
---@param name string
---@param language "en"|"zh"
---@return string? phrase nil if there is none
function phrases.say(group, name, language)
    local english, chinese = core.say(group, name)
    return language == "zh" and chinese or english
end


return phrases
