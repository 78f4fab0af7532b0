--- Text within the columns of a terminal, where a Chinese character takes two.

local clean = require "cfs.errors.explain.clean"

local find, gmatch, gsub = string.find, string.gmatch, string.gsub
local match, rep, sub = string.match, string.rep, string.sub
local concat = table.concat

local columns = {}

--- How wide a line is.
columns.total = 80

--- Where the second column of an entry begins.
columns.margin = 13

-- How characters begin that are two columns wide: roughly, East Asian Wide and Fullwidth of Unicode's UAX
-- #11. A line with one too many of them is a little short.
local wide = { "^[\227-\237]", "^\226[\186-\191]", "^\239[\164-\171\184-\191]", "^\240[\159-\175]",
    "^\225[\132\133]" }

-- One character of UTF-8.
local character_pattern = "[^\128-\191][\128-\191]*"

-- The characters that do not begin a line, each for itself.
local closing = {}
for character in gmatch("，。、；：？！）」』】》”’", character_pattern) do closing[character] = character end


--- How many columns a text takes.
function columns.width(text)
    local width = #gsub(text, "[\128-\191]", "")
    for character in gmatch(text, "[\225-\244][\128-\191]+") do
        if clean.has(character, wide) then width = width + 1 end
    end
    return width
end

local width_of = columns.width


--- The text, with spaces behind it up to the width.
function columns.pad(text, width)
    return text .. rep(" ", width - width_of(text))
end


-- Marks where a line may end within Chinese, which has no spaces: not before a closing mark.
local function with_marks(text)
    if not find(text, "[\225-\244]") then return text end
    text = gsub(text, "[\225-\244][\128-\191]*", function(character)
        return clean.has(character, wide) and "\1" .. character .. "\1" or nil
    end)
    return (gsub(text, "\1+([\226\227\239][\128-\191][\128-\191])", closing))
end


--- The text in lines that fit; a margin stands before those from the second on.
function columns.wrap(text, margin)
    local lines, line, used, room = {}, "", 0, columns.total - (margin or 0)
    for space, piece in gmatch(with_marks(text), "([%s\1]*)([^%s\1]+)") do
        local gap, width = used > 0 and find(space, "%s") and " " or "", width_of(piece)
        if used > 0 and used + #gap + width > room then
            lines[#lines + 1], line, used, gap = line, "", 0, ""
        end
        while width > room do -- a word that is longer than a line
            local first = match(piece, "^" .. rep(character_pattern, room))
            lines[#lines + 1], piece, width = first, sub(piece, #first + 1), width - room
        end
        line, used = line .. gap .. piece, used + #gap + width
    end
    lines[#lines + 1] = line ~= "" and line or nil
    return concat(lines, "\n" .. rep(" ", margin or 0))
end


--- Each line of a text in lines that fit.
function columns.fill(text)
    return (gsub(text, "[^\n]+", function(line) return columns.wrap(line) end))
end


--- One entry: "message      The specified CFS instance does not exist."
function columns.entry(label, text)
    local margin = columns.margin
    return (match(columns.pad(label, margin) .. columns.wrap(text, margin), "^.*%S"))
end


return columns
