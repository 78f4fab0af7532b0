--- Headers of HTTP messages, as the tables of various clients have them.

local core = require "cfs.errors.core"
local date = require "cfs.errors.wire.date"
local kept = require "cfs.errors.object.kept"

local ceil, max, min = math.ceil, math.max, math.min
local lower, match, sub = string.lower, string.match, string.sub
local pairs, tonumber, tostring, type = pairs, tonumber, tostring, type

local headers = {}


-- A header's value as text: a list counts by its first entry, an empty value not at all.
local function value_text(value)
    if type(value) == "table" then value = value[1] end
    if type(value) == "number" then value = tostring(value) end
    if type(value) ~= "string" or value == "" then return nil end
    return core.repair(value)
end


--- Some headers of a table, whatever the letter case of their names. Of two spellings of one name
--- the one that sorts first counts, so that the order of a table does not matter.
---@param given any a table of headers; anything else has none
---@param wanted table<string, boolean> their names in lower case
---@return table<string, string> values by those names, in valid UTF-8
function headers.read(given, wanted)
    local values, spellings = {}, {}
    if type(given) ~= "table" then return values end
    for name, value in pairs(given) do
        local key = type(name) == "string" and lower(name)
        if wanted[key] and (not spellings[key] or name < spellings[key]) then
            local text = value_text(value)
            if text then values[key], spellings[key] = text, name end
        end
    end
    return values
end


-- Of Retry-After, no more bytes than this are read: a date is shorter, and of a list the first counts.
local longest_value = 64

-- More seconds than this are taken for as many: RFC 9111, section 1.2.2.
local longest_wait = 2147483648

local none = {}


--- The headers of the response that had the error, as far as they are kept: Retry-After and Date.
---@param err cfs.error
---@return table<string, string> values by their names in lower case
function headers.kept(err)
    return kept.get(err, "headers") or none
end


--- How long the header Retry-After (RFC 9110, section 10.2.3) asks to wait: a number, rounded up, or
--- the first of a list of them, or a date, less the time at the server, else the caller's.
---@param values table<string, string> headers by their names in lower case
---@param now number? Unix time at the caller
---@return integer? seconds nil if the header says nothing that can be used
function headers.retry_after(values, now)
    local value = values["retry-after"]
    if not value then return nil end
    value = sub(value, 1, longest_value)
    local seconds = tonumber(match(value .. ",", "^%s*(%d+%.?%d*)%s*,"))
    if not seconds then
        local time = date.parse(match(value, "^%s*(.*%S)") or "", now)
        local since = values.date and date.parse(values.date, now) or now
        seconds = time and since and max(0, time - since)
    end
    return seconds and min(ceil(seconds), longest_wait) or nil
end


return headers
