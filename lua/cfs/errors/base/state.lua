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
---@field order cfs.kind[] the same in the vendor's order, then in that of errors.extend. catalogue/kind
---@field catalogue table<string, cfs.kind> errors.catalogue, a copy of `kinds`. catalogue/kind
---@field metatables table<string|cfs.kind, table> code or kind of the catalogue → the metatable of its
---errors. catalogue/kind
---@field plain_metatables table<string|cfs.kind, table> the same without the kinds whose message has
---parameters: what it takes to raise their errors. catalogue/kind
---@field status_metatables table<integer|false|string, table> status, false for none, or "no response,
---RETRY" → the metatable of the errors whose code the catalogue lacks. catalogue/status
---@field seen table<string, table> code of src/seen.def → the metatable of its errors, made at its first
---use. catalogue/status
---@field kind_of table<table, cfs.kind> metatable of errors → their kind. catalogue/kind
---@field templates table<cfs.kind, table> kind → its message, compiled, if that has parameters.
---catalogue/kind
---@field targets table<string|cfs.kind, true> what errors.is takes: codes, categories and kinds.
---catalogue/kind and catalogue/status
---@field kept table<cfs.error, table> what lies beside an error, its cause aside. object/kept, and the
---core, which notes a document
---@field methods table what errors and kinds inherit. This one and the next four: catalogue/kind, for
---cfs.errors, which defines them
---@field error_metatable table the metamethods of errors
---@field kind_metatable table
---@field list_metatable table of lists of kinds
---@field catalogue_metatable table
---@field public table cfs.errors itself: no code can have a name that is there. cfs.errors
local state = core.state

if not state.is_complete then
    state.kinds, state.order = {}, {}
    state.metatables, state.plain_metatables, state.status_metatables = {}, {}, {}
    state.kind_of = setmetatable({}, { __mode = "k" }) -- an error with a cause has a metatable of its own
    state.templates, state.targets, state.seen = {}, {}, {}
    state.kept = setmetatable({}, { __mode = "k" })
    state.methods, state.error_metatable, state.kind_metatable = {}, {}, {}
    state.list_metatable, state.catalogue_metatable = {}, {}
    state.catalogue = setmetatable({}, state.catalogue_metatable)
    state.public = {}
    state.is_complete = true -- set last: its presence means that initialization finished
end

return state
