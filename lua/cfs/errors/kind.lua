--- Kinds: what Lua sees of the catalogue's rows. A kind is a plain table, unique in a Lua state,
--- with the fields code, status, reason, message, description, service, fault, category, retry,
--- canonical, remedy and known. Errors inherit those from it.
---
---@class cfs.kind
---@field code string? nil in the kinds of errors whose code is unknown: see cfs.errors.status
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
---@field explain fun(self: cfs.kind): string as errors.explain does
---@overload fun(fields: table?): cfs.error

local core = require "cfs.errors.core"
local state = require "cfs.errors.state"
local template = require "cfs.errors.template"
local text = require "cfs.errors.text"

local kinds, order, metatables = state.kinds, state.order, state.metatables
local find, lower = string.find, string.lower

local kind = {}


--- Makes a kind of a row: gives it its place behind its errors.
---@param row table every field of a kind but `known`; without a code, the kind of a status
---@param is_vendors boolean? the message's placeholders are spelt as on the vendor's page
---@return cfs.kind kind the row itself
function kind.make(row, is_vendors)
    local key = row.code or row.status or false
    local parts = row.message and template.compile(row.message, is_vendors)
    local metatable = metatables[key] or {} -- the core has made the one at false
    metatable[1], metatable[2] = row.code, not parts and row.message or nil -- for the core
    metatable.__index = row
    metatable.__tostring = text.line
    metatable.__concat = text.concat
    metatable.__name = "cfs.error"
    metatables[key], metatables[row] = metatable, metatable
    state.kind_of[metatable] = row
    state.targets[row] = true
    state.targets[row.category] = true
    state.templates[row] = parts
    return setmetatable(row, state.kind_metatable)
end


--- Adds a kind to the catalogue, behind the ones that are there.
---@param row table every field of a kind but `known`
---@param is_vendors boolean?
function kind.add(row, is_vendors)
    row.known = true
    kinds[row.code] = kind.make(row, is_vendors)
    state.targets[row.code] = true
    order[#order + 1] = row
end


--- Is this value a kind? Whatever it is, none of its metamethods is called.
function kind.is_kind(value)
    return rawequal(getmetatable(value), state.kind_metatable)
end


--- Walks the kinds in the vendor's order, those of `errors.extend` last.
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


--- The kinds in whose code, message or description the text occurs; letter case does not count.
---
---     errors.search "mount target"
---
---@param wanted string
---@return cfs.kind[] list in the vendor's order; prints as a table
function kind.search(wanted)
    if type(wanted) ~= "string" then
        error("bad argument #1 to 'search' (string expected, got " .. type(wanted) .. ")", 2)
    end
    wanted = lower(wanted)
    local found = setmetatable({}, state.list_metatable)
    for candidate in kind.each() do
        local row = candidate.code .. "\n" .. candidate.message .. "\n" .. candidate.description
        if find(lower(row), wanted, 1, true) then found[#found + 1] = candidate end
    end
    return found
end


-- When the module is loaded again there is nothing to add, unless memory ran out the first time.
local rows = core.catalogue()
for index = #order + 1, #rows do kind.add(rows[index], true) end
setmetatable(kinds, state.list_metatable)

return kind
