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


-- The words of two columns, each with its meaning, stand first.
local meanings, place = { category = {}, retry = {} }, 1
local group, name, english = core.phrase(place)
while meanings[group] do
    meanings[group][name] = english
    place = place + 1
    group, name, english = core.phrase(place)
end

--- Category → what kind of failure it is, a sentence.
words.categories = meanings.category

--- Word of retry → may the same call be repeated, a sentence.
words.retries = meanings.retry


return words
