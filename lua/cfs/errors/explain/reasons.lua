--- What a phrase of a pasted text means, if only clients and what stands between say it.

local transport = require "cfs.errors.wire.transport"

local first_in, sub = transport.first_in, string.sub

local reasons = {}

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


--- May a phrase that begins with these four bytes mean anything? Most of a text does not.
---@param key string in lower case
---@return boolean?
function reasons.may_begin(key)
    said = said or fill()
    return said.keys[key]
end


--- What a phrase means.
---
---     reasons.phrase "dial tcp"            --> nil
---     reasons.phrase "connection refused"  --> connect  false
---@param phrase string in lower case
---@return string? word nil if others may say it
---@return boolean? certificate whether a certificate was refused
function reasons.phrase(phrase)
    said = said or fill()
    local key = sub(phrase, 1, 4)
    local meaning = said.whole[phrase] or said.says[phrase] or first_in(said.begins[key], phrase, true)
        or first_in(said.opens[key], phrase, true)
    if meaning and meaning.own then return meaning.word, meaning.certificate end
end


return reasons
