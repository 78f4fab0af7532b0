--- Text within the columns of a terminal, where a Chinese character takes two.

local byte, find, gmatch, gsub, match, rep =
    string.byte, string.find, string.gmatch, string.gsub, string.match, string.rep
local concat = table.concat

local columns = {}

--- How wide a line is.
columns.total = 80

--- Where the second column of an entry begins.
columns.margin = 13

-- First and last code points of the ranges that are two columns wide: roughly, East Asian Wide and
-- Fullwidth of Unicode's UAX #11.
local wide = {
    { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
    { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
    { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
}

-- One character of UTF-8.
local character_pattern = "[^\128-\191][\128-\191]*"

-- The characters that do not begin a line.
local closing = {}
for character in gmatch("，。、；：？！）」』】》”’", character_pattern) do closing[character] = true end


local function character_width(character)
    local first, second, third, fourth = byte(character, 1, 4)
    if not third then return 1 end -- nothing below U+0800 is wide
    local point = (first - 0xe0) * 0x1000 + (second - 0x80) * 0x40 + third - 0x80
    if fourth then point = (point - 0x10000) * 0x40 + fourth - 0x80 end
    for _, range in ipairs(wide) do
        if point >= range[1] and point <= range[2] then return 2 end
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


-- The lines of a text, each at most so many columns wide. A line may also end between characters of Chinese,
-- which has no spaces, though not before a closing mark.
local function lines_of(text, room)
    local lines, line, used, is_wide = {}, "", 0, false
    local function put(piece, width, space)
        if used > 0 and used + #space + width > room then
            lines[#lines + 1], line, used, space = line, "", 0, ""
        end
        line, used = line .. space .. piece, used + #space + width
    end
    for word in gmatch(text, "%S+") do
        local piece, width, space = "", 0, line == "" and "" or " "
        if #word <= room and not find(word, "[\225-\244]") then
            piece, width, word = word, width_of(word), ""
        end
        for character in gmatch(word, character_pattern) do
            local own = character_width(character)
            if piece ~= "" and (width + own > room or (is_wide or own == 2) and not closing[character]) then
                put(piece, width, space)
                piece, width, space = "", 0, ""
            end
            piece, width, is_wide = piece .. character, width + own, own == 2
        end
        put(piece, width, space)
    end
    lines[#lines + 1] = line ~= "" and line or nil
    return lines
end


--- The text in lines that fit; a margin stands before those from the second on.
function columns.wrap(text, margin)
    margin = margin or 0
    return concat(lines_of(text, columns.total - margin), "\n" .. rep(" ", margin))
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
