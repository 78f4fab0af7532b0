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

-- What is made here, and who writes it.
local tables = {
    "kinds", -- code → kind. catalogue/kind, as the next five
    "order", -- the kinds as a list: the vendor's, then those of errors.extend
    "catalogue", -- errors.catalogue, a copy of `kinds`
    "categories", -- those of all kinds. catalogue/status, too
    "metatables", -- code or kind → the metatable of its errors; its `template` is a message with parameters
    "kind_of", -- metatable of errors → their kind; an error with a cause has a metatable of its own
    "status_metatables", -- status, false for none; of no response, word of retry. catalogue/status
    "seen", -- code of src/seen.def → the metatable of its errors, made at its first use. catalogue/status
    "services", -- what errors.service made, by name and in its order: see catalogue/extend. services
    "kept", -- error → what lies beside it, its cause aside. object/kept, which hands it to the core
    "methods", -- what errors and kinds inherit. kind.define, which cfs.errors calls; so for the metatables
    "error_metatable", -- the metamethods of errors
    "kind_metatable", "list_metatable", "catalogue_metatable", -- "list": of kinds
    "public", -- cfs.errors itself: no code can have a name that is there. cfs.errors
    -- wire/envelope_ffi adds `ffi_types`, the types that LuaJIT's FFI reads envelopes with
}
local state = core.state

if not state.is_complete then
    for _, name in ipairs(tables) do state[name] = {} end
    setmetatable(state.kind_of, { __mode = "k" })
    setmetatable(state.kept, { __mode = "k" })
    setmetatable(state.catalogue, state.catalogue_metatable)
    state.is_complete = true -- set last: its presence means that initialization finished
end

return state
