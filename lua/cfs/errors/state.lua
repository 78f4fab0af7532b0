--- What there is once in a Lua state. It is kept in Lua's registry, so that kinds and errors stay
--- the same, and go on working, when the modules are loaded again.

local core = require "cfs.errors.core"

local state = core.state

if not state.kinds then
    state.order = {}       -- the kinds in the vendor's order, then those of errors.extend
    state.statuses = {}    -- status, or false for none → kind of the errors whose code is unknown
    state.metatables = {}  -- kind → the metatable of its errors
    state.kind_of = {}     -- that metatable → kind
    state.targets = {}     -- what errors.is knows: codes, categories and kinds, each → true
    state.templates = {}   -- kind → its compiled message, where that has parameters
    state.methods = {}     -- what errors inherit from their kind, and that from here
    state.kind_metatable = { __index = state.methods, __name = "cfs.kind" }
    state.list_metatable = {} -- of lists of kinds, such as the catalogue
    -- error → what its members do not show: cause, traceback, origin, body, document
    state.side = setmetatable({}, { __mode = "k" })
    state.kinds = {}       -- code → kind; the last, lest half a state be taken for a whole one
end

return state
