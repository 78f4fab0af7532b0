--- Errors and kinds as a person reads them, within 80 columns.

local catalogue = require "cfs.errors.catalogue.kind"
local columns = require "cfs.errors.explain.columns"
local envelope = require "cfs.errors.wire.envelope"
local judge = require "cfs.errors.explain.judge"
local kept = require "cfs.errors.object.kept"
local language = require "cfs.errors.explain.language"
local line = require "cfs.errors.show.line"
local lists = require "cfs.errors.explain.lists"
local misuse = require "cfs.errors.base.misuse"
local subject = require "cfs.errors.explain.subject"
local text = require "cfs.errors.base.text"

local concat, format, say = table.concat, string.format, language.say

local explain = {}

-- How many bytes of a received text and of a cause are shown, and how many links of a chain of causes.
local most, most_of_cause, most_causes = 2000, 500, 8

-- A body that is shorter than this is kept whole: see wire/receive.
local snapshot_size = 512

-- A member as text, cut to the length that is shown.
local function received(value)
    if type(value) ~= "string" then return text.show(value) end
    return value == "" and "(empty)" or text.show(text.cut(value, most))
end

-- Lines to be filled: a heading of parts, then one entry after the other.
local function new_lines(chosen, ...)
    local lines = { columns.wrap(concat({ ... }, say("label", "comma", chosen))) }
    function lines.add(label, words)
        if words then lines[#lines + 1] = columns.entry(say("label", label, chosen), words) end
    end
    return lines
end

-- May the same call be repeated, as a sentence: that of the kind's word of retry, if it may.
local function repeat_words(about, kind, chosen)
    local may = judge.may_retry(about)
    return kind and may == "yes" and say("retry", kind.retry, chosen) or say("repeat", may, chosen)
end

--- An error among causes as one line; any other value as it is shown anywhere.
function explain.cause(cause)
    local kind = catalogue.of_error(cause)
    local words = kind and line.heading(cause, kind) or text.describe(cause)
    return text.printable(text.cut(words, most_of_cause))
end

local function add_causes(lines, err)
    for count = 1, most_causes + 1 do
        local cause = kept.cause(err)
        if type(cause) == "nil" then return end
        lines.add("cause", count <= most_causes and explain.cause(cause) or "...")
        if not catalogue.of_error(cause) then return end
        err = cause
    end
end

-- Why the error has no code: what the response was, and where its body breaks.
local function origin_words(err, chosen)
    local origin, body = kept.get(err, "origin"), kept.get(err, "body")
    if not origin then return nil end -- its body was not read
    local words, word = say("origin", origin, chosen) or received(origin), err:transport()
    if word then
        return words .. say("label", "colon", chosen) .. word .. say("label", "comma", chosen)
            .. say("transport", word, chosen)
    elseif origin == "malformed" and #body < snapshot_size then
        local _, problem, what = envelope.parse(body)
        words = what == origin and received(language.problem(problem, origin, chosen)) or words
    end
    return format(say("sentence", "no_envelope", chosen), words)
end

-- The parts of the first line of an error or, without one, of a kind.
local function heading_of(err, kind, chosen)
    local code, status = (err or kind).code, line.status(err or kind, kind)
    local word = err and err:transport()
    if word then
        return say("sentence", "no_response", chosen) .. say("label", "colon", chosen) .. word
    elseif type(code) == "nil" then
        if status then return format(say("sentence", "without_code", chosen), status) end
        return say("sentence", err and "no_code" or "unknown_code", chosen)
    elseif not err then
        return code, kind.service or status, kind.service and status
    end
    local differs = type(rawget(err, "status")) ~= "nil"
        and format(say("sentence", "in_catalogue", chosen), tostring(kind.status)) or nil
    return received(code), status or differs, status and differs
end

-- An error, or a kind without one.
local function explain_one(about, chosen)
    local err, kind = about.err, catalogue.of_error(about.err) or about.kind
    local lines = new_lines(chosen, heading_of(err, kind, chosen))
    local message, category = rawget(err or kind, "message"), kind.category
    if type(message) == "nil" and not catalogue.template(kind) then message = kind.message end
    lines.add("message", message and received(message))
    if err then
        add_causes(lines, err)
        lines.add("request_id", err.requestId and received(err.requestId))
        lines.add("origin", about.is_text and say("sentence", "from_text", chosen)
            or type(err.code) == "nil" and origin_words(err, chosen))
    end

    local meaning = language.translate(kind.description, chosen)
    local remedy = language.translate(kind.remedy, chosen)
    if err and type(err.code) == "nil" and kept.get(err, "origin") ~= "transport" then
        meaning = say("sentence", "without", chosen)
    end
    if err and kept.get(err, "traceback") then remedy = say("sentence", "look_at_cause", chosen) end
    if chosen ~= "en" and say("category", category, chosen) then
        category = category .. say("label", "colon", chosen) .. say("category", category, chosen)
    end
    lines.add("meaning", meaning)
    lines.add("fault", say("fault", kind.fault, chosen))
    lines.add("category", category)
    lines.add("remedy", remedy)
    lines.add("retry", repeat_words(about, kind, chosen))
    return concat(lines, "\n")
end

-- Codes, or a sentence.
local function explain_list(about, chosen)
    if not about.kinds then return columns.fill(text.printable(about.sentence)) end
    local parts = { about.heading and columns.fill(about.heading) }
    if #about.kinds > 0 or not about.heading then parts[#parts + 1] = lists.kinds(about.kinds, chosen) end
    local may = about.status and repeat_words(about, nil, chosen)
    parts[#parts + 1] = may and columns.entry(say("label", "retry", chosen), may)
    return concat(parts, "\n\n")
end

--- The words about what a person asked for, a cfs.subject.
function explain.render(about, chosen)
    local words = (about.err or about.kind) and explain_one(about, chosen) or explain_list(about, chosen)
    local also = about.also or {}
    if #also == 0 then return words end
    local codes = concat(also, say("label", "comma", chosen))
    return words .. "\n\n" .. columns.fill(format(say("sentence", "more", chosen), #also, codes))
end

--- Explains an error to a person: see cfs.errors.show.later. An error blames the caller of its caller.
function explain.explain(given, options)
    local chosen = language.choose(options, 2, "explain")
    local about = subject.of(given, chosen)
    if not about then
        misuse.argument(1, "explain", "code, status, body or error expected, got " .. type(given), 3)
    end
    return explain.render(about, chosen)
end

return explain
