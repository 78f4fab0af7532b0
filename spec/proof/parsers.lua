-- parsers TIMES: random bodies, each read by errors.parse and by the core's own reader, which must
-- agree: in LuaJIT the one reads by the FFI, the other by Lua's C API. Every fourth thousand of bodies is
-- read while finalizers, which read others, run at any allocation. The last line is the sum.

local ffi = require "ffi"
local errors = require "cfs.errors"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"

local times = tonumber(arg[1])
local random = math.random

local slow_parse = require("cfs.errors.object.kept").reader(state.metatables, status.metatable(nil))
assert(debug.getinfo(errors.parse, "S").what == "Lua", "this Lua has one parser only")
math.randomseed(421)

local function pick(list)
    return list[random(#list)]
end

-- What a string's inside is put together of. What breaks the body is seldom.
local plain = { "NoSuchKey", "a", " ", "The resource", "{}", "1.5", "\127", "/", "'", "<" }
local texts = {
    plain, plain, plain,
    { "\\n", "\\\"", "\\\\", "\\/", "\\b", "\\t" },
    { "\\u0041", "\\u00e4", "\\u6587", "\\uFFFF", "\\u0000", "\\u2028" },
    { "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\uDBFF\\u0041", "\\ud800\\n" },
    { "\195\164", "\230\150\135", "\240\159\152\128" },
    { "\255", "\195", "\230\150", "\240\159\152", "\237\160\128", "\192\128" },
}
local broken = { "\\", "\\x", "\\u12", "\\u12G4", "\1", "\n", '"', "\0" }

-- Of up to so many pieces; seldom of so many more that the text fills the place it is written to.
local function inside()
    local pieces = {}
    local kind = random(3) == 1 and plain or nil -- a third has no escapes
    local count = random(400) == 1 and random(900) or random(0, 6)
    for index = 1, count do pieces[index] = pick(kind or pick(texts)) end
    if random(60) == 1 then pieces[#pieces + 1] = pick(broken) end
    return table.concat(pieces)
end

local function value()
    local choice = random(12)
    if choice == 1 then return pick { "null", "12", "-0.5e3", "true", "[]", "{}", "[1,[2]]", "nul" } end
    return '"' .. inside() .. '"'
end

local names = { "code", "message", "requestId", "requestID", "request_id", "c\\u006fde", "m\\u0065ssage" }

-- A body with a code in most cases, other members in some, in any order.
local function body()
    local members = {}
    if random(20) > 1 then
        members[1] = '"code":' .. (random(3) == 1 and '"' .. pick { "RateLimit", "Rate\\u004cimit",
            "AccessDenied", "InternalError" } .. '"' or value())
    end
    if random(5) > 1 then table.insert(members, random(#members + 1), '"message":' .. value()) end
    if random(5) > 1 then table.insert(members, random(#members + 1), '"requestId":' .. value()) end
    if random(8) == 1 then members[#members + 1] = '"' .. pick(names) .. '":' .. value() end
    if random(8) == 1 then members[#members + 1] = '"' .. inside() .. '":' .. value() end
    local text = "{" .. table.concat(members, ",") .. "}"
    if random(50) == 1 then text = text:sub(1, random(0, #text)) end
    if random(50) == 1 then text = pick { "", " ", "\239\187\191", "<html>", "[1]" } .. text end
    return text
end

-- All that is returned, in one string. An error is told by its members, its kind and its document.
local function describe(err, reason, what, position)
    if err == nil then return ("%s %s %s"):format(reason, what, position) end
    return ("%s %s %s %s %s %s"):format(err.code, err.message, err.requestId, err:kind().code,
        err:details() ~= nil, reason)
end

-- Bodies, and what the core makes of each. They are made first, so that whatever is allocated later
-- is allocated while they are read.
local function make(count)
    local bodies = {}
    for index = 1, count do
        local text = body()
        bodies[index] = { text = text, expected = describe(slow_parse(text)) }
    end
    return bodies
end

local failure -- the first one, as a finalizer must not raise

local function compare(one, ...)
    local given = describe(...)
    if given ~= one.expected then
        failure = failure or ("%q gives %s, expected %s"):format(one.text, given, one.expected)
    end
    return (...) ~= nil
end

local parse = errors.parse
local is_parsing, interrupted = false, 0
local others = make(1000)

local function read_other()
    if is_parsing then interrupted = interrupted + 1 end
    local other = others[random(#others)]
    compare(other, parse(other.text))
end

-- Reads them all, and compares afterwards, so that the loop is compiled. Returns how many are envelopes.
local function read(bodies, has_finalizers)
    local results, envelopes = {}, 0
    for index = 1, #bodies do
        if has_finalizers then ffi.gc(ffi.new "char[1]", read_other) end
        is_parsing = true
        results[index] = { parse(bodies[index].text) }
        is_parsing = false
    end
    for index = 1, #bodies do
        if compare(bodies[index], unpack(results[index], 1, 4)) then envelopes = envelopes + 1 end
    end
    return envelopes
end

local envelopes, rounds = 0, times / 1000
for round = 1, rounds do
    envelopes = envelopes + read(make(1000), round % 4 == 0)
    if failure then
        print(failure)
        os.exit(1)
    end
end
print(("parsers: %d bodies, %d of them envelopes, read alike, %d times with a finalizer's reading within")
    :format(times, envelopes, interrupted))
os.exit(envelopes > times / 2 and interrupted > rounds and 0 or 1)
