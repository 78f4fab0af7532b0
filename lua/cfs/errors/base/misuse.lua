--- Sentences that say what a caller did wrong: unknown names, values of a wrong type, a method called without
--- its colon. Tables of options are read and checked here.

local state = require "cfs.errors.base.state"
local suggest = require "cfs.errors.base.suggest"
local text = require "cfs.errors.base.text"

local getmetatable = debug.getmetatable -- a field __metatable does not hide it
local huge = math.huge
local kind_of = state.kind_of

local misuse = {}

-- Raises a sentence, and blames a line as `error` does. In Lua 5.1 a tail call has a level, but no line.
local function blame(sentence, level)
    local info
    repeat
        level = level + 1
        info = debug.getinfo(level, "S")
    until not info or info.what ~= "tail"
    error(sentence, level)
end

--- Raises "bad argument #1 to 'parse' (string expected, got nil)". The level says whose line is blamed, as
--- for `error`; without one it is 2, the caller of the function that calls this.
function misuse.argument(position, name, sentence, level)
    blame("bad argument #" .. position .. " to '" .. name .. "' (" .. sentence .. ")", (level or 2) + 1)
end

--- Raises such a sentence unless the value has the type. The level is 3 if it is not given.
function misuse.expect(position, name, value, wanted, level)
    if type(value) ~= wanted then
        misuse.argument(position, name, wanted .. " expected, got " .. type(value), level or 3)
    end
end

--- The kind of the error that a method of this name was called on. Any other value is a misuse.
function misuse.self(value, name)
    local kind = kind_of[getmetatable(value)]
    if kind then return kind end
    local got = getmetatable(value) == state.kind_metatable and "kind"
        or type(value) .. "; call it with a colon: err:" .. name .. "()"
    blame("calling '" .. name .. "' on bad self (error expected, got " .. got .. ")", 3)
end

--- Reads and checks a table of options. Each option is read once, so that the value used is the value that
--- was checked, whatever metamethods the table has. Returns a new table; or nil and what is wrong.
--- `what` is what the names are called: "option". `types` has their types, false for any; `leasts` has the
--- minimum of numbers, and a minimum of 1 also demands a whole number.
function misuse.read(what, given, types, leasts)
    if type(given) ~= "table" then return nil, "table expected, got " .. type(given) end
    for name in next, given do
        if types[name] == nil then return nil, suggest.unknown(what, text.describe(name), types) end
    end
    local options = {}
    for name, wanted in pairs(types) do
        local value = given[name]
        if type(value) ~= "nil" then -- the __eq of a cdata may raise
            local least, must_be = leasts and leasts[name], nil
            if wanted and type(value) ~= wanted then
                must_be = wanted .. ", got " .. type(value)
            elseif least and not (value >= least and value < huge and (least ~= 1 or value % 1 == 0)) then
                must_be = (least == 1 and "whole" or "finite") .. " number from " .. least
            end
            if must_be then return nil, what .. " '" .. name .. "' must be a " .. must_be end
            options[name] = value
        end
    end
    return options
end

return misuse
