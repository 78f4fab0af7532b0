--- What there is once in a Lua state. It is kept in Lua's registry, so that kinds and errors stay
--- the same, and go on working, when the modules are loaded again.

local core = require "cfs.errors.core"

local state = core.state

if not state.kinds then
    state.order = {}       -- the kinds in the vendor's order, then those of errors.extend
    state.kind_of = {}     -- metatable of errors → their kind
    state.targets = {}     -- what errors.is knows: codes, categories and kinds, each → true
    state.templates = {}   -- kind → its compiled message, where that has parameters
    state.methods = {}     -- what errors inherit from their kind, and that from here
    state.kind_metatable = { __index = state.methods, __name = "cfs.kind" }
    state.public = {}      -- the table of errors.lua: no code can have a name that is there
    state.list_metatable = {} -- of lists of kinds, such as the catalogue
    state.kinds = {}       -- code → kind; the last, lest half a state be taken for a whole one
end

-- Two more tables are there from the start, since the core uses them:
-- state.metatables: kind, code of the catalogue, or status of an unknown code (false for none) → the
-- metatable of its errors, which has the code at 1 and, without parameters, the message at 2
-- state.side: error → what its members do not show: cause, traceback, origin, body, document, headers.
-- Its keys are weak.

return state
