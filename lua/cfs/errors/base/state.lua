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

local state = core.state

if not state.is_complete then
    -- catalogue/kind writes these: code → kind; the kinds as a list, the vendor's first; the categories of all
    -- kinds; code or kind → the metatable of its errors, whose field `template` is the kind's message, compiled,
    -- if that has parameters; and the metatable of any errors → their kind
    state.kinds, state.order, state.categories, state.metatables = {}, {}, {}, {}
    state.kind_of = setmetatable({}, { __mode = "k" }) -- an error with a cause has a metatable of its own
    -- catalogue/status writes the metatables of errors whose code the catalogue lacks: status, false for none,
    -- or "no response, RETRY" → metatable; and code of src/seen.def → metatable, made at its first use
    state.status_metatables, state.seen = {}, {}
    -- what errors.service made, by name and in its order: see catalogue/extend. Writer: services
    state.services = {}
    -- error → what lies beside it, its cause aside. Writers: object/kept, and the core, which has it from there
    state.kept = setmetatable({}, { __mode = "k" })
    -- what errors and kinds inherit, and their metatables. Writer: kind.define, which cfs.errors calls
    state.methods, state.error_metatable, state.kind_metatable = {}, {}, {}
    state.list_metatable, state.catalogue_metatable = {}, {}
    -- errors.catalogue, a copy of `kinds`. Writer: catalogue/kind
    state.catalogue = setmetatable({}, state.catalogue_metatable)
    -- cfs.errors itself: no code can have a name that is there. Writer: cfs.errors. wire/envelope_ffi writes
    -- `ffi_types`, the types that LuaJIT's FFI reads envelopes with
    state.public = {}
    state.is_complete = true -- set last: its presence means that initialization finished
end

return state
