--- What a gateway's client sees of a received text: the words that have one of the forms below. Any other
--- word becomes `{hidden}`. Nothing is searched for, so what nobody thought of is hidden, too.

local lower = require("cfs.errors.base.text").lower

local find, gmatch, gsub, match, sub = string.find, string.gmatch, string.gsub, string.match, string.sub

local passing = {}

-- LuaJIT cannot compile patterns; tracing these loops costs 20 ms a process and gains nothing.
if package.loaded.jit then package.loaded.jit.off(true, true) end

-- Control characters stand for what has no byte of its own: \1 and \2 part words, around Chinese and around
-- its punctuation; \3 and \4 are the full-width colon and equals sign; \5 is a secret's value, and `{hidden}`
-- as received; \6 ends what is shown; \127 is, or will be, `{hidden}`.
local meanings = {
    ["\1"] = "", ["\2"] = "", ["\3"] = "：", ["\4"] = "＝", ["\5"] = "{hidden}", ["\127"] = "{hidden}",
}

-- A word with a character that a plain one lacks. The letters are ranges, as %a depends on the locale.
local odd, any = "[\3\4!-,./:-@[-^`{-\127]", "[\3-\5!-\255]"
local odd_word = "%f" .. any .. "[A-Za-z0-9_\5\128-\255-]*" .. odd .. any .. "*"
local too_long = "%f[A-Za-z0-9_-]" .. ("[A-Za-z0-9_-]"):rep(41)

-- The forms of a word that is not plain, by its first odd character. A field is a dotted name that no host
-- can have: its last part has a capital behind a small letter, or a `_` within.
local field, entry = "^[A-Za-z][A-Za-z_.-]*%.[A-Za-z_-]*", "[ugmo][a-z]*:[A-Za-z0-9_-]*:[r-][w-][xXst-]$"
local forms = {
    ["."] = { -- 99.9%, 1.5MiB, 1.5e-5, TLSv1.2, v1.2.3.4, v2.0.0-rc.1, e.g, U.S.A, failed.Please
        "^%-?%d+%.%d+[A-Za-z]?[A-Za-z]?[A-Za-z]?%%?$", "^%-?%d+%.%d+[eE][+-]?%d%d?%d?$",
        "^[A-Z]*[vV]%d+%.%d+%.?%d*$", "^[vV]%d%.%d+%.%d+%.%d+$", "^[vV]%d+%.%d+%.%d+%-[a-z]+%.?%d*$",
        "^[A-Za-z]%.[A-Za-z]$", "^[A-Za-z]%.[A-Za-z]%.[A-Za-z]$", "^[a-z]+%.[A-Z][a-z]+$",
        field .. "[a-z][A-Z][A-Za-z_-]*$", field .. "[A-Za-z]_[A-Za-z][A-Za-z_-]*$",
    },
    ["%"] = { "^%-?%d+%%$" },
    ["/"] = { -- 10/100, 2026/11/24, 100MB/s, HTTP/1.1, read/write
        "^%d+/%d+$", "^%d%d%d%d/%d%d?/%d%d?$", "^%d+[A-Za-z]?[A-Za-z]?[A-Za-z]?/s$", "^[A-Za-z]+/%d%.?%d*$",
        "^[A-Za-z][A-Za-z_-]*/[A-Za-z][A-Za-z_-]*$",
    },
    [":"] = { -- 10:30, T10:30:45.123Z, ISO 8601, user:1000:rwx
        "^[T-]?%d%d?:[0-5]%dZ?$", "^T?%d%d?:[0-5]%d:[0-5]%d%.?%d*Z?$",
        "^%d%d%d%d%-%d%d%-%d%dT%d%d:[0-5]%d[:Z]?[0-5]?%d?%.?%d*Z?$",
        "^%d%d%d%d%-%d%d%-%d%dT%d%d:[0-5]%d:?[0-5]?%d?%.?%d*[+-]%d%d:?[0-5]%d$",
        "^" .. entry, "^default:" .. entry,
    },
    ["+"] = { "^%+%d+%.?%d*%%?$", "^[A-Z]*%+%d%d?:?[0-5]?%d?$" }, -- +5, UTC+08:00
}

-- Options of a mount, and ids, with a number behind a colon.
local numbered = " acdirmax acdirmin acregmax acregmin actimeo anongid anonuid gid nconnect nfsvers retrans"
    .. " rsize timeo uid vers wsize "

-- A name and its sign, without and with one mark between them that is not ASCII; the name of a key without
-- a sign and a word with a digit; four short numbers that one sign joins (no form of a word has four dots).
local left, sign = "%f[A-Za-z0-9_\1\128-\255-]([A-Za-z0-9_\1\128-\255-]+)", "[:=\3\4]+>?[\9-\13 ]*()"
local around = "[%])}>*\"'`\\\2\9-\13 ]*"
local named, marked = left .. around .. sign, left .. "\2[^\2]*\2" .. around .. sign
local unsigned = "([Kk][Ee][Yy][ IiDd]* [\"'`]?)[A-Za-z0-9_-]*%d[A-Za-z0-9_-]*"
local four = "%f[%d](%d%d?%d?([^A-Za-z0-9.\9-\13 ])%d%d?%d?%2%d%d?%d?%2%d%d?%d?)%f[%D]"

-- How the names of secrets end, by their last three bytes, which are one Chinese character.
local secrets = {
    ord = "password", swd = "passwd", pwd = "pwd", ass = "pass", ase = "passphrase", ret = "secret",
    ken = "token", key = "key", yid = "keyid", kid = "akid", ion = "authorization", uth = "auth",
    ure = "signature", ial = "credential", als = "credentials", kie = "cookie",
    ["码"] = "密码", ["令"] = "口令", ["钥"] = "密钥", ["牌"] = "令牌", ["证"] = "凭证", ["名"] = "签名",
}

-- How the name ends, if it ends like that of a secret. `ak` and `sk` must be words of the name.
local function secret_of(name)
    name = gsub(name, "^(.*[^0-9_-]).*$", "%1") -- in linear time
    if find(name, "[Kk]$") then return find(name, "%f[A-Za-z][AaSs].$") or find(name, "[a-z][AS].$") end
    name = lower(gsub(name, "[\0010-9_-]", ""))
    local ending = secrets[sub(name, -3)]
    return ending and sub(name, -#ending) == ending and ending
end

-- Where the value of a secret begins and ends: what is quoted, a line, or a word, its scheme before it.
local function value_of(text, start, secret)
    local first, opened = start, start
    while opened do first, opened = opened, match(text, "^\2[^\2]*\2[\9-\13 ]*()", opened) end
    local escape, quote, inner = match(text, "^(\\?)([\"'`])[\"'`]*()", first)
    if quote then -- a doubled quote closes nothing, nor does one behind a backslash that the first lacks
        local closing = "^.-()%f[" .. quote .. (escape == "" and "\\" or "") .. "]" .. quote
            .. "+%f[^A-Za-z0-9\"'`]"
        return inner, match(text, closing, inner) or #text + 1
    end
    local value = first > start and "^[^\2]*()"
        or (secret == "authorization" or secret == "cookie") and "^[^\r\n]*()"
        or "^[^\2\9-\13 ]*[^\"'`)%]}>.,;:!?\2\9-\13 ]()"
    first = match(text, "^[(%[{<]?()", first)
    local scheme, credential = match(text, "^([A-Za-z]+)[\9-\13 ]+()", first)
    local is_scheme = scheme and find(" basic bearer digest ", " " .. lower(scheme) .. " ")
    return first, match(text, value, is_scheme and credential or first) or first
end

-- The text with \5 for each value of a secret behind the pattern. What is behind the 51st is not shown, which
-- bounds the time.
local function hide_secrets(text, pattern)
    local shown, from, count = "", 1, 0
    for name, start in gmatch(text, pattern) do
        local secret = start >= from and secret_of(name)
        if secret then
            local first, last = value_of(text, start, secret)
            shown = shown .. sub(text, from, first - 1) .. (last > first and "\5" or "")
            from, count = last, count + 1
            if count > 50 then return shown end
        end
    end
    return shown .. sub(text, from)
end

local function is_word(word)
    local mark = match(word, odd)
    if not mark then return true end
    local list = forms[mark]
    for index = 1, list and #list or 0 do
        if find(word, list[index]) then return true end
    end
    local name = match(word, "^([a-z]+):%d+$")
    return name and find(numbered, " " .. name .. " ")
end

-- Has the word a form, or each word of a list? Equals signs end Base64.
local function has_form(word)
    if find(word, "%.") then
        word = gsub(gsub(word, "([A-Za-z])[.%[]%d+%]?%f[.]", "%1"), "%.%.%.+", ",") -- tags[0].x; wait...then
        if find(word, "%.%.") then return false end
    end
    if is_word(word) then return true end
    word = gsub(word, "%f[:=\3\4][:=\3\4]+>?[\"'`]*\5", ",") -- key="\5
    if find(word .. "=", "==") then return false end
    for part in gmatch(word, "[^,;|~=()%[%]{}<>\"'`\3\4]+") do
        if not is_word(part) then return false end
    end
    return true
end

-- The word as it is shown. One of more than 512 bytes has no form.
local function judge(word)
    if find(word, "^[\"'`(]?[A-Za-z0-9_-]+[\"'`).,;!?]*:?$") or not find(word, "[A-Za-z0-9@\5\127-\255]") then
        return word
    end
    local lead, body, trail = match(word, "^([\"'`(%[{<:\3\4]*)(.*[^\"'`)%]}>.,;:!?\3\4])(.*)$")
    if #word <= 512 and has_form(body) and not find(lead .. " " .. trail, "::") then return word end
    return lead .. (match(body, "^([A-Za-z_][A-Za-z0-9_-]*=[\"'`]?)[^=@]+$") or "") .. "\127" .. trail
end

-- A character that is not ASCII: punctuation and Chinese, which part words, a letter, or what no form has.
local function classify(character)
    if character == "：" or character == "＝" then
        return character == "：" and "\3" or "\4"
    elseif find("！（），；？～“”‘’–—…«»·、。「」『』【】《》\194\160\227\128\128", character) then
        return "\2" .. character .. "\2"
    elseif find(character, "^[\227-\233\235-\237]..$") or find(character, "^\234[\176-\191].$") then
        return "\1" .. character .. "\1"
    end
    local is_letter = find(character, "^[\195-\202\204-\223].$") or find(character, "^[\224\225]..$")
    return (is_letter or character == "µ" or character == "°") and character or "\127"
end

-- The text with control characters as meanings has them. Between Latin letters 。, · and ・ are dots, and a
-- dot joins a word and a Chinese one.
local function prepare(text)
    if find(text, "[^\9-\13\32-\126]") then
        text = gsub(text, "([A-Za-z0-9])[\194\227][\183\128\131][\130\187]?%f[A-Za-z0-9]", "%1\127")
        text = gsub(text, "([A-Za-z0-9]%.)([\228-\237])", "%1\127%2")
        text = gsub(gsub(text, "[^\9-\13\32-\126][\128-\191]*", classify), "\1\1", "")
    end
    text = gsub(text, "{hidden}", "\5")
    if find(text, "[:=\3\4]") then
        text = hide_secrets(text, named)
        if find(text, "\2") then text = hide_secrets(text, marked) end
    end
    text = gsub(text, too_long, "\127")
    if not find(text, "%d") then return text end
    return (gsub(gsub(text, unsigned, "%1\5"), four, function(numbers) -- 1,073,741,824 is no address
        return not find(numbers, ",[03-9]%d%d") and "\127" or nil
    end))
end

--- What a client may see of a text: its words that have a form, `{hidden}` for others.
---
---     passing.show "connect to 10.0.3.7:8080 refused"  --> connect to {hidden} refused
---
---@param text string the first 4 KiB are read, and the first 200 words that are not plain
---@return string
function passing.show(text)
    local is_cut = #text > 4096
    if is_cut then
        text = sub(text, 1, 4096) .. "\127" -- so the last word has no form
    elseif find(text, "^[a-z A-Z',.]*$") and not (find(text, "%.[^ ]") or find(text, too_long)) then
        return text
    end
    local count = 0
    text = gsub(prepare(text), odd_word, function(word)
        count = count + 1
        return count <= 200 and judge(word) or "\6"
    end)
    if count > 200 then is_cut, text = true, match(text, "^[^\6]*") end
    if find(text, "[\1-\5\127]") then
        text = gsub(gsub(text, "\127+", "\127"), "\127[,;]?[\9-\13 ]*%f[\127]", "")
        text = gsub(text, "[\1-\5\127]", meanings)
    end
    return is_cut and text .. "..." or text
end

return passing
