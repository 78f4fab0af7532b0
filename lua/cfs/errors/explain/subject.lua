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
---@field is_refused boolean? it tells of a refusal that another try does not change
---@field request_id string? stands there without an error
---@field reason string? why the body of `err` is no envelope
---@field is_text boolean? `err` was read out of the words of a text
---@field also string[]? the other codes that the text names

local catalogue = require "cfs.errors.catalogue.kind"
local clean = require "cfs.errors.explain.clean"
local envelope = require "cfs.errors.wire.envelope"
local kept = require "cfs.errors.object.kept"
local make = require "cfs.errors.object.make"
local looks = require "cfs.errors.explain.look"
local mentions = require "cfs.errors.explain.mentions"
local paste = require "cfs.errors.explain.paste"
local receive = require "cfs.errors.wire.receive"
local search = require "cfs.errors.explain.search"
local state = require "cfs.errors.base.state"
local statuses = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local typed = require "cfs.errors.explain.typed"

local cut = require("cfs.errors.base.text").cut
local find, format, match = string.find, string.format, string.match
local say = require("cfs.errors.explain.phrases").say

local subject = {}

-- A text that is longer than this is not looked for in the catalogue.
local longest_search = 40

-- The error of a reason for which no response came: what curl or a client of Lua said, or a phrase whose
-- meaning is given.
local function of_reason(reason, number, word, certificate)
    if not word then return { err = receive.from_response(number, reason) } end
    local is_certain = certificate or word == "local"
    return { err = make.no_response(word, "maybe", is_certain and "never" or "backoff", reason) }
end


local function not_service(look, problem, what)
    return typed.sentence("not_service", look.chosen, typed.problem(problem, what, look.chosen))
end


--- The forms of a text, in the order in which they are tried: a name, an example, what that yields, and how
--- it is read: a function of what is looked at, which returns nil where the text has another form.
subject.forms = {
    { "code", "errors.RateLimit", "RateLimit", function(look)
        local word = look.word or look.text
        local kind = statuses.of_code(match(word, "^errors%.(.*)$") or word)
        return kind and { kind = kind }
    end },
    { "status_alone", "404", "404", function(look)
        local number = look.word and statuses.normalize(look.word)
        return number and typed.status(number, look.chosen)
    end },
    { "word", "throttle", "kinds", function(look)
        return look.word and typed.word(look.word, look.chosen)
    end },
    { "phrase", "404 Not Found", "404", function(look)
        return typed.phrase(look.text, look.chosen)
    end },
    { "response", "HTTP/1.1 502 Bad Gateway\n\n<html></html>", "502", function(look)
        local response = paste.read(look.text)
        if not response then return nil end
        local found = paste.document(response.body)
        -- a prompt or a tool's words around a document are no part of the body
        if found and (found.err or found.what == "not_envelope") then response.body = found.document end
        local err = receive.from_response(response, { any_status = true })
        if err and err.code ~= nil then return look:error(err) end
        local reason, number = mentions.reason_of_curl(look.text)
        if reason then return of_reason(reason, number) end
        if not err then return typed.status(response.status, look.chosen) end
        local body = looks.new(response.body, look.chosen)
        local inner = response.body ~= "" and subject.first_of(body, "envelope", "label")
        if not inner or not inner.err then
            local _, problem, what = envelope.parse(response.body)
            return { err = err, reason = what == err:origin() and problem or nil }
        end
        make.set_status(inner.err, response.status)
        inner.err.requestId = inner.err.requestId or err.requestId
        return inner
    end },
    { "envelope", 'body: {"code":"RateLimit","message":"m"}', "RateLimit", function(look)
        local whole = envelope.parse(look.text)
        local err = whole or (paste.document(look.text) or {}).err
        if not err and look.words ~= look.text then err = (paste.document(look.words) or {}).err end
        local first = look.codes[1]
        -- another program's word behind "code" loses to a code of the catalogue, and so does a later error
        if not err or first and not err.known or not whole and err.code ~= first and look:record(first) then
            return nil
        end
        local status = look.records[1].status or mentions.status(look.words)
        if status then make.set_status(err, status) end
        return look:error(err)
    end },
    { "named", "rpc error: code = Internal desc = [Code: RateLimit; Message: m]", "RateLimit", function(look)
        local first = look.codes[1]
        for _, record in ipairs(look.records) do
            if first and record.code and state.kinds[record.code] then return look:error_of(record.code) end
        end
        return first and look:error_of(first)
    end },
    { "message", "baidubce.exception.BceServerError: The vpc id is invalid", "InvalidVpcId", function(look)
        local kind = look.kinds[1]
        if not kind then return nil end
        look.is_message = true
        return look:error_of(kind.code)
    end },
    { "label", "[Code: NoSuchThing; Message: gone]", "NoSuchThing", function(look)
        for _, record in ipairs(look.records) do
            if record.code then return look:error_of(record.code) end
        end
    end },
    { "mount", "mount.nfs: access denied by server while mounting cfs-1.example:/", "unknown", function(look)
        if not find(look.words, "access denied by server while mounting", 1, true) then return nil end
        local about = typed.sentence("mount", look.chosen)
        about.is_refused = true
        return about
    end },
    { "reason", "dial tcp 127.0.0.1:1: connect: connection refused", "connect", function(look)
        local reason, number, word, certificate = mentions.reason(look.words)
        return reason and of_reason(reason, number, word, certificate)
    end },
    { "status", '"GET / HTTP/1.1" 502 157', "502", function(look)
        local status = look.records[1].status or mentions.status(look.words)
        if not status then return nil end
        local about = typed.status(status, look.chosen)
        about.request_id = look:request_id()
        return about
    end },
    -- an error's if it has a message, otherwise what a call that succeeded returns
    { "document", '{"message":"no route","request_id":"r-1"}', "none", function(look)
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
    end },
    { "request_id", "请求ID：ae2225f7-1c2e-427a-a1ad-5413b762957d", "request id", function(look)
        local word = look.word
        local is_id = word and (find(word, "^%x+%-%x+%-%x+%-%x+%-%x+$")
            or #word >= 16 and find(word, "^%x+$"))
        local id = is_id and word or look:request_id()
        if not id then return nil end
        local about = typed.sentence("request_id", look.chosen)
        about.request_id = id
        return about
    end },
    { "search", "mount target", "kinds", function(look)
        local words = not look.word and #look.text <= longest_search and match(look.text, "^%s*(.-%w)%s*$")
        local found = words and search.search(words) or {}
        return #found > 0 and { heading = say("sentence", "searched", look.chosen), kinds = found } or nil
    end },
    { "other_word", "RateLimits", "unknown", function(look)
        if not look.word then return nil end
        local about = typed.sentence("not_known", look.chosen, cut(look.word, 64))
        local nearest = suggest.nearest(look.word, state.kinds)
        local hint = nearest and format(say("sentence", "did_you_mean", look.chosen), nearest) or ""
        about.sentence = about.sentence .. hint
        return about
    end },
    { "nothing", "good morning", "unknown", function(look)
        local _, problem, what = envelope.parse(look.text)
        if what == "malformed" and not find(match(look.text, "%S"), '[%[{"]') then
            return typed.sentence("nothing", look.chosen)
        end
        return not_service(look, problem, what)
    end },
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
        local about = is_on and form[4](look)
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
    return subject.first_of(looks.new(clean.screen(given), chosen))
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
    return number and typed.status(number, chosen)
end


return subject
