-- In LuaJIT the envelope is read by its FFI, elsewhere and where that is missing by Lua's C API: all
-- specs run with both. What only concerns the FFI is here.

local errors = require "cfs.errors"
local kept = require "cfs.errors.object.kept"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"

local has_ffi = package.loaded.jit and pcall(require, "ffi")
local by_ffi = has_ffi and it or function() end

describe("cfs.errors.wire.envelope_ffi", function()
    it("stands behind errors.parse in LuaJIT, and nowhere else", function()
        assert.equal(has_ffi and "Lua" or "C", debug.getinfo(errors.parse, "S").what)
    end)

    by_ffi("reads again what a finalizer's reading has overwritten", function()
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

    by_ffi("reads again what a finalizer that runs behind any text has overwritten", function()
        local ffi, name = require "ffi", "cfs.errors.wire.envelope_ffi"
        local loaded, make_string = package.loaded[name], ffi.string
        local strings, parse = 0, nil
        local other = [[{"code":"\tOther","message":"\t","requestId":"\tother"}]]
        ffi.string = function(...) -- luacheck: ignore
            local text = make_string(...)
            strings = strings - 1
            if strings == 0 then assert(parse(other)) end
            return text
        end
        package.loaded[name] = nil
        local unknown = status.metatable(nil)
        parse = require(name).reader(kept.reader(state.metatables, unknown), state.metatables, unknown)
        package.loaded[name], ffi.string = loaded, make_string -- luacheck: ignore
        for count = 1, 3 do
            strings = count
            local err = parse '{"code":"\\nMine","message":"a message\\n","requestId":"\\nid"}'
            assert.same({ "\nMine", "a message\n", "\nid" }, { err.code, err.message, err.requestId })
            assert.is_true(strings <= 0)
        end
    end)

    by_ffi("takes no new type when it is loaded again", function()
        local ffi, name = require "ffi", "cfs.errors.wire.envelope_ffi"
        local loaded = package.loaded[name]
        local function new_type() return tonumber(ffi.typeof "struct { int member; }") end
        local first, second = new_type(), new_type()
        for _ = 1, 100 do
            package.loaded[name] = nil
            require(name)
        end
        package.loaded[name] = loaded
        assert.equal(second - first, new_type() - second)
    end)

    by_ffi("refuses a core that was built with another envelope", function()
        local ffi, core, name = require "ffi", require "cfs.errors.core", "cfs.errors.wire.envelope_ffi"
        local loaded = package.loaded[name]
        for place = 2, 3 do -- two functions, then two sizes
            local calls = ffi.new "size_t[4]"
            ffi.copy(calls, core.calls, 4 * ffi.sizeof "size_t")
            calls[place] = calls[place] + 1
            package.loaded[name], package.loaded["cfs.errors.core"] = nil, { calls = calls }
            local good, sentence = pcall(require, name)
            package.loaded[name], package.loaded["cfs.errors.core"] = loaded, core
            assert.is_false(good)
            assert.equal("cfs.errors.core declares an envelope otherwise than " .. name,
                sentence:match "cfs%.errors%.core.*")
        end
    end)

    it("unescapes texts of up to 4 KiB in all, and leaves longer ones to the C API", function()
        for _, length in ipairs { 1, 2046, 2047, 2048, 2049, 4094, 4095, 4096, 4097, 70000 } do
            local text = ("x"):rep(length - 1) .. "\n"
            local escaped = text:gsub("\n", "\\n")
            local err = errors.parse('{"code":"' .. escaped .. '","message":"\\u00e4","requestId":"'
                .. escaped .. '"}')
            assert.equal(text, err.code)
            assert.equal("\195\164", err.message)
            assert.equal(text, err.requestId)
        end
    end)
end)
