--- Errors and kinds as a person reads them, within 80 columns.

local catalogue = require "cfs.errors.catalogue.kind"
local columns = require "cfs.errors.explain.columns"
local envelope = require "cfs.errors.wire.envelope"
local kept = require "cfs.errors.object.kept"
local language = require "cfs.errors.explain.language"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local subject = require "cfs.errors.explain.subject"
local text = require "cfs.errors.base.text"

local concat, sort = table.concat, table.sort
local format, sub = string.format, string.sub
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
    if value == "" then return "(empty)" end
    return text.show(#value > most and sub(value, 1, most) .. "..." or value)
end


-- "404 Not Found", or the bare number where it has no reason phrase.
local function status_line(status, kind)
    local reason = type(status) == "number" and status == kind.status and kind.reason
    return received(status) .. (reason and " " .. reason or "")
end


-- Lines to be filled: a heading, then one entry after the other.
local function new_lines(chosen)
    local lines = {}
    function lines.add(label, words)
        lines[#lines + 1] = columns.entry(say("label", label, chosen), words)
    end
    return lines
end


-- What a person does about errors of the kind; in English if the language has no text for it.
local function remedy_of(kind, chosen)
    for _, group in ipairs { "remedy", "status_remedy", "no_response_remedy" } do
        local name = group == "remedy" and kind.code or kind.retry
        if name and say(group, name, "en") == kind.remedy then return say(group, name, chosen) end
    end
    return kind.remedy
end


-- The entries about the kind.
local function add_advice(lines, kind, chosen, about)
    local description, category = kind.description, kind.category
    for _, name in ipairs { "description", "no_response_came", "seen" } do
        if description == say("sentence", name, "en") then description = say("sentence", name, chosen) end
    end
    if chosen ~= "en" and say("category", category, chosen) then
        category = category .. "：" .. say("category", category, chosen)
    end
    -- nobody knows whether an error outside of the catalogue, or a bug, fails again
    local is_programs = about and kept.get(about.err, "traceback") ~= nil
    local is_judged = kind.code or about and kept.get(about.err, "origin") == "transport"
    local is_unknown = is_programs or kind.retry == "never" and not is_judged
    local remedy = is_programs and say("sentence", "look_at_cause", chosen) or remedy_of(kind, chosen)
    lines.add("meaning", description)
    lines.add("fault", say("fault", kind.fault, chosen))
    lines.add("category", category)
    lines.add("remedy", remedy)
    lines.add("retry", say("retry", is_unknown and "unknown" or kind.retry, chosen))
    return concat(lines, "\n")
end


local function explain_kind(kind, chosen)
    local unknown = say("sentence", "unknown_code", chosen)
    local heading = kind.code and kind.code .. ", " .. kind.service or unknown
    if kind.status then heading = heading .. ", " .. status_line(kind.status, kind) end
    local lines = new_lines(chosen)
    lines[1] = columns.wrap(heading)
    if kind.message then lines.add("message", kind.message) end
    return add_advice(lines, kind, chosen)
end


-- An error among causes: "NoSuchKey: gone (404)"; any other value as it is shown anywhere.
local function cause_words(cause)
    local words
    if catalogue.of_error(cause) then
        local status = rawget(cause, "status") or catalogue.of_error(cause).status
        words = text.show(rawget(cause, "code") or "no code")
        if rawget(cause, "message") then words = words .. ": " .. text.show(rawget(cause, "message")) end
        if status then words = words .. " (" .. text.show(status) .. ")" end
    else
        words = text.describe(cause)
    end
    if #words > most_of_cause then words = sub(words, 1, most_of_cause) .. "..." end
    return text.printable(words)
end


local function add_causes(lines, err)
    local cause, count = kept.cause(err), 0
    while type(cause) ~= "nil" do
        count = count + 1
        if count > most_causes then return lines.add("cause", "...") end
        lines.add("cause", cause_words(cause))
        cause = catalogue.of_error(cause) and kept.cause(cause)
        if cause == false then return end
    end
end


-- Why the error has no code: what the response was, and where its body breaks.
local function origin_words(err, chosen, reason)
    local origin, body = tostring(kept.get(err, "origin")), kept.get(err, "body")
    if origin == "transport" then return say("sentence", "no_response", chosen) end
    if not reason and type(body) == "string" and #body < snapshot_size then
        local _, sentence, what = envelope.parse(body)
        if what == origin then reason = sentence end
    end
    -- the reason begins with what an origin means
    local shown = reason and origin ~= "html" and origin ~= "empty" and received(reason) or received(origin)
    return format(say("sentence", "no_envelope", chosen), shown)
end


local function explain_error(err, chosen, about)
    local kind = catalogue.of_error(err)
    local status = rawget(err, "status") or kind.status
    local heading = type(err.code) == "nil" and say("sentence", "no_code", chosen) or received(err.code)
    if status then heading = heading .. ", " .. status_line(status, kind) end
    if type(rawget(err, "status")) ~= "nil" then
        heading = heading .. ", " .. format(say("sentence", "in_catalogue", chosen), tostring(kind.status))
    end
    local lines = new_lines(chosen)
    lines[1] = columns.wrap(heading)
    if err.message then lines.add("message", received(err.message)) end
    add_causes(lines, err)
    if err.requestId then lines.add("request_id", received(err.requestId)) end
    if about.is_text then
        lines.add("origin", say("sentence", "from_text", chosen))
    elseif type(err.code) == "nil" then
        lines.add("origin", origin_words(err, chosen, about.reason))
    end
    return add_advice(lines, kind, chosen, about)
end


-- The lines of a text, each within the columns.
local function wrap_lines(words)
    return (string.gsub(words, "[^\n]+", columns.wrap))
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
        words = explain_kind(about.kind, chosen)
    elseif about.kinds then
        words = wrap_lines(about.heading)
        if #about.kinds > 0 then words = words .. "\n\n" .. explain.list(about.kinds) end
    else
        words = text.printable(about.sentence)
    end
    if not about.also then return words end
    local heading = say("sentence", "readable", chosen)
    return concat({ words, heading, explain.render(about.also, chosen) }, "\n\n")
end


--- Explains an error to a person: see cfs.errors.show.person. An error blames the caller of its caller.
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


-- By service in the vendor's order, then by status; codes of one status in the vendor's order.
local function in_order(list)
    local place, rows = {}, {}
    for index, kind in ipairs(state.order) do
        place[kind] = index
        place[kind.service] = place[kind.service] or index
    end
    for _, kind in pairs(list) do rows[#rows + 1] = kind end
    sort(rows, function(left, right)
        if left.service ~= right.service then return place[left.service] < place[right.service] end
        if left.status ~= right.status then return left.status < right.status end
        return place[left] < place[right]
    end)
    return rows
end


--- Kinds as a table of one line each, within 80 columns.
---@param list cfs.kind[]|table<string, cfs.kind> kinds as values
---@return string
function explain.list(list)
    local lines, service = {}, nil
    local row_format = "  %-7s%-32s%-16s%-12s%s"
    for _, kind in ipairs(in_order(list)) do
        if kind.service ~= service then
            service = kind.service
            if #lines > 0 then lines[#lines + 1] = "" end
            lines[#lines + 1] = service
            lines[#lines + 1] = format(row_format, "status", "code", "category", "retry", "fault")
        end
        lines[#lines + 1] = format(row_format, kind.status, kind.code, kind.category, kind.retry, kind.fault)
    end
    return #lines > 0 and concat(lines, "\n") or "no such error"
end


--- The whole catalogue as such a table. `tostring(errors.catalogue)` calls this.
---@return string
function explain.catalogue()
    return explain.list(state.kinds)
end


return explain
