--- The language of explanations. Codes, messages and log lines stay English.

local misuse = require "cfs.errors.base.misuse"

local lower = require("cfs.errors.base.text").lower

local find, gsub, match = string.find, string.gsub, string.match
local getenv = os.getenv

local language = {}

-- The first of these that is set and not empty counts: POSIX, Base Definitions, section 8.2.
local variables = { "LC_ALL", "LC_MESSAGES", "LANG" }

local known = { en = true, zh = true }


-- "zh_CN.UTF-8", "zh", "zh_TW"; not "zh_CN.GBK", as our texts are UTF-8.
local function is_chinese(locale)
    local charset = match(locale, "%.([%w-]+)") or "utf8"
    return find(locale, "^zh%f[^%a]") ~= nil and gsub(lower(charset), "-", "") == "utf8"
end


--- The language of the locale.
---@return "en"|"zh" language
function language.of_locale()
    for _, name in ipairs(variables) do
        local locale = getenv(name)
        if locale and locale ~= "" then return is_chinese(locale) and "zh" or "en" end
    end
    return "en"
end


--- The language that the options ask for, else the locale's.
---@param options { language: "en"|"zh"? }?
---@param position integer of the argument
---@param name string the function's
---@return "en"|"zh" language
function language.choose(options, position, name)
    if options == nil then return language.of_locale() end
    local read, wrong = misuse.read("option", options, { language = "string" })
    if read and read.language and not known[read.language] then
        wrong = "option 'language' must be 'en' or 'zh'"
    end
    if wrong then misuse.argument(position, name, wrong, 4) end
    return read.language or language.of_locale()
end


return language
