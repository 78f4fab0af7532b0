local cjson = require "cjson"
local errors = require "cfs.errors"
local support = require "spec.helpers.support"
require "cfs.errors.testing" -- assert.cfs_error

local identical, pack, raises = support.identical, support.pack, support.raises

local lua_assert = support.assert

-- PUC Lua 5.1 cannot yield across pcall.
local probe = coroutine.create(function() pcall(coroutine.yield) end)
coroutine.resume(probe)
local yields_across_pcall = coroutine.status(probe) == "suspended"
local with_yields = yields_across_pcall and it or function() end
local without_yields = yields_across_pcall and function() end or it

-- What a function raises.
local function caught(f, ...)
    local good, value = pcall(f, ...)
    assert.is_false(good)
    return value
end

-- Asserts that errors.pcall gave false and one error, and returns it.
local function refused(...)
    local results = pack(...)
    assert.equal(2, results.n)
    assert.is_false(results[1])
    assert.is_true(errors.is(results[2]))
    return results[2]
end

describe("errors.raise", function()
    it("raises an error made by a code", function()
        local err = assert.cfs_error(function()
            errors.raise("InstanceNotFound", { requestId = "r", cause = "why" })
        end, errors.InstanceNotFound)
        assert.same({
            code = "InstanceNotFound",
            message = "The specified CFS instance does not exist.",
            requestId = "r",
        }, support.own(err))
        assert.equal("why", err:cause())
    end)

    it("raises an error made by a kind", function()
        local err = caught(errors.raise, errors.RateLimit, { host = "nd7" })
        assert.equal("There are too many connections. The host is nd7", err.message)
    end)

    it("raises an error that there is, as it is", function()
        local err = errors.parse '{"code": "NoSuchKey"}'
        assert.is_true(rawequal(err, caught(errors.raise, err)))
        assert.is_true(rawequal(err, caught(err.raise, err)))
        assert.is_true(rawequal(err, caught(function() err:raise() end)))
    end)

    it("raises by the method of a kind", function()
        local err = assert.cfs_error(function() errors.RateLimit:raise { host = "nd7" } end, "RateLimit")
        assert.same({ host = "nd7" }, err:params())
        assert.cfs_error(function() errors.InstanceNotFound:raise() end, "InstanceNotFound")
    end)

    it("blames the line that misuses it", function()
        raises("bad argument #1 to 'raise' (unknown code 'RateLimits', did you mean 'RateLimit'?)",
            function() errors.raise("RateLimits", { host = "nd7" }) end)
        raises("bad argument #2 to 'raise' (parameter 'host' is missing)",
            function() errors.raise("RateLimit") end)
        raises("bad argument #2 to 'raise' (unknown field 'requestID', did you mean 'requestId'?)",
            function() errors.raise(errors.InstanceNotFound, { requestID = "r" }) end)
        raises("bad argument #2 to 'raise' (an existing error takes no fields)",
            function() errors.raise(errors.new("InstanceNotFound"), { requestId = "r" }) end)
        raises("bad argument #2 to 'raise' (table expected, got number)",
            function() errors.raise("InstanceNotFound", 5) end)
        raises("bad argument #2 to 'raise' (field 'requestId' must be a string, got number)",
            function() errors.raise("InstanceNotFound", { requestId = 5 }) end)
    end)

    it("takes a message in the place of the template's", function()
        assert.equal("m", caught(errors.raise, "InstanceNotFound", { message = "m" }).message)
    end)

    it("refuses what is neither a code nor a kind nor an error", function()
        for _, other in ipairs(support.others) do
            local good, message = pcall(errors.raise, other[2])
            assert.is_false(good)
            if other[1] ~= "a code" then
                assert.matches("bad argument #1 to 'raise'", message, 1, true)
            end
        end
    end)
end)

describe("errors.assert", function()
    it("returns its arguments if the first is true, nils and all", function()
        assert.same({ n = 4, 1, nil, "x", nil }, pack(errors.assert(1, nil, "x", nil)))
        assert.same({ n = 1, 0 }, pack(errors.assert(0)))
        assert.same({ n = 2, "", false }, pack(errors.assert("", false)))
    end)

    it("raises a kind as its error", function()
        assert.is_true(caught(errors.assert, nil, errors.AccessDenied):is "AccessDenied")
        assert.same({ "RateLimit" }, { caught(errors.assert, false, errors.RateLimit).code })
    end)

    it("raises the second as it is", function()
        local err = errors.new("InstanceNotFound")
        assert.is_true(rawequal(err, caught(errors.assert, nil, err)))
        assert.is_true(rawequal(err, caught(errors.assert, false, err, "more")))
        for _, other in ipairs(support.others) do
            if type(other[2]) ~= "nil" then
                assert.is_true(identical(other[2], caught(errors.assert, nil, other[2])))
            end
        end
    end)

    it("says so where there is none", function()
        assert.equal("assertion failed!", caught(errors.assert, nil))
        assert.equal("assertion failed!", caught(errors.assert, false, nil))
    end)
end)

describe("errors.pcall", function()
    local err = errors.new("InstanceNotFound")

    it("returns true and what the function returns, nils and all", function()
        assert.same({ n = 1, true }, pack(errors.pcall(function() end)))
        assert.same({ n = 6, true, nil, 1, nil, "x", nil },
            pack(errors.pcall(function() return nil, 1, nil, "x", nil end)))
        assert.same({ n = 3, true, false, "reason" },
            pack(errors.pcall(function() return false, "reason" end)))
    end)

    it("hands on its arguments, nils and all", function()
        assert.same({ n = 1, true }, pack(errors.pcall(function(...) return ... end)))
        assert.same({ n = 2, true, nil }, pack(errors.pcall(function(...) return ... end, nil)))
        assert.same({ n = 6, true, nil, 1, nil, "x", nil },
            pack(errors.pcall(function(...) return ... end, nil, 1, nil, "x", nil)))
        local many = {}
        for index = 1, 200 do many[index] = index end
        local unpack = table.unpack or unpack
        assert.same({ n = 2, true, 200 },
            pack(errors.pcall(function(...) return select("#", ...) end, unpack(many))))
    end)

    it("makes an InternalError of memory that runs out", function()
        local file = assert(io.open("/dev/null"))
        local good, caught_one = errors.pcall(file.read, file, 2 ^ 46)
        file:close()
        if good then pending "Lua 5.1 takes no memory before there is something to read" end
        assert.equal("InternalError", caught_one.code)
        assert.matches("^not enough memory", caught_one:cause())
    end)

    it("returns false and an error of the library as it is", function()
        assert.is_true(rawequal(err, refused(errors.pcall(error, err))))
        assert.is_true(rawequal(err, refused(errors.pcall(error, err, 2))))
        assert.is_true(rawequal(err, refused(errors.pcall(errors.raise, err))))
        assert.is_true(rawequal(err, refused(errors.pcall(function() err:raise() end))))
        local read = errors.parse '{"code": "NoSuchKey"}'
        assert.is_true(rawequal(read, refused(errors.pcall(error, read))))
    end)

    it("takes a kind that was raised for its error", function()
        for _, kind in ipairs { errors.AccessDenied, errors.RateLimit } do
            local raised = refused(errors.pcall(error, kind))
            assert.is_true(raised:kind() == kind)
            assert.same({ kind.code, nil, nil }, { raised.code, raised:cause(), raised:traceback() })
        end
        assert.equal("Access denied.", refused(errors.pcall(error, errors.AccessDenied)).message)
    end)

    it("adds no traceback to an error of the library", function()
        assert.is_nil(refused(errors.pcall(errors.raise, "InstanceNotFound")):traceback())
    end)

    for _, other in ipairs(support.others) do
        it("makes an InternalError of " .. other[1] .. ", which is its cause", function()
            local wrapped = assert.cfs_error(refused(errors.pcall(error, other[2], 0)), "InternalError")
            assert.is_true(identical(other[2], wrapped:cause()))
            assert.same({
                code = "InternalError",
                message = "We encountered an internal error. Please try again.",
            }, support.own(wrapped))
        end)
    end

    it("keeps the traceback from where it was raised", function()
        local function raise_deep() error("deep", 0) end
        local function call_deep() raise_deep() return 1 end
        local trace = refused(errors.pcall(call_deep)):traceback()
        assert.equal(1, trace:find("stack traceback:\n", 1, true))
        for _, f in ipairs { raise_deep, call_deep } do
            local place = "raise_spec.lua:" .. debug.getinfo(f, "S").linedefined .. ":"
            assert.is_truthy(trace:find(place, 1, true))
        end
    end)

    it("keeps the traceback of an error of Lua itself", function()
        local function index(value) return value.field .. "" end
        local trace = refused(errors.pcall(index, nil)):traceback()
        local place = "raise_spec.lua:" .. debug.getinfo(index, "S").linedefined .. ":"
        assert.is_truthy(trace:find(place, 1, true))
    end)

    it("shows nothing of a foreign error to a client", function()
        for _, value in ipairs { "password=123", { "password=123", message = "password=123" } } do
            local function password_function() error(value) end
            local wrapped = refused(errors.pcall(password_function))
            for _, text in ipairs {
                wrapped.message, wrapped:to_json(), cjson.encode(wrapped), select(3, wrapped:response()),
            } do
                assert.is_nil(text:find("password", 1, true))
                assert.is_nil(text:find("raise_spec", 1, true))
            end
        end
    end)

    it("makes an InternalError of a call of what cannot be called", function()
        for _, value in ipairs { "text", 5, {} } do
            local wrapped = assert.cfs_error(refused(errors.pcall(value, 1, 2)), "InternalError")
            assert.matches("attempt to call", wrapped:cause(), 1, true)
        end
        assert.cfs_error(refused(errors.pcall(nil)), "InternalError")
    end)

    it("may be nested", function()
        local inner
        local outer = refused(errors.pcall(function()
            inner = refused(errors.pcall(error, "first", 0))
            assert.same({ n = 3, true, 1, 2 }, pack(errors.pcall(function() return 1, 2 end)))
            errors.raise("ServiceError", { host = "nd7", cause = inner })
        end))
        assert.is_true(rawequal(inner, outer:cause()))
        assert.equal("first", errors.find(outer, "InternalError"):cause())
        local results = pack(errors.pcall(errors.pcall, error, inner))
        assert.equal(3, results.n)
        assert.same({ true, false }, { results[1], results[2] })
        assert.is_true(rawequal(inner, results[3]))
    end)

    it("survives a stack overflow, in a coroutine, too", function()
        local function endless() return 1 + endless() end
        local function overflow() return errors.pcall(endless) end
        -- how much of the stack is left to what handles the error depends on what it was called from
        local function from_depth(depth, f)
            if depth == 0 then return f() end
            local good, value = from_depth(depth - 1, f)
            return good, value
        end
        for depth = 0, jit and 30 or 0 do -- elsewhere the handler has room of its own
            for _, f in ipairs { from_depth, coroutine.wrap(from_depth) } do
                local wrapped = refused(f(depth, overflow))
                assert.is_true(rawequal(errors.InternalError, wrapped:kind()))
                local cause = tostring(wrapped:cause())
                -- LuaJIT may lack the stack to say more
                assert.is_truthy(cause:find("stack overflow", 1, true)
                    or jit and cause == "error in error handling", "the cause was " .. cause)
                assert.is_nil(wrapped:to_json():find("stack", 1, true))
            end
        end
        assert.same({ n = 2, true, 1 }, pack(errors.pcall(function() return 1 end)))
    end)

    with_yields("is crossed by yields", function()
        local thread = coroutine.create(function(...)
            local results = pack(errors.pcall(function(...)
                local received = pack(coroutine.yield(...))
                coroutine.yield(received.n)
                error(err)
            end, ...))
            return results
        end)
        assert.same({ n = 4, true, 1, nil, nil }, pack(coroutine.resume(thread, 1, nil, nil)))
        assert.same({ n = 2, true, 2 }, pack(coroutine.resume(thread, nil, nil)))
        local good, results = coroutine.resume(thread)
        assert.is_true(good)
        assert.equal(2, results.n)
        assert.is_false(results[1])
        assert.is_true(rawequal(err, results[2]))
    end)

    with_yields("wraps a foreign error that is raised after a yield", function()
        local thread = coroutine.wrap(function()
            return errors.pcall(function()
                coroutine.yield()
                error("late", 0)
            end)
        end)
        thread()
        assert.equal("late", refused(thread()):cause())
    end)

    without_yields("is no more crossed by yields in Lua 5.1 than its own pcall, and says so", function()
        local thread = coroutine.wrap(function() return errors.pcall(coroutine.yield) end)
        assert.equal("attempt to yield across metamethod/C-call boundary",
            refused(thread()):cause())
    end)
end)

describe("an error survives, as it is,", function()
    local err = errors.new("InstanceNotFound", { requestId = "7e0c3b52", cause = "why" })

    local function same(value)
        assert.is_true(rawequal(err, value))
        assert.equal("why", value:cause())
        assert.is_true(errors.is(value, "not_found"))
    end

    it("pcall and error with any level", function()
        for _, level in ipairs { 0, 1, 2 } do same(caught(error, err, level)) end
        same(caught(errors.raise, err))
    end)

    it("xpcall, in its handler and behind it", function()
        local seen
        local good, value = xpcall(function() err:raise() end, function(raised)
            seen = raised
            return raised
        end)
        assert.is_false(good)
        same(seen)
        same(value)
    end)

    it("being raised in a coroutine and matched outside", function()
        local good, value = coroutine.resume(coroutine.create(function() err:raise() end))
        assert.is_false(good)
        same(value)
        same(caught(coroutine.wrap(function() err:raise() end)))
        same(refused(errors.pcall(coroutine.wrap(function() err:raise() end))))
    end)

    it("being raised in a coroutine, which returns nothing beside it", function()
        for _, fields in ipairs { false, { requestId = "r" }, { message = "m" }, { cause = err } } do
            local results = { coroutine.resume(coroutine.create(function()
                errors.raise("AccessDenied", fields or nil)
            end)) }
            assert.equal(2, #results)
            assert.is_false(results[1])
            assert.is_true(errors.is(results[2], "AccessDenied"))
        end
    end)

    it("being yielded and passed in", function()
        local resume = coroutine.wrap(function(value) coroutine.yield(value) end)
        same(resume(err))
    end)

    it("being raised by a handler of another", function()
        local handlers = { default = function() err:raise() end }
        same(caught(errors.match, errors.new("EOFException"), handlers))
        same(refused(errors.pcall(errors.match, "text", handlers)))
    end)

    it("a chain of rethrows", function()
        local value = err
        for _ = 1, 10 do value = caught(errors.raise, value) end
        same(value)
    end)

    it("errors.assert, where Lua's own may refuse tables", function()
        same(caught(errors.assert, nil, err))
        local raised = caught(lua_assert, nil, err)
        local got = refused(errors.pcall(lua_assert, nil, err))
        if rawequal(raised, err) then
            same(got)
        else
            assert.matches("string expected, got table", raised, 1, true)
            assert.matches("string expected, got table", got:cause(), 1, true)
        end
    end)
end)
