--- The language of explanations, and what the core says in it. Codes, messages and log lines stay English.

local core = require "cfs.errors.core"
local misuse = require "cfs.errors.base.misuse"

local find, match = string.find, string.match

local language = {}

--- The language of the locale: that of the first variable that is set and not empty, as POSIX has it. Chinese
--- are "zh_CN.UTF-8", "zh", "zh_TW"; not "zh_CN.GBK", as our texts are UTF-8.
function language.of_locale()
    for _, name in ipairs { "LC_ALL", "LC_MESSAGES", "LANG" } do
        local locale = os.getenv(name) or ""
        local is_chinese = find(locale, "^zh%f[^%a]") and not find(locale, "%.[^uU]")
        if locale ~= "" then return is_chinese and "zh" or "en" end
    end
    return "en"
end

--- The language that the options ask for, else the locale's. They are the argument at this position of the
--- function with this name.
function language.choose(options, position, name)
    local read, wrong = misuse.read("option", options == nil and {} or options, { language = "string" })
    local chosen = read and read.language or language.of_locale()
    if chosen ~= "en" and chosen ~= "zh" then wrong = "option 'language' must be 'en' or 'zh'" end
    if wrong then misuse.argument(position, name, wrong, 4) end
    return chosen
end

--- A phrase of src/words.def or of the files of advice; nil if there is none.
function language.say(group, name, chosen)
    local english, chinese = core.say(group, name)
    return chosen == "zh" and chinese or english
end

--- Why a text is no envelope, and where it breaks.
function language.problem(reason, what, chosen)
    if chosen == "en" and what == "malformed" then return reason end
    local place = what == "malformed" and match(reason, "at byte (%d+)$")
    local where = place and string.format(language.say("sentence", "at_byte", chosen), place) or ""
    return language.say("origin", what, chosen) .. where
end

-- Walks all phrases: group, name, English, Chinese.
local function each()
    local place = 0
    return function()
        place = place + 1
        return core.phrase(place)
    end
end

--- The names of a group of phrases, such as "category", in their order.
function language.names(wanted)
    local names = {}
    for group, name in each() do
        if group == wanted then names[#names + 1] = name end
    end
    return names
end

--- A text in the language, if it is one of the phrases; else as it is.
function language.translate(english, chosen)
    if chosen ~= "zh" then return english end
    for _, _, phrase, chinese in each() do
        if phrase == english then return chinese end
    end
    return english
end

return language
