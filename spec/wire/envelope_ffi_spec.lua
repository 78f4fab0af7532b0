-- In LuaJIT the envelope is read by its FFI, elsewhere and where that is missing by Lua's C API: all
-- specs run with both. What only concerns the FFI is here.

local errors = require "cfs.errors"

local has_ffi = package.loaded.jit and pcall(require, "ffi")


describe("cfs.errors.wire.envelope_ffi", function()
    it("stands behind errors.parse in LuaJIT, and nowhere else", function()
        assert.equal(has_ffi and "Lua" or "C", debug.getinfo(errors.parse, "S").what)
    end)

    it("reads again what a finalizer's reading has overwritten", function()
        if not has_ffi then return end
        local ffi, finalized = require "ffi", 0
        local function read_other()
            finalized = finalized + 1
            assert(errors.parse '{"code":"Other","message":"of the finalizer","requestId":"other"}')
        end
        local index = 0
        while finalized < 1000 do
            ffi.gc(ffi.new "char[1]", read_other)
            index = index + 1
            local id = "id-" .. index
            local err = errors.parse('{"code":"Mine","message":"' .. id .. '","requestId":"' .. id .. '"}')
            assert(err.code == "Mine" and err.message == id and err.requestId == id)
        end
    end)
end)
