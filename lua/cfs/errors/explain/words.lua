--- How `errors.categories` and `errors.retries` are printed.

local columns = require "cfs.errors.explain.columns"
local language = require "cfs.errors.explain.language"
local phrases = require "cfs.errors.explain.phrases"

local words = {}

-- Where the meaning of a word begins.
local margin = 18


-- The names of a group in their order, but for "unknown", which no row of the catalogue has.
local function names_of(group)
    local names = {}
    for _, name in ipairs(phrases.names(group)) do
        if name ~= "unknown" then names[#names + 1] = name end
    end
    return names
end


local function list(group)
    local lines, chosen = { group }, language.of_locale()
    for _, name in ipairs(names_of(group)) do
        local meaning = columns.wrap(phrases.say(group, name, chosen), margin)
        lines[#lines + 1] = columns.pad("  " .. name, margin) .. meaning
    end
    return table.concat(lines, "\n")
end


--- The categories, and the words of retry below them.
function words.of_categories()
    return list("category") .. "\n\n" .. list("retry")
end


--- The words of retry.
function words.of_retries()
    return list("retry")
end


return words
