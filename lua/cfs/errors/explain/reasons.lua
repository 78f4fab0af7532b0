--- What a phrase of a pasted text means, if only clients and what stands between say it.

local transport = require "cfs.errors.wire.transport"

local find, first_in, sub = string.find, transport.first_in, string.sub

local reasons = {}

-- How many words of a phrase decide.
local most_words = 6

-- Made ready at the first text. By the first four bytes of what is looked for, `keys` has true.
local said


local function fill()
    local filled, keys = transport.fill_index { says = {}, opens = {}, whole = {}, begins = {} }, {}
    for _, texts in pairs(filled) do
        for text in pairs(texts) do keys[sub(text, 1, 4)] = true end
    end
    filled.keys = keys
    return filled
end


--- May a phrase that begins with these four bytes, in lower case, mean anything? Most of a text does not.
function reasons.may_begin(key)
    said = said or fill()
    return said.keys[key]
end


local function meaning_of(phrase)
    local key = sub(phrase, 1, 4)
    local meaning = said.whole[phrase] or said.says[phrase] or first_in(said.begins[key], phrase, true)
        or first_in(said.opens[key], phrase, true)
    return meaning and meaning.own and meaning
end


--- What a phrase in lower case means as a whole, or by its first words: the word of transport, and whether a
--- certificate was refused; nil if others may say it.
---
---     reasons.phrase "read timed out executing get"  --> timeout  false
function reasons.phrase(phrase)
    said = said or fill()
    local meaning, place = meaning_of(phrase), find(phrase, " ", 1, true)
    for _ = 2, most_words do
        place = place and find(phrase, " ", place + 1, true)
        if meaning or not place then break end
        meaning = meaning_of(sub(phrase, 1, place - 1))
    end
    if meaning then return meaning.word, meaning.certificate end
end


return reasons
