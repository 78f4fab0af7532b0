--- cfs-errors: the errors of Baidu AI Cloud's file storage (CFS), native to Lua.
---
---     local errors = require "cfs.errors"
---
--- This file hands on names; each is documented where it is defined, in cfs/errors/*.lua.

local envelope = require "cfs.errors.envelope"
local kind = require "cfs.errors.kind"
local match = require "cfs.errors.match"
local object = require "cfs.errors.object"
local raise = require "cfs.errors.raise"
local response = require "cfs.errors.response"
local state = require "cfs.errors.state"
local suggest = require "cfs.errors.suggest"

---@class cfs.errors
local errors = {
    _VERSION = "0.1.0",

    catalogue = state.kinds,
    each = kind.each,
    search = kind.search,

    parse = envelope.parse,
    from_response = response.from_response,

    new = object.new,
    raise = raise.raise,
    pcall = raise.pcall,
    assert = raise.assert,

    is = match.is,
    find = match.find,
    match = match.match,
    matcher = match.matcher,
}

state.public = errors

-- Puts a function into a table that, at its first call, loads its module and is replaced by the
-- module's: what is seldom needed takes half as much memory as all the rest.
local function later(holder, name, module, of)
    holder[name] = function(...)
        holder[name] = require(module)[of or name]
        return holder[name](...)
    end
end

later(errors, "extend", "cfs.errors.extend")
later(errors, "explain", "cfs.errors.explain")
later(state.methods, "explain", "cfs.errors.explain")
later(state.methods, "advice", "cfs.errors.advice")
later(state.methods, "response", "cfs.errors.render")
later(state.methods, "to_log", "cfs.errors.render")
later(state.kind_metatable, "__tostring", "cfs.errors.explain", "kind")
later(state.list_metatable, "__tostring", "cfs.errors.explain", "list")


-- errors.InstanceNotFound is a kind, and a misspelt name an error.
local function find_name(_, name)
    if state.kinds[name] then return state.kinds[name] end
    if type(name) ~= "string" then return nil end
    local names = {}
    for code in pairs(state.kinds) do names[code] = true end
    for public in pairs(errors) do names[public] = true end
    error(suggest.unknown(name:find("^%u") and "code" or "name", name, names), 2)
end


-- What the prompt shows; nobody else needs it in memory.
local function show() return (require "cfs.errors.guide") end


return setmetatable(errors, { __index = find_name, __tostring = show })
