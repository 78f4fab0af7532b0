-- What a person sees at Lua's prompt, in a debugger and in the output of a test.

local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local testing = require "cfs.errors.testing"

local interpreter = command.interpreter
local has_inspect, inspect = pcall(require, "inspect")

-- What the prompt prints when the lines are typed, without its own greeting and prompts.
local function at_prompt(options, ...)
    local lines = {}
    for index, line in ipairs { ... } do lines[index] = line:gsub("'", "'\\''") end
    local output = command.must("printf '%s\\n' '" .. table.concat(lines, "' '") .. "' | "
        .. interpreter .. " -i " .. options)
    return (output:gsub("\n[^\n]*Copyright[^\n]*", ""):gsub("> ", ""))
end

local function count_lines(text)
    return select(2, text:gsub("\n", "\n")) + 1
end

-- Which codes of the catalogue a text names.
local function codes_in(text)
    local codes = {}
    for word in text:gmatch("%w+") do
        if errors.catalogue[word] then codes[word] = true end
    end
    return codes
end

describe("errors at the prompt", function()
    it("is a guide, within 80 columns", function()
        local guide = tostring(errors)
        for line in guide:gmatch("[^\n]+") do assert.is_true(#line <= 80, line) end
        assert.is_true(count_lines(guide) <= 20)
    end)

    it("has all that its guide names", function()
        local count = 0
        for name in tostring(errors):gmatch("errors%.([%w_]+)") do
            assert.is_not_nil(errors[name], name)
            count = count + 1
        end
        assert.is_true(count >= 8)
        local err = errors.from_response(testing.response("InstanceNotFound"))
        for name in tostring(errors):match("An error has (.-) and more"):gmatch("%w+") do
            assert.is_not_nil(err[name], name)
        end
    end)

    it("prints no address of a table", function()
        local err = errors.RateLimit { host = "nd7" }
        for name, value in pairs {
            errors = errors, catalogue = errors.catalogue, kind = err:kind(), err = err,
            found = errors.search "mount", none = errors.search "nothing of that sort",
            params = err:params(), advice = err:advice(), response = testing.response("RateLimit"),
            headers = testing.response("RateLimit").headers, broken = testing.broken()[1],
            policy = require("cfs.errors.retry").policy { sleep = function() end },
            details = errors.parse('{"code":"A","b":{},"c":1}'):details(),
        } do
            assert.is_nil(tostring(value):find("0x%x"), name)
        end
    end)

    it("shows parameters and details by their fields", function()
        assert.equal("{ host = nd7 }", tostring(errors.RateLimit({ host = "nd7" }):params()))
        assert.equal("{ a = (table), b = 1.5, c = x\\n, d = true }",
            tostring(errors.parse('{"code":"A","c":"x\\n","b":1.5,"a":{},"d":true}'):details()))
    end)
end)

describe("Lua's prompt", function()
    local by_hand = [[-e 'errors = require "cfs.errors"']]

    it("has `errors` with a line of code, on every Lua", function()
        local output = at_prompt(by_hand, "print(errors)", "print(errors.RateLimit)")
        assert.truthy(output:find(tostring(errors), 1, true))
        assert.truthy(output:find(tostring(errors.RateLimit), 1, true))
    end)

    it("shows what it is asked for, behind `return`, on every Lua", function()
        local output = at_prompt(by_hand, "return errors.catalogue", [[return errors.search "mount"]],
            "return errors.categories")
        for _, code in ipairs { "RateLimit", "AlreadyMounted" } do
            local row = tostring(errors.search(code))
            assert.truthy(output:find(row:match("[^\n]*$"), 1, true))
        end
        assert.truthy(output:find(tostring(errors.categories), 1, true))
    end)

    it("explains what is pasted, on every Lua, behind `return`", function()
        local output = at_prompt(by_hand, "return errors.explain [==[HTTP/1.1 404 Not Found",
            "X-Bce-Request-Id: r-2", "", '{"code":"InstanceNotFound"}', "]==]")
        assert.truthy(output:find("request id   r-2\nmeaning      The specified CFS", 1, true))
    end)

    it("shows an error that nobody caught, and what to do, except in Lua 5.1", function()
        local output = at_prompt(by_hand, [[errors.raise("InstanceNotFound", { requestId = "r-1" })]])
        local is_plain_51 = _VERSION == "Lua 5.1" and not rawget(_G, "jit")
        local line = "InstanceNotFound [r-1]: The specified CFS instance does not exist. "
            .. "(404 Not Found); what to do: Check the instance id and the region; "
            .. "after a delete this means that it is gone."
        assert.truthy(output:find(is_plain_51 and "(error object is not a string)" or line, 1, true))
    end)

    it("names the code that was probably meant", function()
        local output = at_prompt(by_hand, "errors.RateLimits()")
        assert.truthy(output:find("unknown code 'RateLimits', did you mean 'RateLimit'?", 1, true))
    end)

    local from_54 = _VERSION < "Lua 5.4" and function() end or it
    from_54("takes a name for the module by -l, from Lua 5.4.4 on", function()
        local output = at_prompt("-l errors=cfs.errors", "errors.RateLimit")
        assert.truthy(output:find(tostring(errors.RateLimit), 1, true))
    end)

    it("is that of the Lua that `make repl LUA=` names", function()
        local output = command.must("echo 'print(_VERSION, jit ~= nil, errors.RateLimit.code)' | "
            .. "make -s repl LUA=" .. interpreter .. " 2>&1")
        local has_jit = command.run(interpreter .. " -e 'assert(jit)'")
        local expected = ("%s\t%s\tRateLimit"):format(_VERSION, tostring(has_jit))
        assert.truthy(output:find(expected, 1, true), output)
    end)
end)

describe("The view of a table", function()
    local err = errors.RateLimit { host = "nd7" }

    it("has the members of an error, and no function", function()
        local names = {}
        for name, value in pairs(err) do
            names[#names + 1] = name
            assert.equal("string", type(value))
        end
        table.sort(names)
        assert.same({ "code", "message" }, names)
    end)

    it("is short in the output of a failed assertion", function()
        local good, failure = pcall(assert.same, err, { code = "RateLimit" })
        assert.is_false(good)
        local message = type(failure) == "table" and failure.message or failure
        assert.is_true(count_lines(tostring(message)) <= 16, tostring(message))
    end)

    if has_inspect then
        it("of inspect.lua is about one code only", function()
            local text = inspect(err)
            assert.same({ RateLimit = true }, codes_in(text))
            assert.is_true(count_lines(text) <= 60, text)
            assert.same({ RateLimit = true }, codes_in(inspect(errors.RateLimit)))
        end)
    end
end)
