--- For tests of programs that call the service: its errors as it sends them, broken responses, and an
--- assertion for luassert. Nothing else in the library loads this module.
---
---     local testing = require "cfs.errors.testing"

local broken = require "cfs.errors.testing.broken"
local catalogue = require "cfs.errors.catalogue.kind"
local errors = require "cfs.errors"
local line = require "cfs.errors.show.line"
local make = require "cfs.errors.object.make"
local match = require "cfs.errors.object.match"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local suggest = require "cfs.errors.base.suggest"
local text = require "cfs.errors.base.text"

local unpack = table.unpack or unpack -- luacheck: std max

---@class cfs.errors.testing
local testing = { broken = broken.responses }

-- The values of parameters that are not given; other parameters get their name as their value.
local values = {
    parameterName = "fsName", host = "cfs.bj.baidubce.com", protocol = "ftp", date = "2026-01-02T03:04:05Z",
}

-- That of the vendor's example.
local request_id = "ae2225f7-1c2e-427a-a1ad-5413b762957d"

-- An error as the service sends it.
local function respond(err)
    local body = err:to_json()
    return text.readable { status = err.status, body = body, headers = text.readable {
        ["Content-Type"] = "application/json; charset=utf-8",
        ["Content-Length"] = tostring(#body),
        ["X-Bce-Request-Id"] = err.requestId,
    } }
end

-- A response; or nil, and as object/make says why not. All that the kind's template needs is made up.
local function new_response(target, fields)
    local all, parts = { requestId = request_id }, catalogue.template(target)
    for _, name in ipairs(parts and parts.names or {}) do all[name] = values[name] or name end
    for name, value in pairs(type(fields) == "table" and fields or {}) do all[name] = value end
    if fields ~= nil and type(fields) ~= "table" then all = fields end -- which object/make refuses
    local err, wrong, argument = make.make(target, all)
    return err and respond(err), wrong, argument
end

--- Makes the response with which the service sends an error of the catalogue, in the form that
--- errors.from_response takes and HTTP clients return. Raises as errors.new does.
---
---     testing.response("RateLimit", { host = "nd7" }).status  --> 421
---
---@param target string|cfs.kind a code or a kind
---@param fields table? as for errors.new; what is not given is made up, always the same
---@return { status: integer, headers: table<string, string>, body: string } response
function testing.response(target, fields)
    local response, wrong, argument = new_response(target, fields)
    if not response then misuse.argument(argument, "response", wrong) end
    return response
end

--- Makes a function that responds in place of the service: each call returns the next response of the list,
--- whatever its arguments. One call too many raises. Raises if an entry is none of the types below.
---
---     local send = testing.sequence { "RateLimit", "InternalError", { status = 200, body = "{}" } }
---
---@param list (string|cfs.kind|cfs.error|table)[] codes, kinds and errors, to be sent as the service
---sends them, and responses
---@return fun(...: any): table send
function testing.sequence(list)
    misuse.expect(1, "sequence", list, "table")
    local responses, calls = {}, 0
    for index, entry in ipairs(list) do
        local response, wrong = errors.is(entry) and respond(entry) or entry, nil
        if type(entry) ~= "table" or catalogue.is_kind(entry) then response, wrong = new_response(entry) end
        if not response then misuse.argument(1, "sequence", "entry " .. index .. ": " .. wrong) end
        responses[index] = response
    end
    return function()
        calls = calls + 1
        if calls > #responses then error("the sequence has " .. #responses .. " responses only", 2) end
        return responses[calls]
    end
end

-- The last `__index` that a name is looked up in. An error has the fields of a kind, and a requestId, beside
-- its methods.
local function refuse(_, name)
    local names = { requestId = true }
    for _, known in ipairs { state.kinds.InternalError, state.methods } do
        for known_name in pairs(known) do names[known_name] = true end
    end
    if type(name) == "string" and not names[name] then error(suggest.unknown("field", name, names), 2) end
end

--- Makes errors and kinds raise where a program reads a field that no error has, such as `err.request_id`. It
--- holds for the whole Lua state, until it is called with false.
---
---     testing.strict()
---     print(err.request_id)  --> unknown field 'request_id', did you mean 'requestId'?
---
---@param on boolean? true if not given
function testing.strict(on)
    setmetatable(state.methods, on ~= false and { __index = refuse } or nil)
end

-- What an assertion says about a value: an error's line, a text, else what it is.
local function describe(value)
    if errors.is(value) then return line.of(value) end
    if type(value) == "string" then return "the string '" .. text.printable(value) .. "'" end
    if type(value) == "nil" or type(value) == "table" then return type(value) end
    return "the " .. type(value) .. " " .. text.describe(value)
end

-- What a function raises, or the value itself, and a sentence about it.
local function outcome(value)
    if type(value) ~= "function" then return value, "Got: " .. describe(value) end
    local good, raised = pcall(value)
    if good then return nil, "Nothing was raised." end
    return raised, "Raised: " .. describe(raised)
end

-- The assertion, as luassert calls it: arguments are replaced by what its sentence says, and the
-- error is returned in place of the value.
local function cfs_error(_, arguments, level)
    local names, count = {}, arguments.n
    for index = 2, count do
        local target = arguments[index]
        local wrong = match.problem(target)
        if wrong then misuse.argument(index, "cfs_error", wrong, level + 1) end
        names[index - 1] = type(target) == "table" and target.code or tostring(target)
    end
    local value, sentence = outcome(arguments[1])
    local is_so = match.is(value, unpack(arguments, 2, count))
    arguments.n, arguments.nofmt = 2, { true, true }
    arguments[1], arguments[2] = count == 1 and "any" or table.concat(names, " or "), sentence
    return is_so, { value }
end

-- Asserts that a function raises, or a value is, an error that one of the targets names, as errors.is
-- has them, and returns that error:
--
--     local err = assert.cfs_error(function() client:delete("cfs-1") end, "InstanceNotFound")
--
---@class luassert.internal
---@field cfs_error fun(value: any, ...: string|integer|cfs.kind): cfs.error

local has_luassert, luassert = pcall(require, "luassert")
if has_luassert then
    local say = require "say"
    say:set("assertion.cfs_error.positive", "Expected an error of CFS: %s\n%s")
    say:set("assertion.cfs_error.negative", "Expected no error of CFS: %s\n%s")
    luassert:register("assertion", "cfs_error", cfs_error, "assertion.cfs_error.positive",
        "assertion.cfs_error.negative")
end

return testing
