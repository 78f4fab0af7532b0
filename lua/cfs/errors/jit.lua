--- Reading envelopes in LuaJIT, which compiles calls by its FFI but none by Lua's C API. A body that is
--- no envelope, and one with long texts to be unescaped, is left to the C API: it does the same, more
--- slowly.

local ffi = require "ffi"
local core = require "cfs.errors.core"
local state = require "cfs.errors.state"

local metatables, side = state.metatables, state.side
local ffi_string, parse, setmetatable, type = ffi.string, core.parse, setmetatable, type

-- As in envelope.h. The types have no names, so that this file can be loaded again.
local text = "struct { const char *source; size_t length, size; bool exact; }"
local envelope = ffi.new("struct { " .. text .. " code, message, request_id; bool has_others; }")
local refusal = ffi.new "struct { const char *reason; size_t position; }"

-- As in lua_core.c.
local calls = ffi.cast([[struct {
    int (*read)(const char *body, size_t length, void *envelope, void *refusal, char *out,
        size_t capacity);
    size_t envelope_size, refusal_size;
} *]], core.calls)

assert(calls.envelope_size == ffi.sizeof(envelope) and calls.refusal_size == ffi.sizeof(refusal),
    "cfs.errors.core is of another version than cfs.errors.jit")

-- Where texts are unescaped. One that is longer is left to the C API.
local capacity = 4096
local out = ffi.new("char[?]", capacity)

-- How many bodies were read. The envelope and its unescaped texts lie in one place each: a finalizer
-- that reads, too, overwrites them, and may run whenever something is allocated.
local reads = 0


-- The text of a member; nil if it is absent.
local function take(source, length)
    if source == nil then return nil end
    return ffi_string(source, length)
end


--- See cfs.errors.envelope.
return function(body)
    if type(body) ~= "string" then return parse(body) end
    reads = reads + 1
    local read = reads
    local what = calls.read(body, #body, envelope, refusal, out, capacity)
    if what ~= 0 or not (envelope.code.exact and envelope.message.exact and envelope.request_id.exact)
    then return parse(body) end
    local code, code_length = envelope.code.source, envelope.code.length
    local message, message_length = envelope.message.source, envelope.message.length
    local request_id, request_id_length = envelope.request_id.source, envelope.request_id.length
    local has_others = envelope.has_others
    if read ~= reads then return parse(body) end -- the pointers may be those of another body
    code = take(code, code_length)
    message = take(message, message_length)
    request_id = take(request_id, request_id_length)
    if read ~= reads then return parse(body) end -- the texts may be those of another body
    local err = setmetatable({
        code = code,
        message = message,
        requestId = request_id,
    }, metatables[code] or metatables[false])
    if has_others then side[err] = { document = body } end
    return err
end
