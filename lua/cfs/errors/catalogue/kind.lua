--- Kinds: what Lua sees of the catalogue's rows. A kind is a plain table, unique in a Lua state. Errors
--- inherit its fields.
---
---@class cfs.kind
---@field code string? nil in the kinds of errors whose code is unknown: see catalogue/status.lua
---@field status integer? HTTP
---@field reason string? the status' reason phrase
---@field message string? a template where the message has parameters
---@field description string
---@field service string? "global", "cfs" or what errors.extend was given
---@field fault "client"|"server"|"unknown" whose it is to mend
---@field category string what kind of failure: "not_found", "throttle", ...
---@field retry "never"|"backoff"|"throttle"|"same_token"|"resign"|"poll"|"reread"
---@field canonical string the gRPC status that comes closest
---@field remedy string what a person does about it
---@field known boolean is the code in the catalogue?
---@field raise fun(self: cfs.kind, fields: table?) as errors.raise does
---@field explain fun(self: cfs.kind, options: table?): string as errors.explain does
---@overload fun(fields: table?): cfs.error

local core = require "cfs.errors.core"
local state = require "cfs.errors.base.state"
local template = require "cfs.errors.catalogue.template"

local getmetatable = debug.getmetatable
local error, ipairs, pairs, pcall, rawget, rawset, setmetatable =
    error, ipairs, pairs, pcall, rawget, rawset, setmetatable
local kinds, order, kind_of = state.kinds, state.order, state.kind_of
local categories, metatables, error_metatable = state.categories, state.metatables, state.error_metatable

local kind = {}


--- A new metatable for errors of a kind.
function kind.new_metatable(row)
    local metatable = {
        __index = row,
        __tostring = error_metatable.__tostring,
        __concat = error_metatable.__concat,
        __name = error_metatable.__name,
    }
    kind_of[metatable] = row
    return metatable
end


--- Makes a kind of a row, which has every field of one.
function kind.make(row)
    return setmetatable(row, state.kind_metatable)
end


-- Puts kinds where they are found. `changes` lists what was there before, so that it can be put back.
local function publish(rows, is_vendors, home, changes)
    local function put(values, key, value)
        changes[#changes + 1] = { values = values, key = key, was = rawget(values, key) }
        rawset(values, key, value)
    end
    for _, row in ipairs(rows) do
        row.known = true
        local metatable = kind.new_metatable(kind.make(row))
        metatable.template = template.compile(row.message, is_vendors)
        put(metatables, row, metatable)
        put(home.metatables, row.code, metatable)
        put(home.kinds, row.code, row)
        put(categories, row.category, true)
        if home == state then put(state.catalogue, row.code, row) end
        put(home.order, #home.order + 1, row)
    end
end


-- It runs once: its traces would take as much memory as the kinds.
if package.loaded.jit then package.loaded.jit.off(publish, true) end


--- The kind of a global code, which the vendor's services share; nil if the code is none.
function kind.shared(code)
    return kinds[code] and kinds[code].service == "global" and kinds[code] or nil
end


--- Adds kinds behind the ones that are there: all of them or, if memory runs out, none.
---@param rows table[] every field of a kind but `known`; no code that is there
---@param is_vendors boolean?
---@param home table? see catalogue/extend; the catalogue if not given
function kind.add(rows, is_vendors, home)
    local changes = {}
    local good, problem = pcall(publish, rows, is_vendors, home or state, changes)
    if good then return end
    for index = #changes, 1, -1 do
        local values, key = changes[index].values, changes[index].key
        -- To set an absent key to nil would need memory in Lua 5.1.
        if rawget(values, key) ~= nil then rawset(values, key, changes[index].was) end
    end
    error(problem, 0)
end


local function replace(held, given)
    for name in pairs(held) do held[name] = nil end
    for name, value in pairs(given) do held[name] = value end
end


--- Defines what kinds and errors can do. It is called once, when all of the library is loaded.
---@param abilities { methods: table, errors: table, kinds: table, lists: table, catalogue: table }
---their methods; metamethods of errors, of kinds, of lists of kinds and of errors.catalogue
function kind.define(abilities)
    replace(state.methods, abilities.methods)
    replace(error_metatable, abilities.errors)
    replace(state.kind_metatable, abilities.kinds)
    replace(state.list_metatable, abilities.lists)
    replace(state.catalogue_metatable, abilities.catalogue)
    state.kind_metatable.__index = state.methods
    state.catalogue_metatable.__index = kinds
    for metatable in pairs(kind_of) do
        for name, value in pairs(error_metatable) do metatable[name] = value end
    end
end


--- The kind of an error; nil for any other value.
function kind.of_error(value)
    return kind_of[getmetatable(value)]
end


--- The message of a kind, compiled; nil if it has no parameters.
function kind.template(row)
    local metatable = metatables[row]
    return metatable and metatable.template
end


--- Tells whether this value is a kind. None of its metamethods is called.
function kind.is_kind(value)
    return getmetatable(value) == state.kind_metatable
end


--- Walks all kinds in the vendor's order; those of `errors.extend` come last. Raises nothing.
---
---     for kind in errors.each() do print(kind.code, kind.status) end
---
---@return fun(): cfs.kind? next
function kind.each()
    local index = 0
    return function()
        index = index + 1
        return order[index]
    end
end


if #order == 0 then kind.add(core.catalogue(), true) end -- else the module is loaded again

return kind
