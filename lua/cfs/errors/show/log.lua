--- An error as a log line, and as a flat table for logs in JSON.

local core = require "cfs.errors.core"
local kept = require "cfs.errors.object.kept"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local line_of = require("cfs.errors.show.line").of
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local text = require "cfs.errors.base.text"

local concat, find, gmatch, min, sub = table.concat, string.find, string.gmatch, math.min, string.sub
local ipairs, rawget, type = ipairs, rawget, type

local log = {}

-- What a log says, in this order.
local names =
    { "code", "service", "status", "requestId", "category", "fault", "origin", "message", "body", "cause" }

-- How many bytes a log line has at most, and a value: others take what is left, in a table a whole line.
local longest_line = 1024
local longest_values = { code = 128, service = 64, requestId = 128, category = 64 }

-- What is known of an error: name → value, or nil.
local function facts_of(err, kind)
    return {
        code = rawget(err, "code"),
        service = kind.known and state.services[kind.service] and kind.service or nil,
        status = rawget(err, "status") or kind.status,
        requestId = rawget(err, "requestId"),
        category = kind.category,
        fault = kind.fault,
        origin = kept.get(err, "origin"),
        message = rawget(err, "message"),
        body = kept.get(err, "body"),
        cause = kept.cause(err),
    }
end

local function describe(value)
    return kind_of(value) and line_of(value) or text.describe(value)
end

-- A value as the line shows it, in `room` bytes at most; "..." ends what was cut. nil if there is no
-- room for it.
local function show(value, room)
    if #value <= room and find(value, "^[A-Za-z0-9._~/+@-]+$") then return value end
    if room < #'"..."' then return nil end
    value = sub(value, 1, room) -- still more than fits, and so is a character that this splits
    if #value <= room - #'""' and not find(value, '[%c"\\\127-\255]') then return '"' .. value .. '"' end
    local shown, size, fitting = {}, #'""', 0
    for character in gmatch(core.repair(value), "[^\128-\191][\128-\191]*") do
        local piece = text.json_escape(character) or character
        shown[#shown + 1], size = piece, size + #piece
        if size > room then return '"' .. concat(shown, "", 1, fitting) .. '..."' end
        if size <= room - #"..." then fitting = #shown end
    end
    return '"' .. concat(shown) .. '"'
end

--- The line with one more field, key=value or key="a JSON string", whose value may take `room` bytes; the
--- line as it is for nil.
function log.field(line, name, value, room)
    local shown = type(value) ~= "nil" and show(describe(value), room) -- a null pointer of LuaJIT equals nil
    return shown and line .. (line ~= "" and " " or "") .. name .. "=" .. shown or line
end

--- Makes a log line of the error: 1,024 bytes at most, fields `key=value` separated by spaces, in valid UTF-8
--- without invisible characters. A value that is no plain word is a JSON string; what is cut ends in "...".
--- As far as known it has code, status, requestId, category, fault, origin, message, body and cause.
---
---     errors.RateLimit({ host = "nd7" }):to_log()
---     --> code=RateLimit status=421 category=throttle fault=client message="There are too many ..."
---
---@return string line
function log.to_log(err)
    local facts, line = facts_of(err, misuse.self(err, "to_log")), ""
    local spare = type(facts.cause) ~= "nil" and 256 or 0 -- what the message leaves for the cause
    for _, name in ipairs(names) do
        local leaves = name == "message" and spare or 0
        local left = longest_line - #line - #name - #" =" - leaves
        line = log.field(line, name, facts[name], min(left, longest_values[name] or left))
    end
    return line
end

--- Makes a flat table of the fields of a log line, for logs in JSON. The status is a number, all others are
--- strings in valid UTF-8, not escaped; long ones are cut, and end in "...". Raises nothing.
---
---     print(cjson.encode(err:to_table()))
---
---@return table<string, string|number> facts a new table
function log.to_table(err)
    local facts = facts_of(err, misuse.self(err, "to_table"))
    for _, name in ipairs(names) do
        local value = facts[name]
        local is_status = name == "status" and type(value) == "number" and status.normalize(value) == value
        if type(value) ~= "nil" and not is_status then -- a null pointer of LuaJIT equals nil
            local most = longest_values[name] or longest_line
            local shown = core.repair(text.cut(describe(value), most)) -- a bad byte takes three
            facts[name] = #shown <= most and shown or text.cut(shown, most - #"...")
        end
    end
    return facts
end

return log
