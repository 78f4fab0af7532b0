--- What lies beside an error, where no encoder sees it. A table with weak keys has "origin", "body",
--- "document", "headers", "traceback", and for a transport error "word" and "sent". The cause lies in a
--- metatable that belongs to the one error: a cause may be an error itself, and in a weak table a chain of n
--- causes takes n^2 steps or n collections to free.

local core = require "cfs.errors.core"
local catalogue = require "cfs.errors.catalogue.kind"
local state = require "cfs.errors.base.state"

local getmetatable, rawget, setmetatable, type = debug.getmetatable, rawget, setmetatable, type
local records = state.kept

local kept = {}

--- Keeps a value beside an error. A table must not lead to an error.
function kept.keep(err, name, value)
    local record = records[err] or {}
    records[err], record[name] = record, value
end

--- Keeps a table of values beside an error that has none yet.
function kept.keep_all(err, record)
    records[err] = record
end

--- Makes a function like errors.parse, by Lua's C API, of a table code → metatable of its errors and the
--- metatable of the others. It notes the document of an envelope that has other members.
function kept.reader(metatables, unknown)
    return core.reader(metatables, state.seen, unknown, records)
end

--- Tells whether anything was kept beside an error, its cause aside.
function kept.any(err)
    return records[err] ~= nil
end

--- What was kept beside an error under this name, or nil.
function kept.get(err, name)
    local record = records[err]
    return record and record[name]
end

--- Gives an error, which has its kind already, its cause; nothing if that is nil.
function kept.set_cause(err, cause)
    if type(cause) == "nil" then return end -- a cdata's __eq may raise
    local metatable = catalogue.new_metatable(catalogue.of_error(err))
    metatable.cause = cause
    setmetatable(err, metatable)
end

--- The cause of an error, or nil.
function kept.cause(err)
    return rawget(getmetatable(err), "cause")
end

return kept
