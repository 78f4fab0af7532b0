local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

local flags = "-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
local directory


describe("The C library", function()
    setup(function() directory = command.new_directory() end)
    teardown(function() command.remove(directory) end)

    it("works without Lua: finds, walks and counts", function()
        local program = directory .. "/plain"
        command.must("cc " .. flags .. " -Isrc -o " .. program
            .. " spec/plain.c src/catalogue.c src/envelope.c src/utf8.c")
        local rows = files.read("spec/data/catalogue.tsv"):gsub("^[^\n]*\n", "")
        assert.equal(rows .. table.concat({
            "cut none",
            "by length some",
            "case none",
            "empty none",
            "long none none",
            "as long as the last none",
            "past the end none",
            "by enumerator RateLimit",
            "not_envelope the document is too long 1",
            "too much",
            "too much",
            "too much",
            "2",
            "too much",
            "valid 0",
            "1 2 3 4 0",
            "",
        }, "\n"), command.must(program))
    end)

    it("scans strings alike, with the processor's wide registers and without", function()
        local program = directory .. "/scan"
        local compile = "cc " .. flags .. " -O2 -Isrc -o " .. program .. " spec/scan.c"
        command.must(compile)
        assert.matches("^by %w+[ %w]*: 0 wrong\n$", command.must(program))
        command.must(compile .. " -DCFS_PORTABLE")
        assert.equal("by words: 0 wrong\n", command.must(program))
    end)

    it("includes no header of Lua but in the module's file", function()
        assert.equal("src/lua_core.c\n", command.must("grep -l '#include <l[ua]' src/*"))
    end)

    it("exports nothing but the module from its shared object", function()
        local object = package.searchpath and package.searchpath("cfs.errors.core", package.cpath)
            or package.cpath:match("^[^;]*"):gsub("?", "cfs/errors/core")
        local symbols = command.must("nm -D --defined-only " .. object)
        assert.equal("luaopen_cfs_errors_core", symbols:match("^%x+ T (%S+)%s*$"))
    end)

    describe("does not compile when", function()
        local rows = {
            ["catalogue.def"] = "CFS_ERROR%(cfs, InstanceNotFound,.-\"%)\n",
            ["advice.def"] = "CFS_ADVICE%(InstanceNotFound,.-\"%)\n",
        }
        local changes = {
            ["lacks a code"] = function() return "" end,
            ["has a code twice"] = function(row) return row .. row end,
            ["has a code that the other lacks"] = function(row)
                return row .. row:gsub("InstanceNotFound", "InstanceNotThere")
            end,
        }

        local function compile(changed, content)
            command.must("rm -rf " .. directory .. "/src && cp -r src " .. directory .. "/src")
            if changed then files.write(directory .. "/src/" .. changed, content) end
            return command.run("cc " .. flags .. " -fsyntax-only " .. directory .. "/src/catalogue.c")
        end

        it("something is wrong, and only then", function()
            assert.is_true((compile()))
        end)

        for name, pattern in pairs(rows) do
            for what, change in pairs(changes) do
                it(name .. " " .. what, function()
                    local content, count = files.read("src/" .. name):gsub(pattern, change)
                    assert.equal(1, count)
                    local good, output = compile(name, content)
                    assert.is_false(good)
                    assert.truthy(output:find("InstanceNot", 1, true))
                end)
            end
        end
    end)
end)
