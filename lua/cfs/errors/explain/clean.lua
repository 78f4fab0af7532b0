--- Pasted text as a person sees it: without a terminal's colours, curl's meter, and what editors, pages,
--- mails and loggers put around it.

local byte, char, find, gmatch = string.byte, string.char, string.find, string.gmatch
local gsub, match, sub = string.gsub, string.match, string.sub
local concat, floor = table.concat, math.floor

local clean = {}

-- How many bytes are read for words: a text that is not longer as a whole, otherwise its beginning, its end,
-- and what stands around the first places that look like an error.
local most_whole, most_first, most_last, around = 5120, 2560, 1280, 384
local anchors = { "equestId", "equest_id", "Code", '"code"', '\\"code', "curl: (", "Exception: ", "rror: " }

-- PowerShell writes files in UTF-16, with a mark at their beginning or without. What is neither ASCII nor
-- beyond U+07FF does not matter.
local function from_utf16(text)
    local is_big = find(text, "^\254\255") or find(text, "^%z[^%z]%z[^%z]")
    if not is_big and not find(text, "^\255\254") and not find(text, "^[^%z]%z[^%z]%z") then return text end
    return (gsub(text, "(.)(.)", function(first, second)
        local high, low = byte(is_big and first or second), byte(is_big and second or first)
        if high == 0 then return char(low) end
        return char(224 + floor(high / 16), 128 + high % 16 * 4 + floor(low / 64), 128 + low % 64)
    end))
end

-- Replaces what fits the pattern, if the text has the sign of it: most texts have none.
local function replace(text, sign, pattern, with)
    return find(text, sign, 1, true) and gsub(text, pattern, with) or text
end

--- The text as a terminal shows it: no byte order mark, no colours or titles, no meter of curl's.
function clean.screen(text)
    text = gsub(from_utf16(text), "^\239\187\191", "")
    text = replace(text, "\27[", "\27%[[%d;?]*%a", "")
    text = replace(text, "\27]", "\27%][^\7\27\n]*\7?", "")
    text = replace(text, "--:--:--", "[\r\n] *%d[ %d.:kMGTP-]*%-%-:%-%-:%-%-[ %d.:kMGTP-]*", "\n")
    return replace(text, "\r\n", "\r\n", "\n")
end

--- The part of a text that is read for words.
function clean.view(text)
    if #text <= most_whole then return text end
    local parts, last = { sub(text, 1, most_first) }, #text - most_last
    for _, anchor in ipairs(anchors) do
        local place = find(text, anchor, most_first, true)
        if place and place <= last then
            parts[#parts + 1] = match(sub(text, place - 64, place + around), "[\128-\191]*(.*)")
        end
    end
    parts[#parts + 1] = sub(text, last + 1)
    return concat(parts, "\n")
end

-- HTML's entities that a page or a mail writes.
local entities = { quot = '"', ["#34"] = '"', ["#x22"] = '"', apos = "'", ["#39"] = "'", ["#x27"] = "'",
    lt = "<", gt = ">", amp = "&", nbsp = " " }

-- Full-width and curly punctuation, and the marks that tools draw before lines, each before what it becomes.
local marks = {}
for mark, plain in gmatch("：: ，, ；; 。. 、, （ (）) ｛{｝}［[］]【[】] ＝=？? ！! ＂\"“\"”\"„\"‘'’'　 │╷╵┃",
    "([\194-\239][\128-\191]+)([^\194-\239]*)") do
    marks[mark] = plain
end

-- What a backslash and a letter stand for.
local escapes = { n = "\n", r = "\n", t = " ", ['"'] = '"', ["'"] = "'", ["/"] = "/" }

--- The words of a text: entities and escapes decoded, however often a text was escaped; punctuation of
--- ASCII; no marks of quotation before its lines.
function clean.words(text)
    text = replace(text, "%22", "%%(%x%x)", function(digits) return char(tonumber(digits, 16)) end)
    text = gsub(replace(text, "&", "&(#?%w+);", entities), "[\226\227\239][\128-\191][\128-\191]", marks)
    text = replace(text, "\\", "%f[\\]\\+([nrt\"'/])", escapes)
    return sub(gsub("\n" .. text, "\n[ \t]*>[> \t]*", "\n"), 2)
end

--- Has the text one of the patterns?
function clean.has(text, patterns)
    for index = 1, #patterns do
        if find(text, patterns[index]) then return true end
    end
end

return clean
