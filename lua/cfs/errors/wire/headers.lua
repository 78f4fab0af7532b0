--- Headers of HTTP messages, in whatever form a client has them.

local core = require "cfs.errors.core"
local date = require "cfs.errors.wire.date"
local text = require "cfs.errors.base.text"

local find, match, lower = string.find, string.match, text.lower
local getmetatable = debug.getmetatable -- a field __metatable does not hide it
local rawget, type = rawget, type

local headers = {}

--- The names of the headers that are read, in lower case; ":status" is that of the last status line.
headers.names = { ":status", "x-bce-error-code", "x-bce-error-message", "x-bce-request-id", "retry-after",
    "content-encoding", "date", "age", "ratelimit", "ratelimit-reset", "x-ratelimit-reset" }

-- The usual spellings, "Retry-After" and "retry-after" → the name; and the length of each name → true, as
-- it is compared sooner than an unusual spelling.
local known = {}
for _, name in ipairs(headers.names) do
    known[#name], known[name], known[name:gsub("%f[a-z][a-z]", text.upper)] = true, name, name
end

-- Most clients join a header that came twice by a comma. The values of these headers have no comma.
local is_single = { ["x-bce-error-code"] = true, ["x-bce-request-id"] = true }

-- Takes a header if it is wanted. Of two spellings of a name, the one that sorts first counts, whatever the
-- order of a table; of one spelling, the first; of a list, the first, which is at 0 in haproxy; "" is none.
local function take(values, spellings, name, value)
    local key = known[name] or known[#name] and known[lower(name)]
    if not key or spellings[key] and name >= spellings[key] then return end
    if type(value) == "table" then value = rawget(value, 0) or rawget(value, 1) end
    if type(value) == "number" then value = text.number(value) end
    if type(value) ~= "string" then return end
    if is_single[key] and find(value, "[%s,]") then
        value = match(match(value, "^[%s,]*([^,]*)"), "^.*%S") or ""
    end
    if value ~= "" then values[key], spellings[key] = core.repair(value), name end
end

--- The three digits of the status of a line, "HTTP/1.1 404 Not Found" or "404 Not Found"; of a raw block, of
--- its last status line, before which are those of "100 Continue", of a proxy and of redirects; or nil.
function headers.status(block)
    local line = match(block, "^.*\n([Hh][Tt][Tt][Pp]/[^\r\n]*)") or block
    return match(line .. " ", "^[Hh][Tt][Tt][Pp]/[%d.]+ +(%d%d%d)%s") or match(line, "^(%d%d%d)%s")
end

-- Takes the lines of a raw block, "Name: value". A line that begins with a blank goes on from the one before
-- it. A status line begins the headers of another response, before which those of a redirect or of "100
-- Continue" do not count.
local function take_block(values, spellings, block)
    for line in block:gsub("\r?\n[ \t]+", " "):gmatch "[^\r\n]+" do
        if find(line, "^[Hh][Tt][Tt][Pp]/") then
            for key in next, values do values[key], spellings[key] = nil, nil end
            values[":status"] = headers.status(line) or line -- a line that was cut is no success
        else
            local name, value = match(line, "^([^%s:]+)[ \t]*:[ \t]*(.*)$")
            if name then take(values, spellings, lower(name), match(value, "^.*%S") or "") end
        end
    end
end

-- Takes the entries of a list: lines, or pairs of a name and a value.
local function take_list(values, spellings, list)
    for index = 1, math.huge do
        local entry = rawget(list, index)
        if entry == nil then return end
        if type(entry) == "string" then
            take_block(values, spellings, entry)
        elseif type(entry) == "table" then
            local name = rawget(entry, 1) or rawget(entry, "name")
            local value = rawget(entry, 2) or rawget(entry, "value")
            if type(name) == "string" then take(values, spellings, lower(name), value) end
        end
    end
end

-- Takes the headers of a client's own object: by its `__pairs`, called directly, as Lua 5.1 and LuaJIT ignore
-- it, or by its method `each`. All of this may raise.
local function take_object(values, spellings, object, metatable)
    for name, value in (metatable and rawget(metatable, "__pairs") or object.each)(object) do
        if type(name) == "string" then take(values, spellings, name, value) end
    end
end

--- The values of headers.names, by these names, in valid UTF-8. The headers may be a table of names and
--- values; a list of lines or of pairs; one raw block; an object with `each` or `__pairs`, as lua-http's.
--- Anything else has none. The other functions take what this one returns.
function headers.read(given)
    local values, spellings, metatable = {}, {}, getmetatable(given)
    local given_type = type(given)
    local is_object = given_type == "userdata"
    if given_type == "string" then
        take_block(values, spellings, given)
    elseif given_type == "table" then
        for name, value in next, given do -- whatever metamethods it has
            if type(name) == "string" then take(values, spellings, name, value) end
        end
        if rawget(given, 1) ~= nil then take_list(values, spellings, given) end
        is_object = rawget(given, "each")
            or metatable and (next(values) == nil or rawget(metatable, "__pairs"))
    end
    if is_object then pcall(take_object, values, spellings, given, metatable) end
    return values
end

local longest_value = 64 -- bytes of a pause are read: only the first entry of a list counts
local longest_wait = 2147483648 -- seconds; more are read as this many: RFC 9111, section 1.2.2
local longest_window = 86400 -- seconds; what is more is a Unix time, as some services give it
local earliest, latest = 1420070400, 4102444800 -- 2015 and 2100: beyond them, a clock was never set

--- The Unix time at the server when it sent the response; nil if the header Date does not tell it, as in a
--- response from a cache. `now` is the caller's.
function headers.server_time(values, now)
    local time = values.date and not values.age and date.parse(values.date, now)
    return time and time >= earliest and time < latest and time or nil
end

-- The whole seconds of the first number in a value, rounded up, by digits: tonumber depends on the locale.
local function seconds_of(value)
    local whole, fraction = match((value or ""):sub(1, longest_value) .. ",", "^%s*(%d+)%.?(%d*)%s*[,;]")
    return whole and tonumber(whole) + (find(fraction, "[1-9]") and 1.0 or 0) -- no integer wraps
end

-- How long a limit lasts, by RateLimit, of whose items one that is used up counts before others, and the
-- longest of them; else by the headers that were before it.
local function reset_after(values)
    local limits, longest = values.ratelimit or "", {} -- whether one is used up → seconds
    for item in limits:gmatch "[^,]+" do
        local is_used_up, seconds = find(item, "[;%s]r=0*%f[^%d]") ~= nil, match(item, "[;%s]t=(%d+)")
        if seconds then longest[is_used_up] = math.max(longest[is_used_up] or 0, tonumber(seconds)) end
    end
    local seconds = longest[true] or longest[false] or tonumber(match(limits, "%f[%a]reset=(%d+)"))
        or seconds_of(values["ratelimit-reset"]) or seconds_of(values["x-ratelimit-reset"])
    if seconds and seconds >= longest_window then
        local time = headers.server_time(values)
        seconds = time and seconds - time
    end
    return seconds and seconds >= 0 and seconds < longest_window and ("%.0f"):format(seconds) or nil
end

--- What advice is taken from: Retry-After and Date. Where the service throttles, the end of a limit stands
--- for a Retry-After that is missing. nil if they tell nothing.
function headers.advisory(values, is_throttled)
    local wait = values["retry-after"] or is_throttled and reset_after(values) or nil
    if wait == values["retry-after"] then return (wait or values.date) and values or nil end
    return { date = values.date, age = values.age, ["retry-after"] = wait }
end

--- How many seconds the header Retry-After (RFC 9110, section 10.2.3) asks to wait: a number, rounded up, or
--- the first of a list of them, or a date, less the time at the server, else the caller's, `now`. nil if the
--- header says nothing that can be used.
function headers.retry_after(values, now)
    local value = values["retry-after"]
    local seconds = seconds_of(value)
    if value and not seconds then
        local time = date.parse(match(value:sub(1, longest_value), "^%s*(.-)%s*$"), now)
        local since = headers.server_time(values, now) or now
        seconds = time and since and math.max(0, time - since)
    end
    return seconds and math.min(math.ceil(seconds), longest_wait) or nil
end

return headers
