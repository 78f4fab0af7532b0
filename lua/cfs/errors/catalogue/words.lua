--- The words of the catalogue's columns, each with its meaning: src/words.def.

local core = require "cfs.errors.core"

-- The meanings stand first: category → what kind of failure it is, a sentence; word of retry → may the same
-- call be repeated, a sentence.
local meanings, place = { category = {}, retry = {} }, 1
local group, name, english = core.phrase(place)
while meanings[group] do
    meanings[group][name] = english
    place = place + 1
    group, name, english = core.phrase(place)
end

return {
    categories = meanings.category,
    retries = meanings.retry,

    say = core.say, -- ("retry", "never") → the phrase in English and in Chinese; nil if there is none
}
