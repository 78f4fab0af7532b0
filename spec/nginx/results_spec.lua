-- What a handler makes of each combination of its function's first and second result, in access and in
-- content: a failure is never taken for a success.

local cjson = require "cjson"
local errors = require "cfs.errors"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = { init = [[

    values = {
        ["nil"] = function() end,
        ["false"] = function() return false end,
        ["true"] = function() return true end,
        string = function() return "no token" end,
        code = function() return "AccessDenied" end,
        kind = function() return errors.AccessDenied end,
        error = function() return errors.AccessDenied { requestId = "7e0c3b52" } end,
        table = function() return { "a token" } end,
        number = function() return 7 end,
        null = function() return ngx.null end,
        pointer = function() return require("ffi").new("void *") end,
    }

    function results()
        local first, second = ngx.var.arg_first, ngx.var.arg_second
        if first == "nothing" then return end
        if second == "nothing" then return (values[first]()) end
        return (values[first]()), (values[second]())
    end

    serve = nginx.handler(results)
    raises = nginx.handler(function() error((values[ngx.var.arg_first]())) end)
    raises_parameters = nginx.handler(function() error(errors.RateLimit) end)
    returns_parameters = nginx.handler(function() return errors.RateLimit end)
    guarded = nginx.guard(function() error(errors.AccessDenied) end)
]], locations = [[
    location = /content {
        content_by_lua_block {
            local function show(...)
                local shown = { select("#", ...) }
                for index = 1, select("#", ...) do shown[index + 1] = type((select(index, ...))) end
                ngx.print("PROTECTED ", table.concat(shown, " "))
            end
            show(serve())
        }
    }
    location = /access {
        access_by_lua_block { serve() }
        content_by_lua_block { ngx.print("PROTECTED") }
    }
    location = /raises/content { content_by_lua_block { raises() ngx.print("PROTECTED") } }
    location = /raises/access {
        access_by_lua_block { raises() }
        content_by_lua_block { ngx.print("PROTECTED") }
    }
    location = /raises/parameters { content_by_lua_block { raises_parameters() } }
    location = /returns/parameters { content_by_lua_block { returns_parameters() } }
    location = /guard { content_by_lua_block { guarded() } }
    location = /output { # what these return where they put out nothing
        content_by_lua_block {
            local function run(f) nginx.handler(f)() end
            local name = ngx.var.arg_name
            if name == "say" then run(function() return ngx.say("all of it") end) end
            if name == "seen_eof" then
                run(function() ngx.print("all of it") ngx.eof() return ngx.print("more") end)
            end
            if name == "nothing" then run(function() return ngx.flush() end) ngx.print("all of it") end
            if name == "timeout" then run(function() return nil, "timeout" end) end
            if name == "nil" then run(function() return nil, ngx.unescape_uri(ngx.var.arg_reason) end) end
            if name == "closed_false" then run(function() return false, "client aborted" end) end
        }
    }
]] }

local firsts = { "nothing", "nil", "false", "true", "string", "code", "kind", "error", "table", "null",
    "pointer" }
local seconds = { "nothing", "nil", "false", "true", "string", "code", "kind", "error", "table", "number",
    "null", "pointer" }

-- What is sent: the code; nil for a success. The error itself keeps its request id.
local function expected(first, second)
    if first == "error" or first == "kind" then return "AccessDenied" end
    local is_null = first == "null" or first == "pointer"
    if is_null and (second == "kind" or second == "error") then return "AccessDenied" end
    if first ~= "nil" and first ~= "false" then return nil end
    if second == "nothing" or second == "nil" then return first == "false" and "InternalError" or nil end
    local names = second == "error" or second == "kind" or second == "code"
    return names and "AccessDenied" or "InternalError"
end

-- What the log says of the cause of an InternalError.
local causes = {
    nothing = "cause=false ", ["nil"] = "cause=false ", ["false"] = "cause=false ", ["true"] = "cause=true ",
    string = 'cause="no token"', table = "cause=\"{ 1 = a token }\"", number = "cause=7 ",
    null = 'cause="userdata: NULL"', pointer = 'cause="cdata<void *>: NULL"',
}

describe("A handler whose function returns", function()
    local nginx = server.during(getfenv(), conf)
    before_each(function() nginx:clear_log() end)

    local function sum()
        return metrics.sum(metrics.counts(nginx:get("/metrics").body))
    end

    local function check(path, code, first, second)
        local before = sum()
        local response = nginx:get(path .. "?first=" .. first .. "&second=" .. (second or ""))
        local count = sum() - before -- the worker tells when it has logged
        local lines = nginx:lines()
        if not code then
            assert.same({ 200, "PROTECTED" }, { response.status, response.body:match("^%w+") })
            assert.same({ 0, 0 }, { count, #lines })
            return response
        end
        local envelope = cjson.decode(response.body)
        assert.same({ errors[code].status, code, errors[code].message },
            { response.status, envelope.code, envelope.message })
        assert.equal(envelope.requestId, response.headers["x-bce-request-id"])
        if first == "error" or first ~= "kind" and second == "error" then
            assert.equal("7e0c3b52", envelope.requestId)
        end
        assert.same({ 1, 1 }, { count, #lines })
        if code == "InternalError" then
            local line = lines[1]:gsub(", client", " %0")
            assert.truthy(line:find(causes[second], 1, true), line)
        end
        return response
    end

    for _, first in ipairs(firsts) do
        for _, second in ipairs(seconds) do
            local code = expected(first, second)
            it(first .. ", " .. second .. (code and " responds with " .. code or " responds with nothing"),
                function()
                    check("/access", code, first, second)
                    nginx:clear_log()
                    local response = check("/content", code, first, second)
                    if code then return end
                    local count = first == "nothing" and 0 or second == "nothing" and 1 or 2
                    assert.equal(tostring(count), response.body:match("%d"))
                end)
        end
    end

    for _, name in ipairs { "kind", "error" } do
        it("nothing, since it raises: " .. name, function()
            for _, phase in ipairs { "content", "access" } do
                nginx:clear_log()
                check("/raises/" .. phase, "AccessDenied", name)
                assert.is_nil(nginx:lines()[1]:find("cause=", 1, true))
            end
        end)
    end

    for _, how in ipairs { "raises", "returns" } do
        it("a kind whose message has parameters, or raises it: " .. how, function()
            local response = nginx:get("/" .. how .. "/parameters")
            assert.same({ 421, "RateLimit" }, { response.status, cjson.decode(response.body).code })
            sum()
            assert.is_nil(nginx:lines()[1]:find("cause=", 1, true))
        end)
    end

    it("nothing, since a guard catches the kind that it raises", function()
        nginx:get("/guard")
        sum()
        assert.truthy(nginx:lines()[1]:find("code=AccessDenied ", 1, true))
    end)

    -- Path, curl's options, what comes, how many errors are counted.
    local outputs = {
        { "say", "--head", "", 0 },
        { "say", "--http1.0", "all of it\n", 0 },
        { "seen_eof", "", "all of it", 0 },
        { "nothing", "", "all of it", 0 },
        { "nothing", "--http1.0", "all of it", 0 },
        { "timeout", "", "InternalError", 1 }, -- sockets say that, too
        { "closed_false", "", "InternalError", 1 },
    }
    for _, reason in ipairs { "nginx output filter error", "client aborted", "connection broken",
        "header only", "seen eof", "buffering", "nothing to flush", "raw request socket acquired" } do
        outputs[#outputs + 1] = { "nil&reason=" .. reason:gsub(" ", "%%20"), "", "", 0 }
    end
    for _, row in ipairs(outputs) do
        it("what nginx's functions of output do: " .. row[1] .. " " .. row[2], function()
            local before = sum()
            local response = nginx:get("/output?name=" .. row[1], row[2])
            if row[2] ~= "--head" then
                assert.equal(row[3], response.body:match('"code":"(%w+)"') or response.body)
            end
            assert.equal(row[4], sum() - before)
            assert.equal(row[4], #nginx:lines())
        end)
    end
end)
