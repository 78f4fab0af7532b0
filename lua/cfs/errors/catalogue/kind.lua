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

local getmetatable = debug.getmetatable -- a field __metatable does not hide it
local kind_of = state.kind_of
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

--- Makes a kind of a row, which has every field of one. Returns the metatable of its errors.
function kind.make(row)
    return kind.new_metatable(setmetatable(row, state.kind_metatable))
end

-- Puts kinds where they are found, and lists the categories that are new.
local function publish(rows, is_vendors, home, new_categories)
    for _, row in ipairs(rows) do
        local code, category, metatable = row.code, row.category, kind.make(row)
        metatable.template = template.compile(row.message, is_vendors)
        metatables[row], home.metatables[code], home.kinds[code] = metatable, metatable, row
        if home == state then rawset(state.catalogue, code, row) end
        if not categories[category] then
            new_categories[#new_categories + 1] = category
            categories[category] = true
        end
        home.order[#home.order + 1] = row
    end
end

-- Gives a key the value that it had. To set an absent key to nil would need memory in Lua 5.1.
local function restore(values, key, was)
    if rawget(values, key) ~= nil then rawset(values, key, was) end
end

--- The kind of a global code, which the vendor's services share; nil if the code is none.
function kind.shared(code)
    local found = state.kinds[code]
    return found and found.service == "global" and found or nil
end

--- Adds kinds behind the ones that are there: all of them or, if memory runs out, none. The rows have every
--- field of a kind, and no code that `home` has (see catalogue/extend), but for shared ones.
function kind.add(rows, is_vendors, home)
    local count, new_categories = #home.order, {}
    local good, problem = pcall(publish, rows, is_vendors, home, new_categories)
    if good then return end
    for index, row in ipairs(rows) do -- without a new table
        local shared = home ~= state and kind.shared(row.code) or nil
        restore(metatables, row)
        restore(home.metatables, row.code, metatables[shared])
        restore(home.kinds, row.code, shared)
        if home == state then restore(state.catalogue, row.code) end
        restore(home.order, count + index)
    end
    for _, category in ipairs(new_categories) do restore(categories, category) end
    error(problem, 0)
end

--- Defines what kinds and errors can do, when all of the library is loaded: the fields of tables of
--- base/state, by their names there.
function kind.define(abilities)
    for name, fields in pairs(abilities) do
        for key, value in pairs(fields) do state[name][key] = value end
    end
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
        return state.order[index]
    end
end

-- It runs once: its traces would take as much memory as the kinds.
if package.loaded.jit then package.loaded.jit.off(publish) end

if #state.order == 0 then kind.add(core.catalogue(), true, state) end -- else the module is loaded again

return kind
