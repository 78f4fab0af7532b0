--- Finds what a person asks about, a cfs.subject, which has one of these: `err`; `kind`; `kinds`, with a
--- `heading` above them; a `sentence` that says why it is none of them. It may also have `form`, the name of
--- the text's form; `status`, of a status alone; `is_success`; `is_refused`, where another try changes
--- nothing; `request_id`, without an error; `is_text`, as `err` was read out of words; and `also`, the other
--- codes that a text names.

local catalogue = require "cfs.errors.catalogue.kind"
local clean = require "cfs.errors.explain.clean"
local envelope = require "cfs.errors.wire.envelope"
local fields = require "cfs.errors.explain.fields"
local kept = require "cfs.errors.object.kept"
local language = require "cfs.errors.explain.language"
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
local say = language.say
local words_of_status = require("cfs.errors.show.line").status

local subject = {}

-- A longer text is no reason phrase, and is not looked for in the catalogue; is not taken for one word.
local longest_phrase, longest_word = 40, 256

-- What is found, with a sentence in place of an error.
local function with_sentence(about, name, chosen, ...)
    about.sentence = format(say("sentence", name, chosen), ...)
    return about
end

-- The kinds of the catalogue that have the word in one of these columns.
local function kinds_of(word, ...)
    local kinds = {}
    for kind in catalogue.each() do
        local found = false
        for _, column in ipairs { ... } do found = found or kind[column] == word end
        kinds[#kinds + 1] = found and kind or nil
    end
    return kinds
end

-- A status: the codes that come with it or, if there are none, an error of this status without a code.
local function about_status(number, chosen)
    if number > 599 then return with_sentence({}, "no_status", chosen, number) end
    if number < 400 then
        return with_sentence({ is_success = true, status = number }, "no_error", chosen, number)
    end
    local kind, kinds = statuses.kind(number), kinds_of(number, "status")
    if #kinds == 0 then return { kind = kind, status = number } end
    local heading = format(say("sentence", "status", chosen), words_of_status(kind, kind))
    return { heading = heading, kinds = kinds, status = number }
end

-- What is looked at: `text`; `word`, if it is one; `envelope`, if it is one, else `problem` and `what`; its
-- `words`; `codes`, those of the catalogue that it names; `said`, those whose messages it has; `messages`,
-- by their codes; `records`, as fields.read has them; `requestId`, if there is but one.
local function look_at(text, chosen)
    local words = clean.words(clean.view(text))
    local view = { text = text, chosen = chosen, words = words, records = fields.read(words) }
    view.word = #text <= longest_word and match(text, "^%s*([%w_.-]+)%s*$")
    view.envelope, view.problem, view.what = envelope.parse(text)
    view.codes, view.said, view.messages = fields.codes(words), mentions.messages(words)
    local ids = {}
    for _, record in ipairs(view.records) do
        if record.requestId then ids[record.requestId] = true end
    end
    local id = next(ids)
    view.requestId = id and not next(ids, id) and id or nil
    return view
end

-- The status that the text tells.
local function status_of(view)
    return view.records[1].status or mentions.status(view.words)
end

-- What is asked about an error that the text has, with what else it tells.
local function about_error(view, err, codes, is_text)
    if not rawget(err, "requestId") then err.requestId = view.requestId end
    local also = {}
    for _, code in ipairs(codes or view.codes) do
        if code ~= err.code then also[#also + 1] = code end
    end
    return { err = err, is_text = is_text, also = also }
end

-- The same about an error with this code, which is made of what the text tells about it.
local function about_code(view, code, codes)
    local first = view.records[1]
    local record = view.records[code] or not first.code and first or {}
    local err = make.receive(code, record.message or view.messages[code], record.requestId)
    local status = record.status or status_of(view)
    if status then make.set_status(err, status) end
    if record.cause then kept.set_cause(err, record.cause) end
    return about_error(view, err, codes, true)
end

-- The error of a reason for which no response came, as `mentions` found it; nil if there is none.
local function of_reason(reason, number, meaning)
    if not meaning then return reason and { err = receive.from_response(number, reason) } end
    local retry = (meaning.certificate or meaning.word == "local") and "never" or "backoff"
    return { err = make.no_response(meaning.word, "maybe", retry, reason) }
end

-- What is found where the text as a whole is no envelope, and why it is none.
local function not_envelope(about, view)
    local problem = language.problem(view.problem, view.what, view.chosen)
    return with_sentence(about, "not_service", view.chosen, problem)
end

--- The forms of a text, in the order in which they are tried: a name, an example, what that yields, a
--- function of what is looked at, which finds nothing in another form; and whether a body may have it.
subject.forms = {
    { "code", "errors.RateLimit", "RateLimit", function(view)
        local word = view.word or view.text
        local kind = statuses.of_code(match(word, "^errors%.(.*)$") or word)
        return kind and { kind = kind }
    end },
    -- a category, a word of retry or a fault; "throttle" is both of the first
    { "word", "throttle", "kinds", function(view)
        local headings, word, chosen = {}, view.word, view.chosen
        for _, column in ipairs(word and { "category", "retry", "fault" } or {}) do
            local meaning = say(column, word, chosen)
            if #kinds_of(word, column) > 0 or column == "category" and meaning then
                headings[#headings + 1] = format(say("sentence", column, chosen), word, meaning or "")
            end
        end
        if #headings == 0 then return nil end
        return { heading = concat(headings, "\n"), kinds = kinds_of(word, "category", "retry", "fault") }
    end },
    -- a status, or its reason phrase, or both
    { "phrase", "404 Not Found", "404", function(view)
        if #view.text > longest_phrase then return nil end
        local number, reason = match(view.text, "^%s*(%d*)%s*([%a '-]-)%s*$")
        local meant = reason and statuses.of_reason(reason)[1]
        local status = number == "" and meant or (meant or reason == "") and statuses.normalize(number)
        return status and about_status(status, view.chosen)
    end },
    { "response", "HTTP/1.1 502 Bad Gateway\n\n<html></html>", "502", function(view)
        local response = paste.read(view.text)
        if not response then return nil end
        -- a prompt or a tool's words around a document are no part of the body
        local envelope_in, document, what = paste.document(response.body)
        if envelope_in or what == "not_envelope" then response.body = document end
        local err = receive.from_response(response, { any_status = true })
        if err and err.code ~= nil then return about_error(view, err) end
        local about = of_reason(mentions.reason_of_curl(view.text))
        if about or not err then return about or about_status(response.status, view.chosen) end
        about = subject.first_of(look_at(response.body, view.chosen), true)
        if not about or not about.err then return { err = err } end
        make.set_status(about.err, response.status)
        about.err.requestId = about.err.requestId or err.requestId
        return about
    end },
    { "envelope", 'body: {"code":"RateLimit","message":"m"}', "RateLimit", function(view)
        local err = view.envelope or paste.document(view.text) or paste.document(view.words)
        if not err then return nil end
        -- another program's word behind "code" loses to a code of the catalogue, and so does a later error
        local first = view.codes[1]
        local is_later = first and not view.envelope and first ~= err.code and view.records[first]
        if first and (is_later or not err.known) then return nil end
        local status = status_of(view)
        if status then make.set_status(err, status) end
        return about_error(view, err)
    end, true },
    { "named", "rpc error: code = Internal desc = [Code: RateLimit; Message: m]", "RateLimit", function(view)
        local code = view.codes[1]
        for _, record in ipairs(code and view.records or {}) do
            if record.code and state.kinds[record.code] then return about_code(view, record.code) end
        end
        return code and about_code(view, code)
    end, true },
    { "message", "baidubce.exception.BceServerError: The vpc id is invalid", "InvalidVpcId", function(view)
        return view.said[1] and about_code(view, view.said[1], view.said)
    end, true },
    { "label", "[Code: NoSuchThing; Message: gone]", "NoSuchThing", function(view)
        local code = view.records[1].code
        return code and about_code(view, code)
    end, true },
    { "mount", "mount.nfs: access denied by server while mounting cfs-1.example:/", "unknown", function(view)
        return find(view.words, "access denied by server while mounting")
            and with_sentence({ is_refused = true }, "mount", view.chosen)
    end },
    { "reason", "dial tcp 127.0.0.1:1: connect: connection refused", "connect", function(view)
        -- this library's own lines tell the reason as the cause
        local is_own = clean.has(view.words, { "no response: ", "origin=transport" })
        return of_reason(is_own and view.records[1].cause) or of_reason(mentions.reason(view.words))
    end },
    { "status", '"GET / HTTP/1.1" 502 157', "502", function(view)
        local status = status_of(view)
        local about = status and about_status(status, view.chosen)
        if about then about.request_id = view.requestId end
        return about
    end },
    -- an error's if it has a message, otherwise what a call that succeeded returns
    { "document", '{"message":"no route","request_id":"r-1"}', "none", function(view)
        if view.what ~= "not_envelope" then return nil end
        local record = view.records[1]
        if record.message then
            local err = make.receive(nil, record.message, record.requestId)
            kept.keep(err, "origin", view.what)
            return { err = err }
        end
        local is_success = find(view.words, "^%s*{")
            and not clean.has(view.words, { '"[%a_]*[eE][rR][rR][%a_]*"%s*:', '"level"%s*:' })
        return is_success and not_envelope({ is_success = true }, view)
    end },
    { "request_id", "请求ID：ae2225f7-1c2e-427a-a1ad-5413b762957d", "request id", function(view)
        local word = view.word
        local is_id = word
            and (find(word, "^%x+%-%x+%-%x+%-%x+%-%x+$") or #word >= 16 and find(word, "^%x+$"))
        local id = is_id and word or view.requestId
        return id and with_sentence({ request_id = id }, "request_id", view.chosen)
    end },
    { "search", "mount target", "kinds", function(view)
        local words = not view.word and #view.text <= longest_phrase and match(view.text, "^%s*(.-%w)%s*$")
        local found = words and search.search(words) or {}
        return #found > 0 and { heading = say("sentence", "searched", view.chosen), kinds = found }
    end },
    { "other_word", "RateLimits", "unknown", function(view)
        if not view.word then return nil end
        local about = with_sentence({}, "not_known", view.chosen, cut(view.word, 64))
        local nearest = suggest.nearest(view.word, state.kinds)
        if nearest then
            about.sentence = about.sentence .. format(say("sentence", "did_you_mean", view.chosen), nearest)
        end
        return about
    end },
    { "nothing", "good morning", "unknown", function(view)
        if view.what == "malformed" and not find(view.text, '^%s*[%[{"]') then
            return with_sentence({}, "nothing", view.chosen)
        end
        return not_envelope({}, view)
    end },
}

--- What the first form that fits says; only those that a body may have, if it `is_body`.
function subject.first_of(view, is_body)
    for _, form in ipairs(subject.forms) do
        local about = (form[5] or not is_body) and form[4](view)
        if about then
            about.form = form[1]
            return about
        end
    end
end

--- Finds what a value is about: an error, a kind, a status, or a text of any of the forms; nil if it is none.
function subject.of(given, chosen)
    if catalogue.of_error(given) then return { err = given } end
    if catalogue.is_kind(given) then return { kind = given } end
    if type(given) == "string" then return subject.first_of(look_at(clean.screen(given), chosen)) end
    local number = statuses.normalize(given)
    return number and about_status(number, chosen)
end

--- The same, with an error where a status or a code alone was found.
function subject.with_error(about)
    if not about.err and not about.is_success and (about.kind or about.status) then
        about.err = make.receive(about.kind and about.kind.code, nil, nil, about.status)
    end
    return about
end

return subject
