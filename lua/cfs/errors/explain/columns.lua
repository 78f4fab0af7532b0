--- Text within the columns of a terminal, where a Chinese character takes two.

local byte, find, gmatch, gsub = string.byte, string.find, string.gmatch, string.gsub
local match, rep, sub = string.match, string.rep, string.sub
local concat = table.concat

local columns = {}

--- How wide a line is.
columns.total = 80

--- Where the second column of an entry begins.
columns.margin = 13

-- First and last code points of the ranges that are two columns wide: roughly, East Asian Wide and
-- Fullwidth of Unicode's UAX #11.
local wide = { 0x1100, 0x115f, 0x2e80, 0xa4cf, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f, 0xff00, 0xff60,
    0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f900, 0x3fffd }

-- One character of UTF-8.
local character_pattern = "[^\128-\191][\128-\191]*"

-- The characters that do not begin a line, each for itself.
local closing = {}
for character in gmatch("，。、；：？！）」』】》”’", character_pattern) do closing[character] = character end


local function character_width(character)
    local first, second, third, fourth = byte(character, 1, 4)
    if not third then return 1 end -- nothing below U+0800 is wide
    local point = (first - 0xe0) * 0x1000 + (second - 0x80) * 0x40 + third - 0x80
    if fourth then point = (point - 0x10000) * 0x40 + fourth - 0x80 end
    for index = 1, #wide, 2 do
        if point >= wide[index] and point <= wide[index + 1] then return 2 end
    end
    return 1
end


--- How many columns a text takes.
function columns.width(text)
    if not find(text, "[\225-\244]") then return #gsub(text, "[\128-\191]", "") end
    local width = 0
    for character in gmatch(text, character_pattern) do width = width + character_width(character) end
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
        return character_width(character) == 2 and "\1" .. character .. "\1" or nil
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
