--- Why no response came, and whether the request may have reached the service, by an HTTP client's reason.

local core = require "cfs.errors.core"
local lower = require("cfs.errors.base.text").lower

local find, match, sub, type = string.find, string.match, string.sub, type

local transport = {}

local longest = 512 -- bytes of a reason are read
local longest_connect = 1 -- second, in which no attempt waits in vain for a connection that was made
local unknown = { word = "other", sent = "maybe" }
local index -- the rows of src/reasons.def, made ready at the first reason: see transport.fill_index
local key_lengths = { begins = 4, opens = 4, has = 0, hint = 0 } -- first bytes that a list of texts shares

--- Adds the rows of src/reasons.def that are matched in the ways that `made` has a table for: text or number
--- → what it means; or first bytes → a list of texts, each before what it means. What is a client's and no
--- one else's is `own`. Returns `made`.
function transport.fill_index(made)
    local how, meaning
    for place = 1, math.huge do
        local row = core.reason(place)
        if not row then return made end
        local way, word, sent, flag, texts = match(row, "^([^ |]*) ?([^ |]*) ?([^ |]*) ?([^|]*)|(.*)$")
        if way ~= "" then
            how = way
            meaning = { word = word ~= "-" and word or nil,
                sent = how == "hint" and "maybe" or sent ~= "-" and sent or nil,
                certificate = flag == "certificate", own = how ~= "hint" and flag ~= "common" }
        end
        for text in (made[how] and texts or ""):gmatch "[^|]+" do
            local length = key_lengths[how]
            if length then
                local list = made[how][sub(text, 1, length)] or {}
                made[how][sub(text, 1, length)], list[#list + 1], list[#list + 2] = list, text, meaning
            else
                made[how][tonumber(text) or text] = meaning
            end
        end
    end
end

--- The meaning of the first text of a list that a reason has, or begins with; nil without one.
function transport.first_in(list, text, is_beginning)
    for place = 1, list and #list or 0, 2 do
        local first = find(text, list[place], 1, true)
        if first and (first == 1 or not is_beginning) then return list[place + 1] end
    end
end

local first_in = transport.first_in

-- What a reason means that names its stage; nil if it is not known.
local function read_stage(text)
    local name, rest = match(text, "^([%a_ ]+): (.*)$")
    if not name then name, rest = match(text, "^(failed to connect to) unix:%S+: (.*)$") end
    local stage = name and index.stage[name]
    if not stage then return nil end
    if name == "failed to connect to" then rest = match(rest, "^%S*: (.*)$") or rest end -- "HOST:PORT: "
    local meaning = index.whole[rest] or first_in(index.has[""], rest) or stage
    local word = meaning.word == "closed" and stage.word == "tls" and "tls" or meaning.word
    return word and { word = word, sent = stage.sent or meaning.sent, own = true }
end

-- What a client's own words mean; nil if they are not known.
local function read_known(text)
    local whole, start = index.whole, sub(text, 1, 4)
    local meaning = whole[text] or first_in(index.begins[start], text, true) or read_stage(text)
    if meaning or start ~= "fail" or not find(text, "^failed to connect to ") then return meaning end
    local rest = match(text, " after %d+ ms: (.*)$") -- libcurl
    return rest and whole[rest] or whole["couldn't connect to server"]
end

local function read_text(given)
    if index.whole[given] then return index.whole[given] end
    local text = lower(sub(given, 1, longest))
    local meaning = read_known(text)
    if meaning then return meaning end
    if find(text, ": ") then
        text = match(text, "^%a:[\\/][^:\n]+:%d+: (.*)$") or match(text, "^[^:\n]+:%d+: (.*)$")
            or text -- the place that a raised message has
        text = match(text, "^error in %a+ request: (.*)$") or text -- lua-requests
        meaning = read_known(text)
        if meaning then return meaning end
    end
    -- cosockets: the number of OpenSSL's verification, then its sentence
    if find(text, "^%d%d?: ") and (find(text, "certificate") or find(text, "mismatch")) then
        return index.whole["certificate verify failed"]
    end
    local number = match(text, "^curl: %((%d+)%) ") -- the program curl
        or match(text, "^%[curl%-easy%]%[[%w_]+%] .*%((%d+)%)$") -- Lua-cURL's error as a string
    return number and index.curl[tonumber(number)]
        or first_in(index.has[""], text) or first_in(index.hint[""], text) or unknown
end

-- What an error object means; nil if it is unknown. The caller must catch what a value raises that is none.
local function read_object(reason)
    if type(reason) == "table" and type(reason.code) == "number" then -- lua-http
        return index.http2[reason.code .. " " .. reason.name]
    end
    if reason:cat() ~= "CURL-EASY" then return nil end
    return index.curl[reason:no()] -- Lua-cURL
end

local function read(reason)
    index = index or transport.fill_index { whole = {}, begins = {}, has = {}, hint = {}, stage = {},
        curl = {}, http2 = {} }
    local reason_type = type(reason)
    if reason_type == "string" then return read_text(reason) end
    if reason_type == "number" then return index.curl[reason] or unknown end
    local good, meaning = pcall(read_object, reason)
    return good and meaning or unknown
end

--- Tells why no response came: the word; "no" if the request certainly did not reach the service, else
--- "maybe"; and whether a certificate was refused, by either side. The reason may be a string, a number of
--- libcurl, an error object of Lua-cURL or lua-http; anything else is "other". The attempt took `elapsed`
--- seconds. libcurl's number beside its sentence says whether the request was sent.
function transport.classify(reason, elapsed, number)
    local meaning = read(reason)
    local sent = meaning.sent
    if sent == "early" then -- a clock that was set back tells nothing
        sent = elapsed and elapsed >= 0 and elapsed <= longest_connect and "no" or "maybe"
    end
    local numbered = number and index.curl[number]
    if numbered then
        sent = numbered.sent
        if not meaning.own or numbered.word == "local" or numbered.certificate then meaning = numbered end
    end
    return meaning.word, sent, meaning.certificate
        or meaning.word == "tls" and type(reason) == "string" and find(reason, "[Cc]ertificate") ~= nil
end

--- Is a reason surely a client's, and not the caller's own, as "timeout" is? A hint such as "header" in
--- "header missing" is not enough, nor is what every program says, "permission denied", nor a number.
function transport.is_reason(reason)
    return type(reason) ~= "number" and read(reason).own == true
end

return transport
