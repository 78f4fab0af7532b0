--- What a person types in a word or two: a status, a category, a word of retry, a fault, a reason phrase.
--- Each function returns a cfs.subject.

local catalogue = require "cfs.errors.catalogue.kind"
local say = require("cfs.errors.explain.language").say
local statuses = require "cfs.errors.catalogue.status"
local words_of_status = require("cfs.errors.show.line").status

local concat, format, match = table.concat, string.format, string.match

local typed = {}

-- A text that is longer than this is no reason phrase.
local longest_phrase = 40


-- What is found, with a sentence in place of an error.
function typed.sentence(about, name, chosen, ...)
    about.sentence = format(say("sentence", name, chosen), ...)
    return about
end


-- The kinds of the catalogue whose column is the word.
local function kinds_of(column, word)
    local kinds = {}
    for kind in catalogue.each() do
        if kind[column] == word then kinds[#kinds + 1] = kind end
    end
    return kinds
end


-- A status: the codes that come with it or, if there are none, an error of this status without a code.
function typed.status(number, chosen)
    if number > 599 then return typed.sentence({}, "no_status", chosen, number) end
    if number < 400 then
        return typed.sentence({ is_success = true, status = number }, "no_error", chosen, number)
    end
    local kind, kinds = statuses.kind(number), kinds_of("status", number)
    if #kinds == 0 then return { kind = kind, status = number } end
    local heading = format(say("sentence", "status", chosen), words_of_status(kind, kind))
    return { heading = heading, kinds = kinds, status = number }
end


-- A category, a word of retry or a fault; "throttle" is both of the first. nil if it is none.
function typed.word(word, chosen)
    local headings, kinds, seen = {}, {}, {}
    for _, column in ipairs { "category", "retry", "fault" } do
        local found = kinds_of(column, word)
        local meaning = say(column, word, chosen)
        if #found > 0 or column == "category" and meaning then
            headings[#headings + 1] = format(say("sentence", column, chosen), word, meaning or "")
            for _, kind in ipairs(found) do
                if not seen[kind] then seen[kind], kinds[#kinds + 1] = true, kind end
            end
        end
    end
    return #headings > 0 and { heading = concat(headings, "\n"), kinds = kinds } or nil
end


-- A status, or its reason phrase, or both. nil if it is none.
function typed.phrase(text, chosen)
    local number, reason = match(#text <= longest_phrase and text or "", "^%s*(%d*)%s*([%a '-]-)%s*$")
    local meant = reason and statuses.of_reason(reason)[1]
    local status = number == "" and meant or (meant or reason == "") and statuses.normalize(number)
    return status and typed.status(status, chosen)
end


--- Why a text is no envelope, and where it breaks.
function typed.problem(reason, what, chosen)
    if chosen == "en" and what == "malformed" then return reason end
    local place = what == "malformed" and match(reason, "at byte (%d+)$")
    return say("origin", what, chosen) .. (place and format(say("sentence", "at_byte", chosen), place) or "")
end


return typed
