--- The library's words, as tables that a person can print: `errors.categories`, `errors.retries`.

local columns = require "cfs.errors.show.columns"
local language = require "cfs.errors.show.language"
local phrases = require "cfs.errors.base.phrases"

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


local function table_of(group, show)
    local meanings = {}
    for _, name in ipairs(names_of(group)) do meanings[name] = phrases.say(group, name, "en") end
    return setmetatable(meanings, { __tostring = show })
end

--- Category → what kind of failure it is, a sentence. Prints as a table, those of retry below.
words.categories = table_of("category", function() return list("category") .. "\n\n" .. list("retry") end)

--- Word of retry → may the same call be repeated, a sentence. Prints as a table.
words.retries = table_of("retry", function() return list("retry") end)


return words
