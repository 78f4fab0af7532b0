-- Runs once: it builds the C library.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

local flags = "-std=c99 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
local directory, tree

-- The headers that are installed.
local headers = { "cfs.h", "catalogue.h", "envelope.h", "utf8.h" }

-- Runs a command whose pkg-config knows the installed library.
local function with_library(line)
    return command.must("export PKG_CONFIG_PATH=" .. tree .. "/lib/pkgconfig LD_LIBRARY_PATH=" .. tree
        .. "/lib; " .. line)
end

-- Symbols that a shared object exports, sorted, one a line.
local function exports(object)
    return command.must("nm -D --defined-only " .. object .. " | sed -n 's/.* T //p' | LC_ALL=C sort")
end

-- The functions that the headers declare as public, in the same form.
local function public_functions()
    local names = {}
    for _, header in ipairs(headers) do
        for name in files.read("src/" .. header):gmatch("\nCFS_API [^(]-([%w_]+)%(") do
            names[#names + 1] = name
        end
    end
    table.sort(names)
    return table.concat(names, "\n") .. "\n"
end

describe("The C library", function()
    setup(function()
        directory = command.new_directory()
        tree = directory .. "/tree"
        command.must("make -s install-lib PREFIX=" .. tree)
    end)
    teardown(function() command.remove(directory) end)

    it("works without Lua: finds, walks and counts", function()
        local program = directory .. "/plain"
        command.must("cc " .. flags .. " -Isrc -o " .. program .. " spec/plain.c " .. tree
            .. "/lib/libcfs-errors.a")
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
            "seen gateway none none none none",
            "empty expected a JSON document 1",
            "none",
            "0 valid 1",
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

    it("exports nothing but the opener from the Lua module", function()
        local object = package.searchpath and package.searchpath("cfs.errors.core", package.cpath)
            or package.cpath:match("^[^;]*"):gsub("?", "cfs/errors/core")
        assert.equal("luaopen_cfs_errors_core\n", exports(object))
    end)

    it("exports all its functions, and nothing else, from libcfs-errors.so", function()
        assert.truthy(public_functions():find("\ncfs_envelope_read\n", 1, true))
        assert.equal(public_functions(), exports(tree .. "/lib/libcfs-errors.so"))
    end)

    it("is not exported by a shared object that libcfs-errors.a is linked into", function()
        local object = directory .. "/other.so"
        command.must("cc -shared -o " .. object .. " -Wl,--whole-archive " .. tree
            .. "/lib/libcfs-errors.a -Wl,--no-whole-archive")
        assert.equal("", exports(object))
    end)

    it("has one version, which its pkg-config file and its soname tell", function()
        local version = files.read("src/cfs.h"):match('\n#define CFS_VERSION "(%d+%.%d+%.%d+)"\n')
        assert.equal(version .. "\n", with_library("pkg-config --modversion cfs-errors"))
        local dynamic = command.must("objdump -p " .. tree .. "/lib/libcfs-errors.so." .. version)
        assert.equal("libcfs-errors.so." .. version:match("^%d+%.%d+"), dynamic:match("SONAME%s+(%S+)"))
    end)

    it("has headers that each stand alone, in C99 and in C++11", function()
        for _, header in ipairs(headers) do
            for _, compiler in ipairs { "cc -std=c99 -x c", "c++ -std=c++11 -x c++" } do
                with_library("printf '#include <cfs-errors/" .. header .. ">\\nint used;\\n' | "
                    .. compiler .. " -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags cfs-errors)"
                    .. " -fsyntax-only -")
            end
        end
    end)

    describe("is linked into the example", function()
        local languages = {
            ["from C99"] = "cc -std=c99",
            ["from C++11"] = "c++ -std=c++11 -x c++",
        }
        local libraries = {
            statically = { "-static", "--static" },
            dynamically = { "", "" },
        }
        local warnings = flags:gsub("^%S+ ", "")
        local responses = {
            { '{"code":"RateLimit"}', "RateLimit: throttle\nrepeat: throttle\n", 0 },
            { '{"code":"Rate\\u004cimit","message":"m"}', "RateLimit: throttle\nrepeat: throttle\n", 0 },
            { '{"code":"AccessDenied"}', "AccessDenied: permission\nrepeat: no\n", 1 },
            { '{"code":"NoSuchKey"}', "a code that the catalogue does not have\nrepeat: no\n", 1 },
            { '{"code":"' .. ("\\n"):rep(1025) .. '"}', "a code that the catalogue does not have\n", 1 },
            { "", "empty body: expected a JSON document at byte 1\n", 2 },
            { '{"code" 1}', "malformed JSON: expected ':' at byte 9\n", 2 },
        }

        for language, compiler in pairs(languages) do
            for way, options in pairs(libraries) do
                it(language .. ", " .. way, function()
                    local program = directory .. "/explain"
                    with_library(("%s %s -o %s examples/c/explain.c -x none %s "
                        .. "$(pkg-config %s --cflags --libs cfs-errors)"):format(compiler, warnings,
                            program, options[1], options[2]))
                    local needs = command.must("objdump -p " .. program)
                    assert.equal(way == "dynamically",
                        needs:find("NEEDED%s+libcfs%-errors%.so%.%d+%.%d+\n") ~= nil)
                    for _, row in ipairs(responses) do
                        files.write(directory .. "/body", row[1])
                        local output = with_library("status=0; " .. program .. " <" .. directory
                            .. "/body || status=$?; echo exit status $status")
                        assert.equal(row[2], output:sub(1, #row[2]))
                        assert.equal(row[3], tonumber(output:match("exit status (%d+)\n$")))
                    end
                end)
            end
        end
    end)

    it("leaves nothing behind when it is uninstalled", function()
        local other = directory .. "/other"
        command.must("make -s install-lib DESTDIR=" .. other .. " PREFIX=/usr")
        assert.equal(command.must("cd " .. tree .. " && find . ! -type d | LC_ALL=C sort"),
            command.must("cd " .. other .. "/usr && find . ! -type d | LC_ALL=C sort"))
        assert.equal("prefix=/usr\n", files.read(other .. "/usr/lib/pkgconfig/cfs-errors.pc"):match("^.-\n"))
        for _ = 1, 2 do -- the second time there is nothing to remove
            command.must("make -s uninstall-lib DESTDIR=" .. other .. " PREFIX=/usr")
            assert.equal("", command.must("find " .. other .. " ! -type d"))
        end
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
            command.remove(directory .. "/src")
            command.must("cp -r src " .. directory .. "/src")
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
