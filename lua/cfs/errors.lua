--- cfs-errors: the errors of Baidu AI Cloud's file storage (CFS), native to Lua.
---
---     local errors = require "cfs.errors"
---
--- This file hands on names; each is documented where it is defined, in cfs/errors/*.lua.

local envelope = require "cfs.errors.envelope"
local explain = require "cfs.errors.explain"
local extend = require "cfs.errors.extend"
local kind = require "cfs.errors.kind"
local match = require "cfs.errors.match"
local object = require "cfs.errors.object"
local raise = require "cfs.errors.raise"
local response = require "cfs.errors.response"
local state = require "cfs.errors.state"
local suggest = require "cfs.errors.suggest"

---@class cfs.errors
local errors = {
    _VERSION = "scm",

    catalogue = state.kinds,
    each = kind.each,
    search = kind.search,
    extend = extend.extend,
    explain = explain.explain,

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

-- Methods whose module is loaded at the first call of one: method → module.
local later = {
    advice = "cfs.errors.advice",
    response = "cfs.errors.render",
    to_log = "cfs.errors.render",
}
for name, module in pairs(later) do
    state.methods[name] = function(...)
        state.methods[name] = require(module)[name]
        return state.methods[name](...)
    end
end


-- errors.InstanceNotFound is a kind, and a misspelt name an error.
local function find_name(_, name)
    if state.kinds[name] then return state.kinds[name] end
    if type(name) ~= "string" then return nil end
    local names = {}
    for code in pairs(state.kinds) do names[code] = true end
    for public in pairs(errors) do names[public] = true end
    error(suggest.unknown(name:find("^%u") and "code" or "name", name, names), 2)
end


return setmetatable(errors, { __index = find_name })
