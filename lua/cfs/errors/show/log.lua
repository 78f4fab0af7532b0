--- An error as a line for a log.

local core = require "cfs.errors.core"
local kept = require "cfs.errors.object.kept"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local line_of = require("cfs.errors.show.line").of
local misuse = require "cfs.errors.base.misuse"
local text = require "cfs.errors.base.text"

local byte, find, format, gmatch, sub =
    string.byte, string.find, string.format, string.gmatch, string.sub
local concat, min, rawget = table.concat, math.min, rawget

local log = {}

-- A log's line in all, and what a value may take of it, in bytes; others take what is left.
local longest_line = 1024
local longest_values = { code = 128, requestId = 128, category = 64, origin = 64 }

-- What the message leaves for the cause.
local least_cause = 256

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }


-- One character as it stands within quotes: JSON's escapes for what is not text.
local function escape(character)
    if find(character, '^["\\%c]') then
        return escapes[character] or format("\\u%04x", byte(character))
    elseif find(character, "^\194[\128-\159]") then -- C1
        return format("\\u%04x", byte(character, 2))
    elseif find(character, "^\226\128[\168\169]") then -- U+2028 and U+2029 end a line, too
        return format("\\u20%02x", byte(character, 3) - 128)
    end
    return character
end


-- A value as the line shows it, in `room` bytes at most; "..." ends what was cut. nil if there is no
-- room for it.
local function show(value, room)
    if #value <= room and find(value, "^[A-Za-z0-9._~/+@-]+$") then return value end
    if room < #'"..."' then return nil end
    value = sub(value, 1, room) -- still more than fits, and so is a character that this splits
    if not find(value, '[%c"\\\127-\255]') then
        if #value <= room - #'""' then return '"' .. value .. '"' end
        return '"' .. sub(value, 1, room - #'"..."') .. '..."'
    end
    local shown, size, fitting = {}, #'""', 0
    for character in gmatch(core.repair(value), "[^\128-\191][\128-\191]*") do
        local piece = escape(character)
        shown[#shown + 1], size = piece, size + #piece
        if size > room then return '"' .. concat(shown, "", 1, fitting) .. '..."' end
        if size <= room - #"..." then fitting = #shown end
    end
    return '"' .. concat(shown) .. '"'
end


-- The line with one more field, as far as there is room.
local function add(line, key, value, spare)
    if value == nil then return line end
    local lead = (line ~= "" and " " or "") .. key .. "="
    local left = longest_line - #line - #lead - (spare or 0)
    local words = kind_of(value) and line_of(value) or text.describe(value)
    local shown = show(words, min(left, longest_values[key] or left))
    return shown and line .. lead .. shown or line
end


--- The error as a line for a log: 1,024 bytes at most, `key=value` parted by spaces, in valid UTF-8
--- without control characters. A value that is not a plain word is a JSON string. As far as they
--- are known: code, status, requestId, category, fault, origin, message, body, cause. Long values
--- are cut, and end in "...".
---
---     errors.RateLimit({ host = "nd7" }):to_log()
---     --> code=RateLimit status=421 category=throttle fault=client message="There are too many ..."
---
---@return string line
function log.to_log(err)
    local kind, cause = misuse.self(err, "to_log"), kept.cause(err)
    local spare = cause ~= nil and least_cause or 0
    local line = add("", "code", rawget(err, "code"))
    line = add(line, "status", rawget(err, "status") or kind.status)
    line = add(line, "requestId", rawget(err, "requestId"))
    line = add(line, "category", kind.category)
    line = add(line, "fault", kind.fault)
    line = add(line, "origin", kept.get(err, "origin"))
    line = add(line, "message", rawget(err, "message"), spare)
    line = add(line, "body", kept.get(err, "body"), spare)
    return add(line, "cause", cause)
end


return log
