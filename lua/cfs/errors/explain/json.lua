--- What was found as JSON: docs/command.schema.json describes its one shape.

local core = require "cfs.errors.core"
local explain = require "cfs.errors.explain.render"
local judge = require "cfs.errors.explain.judge"
local number = require("cfs.errors.base.text").number

local byte, concat, format = string.byte, table.concat, string.format
local gmatch, gsub = string.gmatch, string.gsub

local json = {}

-- The members of the document, of a kind and of advice, in this order. null stands for what there is not.
local of_document = "found code status reason message requestId origin transport cause service fault "
    .. "category retry may_retry canonical remedy description known sentence also kinds advice"
local of_kind = "code status reason message service fault category retry canonical remedy description known"
local of_advice = "action delay attempts why retry_after clock_offset client_token"

local function escape(character) return format("\\u%04x", byte(character)) end

-- A value as JSON, in valid UTF-8 whatever its bytes are.
local function write(value)
    if type(value) == "number" and value == value then return number(value, "%.14g") end
    if value == nil or type(value) == "boolean" then return value == nil and "null" or tostring(value) end
    return '"' .. gsub(core.repair(tostring(value)), '[%c"\\\127]', escape) .. '"'
end

-- The named members of a table; those in `written` are JSON already.
local function object(names, values, written)
    local parts = {}
    for name in gmatch(names, "%S+") do
        parts[#parts + 1] = write(name) .. ":" .. (written and written[name] or write(values[name]))
    end
    return "{" .. concat(parts, ",") .. "}"
end

-- What was found, in a word.
local function found(about)
    if about.err or about.is_success then return about.err and "error" or "success" end
    if about.kind then return about.kind.code and "kind" or "status" end
    return about.kinds and (about.status and "status" or "kinds") or "unknown"
end

--- The document about what was found, and the advice on it, if there is any.
function json.of_subject(about, advice)
    local err, values = about.err, { found = found(about), may_retry = judge.may_retry(about) }
    for name in gmatch(of_kind, "%S+") do values[name] = (err or about.kind or {})[name] end
    values.status, values.requestId = about.status or values.status, about.request_id
    values.sentence = about.sentence or about.heading
    if err then
        local cause = err:cause()
        values.requestId, values.origin, values.transport = err.requestId, err:origin(), (err:transport())
        values.cause = type(cause) ~= "nil" and explain.cause(cause) or nil
    end
    local also, kinds = {}, {}
    for index, code in ipairs(about.also or {}) do also[index] = write(code) end
    for index, kind in ipairs(about.kinds or {}) do kinds[index] = object(of_kind, kind) end
    return object(of_document, values, {
        also = "[" .. concat(also, ",") .. "]", kinds = "[" .. concat(kinds, ",\n") .. "]",
        advice = advice and object(of_advice, advice),
    })
end

return json
