--- Errors and kinds as a person reads them, within 80 columns.

local catalogue = require "cfs.errors.catalogue.kind"
local envelope = require "cfs.errors.wire.envelope"
local kept = require "cfs.errors.object.kept"
local misuse = require "cfs.errors.base.misuse"
local paste = require "cfs.errors.show.paste"
local receive = require "cfs.errors.wire.receive"
local state = require "cfs.errors.base.state"
local statuses = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local text = require "cfs.errors.base.text"

local concat, sort = table.concat, table.sort
local format, gmatch, gsub, rep, sub = string.format, string.gmatch, string.gsub, string.rep, string.sub

local explain = {}

local columns = 80

-- Where the second column of an explanation begins.
local margin = 13

-- Of a received text, no more than this many bytes are shown.
local most = 2000

local faults = {
    client = "the caller's",
    server = "the service's",
    unknown = "unknown: no status came with it",
}

local retries = {
    never = "no: the same call fails again",
    backoff = "yes, after a pause that grows from try to try",
    throttle = "yes, later, and more slowly from now on",
    same_token = "yes, with the same client token only",
    resign = "yes, once, dated and signed again",
    poll = "yes, once its state has changed",
    reread = "yes, after reading the resource again",
}


-- How many columns a text takes, about: one for each code point.
local function width(words)
    return #gsub(words, "[\128-\191]", "")
end


-- The text in lines that fit behind the margin.
local function wrap(words)
    local lines, line = {}, nil
    for word in gmatch(words, "%S+") do
        if line and width(line) + 1 + width(word) > columns - margin then
            lines[#lines + 1], line = line, nil
        end
        line = line and line .. " " .. word or word
    end
    lines[#lines + 1] = line
    return concat(lines, "\n" .. rep(" ", margin))
end


-- One entry: "message      The specified CFS instance does not exist."
local function entry(name, words)
    return format("%-" .. margin .. "s%s", name, wrap(words))
end


-- A member, as text that is cut to what a person reads.
local function received(value)
    if value == "" then return "(empty)" end
    if type(value) == "string" and #value > most then value = sub(value, 1, most) .. "..." end
    return text.show(value)
end


-- "404 Not Found", or the bare number where it has no reason phrase.
local function status_line(status, kind)
    local reason = status == kind.status and kind.reason
    return received(status) .. (reason and " " .. reason or "")
end


-- What is true of the kind alone.
local function add_advice(lines, kind)
    lines[#lines + 1] = entry("meaning", kind.description)
    lines[#lines + 1] = entry("fault", faults[kind.fault])
    lines[#lines + 1] = entry("category", kind.category)
    lines[#lines + 1] = entry("what to do", kind.remedy)
    lines[#lines + 1] = entry("retry", retries[kind.retry])
    return concat(lines, "\n")
end


--- Explains a kind. What `tostring(kind)` gives.
function explain.kind(kind)
    local heading = kind.known and kind.code .. ", " .. kind.service or "A code that is not in the catalogue"
    if kind.status then heading = heading .. ", " .. status_line(kind.status, kind) end
    local lines = { heading }
    if kind.message then lines[2] = entry("message", kind.message) end
    return add_advice(lines, kind)
end


--- Explains an error.
function explain.error(err)
    local kind = catalogue.of_error(err)
    local status = rawget(err, "status") or kind.status
    local lines = { err.code == nil and "No code" or received(err.code) }
    if status then lines[1] = lines[1] .. ", " .. status_line(status, kind) end
    if rawget(err, "status") ~= nil then
        lines[1] = lines[1] .. ", in the catalogue " .. tostring(kind.status)
    end
    if err.message then lines[#lines + 1] = entry("message", received(err.message)) end
    if err.requestId then lines[#lines + 1] = entry("request id", received(err.requestId)) end
    if err.code == nil then
        lines[#lines + 1] = entry("origin", "no error envelope: " .. tostring(kept.get(err, "origin")))
    end
    return add_advice(lines, kind)
end


-- Explains a status: the codes that come with it, or what an error of it is without one of them.
local function explain_status(number)
    if number < 400 then return "This is no error: its status is " .. number end
    local kind, codes = statuses.kind(number), {}
    for code, candidate in pairs(state.kinds) do
        if candidate.status == number then codes[code] = candidate end
    end
    if not next(codes) then return explain.kind(kind) end
    return status_line(number, kind) .. ", the status of these codes:\n\n" .. explain.list(codes)
end


-- Explains a response of which the status line is known, too.
local function explain_response(response)
    local err = receive.from_response(response, { any_status = true })
    return err and explain.error(err) or "This is no error: its status is " .. response.status
end


-- Explains what a person has at hand: a code, a status, a response or a body.
local function explain_text(given)
    local word = given:match("^%s*([%w_.-]+)%s*$")
    local kind = state.kinds[word or given]
    if kind then return explain.kind(kind) end
    local number = statuses.normalize(word)
    if number then return explain_status(number) end
    if word then
        return "The catalogue does not have it: " .. suggest.unknown("code", word, state.kinds)
    end
    local response = paste.read(given)
    if response then return explain_response(response) end
    local err, reason = envelope.parse(given)
    return err and explain.error(err) or "This is no error of the service: " .. reason
end


--- Explains to a person what an error is, whose fault, what it means, what to do, and whether to
--- repeat the call. A text is a code, a status, a body, or a whole response as `curl -i` or `curl -v`
--- prints it.
---
---     > errors.explain "InstanceNotFound"
---
---@param given string|integer|cfs.error|cfs.kind
---@return string
function explain.explain(given)
    if catalogue.of_error(given) then return explain.error(given) end
    if catalogue.is_kind(given) then return explain.kind(given) end
    if type(given) == "string" then return explain_text(given) end
    local number = statuses.normalize(given)
    if number then return explain_status(number) end
    misuse.argument(1, "explain", "code, status, body or error expected, got " .. type(given))
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


--- The whole catalogue as such a table. What `tostring(errors.catalogue)` gives.
---@return string
function explain.catalogue()
    return explain.list(state.kinds)
end


return explain
