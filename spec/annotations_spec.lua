-- What an editor reads, compared with what is loaded: LuaCATS annotations in lua/ and types/.

local command = require "spec.helpers.command"
local comments = require "tools.comments"
local errors = require "cfs.errors"
local state = require "cfs.errors.base.state"

local modules = require "spec.helpers.modules"

-- The fields that annotations give to each class: class → name → { type =, text = }.
local function read_classes()
    local classes = {}
    for path in command.must("find lua types -name '*.lua' | LC_ALL=C sort"):gmatch("%S+") do
        local class
        for line in io.lines(path) do
            class = line:match("^%-%-%-@class ([%w_.]+)") or line:find("^%-%-%-") and class
            local name, rest = line:match("^%-%-%-@field ([%w_]+) (.*)")
            if name then
                classes[class] = classes[class] or {}
                assert.is_nil(classes[class][name], path .. " repeats " .. name)
                classes[class][name] = rest
            end
        end
    end
    return classes
end

local function sorted_keys(...)
    local keys = {}
    for _, source in ipairs { ... } do
        for key in pairs(source) do keys[#keys + 1] = key end
    end
    table.sort(keys)
    return keys
end

local function vendors_kinds()
    local kinds = {}
    for kind in errors.each() do
        if kind.service == "global" or kind.service == "cfs" then kinds[kind.code] = kind end
    end
    return kinds
end

describe("The annotations", function()
    local classes = read_classes()

    it("name each code of the catalogue, with its message, status and remedy, and no other", function()
        assert.same(sorted_keys(vendors_kinds()), sorted_keys(classes["cfs.errors"]))
        for code, kind in pairs(vendors_kinds()) do
            assert.equal(("cfs.kind %d %s: `%s` %s"):format(kind.status, kind.reason, kind.message,
                kind.remedy),
            classes["cfs.errors"][code])
        end
    end)

    it("name each field of a kind, and no other", function()
        local methods = { raise = true, explain = true }
        for _, kind in pairs(vendors_kinds()) do
            assert.same(sorted_keys(classes["cfs.kind"]), sorted_keys(kind, methods))
        end
        for name in pairs(methods) do assert.equal("function", type(errors.RateLimit[name])) end
    end)

    it("name each member and each method of an error, and no other", function()
        assert.same(sorted_keys(classes["cfs.error"]),
            sorted_keys(state.methods, { code = true, message = true, requestId = true }))
    end)

    it("give words to a kind's columns as the catalogue has them", function()
        for _, column in ipairs { "fault", "retry" } do
            local words = { unknown = column == "fault" or nil }
            for _, kind in pairs(vendors_kinds()) do words[kind[column]] = true end
            local named = {}
            for word in classes["cfs.kind"][column]:gmatch('"(%a[%w_]*)"') do named[word] = true end
            assert.same(sorted_keys(words), sorted_keys(named))
        end
    end)

    for signature, comment in pairs(modules.functions()) do
        it("tell what " .. signature .. " takes and does", function()
            local names = {}
            for _, param in ipairs(comment.params) do names[#names + 1] = param.name end
            assert.same(comment.parameters or names, names)
            assert.is_true(#comments.summary(comment) > 20)
        end)
    end

    for signature, comment in pairs(modules.methods()) do
        it("tell what " .. signature .. " does and returns", function()
            assert.is_true(#comments.summary(comment) > 20)
            assert.is_true(#comment.returns > 0 or signature == "err:raise(fields)")
        end)
    end
end)
