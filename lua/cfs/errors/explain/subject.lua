--- Finds what a person asks about: an error, a kind, some codes, or a sentence that says why it is none of
--- them.
---
---@class cfs.subject
---@field form string? the form of the text: a name in subject.forms
---@field err cfs.error?
---@field kind cfs.kind?
---@field heading string? stands above `kinds`
---@field kinds cfs.kind[]?
---@field status integer? a status alone, for which `kinds` are the codes that come with it
---@field sentence string? nothing is known of what was given; why
---@field is_success boolean? what was given tells of no error
---@field request_id string? stands there without an error
---@field reason string? why the body of `err` is no envelope
---@field is_text boolean? `err` was read out of the words of a text
---@field also string[]? the other codes that the text names

local catalogue = require "cfs.errors.catalogue.kind"
local clean = require "cfs.errors.explain.clean"
local envelope = require "cfs.errors.wire.envelope"
local fields = require "cfs.errors.explain.fields"
local kept = require "cfs.errors.object.kept"
local make = require "cfs.errors.object.make"
local mentions = require "cfs.errors.explain.mentions"
local paste = require "cfs.errors.explain.paste"
local receive = require "cfs.errors.wire.receive"
local search = require "cfs.errors.explain.search"
local state = require "cfs.errors.base.state"
local statuses = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"

local cut = require("cfs.errors.base.text").cut
local concat, find, format, match = table.concat, string.find, string.format, string.match
local say = require("cfs.errors.explain.phrases").say

local subject = {}

-- A text that is longer than this is no reason phrase, and not looked for in the catalogue.
local longest_search = 40

-- A text that is longer than this is not taken for one word.
local longest_word = 256


local function sentence(name, chosen, ...)
    return { sentence = format(say("sentence", name, chosen), ...) }
end


-- The kinds of the catalogue whose column is the word.
local function kinds_of(column, word)
    local kinds = {}
    for kind in catalogue.each() do
        if kind[column] == word then kinds[#kinds + 1] = kind end
    end
    return kinds
end


-- A status: the codes that come with it or, if there are none, an error of this status without a code.
local function of_status(number, chosen)
    if number > 599 then return sentence("no_status", chosen, number) end
    if number < 400 then
        local about = sentence("no_error", chosen, number)
        about.is_success, about.status = true, number
        return about
    end
    local kind, kinds = statuses.kind(number), kinds_of("status", number)
    if #kinds == 0 then return { kind = kind, status = number } end
    local line = kind.reason and number .. " " .. kind.reason or tostring(number)
    return { heading = format(say("sentence", "status", chosen), line), kinds = kinds, status = number }
end


-- A category, a word of retry or a fault; "throttle" is both of the first. nil if it is none.
local function of_word(word, chosen)
    local headings, kinds, seen = {}, {}, {}
    for _, column in ipairs { "category", "retry", "fault" } do
        local found = kinds_of(column, word)
        local meaning = say(column, word, chosen)
        if meaning and (column == "category" or #found > 0) or column == "category" and #found > 0 then
            if column == "fault" then meaning = say("sentence", word .. "_fault", chosen) end
            headings[#headings + 1] = format(say("sentence", column, chosen), word, meaning or "")
            for _, kind in ipairs(found) do
                if not seen[kind] then seen[kind], kinds[#kinds + 1] = true, kind end
            end
        end
    end
    return #headings > 0 and { heading = concat(headings, "\n"), kinds = kinds } or nil
end


-- A status' reason phrase, with the number before it or alone. nil if it is none.
local function of_phrase(text, chosen)
    if #text > longest_search then return nil end
    local number, reason = match(text, "^%s*(%d*)%s*(%a[%a '-]*%a)%s*$")
    if not reason then return nil end
    if number ~= "" then return statuses.normalize(number) and of_status(tonumber(number), chosen) end
    local all
    for _, candidate in ipairs(statuses.of_reason(reason)) do
        local found = of_status(candidate, chosen)
        if all and all.kinds and found.kinds then
            all.heading = all.heading .. "\n" .. found.heading
            for _, kind in ipairs(found.kinds) do all.kinds[#all.kinds + 1] = kind end
        else
            all = all or found
        end
    end
    return all
end


-- The one request id that a text names; nil if there are several.
local function request_id_of(look)
    local id
    for _, record in ipairs(look.records) do
        if record.requestId and id and id ~= record.requestId then return nil end
        id = id or record.requestId
    end
    return id
end


-- What is asked about an error that a text has, with what else the text tells of it.
local function of_error(err, look, is_text)
    if not rawget(err, "requestId") then err.requestId = request_id_of(look) end
    local also = {}
    for _, code in ipairs(look.codes) do
        if code ~= err.code then also[#also + 1] = code end
    end
    for _, kind in ipairs(look.is_message and look.kinds or {}) do
        if kind.code ~= err.code then also[#also + 1] = kind.code end
    end
    return { err = err, is_text = is_text, also = also }
end


-- The first record of a text that has such a code.
local function record_of(look, code)
    for _, record in ipairs(look.records) do
        if record.code == code then return record end
    end
end


-- An error with the code, of what a text tells about it.
local function of_code(code, look)
    local first = look.records[1]
    local record = record_of(look, code) or not first.code and first or {}
    local kind = state.kinds[code]
    local err = make.receive(code, record.message or kind and look.messages[kind])
    err.requestId = record.requestId
    local status = record.status or first.status or mentions.status(look.words)
    if status then make.set_status(err, status) end
    if record.cause then kept.set_cause(err, record.cause) end
    return of_error(err, look, true)
end


-- The error of a reason for which no response came: what curl or a client of Lua said, or a phrase whose
-- meaning is given.
local function of_reason(reason, number, word, certificate)
    if not word then return { err = receive.from_response(number, reason) } end
    local is_certain = certificate or word == "local"
    return { err = make.no_response(word, "maybe", is_certain and "never" or "backoff", reason) }
end


-- The parts of a text that forms look at, each made when it is first asked for.
local parts = {
    word = function(look)
        return #look.text <= longest_word and match(look.text, "^%s*([%w_.-]+)%s*$") or false
    end,
    words = function(look) return clean.words(clean.view(look.text)) end,
    records = function(look) return fields.read(look.words) end,
    codes = function(look) return fields.codes(look.words) end,
    kinds = function(look)
        local kinds
        kinds, look.messages = mentions.messages(look.words)
        return kinds
    end,
    messages = function(look) return look.kinds and rawget(look, "messages") end,
}

local look_metatable = {}

function look_metatable.__index(look, name)
    local value = parts[name](look)
    look[name] = value
    return value
end


local function new_look(text, chosen)
    return setmetatable({ text = text, chosen = chosen, is_message = false }, look_metatable)
end


-- Why the text is no envelope. The position tells where JSON breaks.
local function not_service(look, problem, what)
    local words = look.chosen == "en" and what == "malformed" and problem or say("origin", what, look.chosen)
    local place = look.chosen ~= "en" and what == "malformed" and match(problem, "at byte (%d+)$")
    if place then words = words .. format(say("sentence", "at_byte", look.chosen), place) end
    return sentence("not_service", look.chosen, words)
end


-- How each form is read. A function gets what is looked at, and returns nil where the text has another form.
local read = {}

function read.code(look)
    local kind = statuses.of_code(look.word and match(look.word, "^errors%.(.*)$") or look.word or look.text)
    return kind and { kind = kind }
end

function read.status_alone(look)
    local number = look.word and statuses.normalize(look.word)
    return number and of_status(number, look.chosen)
end

function read.word(look)
    return look.word and of_word(look.word, look.chosen)
end

function read.phrase(look)
    return of_phrase(look.text, look.chosen)
end

function read.response(look)
    local response = paste.read(look.text)
    if not response then return nil end
    local found = paste.document(response.body)
    -- a prompt or a tool's words around a document are no part of the body
    if found and (found.err or found.what == "not_envelope") then response.body = found.document end
    local err = receive.from_response(response, { any_status = true })
    if err and err.code ~= nil then return of_error(err, look) end
    local reason, number = mentions.reason_of_curl(look.text)
    if reason then return of_reason(reason, number) end
    if not err then return of_status(response.status, look.chosen) end
    local body = new_look(response.body, look.chosen)
    local inner = response.body ~= "" and subject.first_of(body, "envelope", "label")
    if not inner or not inner.err then
        local _, problem, what = envelope.parse(response.body)
        return { err = err, reason = what == err:origin() and problem or nil }
    end
    make.set_status(inner.err, response.status)
    inner.err.requestId = inner.err.requestId or err.requestId
    return inner
end

function read.envelope(look)
    local err = envelope.parse(look.text)
    local found = not err and (paste.document(look.text) or {})
    err = err or found.err
    if not err and look.words ~= look.text then err = (paste.document(look.words) or {}).err end
    -- another program's word behind "code" loses to a code of the catalogue
    if not err or not err.known and #look.codes > 0 then return nil end
    local status = look.records[1].status or mentions.status(look.words)
    if status then make.set_status(err, status) end
    return of_error(err, look)
end

function read.named(look)
    local first = look.codes[1]
    for _, record in ipairs(look.records) do
        if first and record.code and state.kinds[record.code] then return of_code(record.code, look) end
    end
    return first and of_code(first, look)
end

function read.message(look)
    local kind = look.kinds[1]
    if not kind then return nil end
    look.is_message = true
    return of_code(kind.code, look)
end

function read.label(look)
    for _, record in ipairs(look.records) do
        if record.code then return of_code(record.code, look) end
    end
end

function read.reason(look)
    local reason, number, word, certificate = mentions.reason(look.words)
    return reason and of_reason(reason, number, word, certificate)
end

function read.status(look)
    local status = look.records[1].status or mentions.status(look.words)
    if not status then return nil end
    local about = of_status(status, look.chosen)
    about.request_id = request_id_of(look)
    return about
end

-- JSON without a code: an error's if it has a message, otherwise what a call that succeeded returns.
function read.document(look)
    local _, problem, what = envelope.parse(look.text)
    if what ~= "not_envelope" then return nil end
    local message = look.records[1].message
    if message then
        local err = make.receive(nil, message, look.records[1].requestId)
        kept.keep(err, "origin", "not_envelope")
        return { err = err, reason = problem }
    elseif find(look.words, "^%s*{") and not find(look.words, '"[%a_]*[eE][rR][rR][%a_]*"%s*:')
        and not find(look.words, '"level"%s*:') then
        local about = not_service(look, problem, what)
        about.is_success = true
        return about
    end
end

function read.request_id(look)
    local word = look.word
    local is_id = word and (find(word, "^%x+%-%x+%-%x+%-%x+%-%x+$") or #word >= 16 and find(word, "^%x+$"))
    local id = is_id and word or request_id_of(look)
    if not id then return nil end
    local about = sentence("request_id", look.chosen)
    about.request_id = id
    return about
end

function read.search(look)
    local words = not look.word and #look.text <= longest_search and match(look.text, "^%s*(.-%w)%s*$")
    local found = words and search.search(words) or {}
    return #found > 0 and { heading = say("sentence", "searched", look.chosen), kinds = found } or nil
end

function read.other_word(look)
    if not look.word then return nil end
    local about = sentence("not_known", look.chosen, cut(look.word, 64))
    local nearest = suggest.nearest(look.word, state.kinds)
    local hint = nearest and format(say("sentence", "did_you_mean", look.chosen), nearest) or ""
    about.sentence = about.sentence .. hint
    return about
end

function read.nothing(look)
    local _, problem, what = envelope.parse(look.text)
    if what == "malformed" and not find(match(look.text, "%S"), '[%[{"]') then
        return sentence("nothing", look.chosen)
    end
    return not_service(look, problem, what)
end

--- The forms of a text, in the order in which they are tried, each with an example and what it yields.
---@type { [1]: string, [2]: string, [3]: string }[]
subject.forms = {
    { "code", "errors.RateLimit", "RateLimit" },
    { "status_alone", "404", "404" },
    { "word", "throttle", "kinds" },
    { "phrase", "404 Not Found", "404" },
    { "response", "HTTP/1.1 502 Bad Gateway\n\n<html></html>", "502" },
    { "envelope", 'body: {"code":"RateLimit","message":"m"}', "RateLimit" },
    { "named", "rpc error: code = Internal desc = [Code: RateLimit; Message: m]", "RateLimit" },
    { "message", "baidubce.exception.BceServerError: The vpc id is invalid", "InvalidVpcId" },
    { "label", "[Code: NoSuchThing; Message: gone]", "NoSuchThing" },
    { "reason", "dial tcp 127.0.0.1:1: connect: connection refused", "connect" },
    { "status", '"GET / HTTP/1.1" 502 157', "502" },
    { "document", '{"message":"no route","request_id":"r-1"}', "none" },
    { "request_id", "请求ID：ae2225f7-1c2e-427a-a1ad-5413b762957d", "request id" },
    { "search", "mount target", "kinds" },
    { "other_word", "RateLimits", "unknown" },
    { "nothing", "good morning", "unknown" },
}


--- What the first form that fits says.
---@param look table
---@param from string? the name of the first form that is tried, that of the last
---@param last string?
---@return cfs.subject?
function subject.first_of(look, from, last)
    local is_on = not from
    for _, form in ipairs(subject.forms) do
        is_on = is_on or form[1] == from
        local about = is_on and read[form[1]](look)
        if about then
            about.form = form[1]
            return about
        end
        if form[1] == last then return nil end
    end
end


--- Finds what a text is about: a code, a status, a word, a response, a body, or a line of some program.
---@param given string
---@param chosen "en"|"zh"
---@return cfs.subject
function subject.of_text(given, chosen)
    return subject.first_of(new_look(clean.screen(given), chosen))
end


--- The same, with an error where a status or a code alone was found.
---@param about cfs.subject
---@return cfs.subject
function subject.with_error(about)
    local kind = about.kind
    if about.err or about.is_success then return about end
    if kind and kind.code then
        about.err = make.receive(kind.code, not catalogue.template(kind) and kind.message or nil)
    elseif about.status then
        about.err = receive.from_response { status = about.status, body = "" }
    end
    return about
end


--- Finds what a value is about.
---@param given any
---@param chosen "en"|"zh"
---@return cfs.subject? subject nil if it is neither a text, a status, an error nor a kind
function subject.of(given, chosen)
    if catalogue.of_error(given) then return { err = given } end
    if catalogue.is_kind(given) then return { kind = given } end
    if type(given) == "string" then return subject.of_text(given, chosen) end
    local number = statuses.normalize(given)
    return number and of_status(number, chosen)
end


return subject
