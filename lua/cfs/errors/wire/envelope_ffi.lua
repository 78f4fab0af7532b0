--- Reading envelopes in LuaJIT, which compiles calls by its FFI but no calls by Lua's C API. Refused bodies
--- and long texts that need unescaping are left to the C API, which does the same, more slowly.

local ffi = require "ffi"
local core = require "cfs.errors.core"
local kept = require "cfs.errors.object.kept"
local state = require "cfs.errors.base.state"

local keep_all, seen = kept.keep_all, state.seen
local ffi_string, setmetatable, type = ffi.string, setmetatable, type

local envelope_ffi = {}

-- Types as in envelope.h and lua_core.c, without names. LuaJIT never frees a type, and has room for some
-- thousands: loading this file again takes no new ones.
local text_type = "struct { const char *source; size_t length, size; bool exact; }"
local read_type = "int (*%s)(const char *, size_t, void *, void *, char *, size_t)"
local find_type = "const void *(*%s)(const char *, size_t)"
state.ffi_types = state.ffi_types or {
    envelope = ffi.typeof("struct { " .. text_type .. " code, message, request_id; bool has_others; }"),
    refusal = ffi.typeof "struct { const char *reason; size_t position; }",
    calls = ffi.typeof("struct { " .. read_type:format("read") .. "; " .. find_type:format("find_seen")
        .. "; size_t envelope_size, refusal_size; } *"),
    read = ffi.typeof(read_type:format("")),
    find = ffi.typeof(find_type:format("")),
    texts = ffi.typeof "char[?]",
}
local types = state.ffi_types

local envelope, refusal = types.envelope(), types.refusal()

-- The address of the function is copied: a pointer into the userdata would not keep that alive. The
-- function itself stays where it is as long as the Lua state is open.
local calls = ffi.cast(types.calls, core.calls)
local read_envelope = ffi.cast(types.read, calls.read)
local find_seen = ffi.cast(types.find, calls.find_seen)

assert(calls.envelope_size == ffi.sizeof(envelope) and calls.refusal_size == ffi.sizeof(refusal),
    "cfs.errors.core declares an envelope otherwise than cfs.errors.wire.envelope_ffi")

-- Where the texts of a body are unescaped; if they do not fit, the C API reads it. How many bodies were
-- read: the envelope and `out` are used for all of them, and a finalizer that reads, too, overwrites both. It
-- may run at any allocation.
local capacity, reads = 4096, 0
local out = types.texts(capacity)

--- Makes a function like `parse`, which kept.reader made for the same metatables: it is left all the rest.
function envelope_ffi.reader(parse, metatables, unknown)
    return function(body)
        if type(body) ~= "string" then return parse(body) end
        reads = reads + 1
        local read = reads
        local what = read_envelope(body, #body, envelope, refusal, out, capacity)
        if what ~= 0 or not (envelope.code.exact and envelope.message.exact
            and envelope.request_id.exact) then return parse(body) end
        local code, code_length = envelope.code.source, envelope.code.length
        local message, message_length = envelope.message.source, envelope.message.length
        local request_id, request_id_length = envelope.request_id.source, envelope.request_id.length
        local has_others = envelope.has_others
        if read ~= reads then return parse(body) end -- the pointers may be those of another body
        code = ffi_string(code, code_length)
        message = message ~= nil and ffi_string(message, message_length) or nil
        request_id = request_id ~= nil and ffi_string(request_id, request_id_length) or nil
        if read ~= reads then return parse(body) end -- the texts may be those of another body
        local metatable = metatables[code]
        if not metatable then metatable = find_seen(code, code_length) ~= nil and seen[code] or unknown end
        local err = setmetatable({ code = code, message = message, requestId = request_id }, metatable)
        if has_others then keep_all(err, { document = body }) end
        return err
    end
end

return envelope_ffi
