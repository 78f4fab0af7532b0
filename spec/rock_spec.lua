local command = require "spec.command"

local version = _VERSION:match("%d%.%d")
local interpreter = command.interpreter
local rockspec_name = "cfs-errors-scm-1.rockspec"


-- A rockspec is Lua that sets globals.
local function load_rockspec()
    local rockspec = {}
    local chunk
    if setfenv then
        chunk = setfenv(assert(loadfile(rockspec_name)), rockspec)
    else
        chunk = assert(loadfile(rockspec_name, "t", rockspec))
    end
    chunk()
    return rockspec
end


-- The names of the files below a directory, sorted.
local function files(directory)
    return command.must("cd " .. directory .. " && find . -type f | LC_ALL=C sort")
end


-- What a directory for Lua modules holds when all modules of the rockspec are in it.
local function expected_files()
    local lua, c = {}, {}
    for name, source in pairs(load_rockspec().build.modules) do
        local path = "./" .. name:gsub("%.", "/")
        if type(source) == "string" then lua[#lua + 1] = path .. ".lua" else c[#c + 1] = path .. ".so" end
    end
    table.sort(lua)
    return table.concat(lua, "\n") .. "\n", table.concat(c, "\n") .. "\n"
end


describe("The rockspec", function()
    it("has the version that the library tells", function()
        local rockspec = load_rockspec()
        assert.equal(require("cfs.errors")._VERSION .. "-1", rockspec.version)
        assert.equal(rockspec_name, rockspec.package .. "-" .. rockspec.version .. ".rockspec")
    end)

    it("lists every module and every C file", function()
        local rockspec = load_rockspec()
        assert.equal(command.must("cd lua && find . -name '*.lua' | LC_ALL=C sort"),
            (expected_files()))
        local sources = {}
        for _, source in ipairs(rockspec.build.modules["cfs.errors.core"].sources) do
            sources[source] = true
        end
        for source in command.must("ls src/*.c"):gmatch("%S+") do
            assert.is_true(sources[source], source)
        end
    end)
end)


describe("An installed library", function()
    local directory, tree, luadir, libdir

    -- Loads the library from where it was installed, and nowhere else.
    local function try_it()
        return command.must("cd / && LUA_PATH='" .. luadir .. "/?.lua;;' LUA_CPATH='" .. libdir
            .. "/?.so;;' " .. interpreter
            .. [[ -e 'print(require("cfs.errors").parse("{\"code\":\"RateLimit\"}").status)']]
            .. [[ -e 'print(package.loaded["cfs.errors.core"].parse ~= nil)']])
    end

    setup(function()
        directory = command.new_directory()
        tree = directory .. "/tree"
        luadir, libdir = tree .. "/share/lua/" .. version, tree .. "/lib/lua/" .. version
        command.must("cp -r src lua Makefile tools " .. rockspec_name .. " LICENSE " .. directory)
    end)
    teardown(function() command.remove(directory) end)

    it("by LuaRocks has its modules and nothing else, and works", function()
        local config = directory .. "/config.lua"
        local file = assert(io.open(config, "w"))
        file:write('rocks_provided = { ["lua-cjson"] = "2.1.0-1" }\n')
        if rawget(_G, "jit") then
            local incdir = command.must("pkg-config --variable=includedir luajit"):gsub("%s", "")
            file:write('lua_interpreter = "luajit"\nvariables = { LUA_INCDIR = "' .. incdir .. '" }\n')
        end
        file:close()
        command.must("cd " .. directory .. " && LUAROCKS_CONFIG=" .. config
            .. " luarocks --lua-version=" .. version .. " make --tree " .. tree)
        local lua, c = expected_files()
        assert.equal(lua, files(luadir))
        assert.equal(c, files(libdir))
        assert.equal("421\ntrue\n", try_it())
    end)

    it("by `make install` is the same, and goes again", function()
        local install = "cd " .. directory .. " && make -s LUA=" .. interpreter
            .. " PREFIX=/usr DESTDIR=" .. directory .. "/root "
        luadir = directory .. "/root/usr/share/lua/" .. version
        libdir = directory .. "/root/usr/lib/lua/" .. version
        command.must(install .. "install")
        local lua, c = expected_files()
        assert.equal(lua, files(luadir))
        assert.equal(c, files(libdir))
        assert.equal("421\ntrue\n", try_it())
        command.must(install .. "uninstall")
        assert.equal("", files(directory .. "/root"))
    end)

    it("goes into OpenResty's one directory with LUA_LIB_DIR", function()
        luadir, libdir = directory .. "/lualib", directory .. "/lualib"
        command.must("cd " .. directory .. " && make -s LUA=" .. interpreter .. " LUA_LIB_DIR="
            .. luadir .. " install")
        assert.equal("421\ntrue\n", try_it())
    end)
end)
