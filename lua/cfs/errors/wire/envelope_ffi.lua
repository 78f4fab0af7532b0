--- Reading envelopes in LuaJIT, which compiles calls by its FFI but none by Lua's C API. Whatever
--- is not plain to read is left to the C API: it does the same, more slowly.

local ffi = require "ffi"
local core = require "cfs.errors.core"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"

local kept, metatables, unknown = state.kept, state.metatables, status.metatable(nil)
local ffi_string, setmetatable, type = ffi.string, setmetatable, type

local envelope_ffi = {}

-- As in envelope.h. The types have no names, so that this file can be loaded again.
local text = "struct { const char *source; size_t length, size; bool exact; }"
local envelope = ffi.new("struct { " .. text .. " code, message, request_id; bool has_others; }")
local refusal = ffi.new "struct { const char *reason; size_t position; }"

-- As in lua_core.c. The address of the function is copied: a pointer into the userdata would not
-- keep that alive. The function itself stays where it is as long as the Lua state is open.
local calls = ffi.cast([[struct {
    int (*read)(const char *body, size_t length, void *envelope, void *refusal);
    size_t envelope_size, refusal_size;
} *]], core.calls)
local read_envelope = ffi.cast("int (*)(const char *, size_t, void *, void *)", calls.read)

assert(calls.envelope_size == ffi.sizeof(envelope) and calls.refusal_size == ffi.sizeof(refusal),
    "cfs.errors.core declares an envelope otherwise than cfs.errors.wire.envelope_ffi")

-- How many bodies were read. What is read lies in one place, where a finalizer that reads, too, may
-- overwrite it whenever the collector runs.
local reads = 0


local function is_plain(member)
    return member.source == nil or member.exact
end


-- The text of a member; nil if it is absent.
local function take(source, length)
    if source == nil then return nil end
    return ffi_string(source, length)
end


--- A reader like the one of the C API.
---@param parse fun(body: string): any core.reader's, for all that this one leaves to it
---@return fun(body: string): any parse see cfs.errors.wire.envelope
function envelope_ffi.reader(parse)
    return function(body)
        if type(body) ~= "string" then return parse(body) end
        reads = reads + 1
        local read = reads
        local what = read_envelope(body, #body, envelope, refusal)
        if what ~= 0 or not (envelope.code.exact and is_plain(envelope.message)
            and is_plain(envelope.request_id)) then return parse(body) end
        local code, code_length = envelope.code.source, envelope.code.length
        local message, message_length = envelope.message.source, envelope.message.length
        local request_id, request_id_length = envelope.request_id.source, envelope.request_id.length
        local has_others = envelope.has_others
        if read ~= reads then return parse(body) end
        code = take(code, code_length)
        local err = setmetatable({
            code = code,
            message = take(message, message_length),
            requestId = take(request_id, request_id_length),
        }, metatables[code] or unknown)
        if has_others then kept[err] = { document = body } end
        return err
    end
end


return envelope_ffi
