--- Sentences that say what a caller did wrong: unknown names, values of a wrong type, a method called without
--- its colon. Tables of options are read and checked here.

local state = require "cfs.errors.base.state"
local suggest = require "cfs.errors.base.suggest"
local text = require "cfs.errors.base.text"

local getinfo = debug.getinfo
local getmetatable = debug.getmetatable -- a field __metatable does not hide it
local error, huge, next, pairs, type = error, math.huge, next, pairs, type
local kind_of = state.kind_of

local misuse = {}


-- Raises the sentence, and blames a line as `error` does. Lua 5.1 has a level for each tail call, which has
-- no line.
local function blame(sentence, level)
    local info = getinfo(level + 1, "S")
    while info and info.what == "tail" do
        level = level + 1
        info = getinfo(level + 1, "S")
    end
    error(sentence, level + 1)
end


--- Raises "bad argument #1 to 'parse' (string expected, got nil)".
---@param position integer
---@param name string the function's
---@param sentence string
---@param level integer? whose line is blamed, as for `error`: 2, the caller of the function that calls this
function misuse.argument(position, name, sentence, level)
    blame("bad argument #" .. position .. " to '" .. name .. "' (" .. sentence .. ")", (level or 2) + 1)
end


--- Raises such a sentence unless the value has the type.
---@param position integer
---@param name string the function's
---@param value any
---@param wanted string a type
---@param level integer? as for misuse.argument, from here: 3
function misuse.expect(position, name, value, wanted, level)
    if type(value) ~= wanted then
        misuse.argument(position, name, wanted .. " expected, got " .. type(value), level or 3)
    end
end


--- The kind of the error that a method was called on. Any other value is a misuse.
---@param value any
---@param name string the method's
---@return cfs.kind kind
function misuse.self(value, name)
    local kind = kind_of[getmetatable(value)]
    if kind then return kind end
    local got = type(value) .. "; call it with a colon: err:" .. name .. "()"
    if getmetatable(value) == state.kind_metatable then got = "kind" end
    blame("calling '" .. name .. "' on bad self (error expected, got " .. got .. ")", 3)
end


-- What a number must be; nil if it is that.
local function number_problem(value, least)
    if least == 1 and not (value >= 1 and value < huge and value % 1 == 0) then
        return "a whole number from 1"
    elseif not (value >= least and value < huge) then
        return "a finite number from " .. least
    end
end


--- Reads and checks a table of options. Each option is read once, so that the value used is the value that
--- was checked, whatever metamethods the table has.
---
---     misuse.read("option", { standart = true }, { standard = "boolean" })
---     --> nil  unknown option 'standart', did you mean 'standard'?
---
---@param what string what the names are called: "option", "field"
---@param given any
---@param types table<string, string|false> name → type, false for any
---@param leasts table<string, integer>? name → minimum; a minimum of 1 also demands a whole number
---@return table? options a new table
---@return string? sentence what is wrong, if anything is
function misuse.read(what, given, types, leasts)
    if type(given) ~= "table" then return nil, "table expected, got " .. type(given) end
    for name in next, given do
        if types[name] == nil then return nil, suggest.unknown(what, text.describe(name), types) end
    end
    local options = {}
    for name, wanted in pairs(types) do
        local value = given[name]
        if type(value) ~= "nil" then -- the __eq of a cdata may raise
            if wanted and type(value) ~= wanted then
                return nil, what .. " '" .. name .. "' must be a " .. wanted .. ", got " .. type(value)
            end
            local least = leasts and leasts[name]
            local must_be = least and number_problem(value, least)
            if must_be then return nil, what .. " '" .. name .. "' must be " .. must_be end
            options[name] = value
        end
    end
    return options
end


return misuse
