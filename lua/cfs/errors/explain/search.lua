--- Looking for kinds by words.

local catalogue = require "cfs.errors.catalogue.kind"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"

local concat, find, gmatch, gsub = table.concat, string.find, string.gmatch, string.gsub
local say = require("cfs.errors.catalogue.words").say
local lower = require("cfs.errors.base.text").lower

local search = {}

-- How many words are looked for.
local most_words = 16

-- All that is said of a kind, in lower case: its code, once in words; its texts, in both languages.
local function text_of(kind)
    local parts = {
        kind.code, gsub(kind.code, "(%l)(%u)", "%1 %2"), kind.status, kind.message, kind.description,
        kind.remedy, kind.category, kind.retry, kind.fault, kind.service, kind.reason, -- which may be nil
    }
    for group, name in pairs { category = kind.category, retry = kind.retry,
        description = kind.code, remedy = kind.code } do
        local english, chinese = say(group, name)
        parts[#parts + 1] = english and english .. "\n" .. chinese
    end
    return lower(concat(parts, "\n")) .. "\n"
end

-- Has the text a word that begins like each of these? A plural ends in s.
local function has_all(text, words)
    for _, word in ipairs(words) do
        local is_plain = find(word, "%W") ~= nil
        local pattern = is_plain and word or "%f[%w]" .. gsub(word, "s$", "[s%%W]")
        if not find(text, pattern, 1, is_plain) then return false end
    end
    return #words > 0
end

--- Finds kinds: see cfs.errors.show.later. An error blames the caller of its caller.
function search.search(wanted, each)
    if type(wanted) ~= "string" then
        misuse.argument(1, "search", "string expected, got " .. type(wanted), 3)
    end
    wanted = lower(wanted)
    local words, characters, literal, found, loose = {}, {}, {}, {}, {}
    for word in gmatch(wanted, "%S+") do
        local is_short = #word < 3 and find(word, "^%a") -- "of", "id"
        if not is_short and #words < most_words then words[#words + 1] = word end
    end
    for _, word in ipairs(words) do -- Chinese has no spaces between words
        local unit = find(word, "[\228-\233]") and "[^\128-\191][\128-\191]*" or "%S+"
        for part in gmatch(word, unit) do characters[#characters + 1] = part end
    end
    for kind in (each or catalogue.each)() do
        local row = lower(kind.code .. "\n" .. kind.message .. "\n" .. kind.description)
        local text = text_of(kind)
        if find(row, wanted, 1, true) then literal[#literal + 1] = kind end
        if has_all(text, words) then found[#found + 1] = kind end
        if has_all(text, characters) then loose[#loose + 1] = kind end
    end
    return setmetatable(#literal > 0 and literal or #found > 0 and found or loose, state.list_metatable)
end

return search
