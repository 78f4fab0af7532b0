-- Loading the library: twice, in another version than its core, with a core that another Lua built.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

local interpreter = command.interpreter

-- Runs a program in a Lua of its own, which has the library as it is here; raises where that fails.
local function run(program, path, cpath)
    local name = os.tmpname()
    files.write(name, program)
    local good, output = command.run(("LUA_PATH='%s;;' LUA_CPATH='%s;;' %s %s"):format(path or "lua/?.lua",
        cpath or package.cpath:gsub(";;$", ""), interpreter, name))
    os.remove(name)
    return good, output
end

local function must_run(...)
    local good, output = run(...)
    assert.is_true(good, output)
    return output
end

local unload = [[
local function unload()
    for name in pairs(package.loaded) do
        if name:find "^cfs%.errors" then package.loaded[name] = nil end
    end
end
]]

describe("Loading again", function()
    it("keeps kinds, errors and what was added", function()
        must_run(unload .. [[
            local first = require "cfs.errors"
            first.extend { { code = "Mine", status = 404, message = "No {what}" } }
            local kind, err = first.Mine, first.Mine { what = "key", cause = first.AccessDenied() }
            unload()
            local second = require "cfs.errors"
            second.extend { { code = "Mine", status = 404, message = "No {what}" } }
            assert(second ~= first and rawequal(second.Mine, kind) and second.catalogue == first.catalogue)
            assert(second.is(err, "Mine") and first.is(second.Mine { what = "key" }, 404))
            assert(err:params().what == "key" and err:find "permission" and #tostring(err) > 0)
        ]])
    end)

    it("leaves functions that were kept from an earlier loading safe", function()
        must_run(unload .. [[
            local kept = {}
            for index = 1, 3 do
                kept[index] = require("cfs.errors").parse
                unload()
            end
            local parse = kept[2]
            kept = nil
            for _ = 1, 3 do collectgarbage() end
            local strings = {}
            for index = 1, 300000 do strings[index] = "string " .. index end
            for index = 1, 1000 do
                local err = parse('{"code":"RateLimit","message":"m","requestId":"r' .. index .. '","x":1}')
                assert(err.requestId == "r" .. index and err:is "throttle" and err:details().x == 1)
            end
        ]])
    end)

    it("goes on where memory ran out in the middle of a loading", function()
        must_run(unload .. [[
            local core = require "cfs.errors.core"
            local catalogue = core.catalogue
            core.catalogue = function() error("not enough memory", 0) end
            assert(not pcall(require, "cfs.errors"))
            core.catalogue = catalogue
            for name in pairs(package.loaded) do
                if name:find "^cfs%.errors%.[^c]" then package.loaded[name] = nil end
            end
            package.loaded["cfs.errors"], package.loaded["cfs.errors.catalogue.kind"] = nil, nil
            assert(require("cfs.errors").RateLimit.status == 421)
        ]])
    end)
end)

describe("A core of another version", function()
    local sentence = "cfs.errors 0.2.0 found the core of %s: after an upgrade restart nginx, "
        .. "a reload keeps the old core"

    it("is refused", function()
        local version = require "cfs.errors.base.version"
        for given, told in pairs { ['"9.9.9"'] = "9.9.9", ["nil"] = "0.1.0" } do
            local _, output = run('require("cfs.errors.core").version = ' .. given .. [[

                local good, message = pcall(require, "cfs.errors")
                print(good, (message:gsub("^error loading.-\n%s*", "")))]])
            assert.equal("false\t" .. sentence:gsub("0.2.0", version):format(told) .. "\n", output)
        end
    end)
end)

if _VERSION ~= "Lua 5.1" then return end

describe("A core for Lua 5.1 or LuaJIT", function()
    it("serves both, whichever built it", function()
        local other = rawget(_G, "jit") and "lua5.1" or "luajit"
        local cpath = "build/" .. other .. "/?.so"
        if not command.run("make -s build/" .. other .. "/cfs/errors/core.so") then
            pending(other .. " is not here")
        end
        must_run([[
            local errors = require "cfs.errors"
            assert(package.searchpath == nil
                or package.searchpath("cfs.errors.core", package.cpath):find "]] .. other .. [[")
            local err = assert(errors.parse '{"code":"RateLimit","message":"a\\u0041","x":[1]}')
            assert(err.message == "aA" and err:details().x[1] == 1 and err:to_json())
            assert(not pcall(errors.raise, "AccessDenied", { requestId = "r" }))
        ]], nil, cpath)
    end)
end)
