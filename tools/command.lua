-- What is written out of the command's parser: path → content. `make docs` writes the manual page and the
-- completion for bash and zsh, and a spec compares them.

local errors = require "cfs.errors"
local language = require "cfs.errors.explain.language"

-- The parser and its commands', in English whatever the locale is.
local function load_parser()
    local of_locale = language.of_locale
    language.of_locale = function() return "en" end
    local parser, parts = assert(loadfile "bin/cfs-errors")({})
    language.of_locale = of_locale
    return parser, parts
end

local parser, parts = load_parser()

-- Text for troff: backslashes, hyphens, and dots and quotes at the beginning of a line mean something there.
local function escape(text)
    return (text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("%f[^\n%z]([.'])", "\\&%1"))
end

-- A block that troff leaves as it is.
local function block(text)
    return ".nf\n" .. escape((text:gsub("\n+$", ""))) .. "\n.fi\n"
end

-- What help has about a command, without its usage.
local function about(part)
    return (part:get_help():gsub("^Usage:.-\n\n", ""))
end

local function manual_page()
    local text = { ('.TH CFS-ERRORS 1 "" "cfs-errors %s"\n'):format(errors._VERSION),
        ".SH NAME\ncfs-errors \\- explain errors of Baidu AI Cloud File Storage (CFS)\n",
        ".SH SYNOPSIS\n", block(parser:get_usage():gsub("^Usage: ", "")),
        ".SH DESCRIPTION\n", block(about(parser)) }
    for index = 2, #parts do
        text[#text + 1] = ".SH " .. parts[index]._name:upper() .. "\n"
        text[#text + 1] = block(parts[index]:get_help():gsub("^Usage: ", ""))
    end
    text[#text + 1] = ".SH ENVIRONMENT\n" .. block("LC_ALL, LC_MESSAGES, LANG   zh_CN.UTF-8: Chinese\n"
        .. "COLUMNS                     how wide lines are, up to 80\n"
        .. "NO_COLOR                    no colours on a terminal")
    return table.concat(text)
end

return {
    ["docs/command/cfs-errors.1"] = manual_page(),
    ["docs/command/cfs-errors.bash"] = parser:get_bash_complete(),
    ["docs/command/_cfs-errors"] = parser:get_zsh_complete(),
}
