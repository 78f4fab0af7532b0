--- Raising errors and catching them.

local kept = require "cfs.errors.object.kept"
local request_id = require("cfs.errors.core").request_id
local catalogue = require "cfs.errors.catalogue.kind"
local make = require "cfs.errors.object.make"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"

local error, select, setmetatable, type, xpcall = error, select, setmetatable, type, xpcall
local metatables, of_error = state.metatables, catalogue.of_error

local raise = {}

--- Raises an error: an existing one, or a new one that it makes as errors.new does. Raises a sentence if an
--- argument is wrong.
---
---     errors.raise("InstanceNotFound", { requestId = id })
---     errors.raise(err)
---
---@param target string|cfs.kind|cfs.error a code, a kind or an error
---@param fields table? as for errors.new; an error takes none
function raise.raise(target, fields)
    local metatable = metatables[target]
    if metatable and not metatable.template then -- what most calls need, and no more
        local kind, id = metatable.__index, fields ~= nil and request_id(fields)
        if fields == nil then
            error(setmetatable({ code = kind.code, message = kind.message }, metatable))
        elseif id then
            error(setmetatable({ code = kind.code, message = kind.message, requestId = id }, metatable))
        end
    end
    local err, wrong, argument = target, nil, nil
    if not of_error(target) then
        err, wrong, argument = make.make(target, fields)
    elseif fields ~= nil then
        err, wrong, argument = nil, "an existing error takes no fields", 2
    end
    if not err then misuse.argument(argument, "raise", wrong) end
    error(err)
end

--- Returns its arguments if the first is neither nil nor false; otherwise raises the second as it is. The
--- `assert` of Lua 5.1 and 5.2 cannot raise tables.
---
---     local instance = errors.assert(client:describe(id))
---
---@param value any
---@param ... any the error, and any other values
---@return any ... all arguments
function raise.assert(value, ...)
    if value then return value, ... end
    local err = ...
    if type(err) == "nil" then err = "assertion failed!" end
    error(make.of(err) or err, 0)
end

--- Makes an InternalError whose cause is the value. A client does not see the cause.
function raise.wrap(value, traceback)
    local err = make.of(state.kinds.InternalError)
    kept.set_cause(err, value)
    if traceback then kept.keep(err, "traceback", traceback) end
    return err
end

-- Runs where the error was raised, so that the traceback shows it.
local function on_error(value)
    return make.of(value) or raise.wrap(value, (debug.traceback("", 2):gsub("^\n", "")))
end

-- On a memory error, or one in on_error, Lua gives a plain value.
local function finish(good, ...)
    if good or of_error((...)) then return good, ... end
    return false, raise.wrap((...))
end

local xpcall_passes_arguments = xpcall(type, on_error, raise) -- not in Lua 5.1

--- Calls a function like `pcall`, but always returns an error object for what was raised; for a kind, its
--- error. A raised value that is neither becomes the cause of an InternalError, which also has the traceback.
--- Raises nothing.
---
---     local good, result = errors.pcall(handle, request)
---
---@param f function
---@param ... any its arguments
---@return boolean good
---@return any ... what the function returns, or the error
function raise.pcall(f, ...)
    if xpcall_passes_arguments then return finish(xpcall(f, on_error, ...)) end
    local count, arguments, unpack = select("#", ...), { ... }, unpack -- luacheck: std max
    return finish(xpcall(function() return f(unpack(arguments, 1, count)) end, on_error))
end

return raise
