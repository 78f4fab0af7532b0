--- Calls every public function of the library and every method of errors, kinds and lists, as a
--- program would, for the specs that take something away first.

local every_call = {}

local envelope = '{"requestId":"4db2b34d","code":"RateLimit","message":"There are too many connections. '
    .. 'The host is nd7","zone":"b"}'
local page = { status = 502, headers = { Date = "Sun, 06 Nov 1994 08:49:37 GMT" }, body = "<html>" }

-- What calls each function of a module: module → name → function of all that is loaded.
local calls = { errors = {}, retry = {}, testing = {} }

local functions = calls.errors

function functions.each(l) for kind in l.errors.each() do tostring(kind) end end
function functions.search(l) tostring(l.errors.search "mount") end
function functions.extend(l)
    l.errors.extend { { code = "EveryCall", status = 404, message = "No {what}" } }
end
function functions.service(l)
    local service = l.errors.service("every-call", { { code = "RateLimit", status = 429, message = "m" } })
    assert(service.parse(envelope):kind() == service.RateLimit and service.from_response(page))
    assert(not pcall(service.raise, "AccessDenied") and not pcall(service.check, page))
    assert(service.new("RateLimit"):is(l.errors.parse('{"code":"OverRateLimit"}').category))
    for kind in service.each() do tostring(kind) end
end
function functions.parse(l) assert(l.errors.parse(envelope)) end
function functions.from_response(l) assert(l.errors.from_response(page)) end
function functions.check(l)
    assert(not pcall(l.errors.check, page))
    assert(not pcall(l.errors.check, nil, "connection refused"))
    l.errors.check({ status = 200, body = "{}" })
end
function functions.new(l) l.errors.new("AccessDenied", { cause = {} }) end
function functions.raise(l)
    assert(not pcall(l.errors.raise, "AccessDenied", { requestId = "r", cause = "c" }))
end
function functions.pcall(l) assert(not l.errors.pcall(error, "odd")) end
function functions.assert(l) assert(not pcall(l.errors.assert, nil, "odd")) end
function functions.is(l) assert(not pcall(l.errors.is, nil, "NoSuchCode")) end
functions["find"] = function(l) l.errors.find(l.errors.AccessDenied(), "not_found", 404) end
functions["match"] = function(l) l.errors.match("text", { default = tostring }) end
function functions.matcher(l) l.errors.matcher { throttle = tostring, default = tostring } "text" end
function functions.explain(l)
    for _, given in ipairs {
        "RateLimit", "404", 404, "RateLimt", envelope, "HTTP/1.1 502 Bad\r\n\r\n<html>", "throttle", "resign",
    } do
        l.errors.explain(given)
    end
end

functions = calls.retry

local function policy(l)
    return l.retry.policy { sleep = function() end, random = function() return 0 end }
end

function functions.policy(l) tostring(policy(l)) end
function functions.run(l)
    l.retry.run(function() return nil, l.errors.ServiceUnavailable() end, policy(l), { method = "GET" })
end

functions = calls.testing

function functions.response(l) tostring(l.testing.response("RateLimit", { host = 7 })) end
function functions.broken(l)
    for _, response in ipairs(l.testing.broken(7)) do l.errors.from_response(response):to_log() end
end
function functions.sequence(l) l.testing.sequence { "RateLimit", l.errors.AccessDenied() }() end

function functions.strict(l) l.testing.strict(false) end

-- Errors of each origin, on which every method is called without arguments.
local function subjects(errors)
    local _, foreign = errors.pcall(error, {})
    return {
        errors.parse(envelope), errors.from_response(page), errors.from_response(nil, "timeout"), foreign,
        errors.AccessDenied { cause = foreign },
        errors.from_response { status = 503, headers = { ["retry-after"] = "7" }, body = "{" },
    }
end

-- What only a person calls, or a program while it starts: it may open files.
local of_person = { explain = true, search = true, extend = true, service = true }

--- Does it all, and raises where something went wrong.
---@param loaded { errors: table, retry: table, testing: table }
---@param methods table<string, function> those of errors
---@param is_server boolean? without what only a person calls
---@return integer count how many names were called
function every_call.run(loaded, methods, is_server)
    local count = 0
    for module, functions_of in pairs(calls) do
        for name, value in pairs(loaded[module]) do
            if type(value) == "function" and not (is_server and of_person[name]) then
                assert(functions_of[name], "nothing here calls " .. module .. "." .. name)(loaded)
                count = count + 1
            end
        end
    end
    for _, err in ipairs(subjects(loaded.errors)) do
        for name, method in pairs(methods) do
            if not (is_server and of_person[name]) then
                local good, result = pcall(method, err)
                assert(good or name == "raise" or name == "is", result)
                tostring(result)
                count = count + 1
            end
        end
        tostring(err)
        tostring(err:kind())
        assert(#(err .. "") > 0)
    end
    if not is_server then
        tostring(loaded.errors)
        tostring(loaded.errors.catalogue)
    end
    assert(not pcall(function() return loaded.errors.NoSuchCode end))
    return count
end

return every_call
