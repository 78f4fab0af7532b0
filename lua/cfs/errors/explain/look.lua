--- A text that is looked at: its parts, each made when it is first asked for, and the errors in it.

local clean = require "cfs.errors.explain.clean"
local fields = require "cfs.errors.explain.fields"
local kept = require "cfs.errors.object.kept"
local make = require "cfs.errors.object.make"
local mentions = require "cfs.errors.explain.mentions"
local state = require "cfs.errors.base.state"

local ipairs, match, rawget, setmetatable = ipairs, string.match, rawget, setmetatable

local look = {}

-- A text that is longer than this is not taken for one word.
local longest_word = 256

local parts = {
    word = function(self)
        return #self.text <= longest_word and match(self.text, "^%s*([%w_.-]+)%s*$") or false
    end,
    words = function(self) return clean.words(clean.view(self.text)) end,
    records = function(self) return fields.read(self.words) end,
    codes = function(self) return fields.codes(self.words) end,
    kinds = function(self)
        local kinds
        kinds, self.messages = mentions.messages(self.words)
        return kinds
    end,
    messages = function(self) return self.kinds and rawget(self, "messages") end,
}


local methods = {}


-- The one request id that a text names; nil if there are several.
function methods.request_id(self)
    local id
    for _, record in ipairs(self.records) do
        if record.requestId and id and id ~= record.requestId then return nil end
        id = id or record.requestId
    end
    return id
end


-- What is asked about an error that a text has, with what else the text tells of it.
function methods.error(self, err, is_text)
    if not rawget(err, "requestId") then err.requestId = self:request_id() end
    local also = {}
    for _, code in ipairs(self.codes) do
        if code ~= err.code then also[#also + 1] = code end
    end
    for _, kind in ipairs(self.is_message and self.kinds or {}) do
        if kind.code ~= err.code then also[#also + 1] = kind.code end
    end
    return { err = err, is_text = is_text, also = also }
end


-- The first record of a text that has such a code.
function methods.record(self, code)
    for _, record in ipairs(self.records) do
        if code and record.code == code then return record end
    end
end


-- An error with the code, of what a text tells about it.
function methods.error_of(self, code)
    local first = self.records[1]
    local record = self:record(code) or not first.code and first or {}
    local kind = state.kinds[code]
    local err = make.receive(code, record.message or kind and self.messages[kind])
    err.requestId = record.requestId
    local status = record.status or first.status or mentions.status(self.words)
    if status then make.set_status(err, status) end
    if record.cause then kept.set_cause(err, record.cause) end
    return self:error(err, true)
end


local metatable = {}


function metatable.__index(self, name)
    if not parts[name] then return methods[name] end
    local value = parts[name](self)
    self[name] = value
    return value
end


--- What is looked at: `text`, `words`, `word`, `records`, `codes`, `kinds`, `messages`.
function look.new(text, chosen)
    return setmetatable({ text = text, chosen = chosen }, metatable)
end


return look
