--- Finds what a person asks about: an error, a kind, some codes, or a sentence that says why it is none of
--- them.
---
---@class cfs.subject
---@field err cfs.error?
---@field kind cfs.kind?
---@field heading string? stands above `kinds`
---@field kinds cfs.kind[]?
---@field sentence string? nothing is known of what was given; why
---@field reason string? why the body of `err` is no envelope
---@field is_text boolean? `err` was read out of the words of a text
---@field also cfs.subject? what else can be read

local catalogue = require "cfs.errors.catalogue.kind"
local envelope = require "cfs.errors.wire.envelope"
local fields = require "cfs.errors.explain.fields"
local kept = require "cfs.errors.object.kept"
local make = require "cfs.errors.object.make"
local paste = require "cfs.errors.explain.paste"
local receive = require "cfs.errors.wire.receive"
local search = require "cfs.errors.explain.search"
local state = require "cfs.errors.base.state"
local statuses = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local template = require "cfs.errors.catalogue.template"
local transport = require "cfs.errors.wire.transport"

local find, format, gsub = string.find, string.format, string.gsub
local match, sub = string.match, string.sub
local say = require("cfs.errors.explain.phrases").say

local subject = {}

-- A text that is longer than this is no reason phrase, and not looked for in the catalogue.
local longest_search = 40


-- A text that is longer than this is not taken for one word.
local longest_word = 256

-- A text that is longer than this is not taken for the reason of a client.
local longest_reason = 200

-- A message of the catalogue that is shorter than this may occur in any text.
local shortest_message = 12

-- How many bytes of a text are searched for a message.
local longest_sentence = 2048


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


-- "404 Not Found", or the bare number where it has no reason phrase.
local function status_line(kind)
    return kind.reason and kind.status .. " " .. kind.reason or tostring(kind.status)
end


-- A status: the codes that come with it or, if there are none, an error of this status without a code.
local function of_status(number, chosen)
    if number < 400 then return sentence("no_error", chosen, number) end
    local kind, kinds = statuses.kind(number), kinds_of("status", number)
    if #kinds == 0 then return { kind = kind } end
    return { heading = format(say("sentence", "status", chosen), status_line(kind)), kinds = kinds }
end


-- A category, a word of retry or a fault; "throttle" is both of the first. nil if it is none.
local function of_word(word, chosen)
    local headings, kinds, seen = {}, {}, {}
    for _, column in ipairs { "category", "retry", "fault" } do
        local found = kinds_of(column, word)
        local meaning = say(column, word, chosen)
        if meaning and (column == "category" or #found > 0) or column == "category" and #found > 0 then
            headings[#headings + 1] = format(say("sentence", column, chosen), word, meaning or "")
            for _, kind in ipairs(found) do
                if not seen[kind] then seen[kind], kinds[#kinds + 1] = true, kind end
            end
        end
    end
    if #headings == 0 then return nil end
    return { heading = table.concat(headings, "\n"), kinds = kinds }
end


-- A status' reason phrase, with the number before it or alone. nil if it is none.
local function of_reason(given, chosen)
    if #given > longest_search then return nil end
    local number, reason = match(given, "^%s*(%d*)%s*(%a[%a '-]*%a)%s*$")
    if not reason then return nil end
    local numbers = statuses.of_reason(reason)
    if number ~= "" then return statuses.normalize(number) and of_status(tonumber(number), chosen) end
    local all
    for _, candidate in ipairs(numbers) do
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


local function is_request_id(word)
    return find(word, "^%x+%-%x+%-%x+%-%x+%-%x+$") or #word >= 16 and find(word, "^%x+$")
end


-- One word that is neither a code nor a status.
local function of_other_word(word, chosen)
    local found = of_word(word, chosen)
    if found then return found end
    local phrase = of_reason(word, chosen)
    if phrase then return phrase end
    if is_request_id(word) then return sentence("request_id", chosen) end
    if transport.is_reason(word) then return { err = receive.from_response(nil, word) } end
    return sentence("not_known", chosen, (suggest.unknown("code", word, state.kinds)))
end


-- An error made of the words of a text; or the codes that the text names; or nil.
local function of_fields(given, chosen)
    local found = fields.read(given)
    local codes = found.codes
    if #codes > 1 then
        local kinds = {}
        for index, code in ipairs(codes) do kinds[index] = state.kinds[code] end
        return { heading = say("sentence", "named", chosen), kinds = kinds }
    end
    local code = found.code or codes[1]
    if not code and not (found.status and (found.message or found.requestId)) then
        if found.status then return of_status(found.status, chosen) end
        return found.requestId and sentence("request_id", chosen)
    end
    local err = make.receive(code, found.message)
    err.requestId = found.requestId
    make.set_status(err, found.status)
    if found.cause then kept.set_cause(err, found.cause) end
    return { err = err, is_text = true }
end


-- A response with its status line.
local function of_response(response, chosen)
    local found = paste.document(response.body)
    -- a prompt or a tool's words around a document are no part of the body
    local is_whole = found and (found.err or found.what == "not_envelope")
    if is_whole then response.body = found.document end
    local err = receive.from_response(response, { any_status = true })
    if not err then return sentence("no_error", chosen, response.status) end
    local result = { err = err }
    if err.code == nil and response.body ~= "" then
        local _, reason, what = envelope.parse(response.body)
        result.reason = what == err:origin() and reason or nil
        result.also = found and not is_whole and of_fields(response.body, chosen) or nil
    end
    return result
end


-- The kinds whose message stands in a text: word for word, or, if it has parameters, at its end.
local function kinds_by_message(given)
    local kinds = {}
    given = sub(given, 1, longest_sentence)
    local last = match(given, "^[%w_.]*: (.*%S)") or match(given, "^%s*(.*%S)") or ""
    for kind in catalogue.each() do
        local parts = catalogue.template(kind)
        if parts and template.read(parts, last)
            or not parts and #kind.message >= shortest_message and find(given, kind.message, 1, true) then
            kinds[#kinds + 1] = kind
        end
    end
    return kinds
end


-- The cause in a line of this library's own about a call that got no response; nil if it is none.
local function cause_of_own_line(given)
    local start = find(given, "no response: ", 1, true)
    local first = start and match(given, "^no response: %l+; cause: ()", start)
    local stop = first and find(given, "; what to do: ", first, true)
    if stop then return sub(given, first, stop - 1) end
    start = find(given, "origin=transport cause=", 1, true)
    return start and (match(given, '^[%w=]+ cause="([^"\n]*)"', start)
        or match(given, "^[%w=]+ cause=(%S+)", start))
end


-- Why no response came, as a client says it: "curl: (7) Failed to connect to ...", "timeout". nil if
-- the text is nothing of the sort.
local function of_reason_of_client(given)
    local start = find(given, "curl: (", 1, true)
    local reason = start and match(given, "^curl: %(%d+%) ([^\n]*)", start) or cause_of_own_line(given)
    if not reason and #given <= longest_reason then
        local words = match(given, "^%s*(.-)%s*$")
        reason = transport.is_reason(words) and words
    end
    return reason and { err = receive.from_response(nil, reason) }
end


-- The sentence about a text that is nothing known.
local function of_nothing(given, chosen)
    local about = of_reason_of_client(given)
    if about then return about end
    local kinds = kinds_by_message(given)
    if #kinds > 0 then return { heading = say("sentence", "messages", chosen), kinds = kinds } end
    local words = #given <= longest_search and match(given, "^%s*(.-%w)%s*$")
    local found = words and search.search(words) or {}
    if #found > 0 then
        return { heading = say("sentence", "searched", chosen), kinds = found }
    end
    local _, reason, what = envelope.parse(given)
    if what == "malformed" and not find(match(given, "%S"), '[%[{"]') then
        return sentence("nothing", chosen)
    end
    return sentence("not_service", chosen, reason)
end


-- A text without the head of a response.
local function of_body(given, chosen)
    local err, reason, what = envelope.parse(given)
    if err then return { err = err } end
    local found = paste.document(given)
    if found and found.err then return { err = found.err } end
    -- a log in JSON has the body as a string
    local inner = found and find(given, '\\"', 1, true) and paste.document(gsub(given, '\\"', '"'))
    if inner and inner.err then return { err = inner.err } end
    if what == "html" or what == "empty" then return sentence("not_service", chosen, reason) end
    local words = of_fields(given, chosen)
    if not found or not find(found.document, '^{%s*["}]') then
        return words or of_nothing(given, chosen)
    end
    local result = sentence("not_service", chosen, found.reason)
    local is_labelled = words and words.err and find(given, "[:=]")
    if is_labelled or words and words.sentence then result.also = words end
    return result
end


--- Finds what a text is about: a code, a status, a word, a response, a body, or a line of some program.
---@param given string
---@param chosen "en"|"zh"
---@return cfs.subject
function subject.of_text(given, chosen)
    given = paste.without_colours(given)
    local word = #given <= longest_word and match(given, "^%s*([%w_.-]+)%s*$") or nil
    local kind = statuses.of_code(word and match(word, "^errors%.(.*)$") or word or given)
    if kind then return { kind = kind } end
    local number = statuses.normalize(word)
    if number then return of_status(number, chosen) end
    if word then return of_other_word(word, chosen) end
    local response = paste.read(given)
    if response then return of_response(response, chosen) end
    return of_reason(given, chosen) or of_body(given, chosen)
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
