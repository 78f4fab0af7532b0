local core = require "cfs.errors.core"
local errors = require "cfs.errors"
local state = require "cfs.errors.base.state"
local version = require "cfs.errors.base.version"

-- The module, or what it raises, as if it were loaded for the first time.
local function load_again()
    local loaded = package.loaded["cfs.errors.base.state"]
    package.loaded["cfs.errors.base.state"] = nil
    local good, result = pcall(require, "cfs.errors.base.state")
    package.loaded["cfs.errors.base.state"] = loaded
    return good, result
end

describe("cfs.errors.base.state", function()
    it("is the table that the core keeps, and stays what it is when the module is loaded again", function()
        local before = {}
        for name, value in pairs(state) do before[name] = value end
        assert.is_true(rawequal(core.state, state))
        assert.is_true(rawequal(state, select(2, load_again())))
        for name, value in pairs(state) do assert.is_true(rawequal(before[name], value), name) end
    end)

    it("is made anew where memory ran out before it was whole", function()
        local tables = { is_complete = true }
        for _, name in ipairs {
            "kinds", "order", "catalogue", "categories", "metatables", "kind_of", "status_metatables", "seen",
            "services", "kept", "methods", "error_metatable", "kind_metatable", "list_metatable",
            "catalogue_metatable", "public",
        } do tables[name] = {} end
        core.state = { kinds = {} }
        local good, made = load_again()
        core.state = state
        assert.is_true(good)
        assert.same(tables, made)
        assert.is_true(rawequal(made.catalogue_metatable, getmetatable(made.catalogue)))
    end)

    it("keeps alive neither errors nor their metatables", function()
        for _, name in ipairs { "kind_of", "kept" } do
            assert.equal("k", getmetatable(state[name]).__mode)
        end
        local function count()
            collectgarbage()
            collectgarbage()
            local sizes = {}
            for index, name in ipairs { "kind_of", "kept" } do
                sizes[index] = 0
                for _ in pairs(state[name]) do sizes[index] = sizes[index] + 1 end
            end
            return sizes
        end
        local function make()
            local inner = errors.from_response { status = 502, headers = {}, body = "<html>" }
            errors.AccessDenied { cause = inner }
        end
        make() -- the kind of the status stays
        local before = count()
        for _ = 1, 100 do make() end
        assert.same(before, count())
    end)

    it("refuses a core of another version, and says which that is", function()
        for given, told in pairs { ["9.9.9"] = "9.9.9", [false] = "0.1.0" } do
            core.version = given or nil
            local good, sentence = load_again()
            core.version = version
            assert.is_false(good)
            assert.equal("cfs.errors " .. version .. " found the core of " .. told
                .. ": after an upgrade restart nginx, a reload keeps the old core", sentence)
        end
        assert.is_true((load_again()))
    end)
end)
