-- The module in C: it checks what it is handed, whatever a program has done to its tables.

local core = require "cfs.errors.core"
local errors = require "cfs.errors"
local state = require "cfs.errors.base.state"

local unpack = table.unpack or unpack -- luacheck: std max

describe("cfs.errors.core", function()
    it("has the version of cfs.errors", function()
        assert.equal(errors._VERSION, core.version)
    end)

    it("is not crashed by a metatable that has become something else", function()
        local metatables = state.metatables
        local metatable = metatables.AccessDenied
        for _, value in ipairs { 5, true, "text", print } do
            metatables.AccessDenied = value
            local good, err = pcall(errors.parse, '{"code":"AccessDenied","message":"Access denied."}')
            assert.is_true(not good or err.code == "AccessDenied")
        end
        metatables.AccessDenied = setmetatable({}, { __index = metatable })
        assert.equal("AccessDenied", errors.parse('{"code":"AccessDenied","message":"m"}').code)
        metatables.AccessDenied = { __index = 5 }
        assert.equal("AccessDenied", errors.parse('{"code":"AccessDenied","message":"m"}').code)
        metatables.AccessDenied = metatable
    end)

    it("makes no reader of what are no tables", function()
        for position = 1, 4 do
            local arguments = { {}, {}, {}, {} }
            for _, value in ipairs { 5, "text", false } do
                arguments[position] = value
                local good, message = pcall(core.reader, unpack(arguments))
                assert.is_false(good)
                assert.matches("#" .. position .. ".*table expected, got " .. type(value), message)
            end
            assert.is_false((pcall(core.reader)))
        end
    end)

    it("finds a request id that is a table's one field, and no other", function()
        assert.equal("r", core.request_id { requestId = "r" })
        for _, fields in ipairs {
            {}, { requestId = 5 }, { requestID = "r" }, { requestId = "r", message = "m" }, { "r" },
            { requestId = "r", cause = false }, setmetatable({ requestId = "r" }, {}), "requestId", 5, true,
        } do
            assert.is_nil(core.request_id(fields))
        end
        assert.is_nil(core.request_id(nil))
    end)
end)
