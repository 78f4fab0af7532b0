local errors = require "cfs.errors"
local support = require "spec.helpers.support"

local raises = support.raises

-- A handler that says its name.
local function says(name)
    return function() return name end
end

-- What a target that names nothing is called.
local misspelt = {
    { "InstanceNotfound", "unknown code 'InstanceNotfound', did you mean 'InstanceNotFound'?" },
    { "RateLimits", "unknown code 'RateLimits', did you mean 'RateLimit'?" },
    { "Qqqqqqqqqqqq", "unknown code 'Qqqqqqqqqqqq'; errors.extend can add it" },
    { "not_fuond", "unknown category 'not_fuond', did you mean 'not_found'?" },
    { "trottle", "unknown category 'trottle', did you mean 'throttle'?" },
    { "qqqqqqqqqqqq", "unknown category 'qqqqqqqqqqqq'; errors.extend can add it" },
    { "Qqqqqqqqqqqq?", "unknown code 'Qqqqqqqqqqqq?'; errors.extend can add it" },
    { "404", "'404' is a status, and a status is a number: 404" },
    { "404 Not Found", "'404 Not Found' is a reason phrase: the status is the number 404" },
    { "bad gateway", "'bad gateway' is a reason phrase: the status is the number 502" },
    { "backoff", "'backoff' is a word of retry, not a category: compare err.retry" },
    { "client", "'client' is a fault, not a category: compare err.fault" },
    { "cfs", "'cfs' is a service, not a category: compare err.service" },
    { "NOT_FOUND", "'NOT_FOUND' is a gRPC status, not a category: compare err.canonical" },
    { "timeout", "'timeout' is what err:transport() tells, not a category: compare that" },
    { "html", "'html' is what err:origin() tells, not a category: compare that" },
    { "Default", "'Default' is no target; in errors.match it is the key 'default'" },
    { "", "unknown code ''; errors.extend can add it" },
    { 99, "no HTTP status: 99" },
    { 1000, "no HTTP status: 1000" },
    { 404.5, "no HTTP status: 404.5" },
    { true, "code, kind, category or status expected, got boolean" },
    { {}, "code, kind, category or status expected, got table" },
    { print, "code, kind, category or status expected, got function" },
    { errors.new("InstanceNotFound"), "code, kind, category or status expected, got table" },
}

describe("errors.is", function()
    local err = errors.new("InstanceNotFound")
    local moved = errors.new("InstanceNotFound", { status = 410 })
    local busy = errors.from_response { status = 429, body = '{"code": "SlowDown"}' }
    local page = errors.from_response { status = 502, body = "<html>" }
    local bare = errors.parse '{"code": "NoSuchKey"}'
    local cases = {
        { "its code", err, { "InstanceNotFound" }, true },
        { "its kind", err, { errors.InstanceNotFound }, true },
        { "its category", err, { "not_found" }, true },
        { "its status", err, { 404 }, true },
        { "another code", err, { "MountTargetNotFound" }, false },
        { "another kind", err, { errors.MountTargetNotFound }, false },
        { "another category", err, { "throttle" }, false },
        { "another status", err, { 410 }, false },
        { "one of several", err, { "RateLimit", 500, "throttle", errors.InstanceNotFound }, true },
        { "the second of two", err, { "RateLimit", 404 }, true },
        { "none of several", err, { "RateLimit", 500, "throttle", errors.EOFException }, false },
        { "the status it came with", moved, { 410 }, true },
        { "the catalogue's status, if it came with another", moved, { 404 }, false },
        { "the code, if it came with another status", moved, { "InstanceNotFound" }, true },
        { "the category of its status, its code being unknown", busy, { "throttle" }, true },
        { "its status, its code being unknown", busy, { 429 }, true },
        { "its own kind, its code being unknown", busy, { busy:kind() }, true },
        { "the kind of another status, its code being unknown", busy, { bare:kind() }, false },
        { "a code of that category, its code being unknown", busy, { "RateLimit" }, false },
        { "the category of its status, having no code", page, { "unavailable" }, true },
        { "its status, having no code", page, { 502 }, true },
        { "a code, having none", page, { "ServiceUnavailable" }, false },
        { "a status, having none", bare, { 404 }, false },
        { "the category unknown, having neither", bare, { "unknown" }, true },
    }
    for _, case in ipairs(cases) do
        local what, value, targets, expected = case[1], case[2], case[3], case[4]
        it(("tells %s of an error: %s"):format(what, tostring(expected)), function()
            local unpack = table.unpack or unpack
            assert.equal(expected, errors.is(value, unpack(targets)))
            assert.equal(expected, value:is(unpack(targets)))
        end)
    end

    it("asks, with no target, whether a value is an error of the library", function()
        for _, value in ipairs { err, moved, busy, page, bare } do
            assert.is_true(errors.is(value))
            assert.is_true(value:is())
        end
        assert.is_false(errors.is())
        assert.is_false(errors.is(errors.InstanceNotFound))
        assert.is_false(errors.is(errors))
    end)

    it("tells two kinds of one message apart", function()
        assert.is_false(errors.is(errors.new("CreateOrderFail"), "InternalError"))
        assert.is_false(errors.is(errors.new("EOFException"), "RequestTimeTooSkewed"))
    end)

    it("tells kinds of one status apart", function()
        assert.is_false(errors.is(errors.new("InvalidVersion"), "not_found"))
        assert.is_false(errors.is(errors.new("ResourceNotExists"), "not_found"))
    end)

    it("knows every code, kind, category and status of the catalogue", function()
        for kind in errors.each() do
            local one = errors.new(kind, { message = "m" })
            for _, target in ipairs { kind.code, kind, kind.category, kind.status } do
                assert.is_true(errors.is(one, target))
            end
        end
    end)

    for _, other in ipairs(support.others) do
        it("is false for " .. other[1], function()
            assert.is_false(errors.is(other[2]))
            assert.is_false(errors.is(other[2], "InstanceNotFound", "not_found", 404))
            assert.is_false(errors.is(other[2], errors.InstanceNotFound))
        end)
    end

    for _, case in ipairs(misspelt) do
        local target, problem = case[1], case[2]
        local sentence = "bad argument #2 to 'is' (" .. problem .. ")"
        it("blames the line that asks: " .. problem, function()
            raises(sentence, function() errors.is(err, target) end)
            raises(sentence, function() errors.is("no error", target) end)
            raises(sentence, function() errors.is(nil, target) end)
            raises(sentence, function() err:is(target) end)
        end)
    end

    it("takes no kind for an error: someone forgot to call it", function()
        local sentence = "bad argument #1 to '%s' (error expected, got a kind: AccessDenied() makes one)"
        local kind = errors.AccessDenied
        raises(sentence:format("is"), function() errors.is(kind, "AccessDenied") end)
        raises(sentence:format("is"), function() errors.is(kind, 403, "permission") end)
        raises(sentence:format("find"), function() errors.find(kind, "permission") end)
        raises(sentence:format("match"), function() errors.match(kind, { default = print }) end)
        local of_status = errors.from_response({ status = 502, body = "" }):kind()
        raises("bad argument #1 to 'is' (error expected, got a kind: nil() makes one)",
            function() errors.is(of_status, 502) end)
    end)

    it("names the argument, also behind one that fits or is nil", function()
        raises("bad argument #3 to 'is' (no HTTP status: 99)",
            function() errors.is(err, "InstanceNotFound", 99) end)
        raises("bad argument #2 to 'is' (code, kind, category or status expected, got nil)",
            function() errors.is(err, nil) end)
        raises("bad argument #3 to 'is' (code, kind, category or status expected, got nil)",
            function() errors.is(err, "InstanceNotFound", nil) end)
        raises("bad argument #4 to 'is' (code, kind, category or status expected, got nil)",
            function() err:is("throttle", 404, nil) end)
    end)
end)

describe("errors.find", function()
    local inner = errors.new("InstanceNotFound", { cause = "no row" })
    local middle = errors.new("ServiceError", { host = "nd7", cause = inner })
    local outer = errors.new("InternalError", { cause = middle })

    it("walks the causes to the first that a target names", function()
        assert.is_true(rawequal(outer, errors.find(outer, "InternalError")))
        assert.is_true(rawequal(middle, errors.find(outer, "ServiceError")))
        assert.is_true(rawequal(inner, errors.find(outer, "not_found")))
        assert.is_true(rawequal(inner, errors.find(outer, errors.InstanceNotFound)))
        assert.is_true(rawequal(inner, outer:find(404)))
        assert.is_true(rawequal(middle, errors.find(outer, "InstanceNotFound", "ServiceError")))
    end)

    it("is nil where no target names one", function()
        assert.is_nil(errors.find(outer, "RateLimit", "throttle", 429))
        assert.is_nil(errors.find(middle, "InternalError"))
    end)

    it("is the error itself with no target", function()
        assert.is_true(rawequal(outer, errors.find(outer)))
    end)

    it("goes through what errors.pcall made of a foreign value", function()
        local _, wrapped = errors.pcall(error, { code = "InstanceNotFound" })
        assert.is_nil(errors.find(wrapped, "InstanceNotFound"))
        assert.is_true(rawequal(wrapped, errors.find(wrapped, "InternalError")))
    end)

    it("goes along a chain of any length", function()
        local err = inner
        for _ = 1, 1000 do err = errors.new("InternalError", { cause = err }) end
        assert.is_true(rawequal(inner, errors.find(err, "InstanceNotFound")))
    end)

    for _, other in ipairs(support.others) do
        it("is nil for " .. other[1] .. ", as a value and as a cause", function()
            assert.is_nil(errors.find(other[2]))
            assert.is_nil(errors.find(other[2], "InstanceNotFound", 404))
            local err = errors.new("InternalError", { cause = other[2] })
            assert.is_nil(errors.find(err, "InstanceNotFound", 404))
        end)
    end

    for _, case in ipairs(misspelt) do
        local target, problem = case[1], case[2]
        local sentence = "bad argument #2 to 'find' (" .. problem .. ")"
        it("blames the line that asks: " .. problem, function()
            raises(sentence, function() errors.find(outer, target) end)
            raises(sentence, function() errors.find("no error", target) end)
            raises(sentence, function() outer:find(target) end)
        end)
    end
end)

-- What errors.match and the function of errors.matcher promise alike.
local ways = {
    ["errors.match"] = errors.match,
    ["a function of errors.matcher"] = function(value, handlers)
        return errors.matcher(handlers)(value)
    end,
}

for name, match in pairs(ways) do
    describe(name, function()
        local err = errors.new("InstanceNotFound")

        local kind, code = errors.InstanceNotFound, "InstanceNotFound"
        local precedence = {
            { { code, "not_found", 404, "default" }, code },
            { { kind, "not_found", 404, "default" }, kind },
            { { code, 404, "default" }, code },
            { { code, "default" }, code },
            { { "not_found", 404, "default" }, "not_found" },
            { { "not_found", "default" }, "not_found" },
            { { 404, "default" }, 404 },
            { { "default" }, "default" },
            { { "RateLimit", "throttle", 421, "default" }, "default" },
        }
        for _, case in ipairs(precedence) do
            local keys, expected = case[1], case[2]
            local shown = {}
            for index, key in ipairs(keys) do shown[index] = key == kind and "kind" or key end
            it("takes the first of " .. table.concat(shown, ", "), function()
                local handlers = {}
                for _, key in ipairs(keys) do handlers[key] = says(key) end
                assert.equal(expected, match(err, handlers))
            end)
        end

        it("takes the status that the error came with", function()
            local moved = errors.new("InstanceNotFound", { status = 410 })
            assert.equal(410, match(moved, { [404] = says(404), [410] = says(410) }))
        end)

        it("takes category and status of an unknown code", function()
            local busy = errors.from_response { status = 429, body = '{"code": "SlowDown"}' }
            assert.equal("throttle", match(busy, { throttle = says "throttle", [429] = says(429) }))
            assert.equal(429, match(busy, { RateLimit = says "RateLimit", [429] = says(429) }))
        end)

        it("never takes a received code for a category, a status or default", function()
            for _, text in ipairs { "not_found", "throttle", "default", "404", "unknown" } do
                local body = '{"code": "' .. text .. '"}'
                local odd = errors.from_response { status = 400, body = body }
                assert.equal(text, odd.code)
                assert.is_false(errors.is(odd, "not_found", "throttle", "unknown", 404))
                assert.equal(400, match(odd, {
                    not_found = says "not_found", throttle = says "throttle", [404] = says(404),
                    unknown = says "unknown", default = says "default", [400] = says(400),
                }))
            end
        end)

        it("gives the handler the value and nothing else", function()
            local seen
            match(err, { InstanceNotFound = function(...) seen = support.pack(...) end })
            assert.equal(1, seen.n)
            assert.is_true(rawequal(err, seen[1]))
        end)

        it("gives default any value", function()
            for _, other in ipairs(support.others) do
                local seen
                match(other[2], { default = function(...) seen = support.pack(...) end })
                assert.equal(1, seen.n)
                assert.is_true(support.identical(other[2], seen[1]))
            end
        end)

        it("returns what the handler returns, nils and all", function()
            local results = support.pack(match(err, {
                default = function() return nil, 1, nil, "x", nil end,
            }))
            assert.same({ n = 5, [2] = 1, [4] = "x" }, results)
            assert.equal(0, select("#", match(err, { default = function() end })))
            local many = {}
            for index = 1, 200 do many[index] = index end
            local unpack = table.unpack or unpack
            results = support.pack(match(err, { default = function() return unpack(many) end }))
            many.n = 200
            assert.same(many, results)
        end)

        it("raises again, as it was, an error that no handler fits", function()
            local good, raised = pcall(match, err, { RateLimit = says "code", [500] = says(500) })
            assert.is_false(good)
            assert.is_true(rawequal(err, raised))
            good, raised = pcall(match, err, {})
            assert.is_false(good)
            assert.is_true(rawequal(err, raised))
        end)

        for _, other in ipairs(support.others) do
            it("raises again, as it was, " .. other[1], function()
                local _, expected = pcall(error, other[2], 0) -- Lua 5.5 makes a text of nil
                local good, raised = pcall(match, other[2], {
                    InstanceNotFound = says "code", not_found = says "category", [404] = says(404),
                })
                assert.is_false(good)
                assert.is_true(support.identical(expected, raised))
            end)
        end

        it("lets what a handler raises through", function()
            local other = errors.new("InternalError", { cause = err })
            local good, raised = pcall(match, err, { not_found = function() error(other) end })
            assert.is_false(good)
            assert.is_true(rawequal(other, raised))
        end)

        it("takes what can be called for a handler", function()
            local callable = setmetatable({}, { __call = function(_, value) return value.code end })
            assert.equal("InstanceNotFound", match(err, { default = callable }))
        end)
    end)
end

local handled = {
    ["errors.match"] = { "#2 to 'match'", function(handlers) errors.match("any", handlers) end },
    ["errors.matcher"] = { "#1 to 'matcher'", function(handlers) errors.matcher(handlers) end },
}

for name, way in pairs(handled) do
    local start, call = "bad argument " .. way[1] .. " (", way[2]

    -- The call stands on a line of its own, which is to be blamed.
    local function assert_refuses(problem, handlers)
        local info = debug.getinfo(call, "S")
        local good, message = pcall(call, handlers)
        assert.is_false(good)
        local place = ("%s:%d: "):format(info.short_src, info.linedefined)
        assert.equal(place .. start .. problem .. ")", message)
    end

    describe(name .. " blames the line that calls it for", function()
        it("an error where the handlers belong", function()
            assert_refuses("handlers expected, got an error, which comes first", errors.AccessDenied())
        end)

        for _, case in ipairs(misspelt) do
            it("a key: " .. case[2], function()
                assert_refuses(case[2], { [case[1]] = says "x", default = says "default" })
            end)
        end

        it("a handler that is no function", function()
            assert_refuses("function expected for 'InstanceNotFound', got number",
                { InstanceNotFound = 5 })
            assert_refuses("function expected for 'default', got string", { default = "x" })
            assert_refuses("function expected for '404', got table", { [404] = {} })
            local kind = errors.from_response({ status = 502, body = "" }):kind()
            assert_refuses("function expected for '" .. tostring(kind) .. "', got number", { [kind] = 5 })
            assert_refuses("function expected for 'not_found', got boolean", { not_found = true })
        end)

        it("a handler of a kind that is no function, in one line", function()
            assert_refuses("function expected for 'InstanceNotFound', got number",
                { [errors.InstanceNotFound] = 5 })
        end)

        it("handlers that are no table", function()
            assert_refuses("table expected, got nil", nil)
            assert_refuses("table expected, got function", says "x")
        end)
    end)
end

describe("errors.matcher", function()
    it("copies the handlers: what becomes of the table later does not count", function()
        local handlers = { not_found = says "before" }
        local decide = errors.matcher(handlers)
        handlers.not_found = says "after"
        handlers.InstanceNotFound = says "added"
        handlers.Qqqqqqqqqqqq = "neither a code nor a function"
        assert.equal("before", decide(errors.new("InstanceNotFound")))
    end)

    it("returns a function for any number of values", function()
        local decide = errors.matcher { not_found = says "gone", default = says "other" }
        for _ = 1, 3 do
            assert.equal("gone", decide(errors.new("InstanceNotFound")))
            assert.equal("other", decide(errors.new("EOFException")))
            assert.equal("other", decide("text"))
        end
    end)
end)
