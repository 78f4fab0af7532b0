--- Headers of HTTP messages, in whatever form a client has them.

local core = require "cfs.errors.core"
local date = require "cfs.errors.wire.date"
local kept = require "cfs.errors.object.kept"

local ceil, max, min = math.ceil, math.max, math.min
local find, gmatch, gsub, lower, match, sub =
    string.find, string.gmatch, string.gsub, string.lower, string.match, string.sub
local debug_getmetatable, getmetatable = debug.getmetatable, getmetatable
local ipairs, next, pcall, rawget, tonumber, tostring, type =
    ipairs, next, pcall, rawget, tonumber, tostring, type

local headers = {}

-- Most clients join a header that came twice by a comma. The values of these headers have no comma.
local is_single = { ["x-bce-error-code"] = true, ["x-bce-request-id"] = true }


-- A header's value as text. The first entry of a list counts; an empty value counts as none.
local function value_text(key, value)
    if type(value) == "table" then value = rawget(value, 1) end
    if type(value) == "number" then value = tostring(value) end
    if type(value) ~= "string" then return nil end
    if is_single[key] and find(value, "[%s,]") then
        value = match(match(value, "^[%s,]*([^,]*)"), "^.*%S") or ""
    end
    if value == "" then return nil end
    return core.repair(value)
end


-- Takes a header into the values if it is wanted. Of two spellings of one name the one that sorts first
-- counts, so that the order of a table does not matter; of one spelling, the first.
local function take(names, values, spellings, name, value)
    local key = lower(name)
    if names[key] and (not spellings[key] or name < spellings[key]) then
        local text = value_text(key, value)
        if text then values[key], spellings[key] = text, name end
    end
end


-- Takes a line, "Name: value". A status line begins the headers of another response, before which those
-- of a redirect or of "100 Continue" do not count.
local function take_line(names, values, spellings, line)
    if find(line, "^[Hh][Tt][Tt][Pp]/") then
        for key in next, values do values[key], spellings[key] = nil, nil end
    else
        local name, value = match(line, "^([^%s:]+)[ \t]*:[ \t]*(.*)$")
        if name then take(names, values, spellings, lower(name), match(value, "^.*%S") or "") end
    end
end


-- Takes the lines of a raw block, in which a line that begins with a blank goes on from the one before it.
local function take_block(names, values, spellings, block)
    for line in gmatch(gsub(block, "\r?\n[ \t]+", " "), "[^\r\n]+") do
        take_line(names, values, spellings, line)
    end
end


-- Takes the entries of a list: lines, or pairs of a name and a value.
local function take_list(names, values, spellings, list)
    local index, entry = 1, rawget(list, 1)
    while entry ~= nil do
        if type(entry) == "string" then
            take_block(names, values, spellings, entry)
        elseif type(entry) == "table" then
            local name = rawget(entry, 1) or rawget(entry, "name")
            local value = rawget(entry, 2) or rawget(entry, "value")
            if type(name) == "string" then take(names, values, spellings, lower(name), value) end
        end
        index = index + 1
        entry = rawget(list, index)
    end
end


-- Takes what an iterator gives.
local function take_each(names, values, spellings, iterate, state, name)
    local value
    while true do
        name, value = iterate(state, name)
        if name == nil then return end
        if type(name) == "string" then take(names, values, spellings, name, value) end
    end
end


-- Takes the headers of a client's own object: by `__pairs`, which pairs() of Lua 5.1 and LuaJIT does not
-- know, or by its method `each`. The caller must catch what these raise.
local function take_object(names, values, spellings, object, metatable)
    local pairs_of = metatable and rawget(metatable, "__pairs")
    if pairs_of then return take_each(names, values, spellings, pairs_of(object)) end
    local each = object.each
    if type(each) == "function" then take_each(names, values, spellings, each(object)) end
end


-- Does the table have its headers elsewhere than in itself?
local function is_object(given, metatable, values)
    if not metatable then return type(rawget(given, "each")) == "function" end
    return next(values) == nil or rawget(metatable, "__pairs") ~= nil
end


--- The names of headers that are to be read.
---@param ... string in lower case
---@return cfs.headers.wanted
function headers.wanted(...)
    ---@class cfs.headers.wanted
    local wanted = { names = {}, lengths = {} } -- a length is compared sooner than a name
    for _, name in ipairs { ... } do
        wanted.names[name], wanted.lengths[#name] = true, true
    end
    return wanted
end


--- Some headers, whatever the letter case of their names, in any of these forms: a table of names and
--- values; a list of lines or of pairs; one raw block; an object with `each` or `__pairs`, as lua-http's.
--- Anything else has none.
---@param given any
---@param wanted cfs.headers.wanted
---@return table<string, string> values by their names in lower case, in valid UTF-8
function headers.read(given, wanted)
    local names, lengths, values, spellings = wanted.names, wanted.lengths, {}, {}
    local given_type = type(given)
    if given_type == "table" then
        for name, value in next, given do -- whatever metamethods it has
            if type(name) == "string" and lengths[#name] then take(names, values, spellings, name, value) end
        end
        if rawget(given, 1) ~= nil then take_list(names, values, spellings, given) end
        local metatable = getmetatable(given) and debug_getmetatable(given) -- few tables have one
        if is_object(given, metatable, values) then
            pcall(take_object, names, values, spellings, given, metatable)
        end
    elseif given_type == "string" then
        take_block(names, values, spellings, given)
    elseif given_type == "userdata" then
        pcall(take_object, names, values, spellings, given, debug_getmetatable(given))
    end
    return values
end


-- How many bytes of Retry-After are read: a date is shorter, and only the first entry of a list counts.
local longest_value = 64

-- The most seconds that count; more are read as this many: RFC 9111, section 1.2.2.
local longest_wait = 2147483648

local none = {}


--- The headers of the response that had the error, as far as they are kept: Retry-After and Date.
---@param err cfs.error
---@return table<string, string> values by their names in lower case
function headers.kept(err)
    return kept.get(err, "headers") or none
end


-- A clock that tells a time before the year 2015 or after 2099 was never set: CFS is younger.
local earliest, latest = 1420070400, 4102444800


--- The time at the server when it sent the response.
---@param values table<string, string> headers by their names in lower case
---@param now number? Unix time at the caller
---@return integer? time Unix time; nil if the header Date does not tell it
function headers.server_time(values, now)
    local time = values.date and date.parse(values.date, now)
    return time and time >= earliest and time < latest and time or nil
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
        local since = headers.server_time(values, now) or now
        seconds = time and since and max(0, time - since)
    end
    return seconds and min(ceil(seconds), longest_wait) or nil
end


return headers
