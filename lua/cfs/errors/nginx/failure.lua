--- What is a failure of the function that handler or guard runs: what it raises, and what it returns.

local catalogue = require "cfs.errors.catalogue.kind"
local make = require "cfs.errors.object.make"
local raise = require "cfs.errors.object.raise"
local state = require "cfs.errors.base.state"

local find, gsub, match = string.find, string.gsub, string.match
local getinfo, traceback = debug.getinfo, debug.traceback
local type = type
local is_kind, kind_of, wrap = catalogue.is_kind, catalogue.of_error, raise.wrap

local failure = {}

-- What nginx's own functions return after nil where they put out nothing: the client has gone, wants no
-- body, or has all of it. "timeout" is not here: a socket of the program says that, too.
local no_output = {
    ["nginx output filter error"] = true, ["client aborted"] = true, ["connection broken"] = true,
    ["header only"] = true, ["seen eof"] = true, ["buffering"] = true, ["nothing to flush"] = true,
    ["raw request socket acquired"] = true,
}

-- The files of the library, as debug.getinfo has them.
local library = match(getinfo(1, "S").source, "^(.*)nginx[/\\]failure%.lua$") or "\n"

-- How many calls are looked at in search of one that is not the library's.
local deepest = 16

-- Set where an error is raised, and read by failure.caught, before anything else can run.
local place


-- The error that a kind stands for. Where the message has parameters, these are not known.
local function of_kind(kind)
    return make.make(kind) or make.make(kind, { message = kind.message }) or wrap(kind)
end


--- The error that a function's first two results stand for; nil if they are a success. An error or a kind
--- is a failure; so is false, and anything behind nil or false: an error, a kind, or a code of the
--- catalogue stands for itself, anything else is the cause of an InternalError.
function failure.returned(first, second)
    if kind_of(first) then return first end
    if is_kind(first) then return of_kind(first) end
    if first then return nil end
    if type(second) == "nil" then -- a null pointer of LuaJIT equals nil
        if first == nil then return nil end
        return wrap(false)
    elseif kind_of(second) then
        return second
    elseif is_kind(second) then
        return of_kind(second)
    elseif type(second) == "string" then
        if state.kinds[second] then return of_kind(state.kinds[second]) end
        if first == nil and no_output[second] then return nil end
    end
    return wrap(second)
end


--- The line of the program that called the library, from a level on, as "app.lua:7"; or nil.
function failure.place(level)
    for depth = level + 1, level + deepest do
        local info = getinfo(depth, "Sl")
        if not info then return nil end
        if info.currentline > 0 and not find(info.source, library, 1, true) then
            return info.short_src .. ":" .. info.currentline
        end
    end
end

local place_of = failure.place


--- What xpcall with this gives is what errors.pcall gives.
function failure.on_error(value)
    local kind = kind_of(value)
    if not kind and is_kind(value) then value, kind = of_kind(value), value end
    if kind then
        -- a client's fault is in no line of the program
        place = kind.fault ~= "client" and place_of(2) or nil
        return value
    end
    place = nil
    return wrap(value, (gsub(traceback("", 2), "^\n", "")))
end


--- The error out of a failed xpcall with failure.on_error, and where it was raised, or nil.
function failure.caught(value)
    local where = place
    place = nil
    -- on a memory error, or one in on_error, Lua gives a plain value
    if not kind_of(value) then return wrap(value), nil end
    return value, where
end


return failure
