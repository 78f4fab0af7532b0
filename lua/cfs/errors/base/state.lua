--- What exists once in a Lua state. The core keeps the table in Lua's registry, so that kinds and
--- errors stay what they are when the modules are loaded again. All of its tables are made here;
--- each has one writer.

local core = require "cfs.errors.core"
local version = require "cfs.errors.base.version"

-- A reload of nginx loads new Lua files beside the core that is mapped already.
if core.version ~= version then
    error("cfs.errors " .. version .. " found the core of " .. (core.version or "0.1.0")
        .. ": after an upgrade restart nginx, a reload keeps the old core", 0)
end

---@class cfs.state
---@field kinds table<string, cfs.kind> code → kind of the catalogue. Writer: catalogue/kind
---@field order cfs.kind[] the kinds as a list: the vendor's, then those of errors.extend. catalogue/kind
---@field catalogue table<string, cfs.kind> errors.catalogue, a copy of `kinds`. catalogue/kind
---@field metatables table<string|cfs.kind, table> code or kind of the catalogue → the metatable of its
---errors. Its field `template` is the kind's message, compiled, if that has
---parameters. catalogue/kind
---@field status_metatables table<integer|false|string, table> status, false for none, or "no response,
---RETRY" → the metatable of the errors whose code the catalogue lacks. catalogue/status
---@field seen table<string, table> code of src/seen.def → the metatable of its errors, made at its first
---use. catalogue/status
---@field services table<string|integer, table> what errors.service made, by name and in its order: see
---catalogue/extend. services
---@field kind_of table<table, cfs.kind> metatable of errors → their kind. catalogue/kind
---@field categories table<string, true> those of all kinds. catalogue/kind and catalogue/status
---@field kept table<cfs.error, table> what lies beside an error, its cause aside. object/kept, which hands
---it to the core
---@field ffi_types table? the types that LuaJIT's FFI reads envelopes with. wire/envelope_ffi
---@field methods table what errors and kinds inherit. Writer of this and the next four: kind.define, which
---cfs.errors calls
---@field error_metatable table the metamethods of errors
---@field kind_metatable table
---@field list_metatable table of lists of kinds
---@field catalogue_metatable table
---@field public table cfs.errors itself: no code can have a name that is there. cfs.errors
local state = core.state

if not state.is_complete then
    state.kinds, state.order = {}, {}
    state.metatables, state.status_metatables, state.categories = {}, {}, {}
    state.kind_of = setmetatable({}, { __mode = "k" }) -- an error with a cause has a metatable of its own
    state.seen, state.services = {}, {}
    state.kept = setmetatable({}, { __mode = "k" })
    state.methods, state.error_metatable, state.kind_metatable = {}, {}, {}
    state.list_metatable, state.catalogue_metatable = {}, {}
    state.catalogue = setmetatable({}, state.catalogue_metatable)
    state.public = {}
    state.is_complete = true -- set last: its presence means that initialization finished
end

return state
