--- Text within the columns of a terminal, where a Chinese character takes two.

local clean = require "cfs.errors.explain.clean"

local concat, find, gmatch, gsub = table.concat, string.find, string.gmatch, string.gsub
local match, rep, sub = string.match, string.rep, string.sub

local columns = {}

--- How wide a line is.
columns.total = 80

-- Where the second column of an entry begins.
local entry_margin = 13

-- How characters begin that are two columns wide: roughly, East Asian Wide and Fullwidth of Unicode's UAX
-- #11. A line with one too many of them is a little short.
local wide = { "^[\227-\237]", "^\226[\186-\191]", "^\239[\164-\171\184-\191]", "^\240[\159-\175]",
    "^\225[\132\133]" }

-- The characters that do not begin a line.
local closing = "，。、；：？！）」』】》”’"

--- How many columns a text takes.
function columns.width(text)
    local width = #gsub(text, "[\128-\191]", "")
    for character in gmatch(text, "[\225-\244][\128-\191]+") do
        if clean.has(character, wide) then width = width + 1 end
    end
    return width
end

--- The text, with spaces behind it up to the width.
function columns.pad(text, width)
    return text .. rep(" ", width - columns.width(text))
end

-- Marks where a line may end within Chinese, which has no spaces: not before a closing mark.
local function with_marks(text)
    text = gsub(text, "[\225-\244][\128-\191]*", function(character)
        return clean.has(character, wide) and "\1" .. character .. "\1" or nil
    end)
    return (gsub(text, "\1+([\226\227\239][\128-\191][\128-\191])", function(character)
        return find(closing, character) and character or nil
    end))
end

--- The text in lines that fit; a margin stands before those from the second on.
function columns.wrap(text, margin)
    margin = margin or 0
    local lines, line, used, room = {}, "", 0, columns.total - margin
    for space, piece in gmatch(with_marks(text), "([%s\1]*)([^%s\1]+)") do
        local gap, width = used > 0 and find(space, "%s") and " " or "", columns.width(piece)
        if used > 0 and used + #gap + width > room then
            lines[#lines + 1], line, used, gap = line, "", 0, ""
        end
        while width > room do -- a word that is longer than a line
            local one = "[^\128-\191][\128-\191]*"
            local first = match(piece, rep(one, room))
            if not first or columns.width(first) > room then -- marks that are two columns wide
                first = match(piece, rep(one, math.floor(room / 2)))
            end
            piece = sub(piece, #first + 1)
            lines[#lines + 1], width = first, columns.width(piece)
        end
        line, used = line .. gap .. piece, used + #gap + width
    end
    lines[#lines + 1] = line
    return concat(lines, "\n" .. rep(" ", margin))
end

--- Each line of a text in lines that fit.
function columns.fill(text)
    return (gsub(text, "[^\n]+", function(line) return columns.wrap(line) end))
end

--- One entry: "message      The specified CFS instance does not exist."
function columns.entry(label, text)
    return (match(columns.pad(label, entry_margin) .. columns.wrap(text, entry_margin), "^.*%S"))
end

return columns
