--- What a gateway's client sees of a received text: the words that have one of the forms below. Any other
--- word becomes `{hidden}`. Nothing is searched for, so what nobody thought of is hidden, too.

local lower = require("cfs.errors.base.text").lower

local byte, find, gmatch, gsub, match, sub =
    string.byte, string.find, string.gmatch, string.gsub, string.match, string.sub
local concat = table.concat

local passing = {}

-- LuaJIT cannot compile patterns; tracing these loops costs 20 ms a process and gains nothing.
if package.loaded.jit then package.loaded.jit.off(true, true) end

-- Control characters stand for what has no byte of its own: \1 and \2 part words, around Chinese and around
-- its punctuation; \3 and \4 are the full-width colon and equals sign; \127 is, or will be, `{hidden}`.
local meanings = { ["\1"] = "", ["\2"] = "", ["\3"] = "：", ["\4"] = "＝", ["\127"] = "{hidden}" }

-- Characters of a plain word, and others. The letters are ranges, as %a depends on the locale.
local plain, odd, any = "[A-Za-z0-9_\128-\255-]", "[\3\4!-,./:-@[-^`{-\127]", "[\3\4!-\255]"
local odd_word = "%f" .. any .. plain .. "*" .. odd .. any .. "*"
local too_long = "%f[A-Za-z0-9_-]" .. ("[A-Za-z0-9_-]"):rep(41) .. "[A-Za-z0-9_-]*"

-- The forms of a word that is not plain, by its first odd character; of numbers, by a 0 and that.
local forms = {
    ["."] = { -- v1.2.3, v2.0.0-rc.1, e.g, U.S.A, failed.Please
        "^[vV]%d+%.%d+%.?%d*$", "^[vV]%d%.%d+%.%d+%.%d+$", "^[vV]%d+%.%d+%.%d+%-[a-z]+%.?%d*$",
        "^[A-Za-z]%.[A-Za-z]$", "^[A-Za-z]%.[A-Za-z]%.[A-Za-z]$", "^[a-z]+%.[A-Z][a-z]+$",
    },
    ["0."] = { -- 99.9%, 1.5MiB, 1.5e-5
        "^%-?%d+%.%d+%%?$", "^%-?%d+%.%d+[A-Za-z][A-Za-z]?[A-Za-z]?$", "^%-?%d+%.%d+[eE][+-]?%d%d?%d?$",
    },
    ["%"] = { "^%-?%d+%%$" },
    ["/"] = { -- 10/100, 2026/11/24, HTTP/1.1, read/write
        "^%d+/%d+$", "^%d%d%d%d/%d%d?/%d%d?$", "^[A-Za-z]+/%d%.?%d*$",
        "^[A-Za-z][A-Za-z_-]*/[A-Za-z][A-Za-z_-]*$",
    },
    [":"] = { -- 10:30, T10:30:45.123Z, ISO 8601
        "^[T-]?%d%d?:[0-5]%dZ?$", "^T?%d%d?:[0-5]%d:[0-5]%d%.?%d*Z?$",
        "^%d%d%d%d%-%d%d%-%d%dT%d%d:[0-5]%d[:Z]?[0-5]?%d?%.?%d*Z?$",
        "^%d%d%d%d%-%d%d%-%d%dT%d%d:[0-5]%d:?[0-5]?%d?%.?%d*[+-]%d%d:?[0-5]%d$",
    },
    ["+"] = { "^%+%d+%.?%d*%%?$", "^[A-Z]*%+%d%d?:?[0-5]?%d?$" }, -- +5, UTC+08:00
}

-- A name with a last letter that secrets have, and its sign; four short numbers that one sign joins.
local named = "%f[A-Za-z0-9_-]([A-Za-z0-9_-]*[DdEeHhKkLlNnSsTtYy][0-9_-]*)[%])\"'`\\\1\2\9-\13 ]*"
    .. "[:=\3\4]+>?[\9-\13 ]*()"
local four = "%f[A-Za-z0-9](%d%d?%d?([^A-Za-z0-9\9-\13 ])%d%d?%d?%2%d%d?%d?%2%d%d?%d?)%f[^A-Za-z0-9]"

-- Before a colon: the kinds of entries in an access control list; options of a mount, and ids.
local entries = " user group mask other u g m o "
local numbered = " acdirmax acdirmin acregmax acregmin actimeo anongid anonuid gid nconnect nfsvers retrans"
    .. " rsize timeo uid vers wsize "

-- How the names of secrets end, by their last three bytes.
local secrets = {
    ord = "password", swd = "passwd", pwd = "pwd", ass = "pass", ase = "passphrase", ret = "secret",
    ken = "token", key = "key", yid = "keyid", kid = "akid", ion = "authorization", uth = "auth",
    ure = "signature", ial = "credential", als = "credentials", kie = "cookie",
}


local function has(list, word) return find(list, " " .. word .. " ", 1, true) end


-- How the name ends, if it ends like that of a secret. `ak` and `sk` must be words of the name.
local function secret_of(name)
    if find(name, "[Kk]", -1) then return find(name, "%f[A-Za-z][AaSs].$") or find(name, "[a-z][AS].$") end
    name = gsub(name, "[0-9_-]", "")
    local ending = #name > 2 and secrets[lower(sub(name, -3))]
    return ending and lower(sub(name, -#ending)) == ending and ending
end


-- The text with \127 for each value of a secret: a line, what is quoted, or a word, its scheme before it.
-- Behind the 50th all is a value, which bounds the time.
local function hide_secrets(text)
    local parts, from = {}, 1
    for name, start in gmatch(text, named) do
        local secret = start > from and secret_of(name)
        if secret then
            local quote, first = match(text, "^\\?([\"'`])[\"'`]*()", start)
            first = first or match(text, "^\2[^\2]*\2()", start) or match(text, "^[(%[{<]?()", start)
            local scheme, credential = match(text, "^([A-Za-z]+)[\9-\13 ]+()", first)
            local closed = quote and "^.-()" .. quote .. "+[^A-Za-z0-9\"'`]" -- a doubled quote closes nothing
            local is_open = #parts == 50 or quote and not find(text, closed, first)
            local value = is_open and "^.*()" or closed
                or byte(text, start) == 2 and "^[^\2]*()"
                or has(" authorization cookie ", secret) and "^[^\r\n]*()"
                or "^[^\2\9-\13 ]*[^\"'`)%]}>.,;:!?\2\9-\13 ]()"
            local is_scheme = scheme and has(" basic bearer digest ", lower(scheme))
            local last = match(text, value, is_scheme and credential or first) or first
            parts[#parts + 1] = sub(text, from, first - 1) .. (last > first and "\127" or "")
            from = last
        end
    end
    return concat(parts) .. sub(text, from)
end


-- A dotted name that no host can have: its last part has a capital behind a small letter, or a `_` within.
local function is_field(word)
    local last = match(word, "^[A-Za-z][A-Za-z0-9_.-]*%.([A-Za-z_-]+)$")
    return last and (find(last, "[a-z][A-Z]") or find(last, "[A-Za-z]_[A-Za-z]"))
        and not (find(word, "..", 1, true) or find(word, "%d[A-Za-z_-]") or find(word, "[A-Za-z_-]%d"))
end


-- user:1000:rwx, anonuid:65534
local function is_entry(word)
    local name, rest = match(gsub(word, "^default:", ""), "^([a-z]+):([A-Za-z0-9_:-]*)$")
    return name and (has(entries, name) and find(rest, "^[A-Za-z0-9_-]*:[r-][w-][xXst-]$")
        or has(numbered, name) and find(rest, "^%d+$"))
end


local function is_word(word)
    local mark = match(word, odd)
    if not mark then return true end
    local list = forms[mark == "." and find(word, "^[0-9-]") and "0." or mark]
    for index = 1, list and #list or 0 do
        if find(word, list[index]) then return true end
    end
    return mark == "." and is_field(word) or mark == ":" and find(word, "^[a-z]") and is_entry(word)
end


-- Has the word a form, or each word of a list?
local function has_form(word)
    if is_word(word) or not find(word, "[A-Za-z0-9@\127-\255]") then return true end
    if find(word, ".", 1, true) then
        word = gsub(gsub(word, "%[(%d+)%]%.", ".%1."), "%.%.%.+", ",") -- tags[0].x; wait...then
        if is_field(word) then return true end
    end
    if not find(word, "[,;|~=()%[%]{}<>\"'`\3\4]") or find(word .. "=", "==", 1, true) then return false end
    for part in gmatch(word, "[^,;|~=()%[%]{}<>\"'`\3\4]+") do
        if not is_word(part) then return false end
    end
    return true
end


-- The word as it is shown. One of more than 512 bytes has no form.
local function judge(word)
    if find(word, "^[\"'`(]?[A-Za-z0-9_-]+[\"'`).,;!?]*:?$") then return word end
    local first = find(word, "^::") and 1 or match(word, "^[\"'`(%[{<\3\4]*()", match(word, "^:?()"))
    local stop = match(word, "^.*[^\"'`)%]}>.,;:!?\3\4]()", first) or first
    local body, trail = sub(word, first, stop - 1), sub(word, stop)
    if #word <= 512 and has_form(body) and not find(trail, "::", 1, true) then return word end
    local name = match(body, "^([A-Za-z0-9_-]+[\"'`\\]*[:=\3\4]+>?[\"'`]?)\127$")
        or match(body, "^([A-Za-z_][A-Za-z0-9_-]*=[\"'`]?)[^=@]+$") or ""
    return sub(word, 1, first - 1) .. name .. "\127" .. trail
end


-- A character that is not ASCII: punctuation and Chinese, which part words, a letter, or what no form has.
local function classify(character)
    local first, size = byte(character), #character
    if size == 3 and first >= 228 and first <= 237 and not find(character, "^\234[\128-\175]") then
        return "\1" .. character .. "\1"
    elseif character == "：" or character == "＝" then
        return character == "：" and "\3" or "\4"
    elseif find("！（），；？～“”‘’–—…«»·、。「」『』【】《》\194\160\227\128\128", character, 1, true) then
        return "\2" .. character .. "\2"
    end
    local is_letter = size == 2 and first >= 195 and first <= 223 and first ~= 203
        or size == 3 and (first == 224 or first == 225 or first == 227) or find("µ°", character, 1, true)
    return is_letter and character or "\127"
end


-- Four short numbers are an address, but for a number of groups of three digits.
local function hide_address(numbers)
    return find(numbers, "^%d+,%d%d%d,%d%d%d,%d%d%d$") and not find(numbers, ",[12]..,[12]..,[12]..$")
        and numbers or "\127"
end


-- The text with control characters as meanings has them. Between Latin letters 。, · and ・ are dots, and a
-- dot joins a word and a Chinese one.
local function prepare(text)
    if find(text, "[^\9-\13\32-\126]") then
        text = gsub(text, "[^\9-\13\32-\255]", "\127")
        text = gsub(text, "([A-Za-z0-9])[\194\227][\183\128\131][\130\187]?%f[A-Za-z0-9]", "%1\127")
        text = gsub(text, "([A-Za-z0-9]%.)([\228-\237])", "%1\127%2")
        text = gsub(gsub(text, "[\128-\255][\128-\191]*", classify), "\1\1", "")
    end
    text = gsub(gsub(text, "{hidden}", "\127"), too_long, "\127")
    if find(text, "[:=\3\4]") then text = hide_secrets(text) end
    return (gsub(text, four, hide_address))
end


--- What a client may see of a text: its words that have a form, `{hidden}` for others.
---
---     passing.show "connect to 10.0.3.7:8080 refused"  --> connect to {hidden} refused
---
---@param text string the first 4 KiB are read, and the first 300 words that are not plain
---@return string
function passing.show(text)
    local is_cut = #text > 4096
    if is_cut then
        text = sub(text, 1, 4096) .. "\127" -- so the last word has no form
    elseif not (find(text, "[^A-Za-z ',.]") or find(text, "%.[^ ]") or find(text, too_long)) then
        return text
    end
    local count = 0
    text = gsub(prepare(text), odd_word, function(word)
        count = count + 1
        return count <= 300 and judge(word) or "\5"
    end, 301)
    if count > 300 then is_cut, text = true, match(text, "^[^\5]*") end
    if find(text, "[\1-\4\127]") then
        text = gsub(gsub(text, "\127+", "\127"), "\127[,;]?[\9-\13 ]*%f[\127]", "")
        text = gsub(text, "[\1-\4\127]", meanings)
    end
    return is_cut and text .. "..." or text
end


return passing
