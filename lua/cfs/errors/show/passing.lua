--- What a gateway's client sees of a received text: the words that have one of the forms below. Any other
--- word becomes `{hidden}`. Nothing is searched for, so what nobody thought of is hidden, too.
---
--- A word ends at white space and at Chinese characters. Letters stand as ranges: %a depends on the locale.

local lower = require("cfs.errors.base.text").lower

local byte, find, gmatch, gsub, match, sub =
    string.byte, string.find, string.gmatch, string.gsub, string.match, string.sub
local max, min, select = math.max, math.min, select

local passing = {}

-- LuaJIT cannot compile patterns; tracing these loops costs 20 ms a process and gains nothing.
if package.loaded.jit then package.loaded.jit.off(true, true) end

-- What is read of a text: bytes, words that are not plain. How long a plain word may be, and one of pieces.
local most_bytes, most_words, longest, long_word = 4096, 300, 40, 512
local too_long = ("[A-Za-z]"):rep(longest + 1)
local hidden = "{hidden}"

-- The forms of a word that is not plain, by its first character that is not: v1.2.3, v2.0.0-rc.1, e.g,
-- failed.Please; behind a number, 1.5MiB, 1.5%, 1.5e-5; 5%; 10/100, HTTP/1.1, read/write; 10:30, ISO 8601;
-- +5, UTC+08:00.
local unplain = "[^A-Za-z0-9_\128-\255-]"
local forms = {
    ["."] = { "^[vV]%d+%.%d+%.?%d*$", "^[vV]%d%.%d+%.%d+%.%d+$", "^[vV]%d+%.%d+%.%d+%-[a-z]+%.?%d*$",
        "^[A-Za-z]%.[A-Za-z]$", "^[A-Za-z]%.[A-Za-z]%.[A-Za-z]$", "^[a-z]+%.[A-Z][a-z]+$" },
    ["0."] = { "^%-?%d+%.%d+[A-Za-z]?[A-Za-z]?[A-Za-z]?$", "^%-?%d+%.%d+%%$",
        "^%-?%d+%.%d+[eE][+-]?%d%d?%d?$" },
    ["%"] = { "^%-?%d+%%$" },
    ["/"] = { "^%d+/%d+$", "^%d%d%d%d/%d%d?/%d%d?$", "^[A-Za-z]+/%d%.?%d*$",
        "^[A-Za-z][A-Za-z_-]*/[A-Za-z][A-Za-z_-]*$" },
    [":"] = { "^%d%d?:[0-5]%dZ?$", "^T?%d%d?:[0-5]%d:[0-5]%d%.?%d*Z?$", "^[T-]%d%d:[0-5]%dZ?$",
        "^%d%d%d%d%-%d%d%-%d%dT%d%d:[0-5]%d[:Z]?[0-5]?%d?%.?%d*Z?$",
        "^%d%d%d%d%-%d%d%-%d%dT%d%d:[0-5]%d:?[0-5]?%d?%.?%d*[+-]%d%d:?[0-5]%d$" },
    ["+"] = { "^%+%d+%.?%d*%%?$", "^[A-Z]*%+%d%d?:?[0-5]?%d?$" },
}

-- Pieces of a word stand between these. Four short numbers are an address, whatever joins them.
local separator, piece = "[,;|~=()%[%]{}<>\"'`]", "[^,;|~=()%[%]{}<>\"'`]+"
local signed_name = "%f[A-Za-z0-9_-]([A-Za-z0-9_-]+)[\"'`]*[:=]+>?()"
local bare_name = "^[\"'`(%[{<-]*[A-Za-z0-9_-]+[\"'`]*[:=]+>?$"
local address = "%f[A-Za-z0-9]%d%d?%d?([,;|~_-])%d%d?%d?%1%d%d?%d?%1%d%d?%d?%f[^A-Za-z0-9]"

local function set(words, from)
    local members = {}
    for word in gmatch(words, "[^ ]+") do members[sub(word, from or 1)] = word end
    return members
end

-- Before a colon: the kinds of entries in an access control list; options of a mount, and ids.
local entries = set "user group mask other u g m o"
local numbered = set ("acdirmax acdirmin acregmax acregmin actimeo anongid anonuid gid nconnect nfsvers"
    .. " retrans rsize timeo uid vers wsize")

-- How the names of secrets end, by their last three bytes. Those of two letters must be words of the name.
local secrets = set("accesskeyid akid auth authorization basic bearer cookie credential key pass passcode"
    .. " passphrase passwd password pwd secret secretid signature token"
    .. " 密码 口令 密钥 令牌 签名 凭证 凭据", -3)
local short_secrets = set "ak sk pw"

-- What announces a secret behind its Chinese name; what parts words like Chinese characters.
local signs = set ": = ： ＝ 为 是 “ ‘ （ 【 「 『 《 \194\160 \227\128\128"
local marks = set "！ （ ） ， ： ； ＝ ？ ～ “ ” ‘ ’ – — … « » · \194\160"


-- How the name ends, if it ends like that of a secret.
local function secret_of(name)
    if #name > longest or not find(name, "[CDEHKLNRSTWYcdehklnrstwy0-9_-]$") then return nil end
    if short_secrets[lower(sub(name, -2))] and find(name, "%f[A-Za-z]..$") or find(name, "[a-z][AS]K$") then
        return "sk"
    end
    if find(name, "[^a-z]") then name = lower(gsub(name, "[0-9_-]", "")) end
    local word = secrets[sub(name, -3)]
    if not word and byte(name, -1) == 115 then -- a plural's s
        name = sub(name, 1, -2)
        word = secrets[sub(name, -3)]
    end
    return word and sub(name, -#word) == word and word
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
    return name and (entries[name] and find(rest, "^[A-Za-z0-9_-]*:[r-][w-][xXst-]$")
        or numbered[name] and find(rest, "^%d+$"))
end


local function is_word(word)
    local mark = match(word, unplain)
    if not mark then
        return (#word <= longest or select(2, gsub(word, "[^\128-\191]", "")) <= longest)
            and not (find(word, "%d[_-]%d") and find(word, address))
    end
    local list = #word <= 2 * longest and forms[mark == "." and find(word, "^[0-9-]") and "0." or mark]
    for index = 1, list and #list or 0 do
        if find(word, list[index]) then return true end
    end
    return list and (mark == "." and is_field(word) or mark == ":" and is_entry(word))
end


-- Has the word a form, or each of its pieces?
local function has_form(word)
    if is_word(word) or not find(word, "[A-Za-z0-9@\127-\255]") then return true end
    if #word > long_word then return false end
    if find(word, "...", 1, true) then word = gsub(word, "%.%.%.+", ",") end
    if not find(word, separator) then return false end
    local ungrouped = gsub(word, ",%d%d%d%f[^%d]", "") -- of 1,048,576
    if find(ungrouped, "^%d%d?%d?%.?%d*$") and not find(word, "^%d+,[12]%d%d,[12]%d%d,[12]%d%d$")
        or is_field((gsub(word, "%[(%d+)%]", ".%1"))) then
        return #word <= 2 * longest
    end
    if find(word, address) or find(word .. "=", "==", 1, true) then return false end
    local before = ""
    for part in gmatch(word, piece) do
        local is_secret = find(part, "%d") and find(part, "[A-Za-z]") and secret_of(before)
        if is_secret or not is_word(part) then return false end
        before = part
    end
    return true
end


-- What is secret behind the name of a secret and its sign, or behind a secret value: the "line", all before a
-- quote, a "word", or nothing.
local function open(value, name)
    if name == "authorization" or name == "cookie" then return "line" end
    local quote = match(value, "^[\"'`]")
    if quote then return not find(value, quote, 2, true) and quote or nil end
    return (value == "" or secret_of(value)) and "word" or nil
end


-- A word of which a part may be shown: what stands before that; the part, nil if it is hidden; what stands
-- behind. Then what is secret behind the word: see open, or "maybe" if it is the name of a secret.
local function judge(word, secret)
    if secret and not find(word, "[A-Za-z0-9@\127-\255]") then
        return word, "", "", find(word, "[:=>|-]") and "word" or secret
    end
    if secret == "maybe" and word == "is" then return word, "", "", secret end
    local first = match(word, "^[\"'`(%[{<]*()")
    local stop = max(first, match(word, "^.*[^\"'`)%]}>.,;:!?]()") or 1)
    if sub(word, stop - 7, stop) == hidden then first, stop = min(first, stop - 7), stop + 1 end
    local lead, body, trail = sub(word, 1, first - 1), sub(word, first, stop - 1), sub(word, stop)
    if secret == "word" or secret and find(word, "^[\"'`]*[:=]") then
        local goes_on = open((gsub(gsub(word, "^[\"'`]*[:=]+", ""), "^>", "")))
        return lead, nil, goes_on and "" or trail, goes_on
    end
    local has_sign, near = find(word, "[:=]"), sub(word, -long_word)
    for name, after in gmatch(has_sign and near or "", signed_name) do
        local found = secret_of(name)
        if found then
            local value, shown = sub(near, after), match(sub(near, 1, after - 1), bare_name)
            local goes_on = open(value, found)
            if value == "" and shown then return shown, "", "", goes_on end
            return shown and shown .. match(value, "^[\"'`]?") or "", nil, goes_on and "" or trail, goes_on
        end
    end
    local goes_on = not find(trail, "[.!?]") and secret_of(match(body, "^.*[^A-Za-z0-9_-](.*)$") or body)
        and "maybe" or nil
    if secret and find(body, "%d") and find(body, "[A-Za-z]") then return lead, nil, trail, goes_on end
    if has_form(body) and not find(trail, "::", 1, true) then return lead, body, trail, goes_on end
    local name, value = match(has_sign and body or "", "^([A-Za-z_][A-Za-z0-9_-]*=)([^=@]+)$")
    if name and #name <= longest then lead = lead .. name .. match(value, "^[\"'`]?") end
    return lead, nil, trail, goes_on
end


-- A character that is not ASCII: between \1 and \2 if it parts words; if it is a letter, as it is; else \127,
-- which no form has.
local function classify(character)
    local first, size = byte(character), #character
    local is_chinese = size == 3 and first >= 227 and first <= 237 and not find(character, "^\234[\128-\175]")
    if is_chinese or marks[character] then return "\1" .. character .. "\2" end
    local is_letter = size == 2 and first >= 195 and first <= 223 and first ~= 203
        or size == 3 and (first == 224 or first == 225) or character == "µ" or character == "°"
    return is_letter and character or "\127"
end


-- The text, its characters classified. Between Latin letters 。, · and ・ are dots. A dot joins a word and a
-- Chinese one; a colon or a `=` behind a Chinese character parts words.
local function prepare(text)
    text = gsub(gsub(text, "[^\9-\13\32-\255]", "\127"), "[\128-\255][\128-\191]*", classify)
    text = gsub(text, "([A-Za-z0-9])\1[\194\227][\183\128\131][\130\187]?\2%f[A-Za-z0-9]", "%1\127")
    text = gsub(text, "([A-Za-z0-9]%.)(\1[\228-\237])", "%1\127%2")
    return (gsub(text, "([\128-\255]\2)([:=])%f[^:=]", "%1\1%2\2"))
end


--- What a client may see of a text: its words that have a form, `{hidden}` for others.
---
---     passing.show "connect to 10.0.3.7:8080 refused"  --> connect to {hidden} refused
---
---@param text string the first 4 KiB are read
---@return string
function passing.show(text)
    local is_cut, words, secret, before = #text > most_bytes, 0, nil, ""
    if is_cut then
        text = sub(text, 1, most_bytes) .. "\127" -- so the last word has no form
    elseif not (find(text, "[^A-Za-z ',.]") or find(text, "%.[^ ]") or find(text, too_long)) then
        return text
    end
    if find(text, "[^\9-\13\32-\127]") then text = prepare(text) end
    text = gsub(text, "([\9-\13 ]*)(\1?)([^\1\2\9-\13 ]+)\2?", function(gap, mark, word)
        if words == most_words then
            is_cut = true
            return ""
        end
        local is_plain = not find(word, unplain)
        local is_easy = not secret or secret == "maybe" and word ~= "is" and not find(word, "[^A-Za-z]")
        if is_plain and is_easy and mark == "" and is_word(word) then
            secret = secret_of(word) and "maybe"
            return nil
        end
        if mark == "" then words = words + 1 end
        local state, lead, shown, trail = secret, "", nil, ""
        if state and #state == 1 then -- a quote
            local rest = match(word, "%" .. state .. ".*$")
            secret = not rest and state or nil
            trail = rest and (match(rest, "^[\"'`)%]}>.,;:!?]+$") or state) or ""
        elseif state == "line" and not find(gap, "[\r\n]") then
            secret = state
        elseif mark ~= "" then
            secret = secrets[word] == before .. word and "maybe" or state and signs[word] and "word" or nil
            before, shown = word, word
        else
            lead, shown, trail, secret = judge(word, state ~= "line" and state or nil)
        end
        return gap .. lead .. (shown or "\1") .. trail
    end)
    text = gsub(gsub(gsub(text, "\1+", "\1"), "\1[,;]?[\9-\13 ]*%f[\1]", ""), "\1", hidden)
    return is_cut and text .. "..." or text
end


return passing
