--- What a text mentions: why no response came, in the words of clients and servers, and a status.

local catalogue = require "cfs.errors.catalogue.kind"
local clean = require "cfs.errors.explain.clean"
local state = require "cfs.errors.base.state"
local statuses = require "cfs.errors.catalogue.status"
local transport = require "cfs.errors.wire.transport"

local byte, find, gmatch, gsub = string.byte, string.find, string.gmatch, string.gsub
local match, sub, sort = string.match, string.sub, table.sort
local first_in, lower = transport.first_in, require("cfs.errors.base.text").lower

local mentions = {}

-- How many phrases of a text are tried; how much of one decides.
local most_phrases, longest_phrase = 600, 96

-- How long a text is that may be a client's reason as a whole; how much of a text's end has curl's own lines.
local longest_reason, longest_told = 200, 1024

-- A message of the catalogue that is shorter than this may occur in any text. How much of one is taken.
local shortest_message, longest_message = 12, 2000

-- What only clients and what stands between say, made ready at the first text.
local said

-- What a phrase means as a whole: a row of src/reasons.def; nil if others may say it.
local function meaning_of_all(phrase)
    local key = sub(phrase, 1, 4)
    local meaning = said.whole[phrase] or said.says[phrase] or first_in(said.begins[key], phrase, true)
        or first_in(said.opens[key], phrase, true)
    return meaning and meaning.own and meaning
end

-- What a phrase in lower case means as a whole, or by its first words, two at least: "read timed out during"
-- is "read timed out".
local function meaning_of(phrase)
    said = said or transport.fill_index { says = {}, opens = {}, whole = {}, begins = {} }
    local meaning = meaning_of_all(phrase)
    for stop in gmatch(sub(phrase, 1, longest_phrase), " [^ ]+()") do
        meaning = meaning or meaning_of_all(sub(phrase, 1, stop - 1))
    end
    return meaning
end

-- The first phrase that only clients use, and what it means: a phrase stands between two of the punctuation
-- marks of a line. One word, such as "timeout", is a reason only behind a colon and at an end. A refused
-- certificate decides over what is told shortly before it.
local function phrase_in(text, low)
    local found, meaning
    local count, last = 0, most_phrases
    for start, first, stop in gmatch(low, "()[%d \t\r]*()[^\n:;,()%[%]{}<>\"'=*|]+()") do
        count = count + 1
        if count > last or meaning and meaning.certificate then break end
        local phrase = match(sub(low, first, stop - 1), "^.*[^%s.]")
        local is_said = byte(low, start - 1) == 58 and (stop > #low or find(low, "^[\n\"')]", stop))
        local another = phrase and (is_said or find(phrase, "[ \128-\255]")) and meaning_of(phrase)
        if another and (not meaning or another.certificate) then
            found, meaning, last = sub(text, first, first + #phrase - 1), another, count + 4
        end
    end
    return found, meaning
end

-- The first word that only clients use, and what it means: an exception's class or an errno's name.
local function name_in(text)
    for name in gmatch(text, "%f[%w_]%u[%w_]+") do
        if #name >= 9 or #name >= 5 and not find(name, "%l") then
            local meaning = meaning_of(lower(name)) or find(name, "Timeout%u%l+$") and { word = "timeout" }
            if meaning then return name, meaning end
        end
    end
end

--- What curl says about its failure. curl -v says it behind an asterisk, too.
function mentions.reason_of_curl(text)
    local place = find(text, "curl: (", 1, true)
    local number, told = match(text, "^curl: %(([1-9]%d?)%) ?([^\n]*)", place)
    if number == "22" then return nil end -- the status decides
    if number then return told, tonumber(number) end
    for line in gmatch(sub(text, -longest_told), "\n%* ([^\n]*)") do
        if transport.is_reason(line) then return line end
    end
end

--- Why no response came, as a client or a server says it; nil if the text tells nothing of the sort. Then
--- libcurl's number; or, if no client of Lua says it, what it means: a row of src/reasons.def.
function mentions.reason(text)
    local reason, number = mentions.reason_of_curl(text)
    reason = reason or match(text, "%f[%S]%S+ could not be resolved %([^)\n]*%)?") -- nginx
    if reason then return reason, number end
    local phrase, meaning = phrase_in(text, (gsub(lower(text), "%.%.%. ", ":   ")))
    if phrase then return phrase, nil, meaning end
    local whole = #text <= longest_reason and match(text, "^%s*(.*%S)")
    if whole and not find(whole, "curl: (22", 1, true) and transport.is_reason(whole) then return whole end
    phrase, meaning = name_in(text)
    return phrase, nil, meaning
end

-- What stands before a status, in lower case, at its end; what stands behind one, beside the first word of
-- its reason phrase.
local before = { 'http/?[%d.]*"? $', "error:? ?%(?$", "status:? $", "status code:? $", "status code was $",
    "success: $", "[^t] code:? $", "^code:? $", "response [%[(]$", "返回 ?$", "码 ?:? ?$", "报错 ?:? ?$",
    "错误: ?%($" }
local behind = { "^route not ", "^payload too", "^request entity", "^%l+ error", "^error response" }

-- Is the number from this place on a status?
local function is_status(low, place, number)
    local words = sub(low, math.max(place - 28, 1), place - 1)
    if find(words, "exit [%a ]*$") then return false end
    local rest = gsub(sub(low, place + 3, place + 30), "^%)? ?", "")
    local reason = match(statuses.kind(number).reason or "?", "^%S+")
    return find(rest, "^" .. lower(reason) .. "%f[%W]") or clean.has(words, before)
        or clean.has(rest, behind)
end

--- The messages of the catalogue that a text has, in their order: codes, and a code → its message.
function mentions.messages(text)
    local codes, messages, places = {}, {}, {}
    for index, kind in ipairs(state.order) do
        local parts = catalogue.template(kind)
        local literal = parts and parts[1] or gsub(kind.message, "%.$", "")
        local place = #literal >= shortest_message and find(text, literal, 1, true)
        if place then
            -- with parameters: up to the end of the sentence, or of the line
            local rest = parts and match(sub(text, place, place + longest_message), "^[^\n\"]*")
            messages[kind.code] = rest and (match(rest, "^(.-%.) ?%f[%W](") or match(rest, "^.*[^%s)]"))
                or kind.message
            places[kind.code] = place + index * 1e-6 -- two kinds have the same message
            codes[#codes + 1] = kind.code
        end
    end
    sort(codes, function(left, right) return places[left] < places[right] end)
    return codes, messages
end

--- The status that a text mentions: "returned error: 502", "ERROR 404: Not Found", "HTTP 503", "502 Bad
--- Gateway", a line of an access log.
function mentions.status(text)
    local low = lower(text)
    for place, number in gmatch(low, "%f[%w]()([45]%d%d)%f[%W]") do
        if is_status(low, place, tonumber(number)) then return tonumber(number) end
    end
    return tonumber(match(low, 'http/[%d.]+" ([23]%d%d)%f[%W]') or match(low, "%f[%w]([23]%d%d) ok%f[%W]")
        or match(text, "^%s*%u+ https?://%S+\n(%d%d%d)\n")) -- Postman
end

return mentions
