--- Errors and kinds as a person reads them, within 80 columns.

local catalogue = require "cfs.errors.catalogue.kind"
local columns = require "cfs.errors.explain.columns"
local envelope = require "cfs.errors.wire.envelope"
local judge = require "cfs.errors.explain.judge"
local kept = require "cfs.errors.object.kept"
local language = require "cfs.errors.explain.language"
local lists = require "cfs.errors.explain.lists"
local misuse = require "cfs.errors.base.misuse"
local subject = require "cfs.errors.explain.subject"
local text = require "cfs.errors.base.text"
local typed = require "cfs.errors.explain.typed"

local concat, format = table.concat, string.format
local say = require("cfs.errors.explain.phrases").say

local explain = {}

-- How many bytes of a received text, and of a cause, are shown.
local most, most_of_cause = 2000, 500

-- How many links of a chain of causes are shown.
local most_causes = 8

-- A body that is shorter than this is kept whole: see wire/receive.
local snapshot_size = 512


-- A member as text, cut to the length that is shown.
local function received(value)
    if type(value) ~= "string" then return text.show(value) end
    return value == "" and "(empty)" or text.show(text.cut(value, most))
end


-- "404 Not Found", or the bare number where it has no reason phrase.
local function status_line(status, kind)
    local reason = type(status) == "number" and status == kind.status and kind.reason
    return received(status) .. (reason and " " .. reason or "")
end


-- Lines to be filled: a heading of parts, then one entry after the other.
local function new_lines(chosen, ...)
    local lines = { columns.wrap(concat({ ... }, say("label", "comma", chosen))) }
    function lines.add(label, words)
        lines[#lines + 1] = columns.entry(say("label", label, chosen), words)
    end
    return lines
end


-- A text of the kind in the language: one of the phrases, if its English is the kind's.
local function translated(kind, english, chosen, ...)
    for _, group in ipairs { ... } do
        for _, name in ipairs { kind.code or "", kind.retry, "description", "no_response_came", "seen" } do
            if say(group, name, "en") == english then return say(group, name, chosen) end
        end
    end
    return english
end


--- What a person does about errors of the kind; in English if the language has no text for it.
---@param kind cfs.kind
---@param chosen "en"|"zh"
---@return string
function explain.remedy(kind, chosen)
    return translated(kind, kind.remedy, chosen, "remedy", "status_remedy", "no_response_remedy")
end


-- The same as a sentence: of a word of retry, if that is known.
local function repeat_words(about, kind, chosen)
    local may = judge.may_retry(about)
    local is_word = kind and kind.retry ~= "never" and may == "yes" or may == "no" and kind and kind.code
    return is_word and say("retry", kind.retry, chosen) or say("repeat", may, chosen)
end


-- The entries about the kind.
local function add_advice(lines, kind, chosen, about)
    local category, err = kind.category, about.err
    if chosen ~= "en" and say("category", category, chosen) then
        category = category .. say("label", "colon", chosen) .. say("category", category, chosen)
    end
    local remedy = explain.remedy(kind, chosen)
    local meaning = translated(kind, kind.description, chosen, "description", "sentence")
    if err and type(err.code) == "nil" and kept.get(err, "origin") ~= "transport" then
        meaning = say("sentence", "without", chosen)
    end
    if err and kept.get(err, "traceback") ~= nil then remedy = say("sentence", "look_at_cause", chosen) end
    lines.add("meaning", meaning)
    lines.add("fault", say("fault", kind.fault, chosen))
    lines.add("category", category)
    lines.add("remedy", remedy)
    lines.add("retry", repeat_words(about, kind, chosen))
    return concat(lines, "\n")
end


local function explain_kind(kind, chosen, about)
    local line = kind.status and status_line(kind.status, kind)
    local lines
    if kind.code then
        lines = new_lines(chosen, kind.code, kind.service or line, kind.service and line)
        if kind.message then lines.add("message", kind.message) end
    else
        lines = new_lines(chosen, line and format(say("sentence", "without_code", chosen), line)
            or say("sentence", "unknown_code", chosen))
    end
    return add_advice(lines, kind, chosen, about)
end


--- An error among causes: "NoSuchKey: gone (404)"; any other value as it is shown anywhere.
---@param cause any
---@return string
function explain.cause(cause)
    local words
    if catalogue.of_error(cause) then
        local status = rawget(cause, "status") or catalogue.of_error(cause).status
        words = text.show(rawget(cause, "code") or "no code")
        if rawget(cause, "message") then words = words .. ": " .. text.show(rawget(cause, "message")) end
        if status then words = words .. " (" .. text.show(status) .. ")" end
    else
        words = text.describe(cause)
    end
    return text.printable(text.cut(words, most_of_cause))
end


local function add_causes(lines, err)
    local cause, count = kept.cause(err), 0
    while type(cause) ~= "nil" do
        count = count + 1
        if count > most_causes then return lines.add("cause", "...") end
        lines.add("cause", explain.cause(cause))
        cause = catalogue.of_error(cause) and kept.cause(cause)
        if cause == false then return end
    end
end


-- Why the error has no code: what the response was, and where its body breaks.
local function origin_words(err, chosen, reason)
    local origin, body = tostring(kept.get(err, "origin")), kept.get(err, "body")
    local words = say("origin", origin, chosen) or received(origin)
    if origin == "transport" then
        local word = err:transport()
        return words .. say("label", "colon", chosen) .. word .. say("label", "comma", chosen)
            .. (say("transport", word, chosen) or "")
    end
    if not reason and type(body) == "string" and #body < snapshot_size then
        local _, problem, what = envelope.parse(body)
        if what == origin then reason = problem end
    end
    if origin == "malformed" and reason then words = received(typed.problem(reason, origin, chosen)) end
    return format(say("sentence", "no_envelope", chosen), words)
end


local function heading_of(err, kind, chosen)
    local status = rawget(err, "status") or kind.status
    local line = status and status_line(status, kind)
    if type(err.code) == "nil" then
        local word = err:transport()
        local colon = say("label", "colon", chosen)
        if word then return say("sentence", "no_response", chosen) .. colon .. word end
        if not line then return say("sentence", "no_code", chosen) end
        return format(say("sentence", "without_code", chosen), line)
    end
    local differs = type(rawget(err, "status")) ~= "nil"
        and format(say("sentence", "in_catalogue", chosen), tostring(kind.status)) or nil
    return received(err.code), line or differs, line and differs
end


local function explain_error(err, chosen, about)
    local kind = catalogue.of_error(err)
    local lines = new_lines(chosen, heading_of(err, kind, chosen))
    local message = rawget(err, "message")
    if type(message) == "nil" and not catalogue.template(kind) then message = kind.message end
    if message then lines.add("message", received(message)) end
    add_causes(lines, err)
    if err.requestId then lines.add("request_id", received(err.requestId)) end
    if about.is_text then
        lines.add("origin", say("sentence", "from_text", chosen))
    elseif type(err.code) == "nil" then
        lines.add("origin", origin_words(err, chosen, about.reason))
    end
    return add_advice(lines, kind, chosen, about)
end


-- Codes, or a sentence.
local function explain_list(about, chosen)
    if not about.kinds then return columns.fill(text.printable(about.sentence)) end
    if not about.heading then return lists.kinds(about.kinds, chosen) end
    local words = columns.fill(about.heading)
    if #about.kinds > 0 then words = words .. "\n\n" .. lists.kinds(about.kinds, chosen) end
    if not about.status then return words end
    return words .. "\n\n" .. columns.entry(say("label", "retry", chosen), repeat_words(about, nil, chosen))
end


--- The words about what a person asked for.
---@param about cfs.subject
---@param chosen "en"|"zh"
---@return string
function explain.render(about, chosen)
    local words
    if about.err then
        words = explain_error(about.err, chosen, about)
    elseif about.kind then
        words = explain_kind(about.kind, chosen, about)
    else
        words = explain_list(about, chosen)
    end
    local also = about.also or {}
    if #also == 0 then return words end
    local codes = concat(also, say("label", "comma", chosen))
    return words .. "\n\n" .. columns.fill(format(say("sentence", "more", chosen), #also, codes))
end


--- Explains an error to a person: see cfs.errors.show.later. An error blames the caller of its caller.
---@param given string|integer|cfs.error|cfs.kind
---@param options { language: "en"|"zh"? }?
---@return string
function explain.explain(given, options)
    local chosen = language.choose(options, 2, "explain")
    local about = subject.of(given, chosen)
    if not about then
        misuse.argument(1, "explain", "code, status, body or error expected, got " .. type(given), 3)
    end
    return explain.render(about, chosen)
end


return explain
