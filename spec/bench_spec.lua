-- What the benchmarks compare with, and how they tell what they measured.
-- Runs once: the benchmarks choose their Lua.

local command = require "spec.helpers.command"
local contenders = require "bench.contenders"
local files = require "spec.helpers.files"
local measure = require "bench.measure"
local rows = require "bench.rows"

local body = '{"code":"NoSuchKey","message":"\195\164","requestId":"r-1"}'

-- A module that reads the members that an error has, of JSON without spaces.
local reader = [[
local function member(text, name)
    local value = text:match('"' .. name .. '":"([^"]*)"')
    return value and (value:gsub("\\u00e4", "\195\164"))
end
local function read(text)
    if text:sub(1, 1) ~= "{" then error "no object" end
    return { code = member(text, "code"), message = member(text, "message"),
        requestId = member(text, "requestId") }
end
return { %s = %s }
]]

describe("PEERS=directory make bench", function()
    local directory

    -- What bench/process.lua says of a peer that stands in the directory.
    local function find(name)
        for index, peer in ipairs(contenders.peers) do
            if peer[1] == name then
                return command.must(("PEERS=%s %s bench/process.lua peer %d"):format(
                    directory, command.interpreter, index))
            end
        end
    end

    setup(function() directory = command.new_directory() end)
    teardown(function() command.remove(directory) end)

    it("finds a module by its name and its function", function()
        files.write(directory .. "/simdjson.lua", reader:format("parse", "read"))
        files.write(directory .. "/yyjson.lua", reader:format("decode", "read"))
        assert.equal("found\n", find "simdjson")
        assert.equal("found\n", find "yyjson")
    end)

    it("finds a module in a tree of LuaRocks", function()
        local folder = directory .. "/share/lua/" .. _VERSION:match "%d.%d"
        command.must("mkdir -p " .. folder)
        files.write(folder .. "/lunajson.lua", reader:format("decode", "read"))
        assert.equal("found\n", find "lunajson")
    end)

    it("says why a module takes no part", function()
        files.write(directory .. "/rapidjson.lua", reader:format("decode", "function() return {} end"))
        files.write(directory .. "/ljson.lua", reader:format("encode", "read"))
        command.must("mkdir -p " .. directory .. "/rapidjson")
        files.write(directory .. "/rapidjson/safe.lua", 'error("not for this Lua", 0)')
        assert.equal("reads an envelope otherwise\n", find "rapidjson")
        assert.equal("has no function decode\n", find "ljson")
        assert.equal("cannot be loaded: not for this Lua\n", find "rapidjson.safe")
        command.remove(directory .. "/ljson.lua")
        assert.equal("not found\n", find "ljson")
    end)
end)

describe("A contender", function()
    for _, name in ipairs { "ours", "cjson", "patterns" } do
        it(name .. " makes the members of a body, and nothing of what is none", function()
            local read = contenders[name]()
            local err = read(body)
            assert.same({ "NoSuchKey", "\195\164", "r-1" }, { err.code, err.message, err.requestId })
            assert.is_nil((read "<html></html>"))
        end)
    end
end)

describe("A row of the benchmarks", function()
    it("can be measured, whatever it is of", function()
        for _, name in ipairs { "targets", "borders" } do
            for index, row in ipairs(rows[name]) do
                -- the floor is another module, which only the benchmarks build
                if not row.name:find("floor by the C API", 1, true) then
                    for way, make in ipairs(row.ways) do
                        local f, argument = make()
                        assert.is_not_nil(f(argument), name .. " " .. index .. " " .. way)
                    end
                end
            end
        end
    end)

    it("has at the borders texts of the size that it tells", function()
        for _, row in ipairs(rows.borders) do
            assert.equal(row.has_sizes and #rows.sizes or 1, #row.ways)
        end
        for way, size in ipairs(rows.sizes) do
            local _, pasted = rows.borders[1].ways[way]()
            assert.equal(size[2], #pasted)
        end
    end)
end)

describe("measure", function()
    it("tells the median, and from the least to the greatest", function()
        assert.same({ 3, 1, 9 }, { measure.median { 9, 1, 3 } })
        assert.equal("3.00 (1.00-9.00)", measure.spread { 9, 1, 3 })
        assert.same({ 2, 0.5 }, measure.ratios({ 4, 1 }, { 2, 2 }))
    end)

    it("tells a duration in the unit that suits it", function()
        assert.same({ "410 ns", "3.1 us", "2.2 ms" },
            { measure.duration(410e-9), measure.duration(3.14e-6), measure.duration(2.2e-3) })
    end)
end)

describe("bench/page.lua", function()
    local directory
    setup(function() directory = command.new_directory() end)
    teardown(function() command.remove(directory) end)

    it("fills each block, also one that is empty, and no other", function()
        local row = "handler   58324 (34827-61114)   16.9 us   0.88\n"
        for name, text in pairs { a = "one\n\n", b = "two\n", nginx = row } do
            files.write(directory .. "/" .. name .. ".txt", text)
        end
        local page = "<!-- a -->\n\n```\n%s```\n\n## b\n\n<!-- b -->\n\n```\n%s```\n\n```\nx\n```\n"
        for _, before in ipairs { page:format("", "old\nold\n"), page:format("old\n", "") } do
            files.write(directory .. "/page", before)
            command.must(("cd %s && lua5.4 $OLDPWD/bench/page.lua . page table"):format(directory))
            assert.equal(page:format("one\n", "two\n"), files.read(directory .. "/page"))
            assert.equal("# nginx\nhandler\t16900\n", files.read(directory .. "/table"))
        end
    end)

    it("has filled each block of docs/performance.md", function()
        local blocks = {}
        for name, block in files.read("docs/performance.md"):gmatch "<!%-%- (%S+) %-%->\n\n```\n(.-)```\n" do
            blocks[#blocks + 1] = name
            assert.truthy(block:find "\n.*\n", name)
        end
        table.sort(blocks)
        assert.same({ "c", "instructions", "lua5.4", "luajit", "nginx" }, blocks)
    end)
end)
