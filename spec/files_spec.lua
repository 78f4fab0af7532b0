-- After `require`, nothing that a server calls opens a file: the system's calls are listed, and all of it
-- works when no descriptor is left and the library's own files are gone.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

-- Runs in a directory that has a copy of the library, and of every_call.lua.
local loading = [[
local loaded = {
    errors = require "cfs.errors",
    retry = require "cfs.errors.retry",
    testing = require "cfs.errors.testing",
}
local methods = require("cfs.errors.base.state").methods
local every_call = require "every_call"
]]

local calling = [[
local count = every_call.run(loaded, methods, true)
for name in pairs(package.loaded) do assert(not name:find "^cfs%.errors%.explain", name) end
]]

local without_files = loading .. [[
assert(os.execute("rm -r '" .. arg[1] .. "'"))
local holders = {}
repeat
    local holder = io.open("/dev/null")
    holders[#holders + 1] = holder
until not holder
assert(not io.open "/dev/null" and not pcall(require, "cfs.errors.no_such_module"))
]] .. calling .. [[
for _, holder in ipairs(holders) do holder:close() end -- an interpreter that ends badly needs one
local good, sentence = pcall(loaded.errors.explain, "RateLimit")
assert(not good and sentence:find "explains errors to a person, cannot be loaded", sentence)
assert(tostring(loaded.errors.catalogue):find "cannot be loaded")
print(count .. " calls, " .. #holders .. " descriptors taken")
]]

local traced = loading .. "io.open '/first mark'\n" .. calling .. "io.open '/last mark'\n"

-- Runs a program in such a directory.
local function run(program, before)
    local directory = command.new_directory()
    command.must("cp -r lua spec/helpers/every_call.lua '" .. directory .. "'")
    files.write(directory .. "/program.lua", program)
    local output = command.must(("%s env LUA_PATH='%s/lua/?.lua;%s/?.lua;;' %s '%s/program.lua' '%s'"):format(
        before, directory, directory, command.interpreter, directory, directory))
    command.run("rm -rf '" .. directory .. "'")
    return output
end

describe("The library, once it is loaded,", function()
    it("needs no descriptor and none of its files to serve; explaining says that it does", function()
        local output = run(without_files, "ulimit -n 64;")
        local calls, descriptors = output:match("(%d+) calls, (%d+) descriptors taken")
        assert.is_true(tonumber(calls) > 90, output)
        assert.is_true(tonumber(descriptors) > 50, output)
    end)

    it("opens no file to serve", function()
        local output = run(traced, "strace -f -e trace=open,openat,execve,stat,access")
        local calls = output:match('"/first mark"[^\n]*\n(.*)"/last mark"')
        assert.equal("openat(AT_FDCWD, ", (calls:gsub("%-%-%- SIG[^\n]*\n", "")))
    end)
end)
