--- What was found as JSON: docs/command.schema.json describes its one shape.

local core = require "cfs.errors.core"
local explain = require "cfs.errors.explain.render"
local judge = require "cfs.errors.explain.judge"
local number = require("cfs.errors.base.text").number

local byte, concat, format, gsub = string.byte, table.concat, string.format, string.gsub

local json = {}

-- The members of the document, of a kind and of advice, in this order. null stands for what there is not.
local members = {
    "found", "code", "status", "reason", "message", "requestId", "origin", "transport", "cause", "service",
    "fault", "category", "retry", "may_retry", "canonical", "remedy", "description", "known", "sentence",
    "also", "kinds", "advice",
}
local kind_members = {
    "code", "status", "reason", "message", "service", "fault", "category", "retry", "canonical", "remedy",
    "description", "known",
}
local advice_members = {
    "action", "delay", "attempts", "why", "retry_after", "clock_offset", "client_token",
}


local function escape(character) return format("\\u%04x", byte(character)) end


-- A value as JSON, in valid UTF-8 whatever its bytes are. Tables are written already, or text by themselves.
local function write(value)
    if type(value) == "number" and value == value then return number(value, "%.14g") end
    if type(value) == "boolean" or value == nil then return value == nil and "null" or tostring(value) end
    return '"' .. gsub(core.repair(tostring(value)), '[%c"\\\127]', escape) .. '"'
end


local function object(names, values)
    local parts = {}
    for index, name in ipairs(names) do
        local value = values[name]
        parts[index] = write(name) .. ":" .. (type(value) == "table" and value.json or write(value))
    end
    return "{" .. concat(parts, ",") .. "}"
end


-- A list of written values.
local function array(list, write_one, separator)
    local parts = {}
    for index, value in ipairs(list) do parts[index] = write_one(value) end
    return { json = "[" .. concat(parts, separator) .. "]" }
end


local function write_kind(kind) return object(kind_members, kind) end


-- What was found, in a word.
local function found(about)
    if about.err then return "error" end
    if about.is_success then return "success" end
    if about.kind then return about.kind.code and "kind" or "status" end
    if about.kinds then return about.status and "status" or "kinds" end
    return "unknown"
end


--- The document about what was found.
---@param about cfs.subject
---@param advice cfs.advice?
---@return string
function json.of_subject(about, advice)
    local err, values = about.err, {}
    for _, name in ipairs(kind_members) do
        local value = (err or about.kind or {})[name]
        values[name] = type(value) ~= "table" and value or type(value) == "table" and tostring(value) or nil
    end
    values.found, values.may_retry = found(about), judge.may_retry(about)
    values.status = about.status or values.status
    values.requestId = about.request_id
    if err then
        local cause = err:cause()
        values.requestId, values.origin, values.transport = err.requestId, err:origin(), (err:transport())
        values.cause = type(cause) ~= "nil" and explain.cause(cause) or nil
    end
    values.sentence = about.sentence or about.heading
    values.also = array(about.also or {}, write, ",")
    values.kinds = array(about.kinds or {}, write_kind, ",\n")
    values.advice = advice and { json = object(advice_members, advice) } or nil
    return object(members, values)
end


return json
