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
        kind.code, gsub(kind.code, "(%l)(%u)", "%1 %2"), kind.status, kind.reason or "", kind.message or "",
        kind.description, kind.remedy, kind.category, kind.retry, kind.fault, kind.service,
    }
    for group, name in pairs { description = kind.code, remedy = kind.code, category = kind.category,
        retry = kind.retry } do
        local english, chinese = say(group, name)
        parts[#parts + 1] = english and english .. "\n" .. chinese
    end
    return lower(concat(parts, "\n"))
end


-- Has the text a word that begins like this one? A plural ends in s. Chinese has no spaces between words, so
-- a loose search is content with all of a word's characters.
local function has(text, word, is_loose)
    if is_loose and find(word, "[\228-\233]") then
        for character in gmatch(word, "[^\128-\191][\128-\191]*") do
            if not find(text, character, 1, true) then return false end
        end
        return true
    end
    if find(word, "[^%w]") then return find(text, word, 1, true) end
    return find(text, "%f[%w]" .. word) or find(text, "%f[%w]" .. gsub(word, "s$", "") .. "%f[%W]")
end


local function has_all(text, words, is_loose)
    for _, word in ipairs(words) do
        if not has(text, word, is_loose) then return false end
    end
    return #words > 0
end


--- Finds kinds: see cfs.errors.show.later. An error blames the caller of its caller.
function search.search(wanted, each)
    if type(wanted) ~= "string" then
        misuse.argument(1, "search", "string expected, got " .. type(wanted), 3)
    end
    wanted = lower(wanted)
    local words, literal, found, loose = {}, {}, {}, {}
    for word in gmatch(wanted, "%S+") do
        local is_short = #word < 3 and find(word, "^%a") -- "of", "id"
        if not is_short and #words < most_words then words[#words + 1] = word end
    end
    for kind in (each or catalogue.each)() do
        local row = lower(kind.code .. "\n" .. kind.message .. "\n" .. kind.description)
        if find(row, wanted, 1, true) then literal[#literal + 1] = kind end
        local text = text_of(kind)
        if has_all(text, words) then found[#found + 1] = kind end
        if has_all(text, words, true) then loose[#loose + 1] = kind end
    end
    return setmetatable(#literal > 0 and literal or #found > 0 and found or loose, state.list_metatable)
end


return search
