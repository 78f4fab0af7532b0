--- Raising errors and catching them.

local core = require "cfs.errors.core"
local object = require "cfs.errors.object"
local state = require "cfs.errors.state"

local error, select, xpcall = error, select, xpcall
local unpack = table.unpack or unpack -- luacheck: std max

local raise = {}


-- Raises what the core leaves to it, which lies between it and the caller's line.
local function raise_otherwise(target, fields)
    local err, wrong, argument = target, nil, nil
    if not object.kind(target) then
        err, wrong, argument = object.make(target, fields)
    elseif fields ~= nil then
        err, wrong, argument = nil, "an error that there is takes no fields", 2
    end
    if not err then error("bad argument #" .. argument .. " to 'raise' (" .. wrong .. ")", 3) end
    error(err, 0)
end


--- Raises an error: one that there is, or one made as errors.new makes it.
---
---     errors.raise("InstanceNotFound", { requestId = id })
---     errors.raise(err)
---
---@type fun(target: string|cfs.kind|cfs.error, fields: table?)
raise.raise = core.raiser(raise_otherwise)


--- Returns its arguments if the first is true; else raises the second as it is, which the
--- `assert` of Lua 5.1 and 5.2 does not do for tables.
---
---     local instance = errors.assert(client:describe(id))
---
---@param value any
---@param ... any the error first
---@return any ... all of them
function raise.assert(value, ...)
    if value then return value, ... end
    local err = ...
    if err == nil then err = "assertion failed!" end
    error(err, 0)
end


--- An InternalError whose cause is the value, which thus stays out of what a client sees.
---@param value any what was raised
---@param traceback string?
---@return cfs.error err
function raise.wrap(value, traceback)
    local err = object.new("InternalError", { cause = value })
    object.keep(err, "traceback", traceback)
    return err
end


-- Runs where the error was raised, so that the traceback shows it.
local function on_error(value)
    if object.kind(value) then return value end
    return raise.wrap(value, (debug.traceback("", 2):gsub("^\n", "")))
end


-- On a memory error, or one in on_error, Lua gives a plain value.
local function finish(good, ...)
    if good or object.kind((...)) then return good, ... end
    return false, raise.wrap((...))
end


local xpcall_passes_arguments = select(2, xpcall(select, on_error, "#", nil)) == 1


--- Calls a function like `pcall`; what it raises comes back as an error object, always. Anything
--- else that was raised is the cause of an InternalError, which has the traceback as well.
---
---     local good, result = errors.pcall(handle, request)
---
---@param f function
---@param ... any its arguments
---@return boolean good
---@return any ... what the function returns, or the error
function raise.pcall(f, ...)
    if xpcall_passes_arguments or select("#", ...) == 0 then
        return finish(xpcall(f, on_error, ...))
    end
    local count, arguments = select("#", ...), { ... }
    return finish(xpcall(function() return f(unpack(arguments, 1, count)) end, on_error))
end


state.methods.raise = raise.raise

return raise
