--- What several specs share.

local errors = require "cfs.errors"
local luassert = require "luassert"

local support = {}

--- Lua's own `assert`, which the specs' `assert` stands before.
support.assert = assert

local not_a_number = 0 / 0

--- Are they one value? NaN counts as itself.
function support.identical(left, right)
    return rawequal(left, right) or left ~= left and right ~= right
end

--- Asserts that a function raises the sentence and blames its own line. It stands on one line.
---@param sentence string
---@param f function
function support.raises(sentence, f)
    local info = debug.getinfo(f, "S")
    luassert.equal(info.linedefined, info.lastlinedefined)
    local good, message = pcall(f)
    luassert.is_false(good)
    luassert.equal(("%s:%d: %s"):format(info.short_src, info.linedefined, sentence), message)
end

--- The fields that are a table's own.
function support.own(object)
    local fields = {}
    for name, value in next, object do fields[name] = value end
    return fields
end

--- A result list with its length, so that nils count.
function support.pack(...)
    return { n = select("#", ...), ... }
end

local function hostile() error("a hostile metamethod was called") end

local function new_hostile(metatable_field)
    return setmetatable({}, {
        __index = hostile,
        __newindex = hostile,
        __eq = hostile,
        __lt = hostile,
        __le = hostile,
        __len = hostile,
        __call = hostile,
        __tostring = hostile,
        __concat = hostile,
        __metatable = metatable_field,
    })
end

--- Values that are no errors of the library: a list of { name, value }.
support.others = {
    { "nil", nil },
    { "true", true },
    { "false", false },
    { "zero", 0 },
    { "a status", 404 },
    { "NaN", not_a_number },
    { "infinity", math.huge },
    { "an empty string", "" },
    { "a code", "InstanceNotFound" },
    { "a category", "not_found" },
    { "a function", function() end },
    { "a coroutine", coroutine.create(function() end) },
    { "a userdata", io.stdout },
    { "a table", {} },
    { "a table like an error", { code = "InstanceNotFound", message = "m", status = 404 } },
    { "a table with an empty metatable", setmetatable({}, {}) },
    { "a table with hostile metamethods", new_hostile() },
    { "a table whose metatable is locked by a string", new_hostile("locked") },
    { "a table whose metatable is locked by false", new_hostile(false) },
    { "a table whose metatable is locked by NaN", new_hostile(not_a_number) },
    { "a table whose metatable is locked by a hostile one", new_hostile(new_hostile()) },
    { "a table that shows an error's metatable as its own",
        setmetatable({}, { __metatable = getmetatable(errors.AccessDenied()) }) },
    { "a table that inherits from an error", setmetatable({}, { __index = errors.AccessDenied() }) },
}

local has_ffi, ffi = pcall(require, "ffi")
if has_ffi then
    local new_struct = ffi.metatype("struct { int number; }",
        { __eq = hostile, __tostring = hostile, __index = hostile, __concat = hostile })
    support.others[#support.others + 1] = { "a cdata", ffi.new("int64_t", 404) }
    support.others[#support.others + 1] = { "a cdata with hostile metamethods", new_struct() }
end

return support
