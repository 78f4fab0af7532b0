--- A text that is looked at: what it has, and the errors that are made of it.

local clean = require "cfs.errors.explain.clean"
local fields = require "cfs.errors.explain.fields"
local kept = require "cfs.errors.object.kept"
local make = require "cfs.errors.object.make"
local mentions = require "cfs.errors.explain.mentions"

local ipairs, match, rawget, setmetatable = ipairs, string.match, rawget, setmetatable

local look = {}

-- A text that is longer than this is not taken for one word.
local longest_word = 256


-- Reads the words of a text when the first of these fields is asked for: `words`; `codes`, those of the
-- catalogue that it names; `said`, those whose messages it has, and `messages`, these by their codes;
-- `records`, as fields.read has them; `requestId`, if there is but one.
local function read(view, name)
    local words = clean.words(clean.view(view.text))
    setmetatable(view, nil)
    view.words, view.records, view.codes = words, fields.read(words), fields.codes(words)
    view.said, view.messages = mentions.messages(words)
    local has_several
    for _, record in ipairs(view.records) do
        view.requestId = view.requestId or record.requestId
        has_several = has_several or record.requestId ~= nil and record.requestId ~= view.requestId
    end
    if has_several then view.requestId = nil end
    return view[name]
end

local unread = { __index = read }


--- What is looked at: `text`, `word` if it is one, and what `read` makes of it.
function look.new(text, chosen)
    local word = #text <= longest_word and match(text, "^%s*([%w_.-]+)%s*$")
    return setmetatable({ text = text, chosen = chosen, word = word }, unread)
end


--- The status that the text tells.
function look.status(view)
    return view.records[1].status or mentions.status(view.words)
end


--- What is asked about an error that the text has, with what else it tells.
function look.about(view, err, codes, is_text)
    if not rawget(err, "requestId") then err.requestId = view.requestId end
    local also = {}
    for _, code in ipairs(codes or view.codes) do
        if code ~= err.code then also[#also + 1] = code end
    end
    return { err = err, is_text = is_text, also = also }
end


--- The same about an error with this code, which is made of what the text tells about it.
function look.about_code(view, code, codes)
    local first = view.records[1]
    local record = view.records[code] or not first.code and first or {}
    local err = make.receive(code, record.message or view.messages[code], record.requestId)
    local status = record.status or look.status(view)
    if status then make.set_status(err, status) end
    if record.cause then kept.set_cause(err, record.cause) end
    return look.about(view, err, codes, true)
end


return look
