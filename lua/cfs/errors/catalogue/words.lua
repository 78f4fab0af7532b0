--- The words of the catalogue's columns, each with its meaning: src/words.def.

local core = require "cfs.errors.core"

local words = {}


--- A phrase of the core.
---
---     words.say("retry", "never")  --> no: the same call fails again  否：…
---
---@type fun(group: string, name: string): english: string?, chinese: string?
---@return string? english nil if there is no such phrase
---@return string? chinese
words.say = core.say


-- The meanings of a group's words, but for "unknown", which no row of the catalogue has. Its phrases
-- stand side by side.
local function meanings_of(wanted)
    local meanings, place = {}, 1
    local group, name, english = core.phrase(place)
    while group do
        if group == wanted and name ~= "unknown" then meanings[name] = english end
        place = place + 1
        group, name, english = core.phrase(place)
    end
    return meanings
end


--- Category → what kind of failure it is, a sentence.
words.categories = meanings_of "category"

--- Word of retry → may the same call be repeated, a sentence.
words.retries = meanings_of "retry"


return words
