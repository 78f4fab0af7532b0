-- Walks what CONTRIBUTING.md says of adding a code, in a copy of the project.
-- Runs once: it builds a copy of the project.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

local interpreter, read = command.interpreter, files.read

local function append(path, text)
    files.write(path, read(path) .. text)
end

describe("Adding a code", function()
    local directory, rows

    local function in_copy(line) return command.must("cd " .. directory .. " && " .. line) end

    setup(function()
        directory = command.new_directory()
        command.must("cp -r README.md README.zh-CN.md bench bin src lua spec tools types docs rockspecs "
            .. "*.rockspec Makefile " .. directory)
        rows = {}
        for language, row in read("CONTRIBUTING.md"):gmatch("\n```(%a+)\n(.-\n)```") do
            rows[#rows + 1] = { language = language, text = row }
        end
    end)
    teardown(function() command.remove(directory) end)

    it("takes the rows that CONTRIBUTING.md shows, in the places that it names", function()
        local languages = {}
        for index = 1, 4 do languages[index] = rows[index].language end
        assert.same({ "c", "c", "c", "tsv" }, languages)
        append(directory .. "/src/catalogue.def", rows[1].text)
        assert.is_false((command.run("make -s -C " .. directory .. " CFLAGS=-O0")))
        append(directory .. "/src/advice.def", rows[2].text)
        assert.is_false((command.run("make -s -C " .. directory .. " CFLAGS=-O0")))
        append(directory .. "/src/advice_zh.def", rows[3].text)
        append(directory .. "/spec/data/catalogue.tsv", rows[4].text)
        in_copy("make -s docs CFLAGS=-O0 && make -s CFLAGS=-O0 LUA=" .. interpreter)
        local program = [[
            local errors = require "cfs.errors"
            print(errors.ShareLocked.status, errors.ShareLocked.retry)
            print(errors.parse('{"code":"ShareLocked"}'):is("state"))
            print(errors.search("share is locked")[1].code)
        ]]
        assert.equal("423\tpoll\ntrue\nShareLocked\n", in_copy("LUA_PATH='lua/?.lua;;' "
            .. "LUA_CPATH='build/" .. interpreter .. "/?.so;;' " .. interpreter .. " -e '"
            .. program:gsub("'", "'\\''") .. "'"))
    end)

    it("reaches what is generated", function()
        assert.truthy(read(directory .. "/docs/errors.md")
            :find("### ShareLocked\n\n`The share is locked.`", 1, true))
        assert.truthy(read(directory .. "/types/cfs/errors/names.lua")
            :find("---@field ShareLocked cfs.kind 423 Locked: `The share is locked.` Wait until", 1, true))
    end)

    it("passes the tests of whatever goes through the catalogue", function()
        in_copy("make -s golden CFLAGS=-O0")
        local names = {}
        for index, name in ipairs {
            "annotations", "drift", "generated", "testing", "catalogue/extend", "catalogue/kind",
            "object/make", "retry/advice", "explain/explain",
        } do
            names[index] = "spec/" .. name .. "_spec.lua"
        end
        assert.matches("\n%d+ passed, 0 failed\n$",
            in_copy("SPECS='" .. table.concat(names, " ") .. "' tools/test only " .. interpreter))
    end)
end)
