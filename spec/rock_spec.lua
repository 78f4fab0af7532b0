-- Runs once: it builds and installs.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

local version = _VERSION:match("%d%.%d")
local interpreter = command.interpreter
local release = require("cfs.errors")._VERSION
local head = "cfs-errors-scm-1.rockspec"
local rockspecs = { head, "rockspecs/cfs-errors-" .. release .. "-1.rockspec" }

-- A rockspec is Lua that sets globals.
local function load_rockspec(path)
    local rockspec = {}
    local chunk
    if setfenv then
        chunk = setfenv(assert(loadfile(path)), rockspec)
    else
        chunk = assert(loadfile(path, "t", rockspec))
    end
    chunk()
    return rockspec
end

-- The names of the files below a directory, sorted.
local function list(directory)
    return command.must("cd " .. directory .. " && find . -type f | LC_ALL=C sort")
end

-- What a directory for Lua modules holds when all modules of the rockspec are in it.
local function expected_files()
    local lua, c = {}, {}
    for name, source in pairs(load_rockspec(head).build.modules) do
        local path = "./" .. name:gsub("%.", "/")
        if type(source) == "string" then lua[#lua + 1] = path .. ".lua" else c[#c + 1] = path .. ".so" end
    end
    table.sort(lua)
    return table.concat(lua, "\n") .. "\n", table.concat(c, "\n") .. "\n"
end

describe("A rockspec", function()
    for _, path in ipairs(rockspecs) do
        it("is what its name says: " .. path, function()
            local rockspec = load_rockspec(path)
            assert.equal(path:match("[^/]*$"), rockspec.package .. "-" .. rockspec.version .. ".rockspec")
        end)

        it("has nothing that LuaRocks objects to: " .. path, function()
            command.must("luarocks lint " .. path)
        end)
    end

    it("is there for one version, the one that the library and the change log tell", function()
        assert.equal(rockspecs[2] .. "\n", command.must("ls rockspecs/*"))
        assert.equal(release, files.read("CHANGELOG.md"):match("\n## %[?([%d.]+)"))
        assert.equal("v" .. release, load_rockspec(rockspecs[2]).source.tag)
    end)

    it("lists every module and every C file", function()
        assert.equal(command.must("cd lua && find . -name '*.lua' | LC_ALL=C sort"),
            (expected_files()))
        local sources = {}
        for _, source in ipairs(load_rockspec(head).build.modules["cfs.errors.core"].sources) do
            sources[source] = true
        end
        for source in command.must("ls src/*.c"):gmatch("%S+") do
            assert.is_true(sources[source], source)
        end
    end)
end)

describe("An installed library", function()
    local directory, tree, luadir, libdir, bindir

    -- Runs LuaRocks for this Lua, where the project was copied to; no server is asked.
    local function luarocks(arguments)
        return command.must("cd " .. directory .. "/project && LUAROCKS_CONFIG=" .. directory
            .. "/config.lua luarocks --lua-version=" .. version .. " " .. arguments)
    end

    local function use_tree(name)
        tree = directory .. "/" .. name
        bindir = tree .. "/bin"
        luadir, libdir = tree .. "/share/lua/" .. version, tree .. "/lib/lua/" .. version
    end

    -- Asserts that all modules are where they belong, with nothing else, and that they work there.
    local function assert_installed()
        local lua, c = expected_files()
        if luadir == libdir then
            assert.equal(#lua + #c, #list(luadir))
        else
            assert.equal(lua, list(luadir))
            assert.equal(c, list(libdir))
        end
        assert.equal("421\ntrue\n", command.must("cd / && LUA_PATH='" .. luadir
            .. "/?.lua;;' LUA_CPATH='" .. libdir .. "/?.so;;' " .. interpreter
            .. [[ -e 'print(require("cfs.errors").parse("{\"code\":\"RateLimit\"}").status)']]
            .. [[ -e 'print(package.loaded["cfs.errors.core"].repair ~= nil)']]))
        -- the command, which a shell finds by its name
        assert.equal("RateLimit, cfs, 421 Misdirected Request\n", command.must("cd / && LUA_PATH='" .. luadir
            .. "/?.lua;;' LUA_CPATH='" .. libdir .. "/?.so;;' PATH=" .. bindir .. ":$PATH "
            .. "cfs-errors RateLimit | head -n 1"))
    end

    local function assert_removed()
        for _, path in ipairs { luadir, libdir } do
            assert.equal("", command.must("[ ! -e " .. path .. " ] || find " .. path .. " -type f"))
        end
        command.must("[ ! -e " .. bindir .. "/cfs-errors ]")
    end

    -- The project as it is here, committed to a repository of its own.
    setup(function()
        directory = command.new_directory()
        local project = directory .. "/project"
        command.must("mkdir " .. project .. " && tar --exclude=./.git --exclude=./build --exclude=./dist"
            .. " -cf - . | tar -xf - -C " .. project .. " && cd " .. project .. " && git init -q"
            .. " && git add -A && git -c user.name=spec -c user.email=spec@localhost"
            .. " -c commit.gpgsign=false commit -qm spec")
        local config = "rocks_servers = {}\n"
            .. 'rocks_provided = { ["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1" }\n'
        if rawget(_G, "jit") then
            local incdir = command.must("pkg-config --variable=includedir " .. interpreter):gsub("%s", "")
            config = config .. 'lua_interpreter = "' .. interpreter .. '"\nvariables = { LUA_INCDIR = "'
                .. incdir .. '" }\n'
        end
        files.write(directory .. "/config.lua", config)
    end)
    teardown(function() command.remove(directory) end)

    local by_luarocks = version ~= "5.5" and it or function() end -- Debian's does not know its headers

    by_luarocks("by `luarocks make` has its modules and nothing else, and works", function()
        use_tree("made")
        luarocks("make --tree " .. tree)
        assert_installed()
        luarocks("remove --tree " .. tree .. " cfs-errors")
        assert_removed()
    end)

    by_luarocks("by the source rock, and by the binary rock of that, is the same", function()
        command.must("cd " .. directory .. "/project && make -s dist")
        use_tree("source")
        luarocks("install --tree " .. tree .. " dist/cfs-errors-" .. release .. "-1.src.rock")
        assert_installed()
        local rock = tree .. "/lib/luarocks/rocks-" .. version .. "/cfs-errors/" .. release .. "-1/"
        for _, name in ipairs {
            "types/cfs/errors/names.lua", "docs/errors.md", "conf/LICENSE", "conf/CHANGELOG.md",
        } do
            assert.is_truthy(io.open(rock .. name), name)
        end
        luarocks("pack --tree " .. tree .. " cfs-errors")
        luarocks("remove --tree " .. tree .. " cfs-errors")
        assert_removed()
        use_tree("binary")
        luarocks("install --tree " .. tree .. " cfs-errors-" .. release .. "-1.*.rock")
        assert_installed()
        luarocks("remove --tree " .. tree .. " cfs-errors")
        assert_removed()
    end)

    it("is tested by `luarocks test`", function()
        assert.matches("\n%d+ passed, 0 failed\n", -- LuaRocks 3.13 adds a line of its own
            luarocks("test -- LUAS=" .. interpreter .. " SPECS=spec/base/suggest_spec.lua"))
        local good, message = pcall(luarocks, "test -- LUAS=" .. interpreter .. " SPECS=spec/none.lua")
        assert.is_false(good)
        assert.matches("tests failed", message, 1, true)
    end)

    it("by `make install` is the same, and goes again", function()
        command.must("cd " .. directory .. " && tar -xzf project/dist/*.tar.gz")
        local install = "cd " .. directory .. "/cfs-errors-" .. release .. " && make -s LUA=" .. interpreter
            .. " PREFIX=/usr DESTDIR=" .. directory .. "/root "
        local annotations = directory .. "/root/usr/share/cfs-errors/types/cfs/errors/names.lua"
        use_tree("root/usr")
        command.must(install .. "install")
        assert_installed()
        assert.equal(files.read("types/cfs/errors/names.lua"), files.read(annotations))
        command.must(install .. "uninstall")
        assert_removed()
        assert.is_nil(io.open(annotations))
    end)

    it("goes into OpenResty's one directory with LUA_LIB_DIR", function()
        for _, place in ipairs { "lualib", "site/lualib" } do
            luadir, libdir = directory .. "/openresty/" .. place, directory .. "/openresty/" .. place
            local make = "cd " .. directory .. "/project && make -s LUA=" .. interpreter
                .. " PREFIX=" .. directory .. "/openresty LUA_LIB_DIR=" .. luadir .. " "
            bindir = directory .. "/openresty/bin"
            command.must(make .. "install")
            assert_installed()
            command.must(make .. "uninstall")
            assert_removed()
        end
    end)

    describe("by one line for a stock OpenResty, whose Lua no PATH and no pkg-config knows,", function()
        local stock, commands, lua

        -- Runs make with no more in PATH than a compiler, a shell and what belongs to them.
        local function make(arguments, lua_path)
            local line = "cd %s/project && env -i PATH=%s LUA_PATH='%s' make -s LUA=%s LUA_LIB_DIR=%s %s"
            return command.must(line:format(directory, commands, lua_path, lua, libdir, arguments))
        end

        -- The files outside of the project that were written since the setup.
        local function written()
            return command.must("cd " .. directory .. " && find . /usr/local -newer stamp"
                .. " -type f -not -path './project/*'")
        end

        setup(function()
            stock, commands = directory .. "/stock", directory .. "/commands"
            lua, libdir = stock .. "/luajit/bin/luajit", stock .. "/site/lualib"
            luadir = libdir
            local include = command.must("tools/headers " .. interpreter):match("^%-I(%S+)")
            command.must(("mkdir -p %s %s/luajit/bin %s/luajit/include"):format(commands, stock, stock))
            command.must(("cp $(command -v %s) %s && cp -r %s %s/luajit/include"):format(interpreter, lua,
                include, stock))
            command.must("for name in make sh cc gcc as ld install sed find env dirname uname mkdir rm chmod"
                .. " grep readlink; do ln -s $(command -v $name) " .. commands .. "; done")
            command.must("touch " .. directory .. "/stamp; sleep 0.05")
        end)

        it("writes into that directory alone, asks for no package, and says where no command is", function()
            local output = make("install", "/nowhere")
            assert.matches("The command cfs-errors is not installed: BIN_DIR= says where", output, 1, true)
            assert.matches("Annotations for editors are not installed: TYPES_DIR=", output, 1, true)
            local count = 0
            for path in written():gmatch("[^\n]+") do
                assert.equal("./stock/site/lualib/", path:sub(1, 20))
                count = count + 1
            end
            local modules, core = expected_files()
            assert.equal(select(2, (modules .. core):gsub("\n", "")), count)
            assert.equal("421\n", command.must(("cd / && LUA_PATH='%s/?.lua' LUA_CPATH='%s/?.so' %s"):format(
                libdir, libdir, lua) .. [[ -e 'print(require("cfs.errors").RateLimit.status)']]))
            make("uninstall", "/nowhere")
            assert.equal("", command.must("find " .. stock .. "/site -type f"))
        end)

        it("puts the command beside a Lua that has argparse", function()
            local output = make("install", package.path)
            bindir = stock .. "/luajit/bin"
            assert.matches("The command is " .. bindir .. "/cfs-errors.\n", output, 1, true)
            assert.equal("#!" .. lua, files.read(bindir .. "/cfs-errors"):match("^[^\n]*"))
            assert_installed()
            make("uninstall", package.path)
            assert_removed()
        end)
    end)
end)
