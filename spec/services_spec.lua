local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local support = require "spec.helpers.support"
local testing = require "cfs.errors.testing"

local raises = support.raises

local rows = {
    { code = "NoSuchBucket", status = 404, category = "not_found", message = "The bucket does not exist." },
    { code = "ServiceUnavailable", status = 503, category = "throttle", retry = "throttle",
      message = "Please reduce your request rate." },
    { code = "InstanceNotFound", status = 404, message = "No {name} here." },
    { code = "AccessDenied", status = 403, message = "Access Denied by the bucket's owner." },
    { code = "SignatureDoesNotMatch", status = 403, message = "The signature does not match." },
    { code = "Resource Not Found", status = 404, message = "Not found." },
}
local bos = errors.service("spec-bos", rows)
local bcc = errors.service("spec-bcc", {
    { code = "InstanceNotFound", status = 404, category = "not_found", message = "No such virtual machine." },
})

local function body(code, message)
    return '{"code":"' .. code .. '","message":"' .. (message or "m\\u00e4") .. '","requestId":"r"}'
end

describe("errors.service", function()
    it("has kinds of its own, and shares the global ones", function()
        assert.equal("spec-bos", bos.name)
        assert.equal("spec-bos", bos.NoSuchBucket.service)
        assert.is_true(bos.NoSuchBucket.known)
        assert.equal("No disk-1 here.", bos.InstanceNotFound({ name = "disk-1" }).message)
        assert.equal(404, bos["Resource Not Found"].status)
        local count = 0
        for kind in errors.each() do
            if kind.service == "global" then
                count = count + 1
                local is_shared = kind.code ~= "SignatureDoesNotMatch" -- judged otherwise by its row
                assert.equal(is_shared, rawequal(bos[kind.code], kind))
                assert.is_true(rawequal(bcc[kind.code], kind))
            else
                assert.is_false(rawequal(rawget(bos, kind.code), kind))
            end
        end
        assert.equal(14, count)
        assert.equal(403, bos.SignatureDoesNotMatch.status)
        assert.equal(400, errors.SignatureDoesNotMatch.status)
        assert.is_nil(errors.catalogue.NoSuchBucket)
    end)

    it("has a kind of its own for a global code that its row judges otherwise", function()
        for column, word in pairs {
            fault = "server", category = "invalid", retry = "backoff", canonical = "UNKNOWN",
            remedy = "Wait.",
        } do
            local row = { code = "AccessDenied", status = 403, message = "m", [column] = word }
            local kind = errors.service("spec-judges-" .. column, { row }).AccessDenied
            assert.equal(column == "remedy" and errors.AccessDenied[column] or word, kind[column])
        end
    end)

    it("reads the same code as another kind in each service", function()
        for _, text in ipairs { "m", "m\\u00e4" } do
            local code = "InstanceNotFound"
            local given = body(code, text)
            local read = { errors.parse(given), bos.parse(given), bcc.parse(given) }
            local kinds = { errors.InstanceNotFound, bos.InstanceNotFound, bcc.InstanceNotFound }
            for index, err in ipairs(read) do
                for place, kind in ipairs(kinds) do
                    assert.equal(index == place, errors.is(err, kind))
                    assert.equal(index == place, errors.match(err, {
                        [kind] = function() return true end, default = function() return false end,
                    }))
                end
                assert.is_true(errors.is(err, code))
                assert.equal(kinds[index], err:kind())
                assert.equal(kinds[index].service, err.service)
            end
        end
    end)

    -- How a response is given; status, code in the body, in the headers; kind, category, own status.
    local responses = {
        { 503, "ServiceUnavailable", nil, bos.ServiceUnavailable, "throttle" },
        { 429, "ServiceUnavailable", nil, bos.ServiceUnavailable, "throttle", 429 },
        { 404, nil, "NoSuchBucket", bos.NoSuchBucket, "not_found" },
        { 403, "AccessDenied", nil, errors.AccessDenied, "permission" },
        { 403, "SignatureDoesNotMatch", nil, bos.SignatureDoesNotMatch, "permission" },
        { 400, "SignatureDoesNotMatch", nil, bos.SignatureDoesNotMatch, "permission", 400 },
        { 421, "RateLimit", nil, nil, "unknown" }, -- CFS' code is unknown here
        { 404, "MountTargetNotFound", nil, nil, "unknown" },
        { 429, "OverRateLimit", nil, nil, "throttle" }, -- the gateway's: src/seen.def
        { 502, nil, nil, nil, "unavailable" },
    }
    for _, row in ipairs(responses) do
        it("reads responses: " .. row[1] .. " " .. tostring(row[2] or row[3]), function()
            local response = { status = row[1], body = row[2] and body(row[2]) or "",
                headers = { ["x-bce-error-code"] = row[3], ["Retry-After"] = "7" } }
            local err = bos.from_response(response)
            assert.same({ row[2] or row[3], row[5], row[1], row[6] },
                { err.code, err.category, err.status, rawget(err, "status") })
            assert.equal(row[4] ~= nil, err.known)
            assert.is_true(row[4] == nil or err:kind() == row[4])
            assert.equal(row[3] and "headers" or not row[2] and "empty" or nil, err:origin())
            assert.equal(7, err:advice({ method = "GET" }).retry_after)
            local good, raised = pcall(bos.check, response)
            assert.is_false(good)
            assert.equal(err:kind(), raised:kind())
        end)
    end

    it("leaves alone what is no response of the service", function()
        local err = errors.ServiceUnavailable()
        assert.is_true(rawequal(err, bos.from_response(nil, err)))
        assert.equal(errors.ServiceUnavailable, err:kind())
        local lost = bos.from_response(nil, "timeout")
        assert.same({ "timeout", "timeout" }, { lost:cause(), (lost:transport()) })
        local response = { status = 200, body = "{}" }
        assert.same({ response, nil, 5 }, { bos.check(response, nil, 5) })
        assert.is_nil(bos.from_response(response))
        assert.is_nil(bos.from_response(response, { any_status = true }))
    end)

    it("makes and raises errors of its kinds and of the shared ones", function()
        assert.equal(bos.ServiceUnavailable, bos.new("ServiceUnavailable", { requestId = "r" }):kind())
        for _, target in ipairs { "NoSuchBucket", bos.NoSuchBucket, bos.NoSuchBucket() } do
            local _, err = pcall(bos.raise, target)
            assert.equal(bos.NoSuchBucket, err:kind())
        end
        assert.equal(errors.AccessDenied, select(2, pcall(bos.raise, "AccessDenied")):kind())
        assert.equal(bos.NoSuchBucket, errors.new(bos.NoSuchBucket):kind())
        local outer = errors.InternalError { cause = bos.NoSuchBucket() }
        assert.equal(bos.NoSuchBucket, errors.find(outer, "NoSuchBucket"):kind())
        raises("bad argument #1 to 'new' (unknown code 'RateLimit')", function() bos.new("RateLimit") end)
        local near = "unknown code 'NoSuchBuckets', did you mean 'NoSuchBucket'?"
        raises("bad argument #1 to 'raise' (" .. near .. ")",
            function() bos.raise "NoSuchBuckets" end)
        raises(near, function() return bos.NoSuchBuckets end)
        raises("bad argument #1 to 'search' (string expected, got nil)", function() bos.search() end)
        raises("bad argument #1 to 'check' (a response has a 'status', 'headers' and a 'body'; this table has"
            .. " none of them)", function() bos.check {} end)
        raises("bad argument #2 to 'from_response' (table expected, got string)",
            function() bos.from_response({ status = 404 }, "x") end)
        raises("no field 'x' can be added; errors.extend adds codes", function() bos.x = 1 end)
    end)

    it("is known to logs, explanations, responses, retry, tests and search", function()
        local err = bos.ServiceUnavailable()
        assert.matches("^code=ServiceUnavailable service=spec%-bos status=503 category=throttle ",
            err:to_log())
        assert.equal("spec-bos", err:to_table().service)
        assert.is_nil(bos.AccessDenied():to_table().service)
        assert.matches("^NoSuchBucket, spec%-bos, 404 Not Found\n", errors.explain(bos.NoSuchBucket))
        assert.equal("throttle", err:advice({ method = "POST" }).action)
        local _, _, text = err:response { format = "problem", type_base = "https://e.example/#" }
        assert.truthy(text:find('"title":"Please reduce your request rate."', 1, true))
        assert.equal(bos.NoSuchBucket, bos.from_response(testing.response(bos.NoSuchBucket)):kind())
        local found = bos.search "the bucket does"
        assert.same({ 1, bos.NoSuchBucket }, { #found, found[1] })
        assert.matches("^spec%-bos\n.*  404    NoSuchBucket  ", tostring(found))
        assert.equal(0, #bos.search "There are too many connections")
        local codes = {}
        for kind in bos.each() do codes[#codes + 1] = kind.code end
        assert.equal(18, #codes)
        assert.same({ "AccessDenied", "Resource Not Found" }, { codes[1], codes[18] })
    end)

    it("is the same when it is asked for again, and takes more rows", function()
        local kind = bos.NoSuchBucket
        assert.is_true(rawequal(bos, errors.service("spec-bos", rows)))
        assert.is_true(rawequal(bos, errors.service("spec-bos")))
        assert.is_true(rawequal(kind, bos.NoSuchBucket))
        errors.service("spec-more", { rows[1] })
        local more = errors.service("spec-more", { rows[1], rows[2] })
        assert.equal("spec-more", more.ServiceUnavailable.service)
        assert.equal(more.ServiceUnavailable, more.parse(body "ServiceUnavailable"):kind())
    end)

    it("refuses wrong names and rows, and keeps nothing of them", function()
        local function refuses(sentence, name, list)
            raises("bad argument #" .. sentence:gsub("^%d", "%0 to 'service' (") .. ")",
                function() errors.service(name, list) end)
        end
        for _, name in ipairs { "", "BOS", "cfs", "global", "other", "a b", "1a" } do
            refuses("1a name has lower-case letters, digits, '_' and '-', and is not cfs, global or other",
                name, {})
        end
        refuses("1string expected, got table", {}, {})
        refuses("2table expected, got nil", "spec-none")
        local wrong = {
            { "row 1: code 'parse' has another meaning as spec-none.parse", { code = "parse" } },
            { "row 1: column 'service' must be 'spec-none'", { code = "X", service = "spec-bos" } },
            { "row 1: status must be from 400 to 599", { code = "X", status = 200 } },
            { "row 1: code 'not_found' has another meaning in errors.match", { code = "not_found" } },
        }
        for _, case in ipairs(wrong) do
            local row = case[2]
            row.status, row.message = row.status or 400, "m"
            refuses("2" .. case[1], "spec-none", { row })
        end
        refuses("2table expected, got nil", "spec-none")
        refuses("2row 1: code 'NoSuchBucket' exists already, with another status", "spec-bos",
            { { code = "NoSuchBucket", status = 400, message = rows[1].message, category = "not_found" } })
    end)

    it("has the same kinds when the library is loaded again", function()
        local program = [[
            local errors = require "cfs.errors"
            local rows = { { code = "NoSuchBucket", status = 404, message = "m" } }
            local bos = errors.service("bos", rows)
            local kind, err, parse = bos.NoSuchBucket, bos.NoSuchBucket(), bos.parse
            for name in pairs(package.loaded) do
                if name:find "^cfs" then package.loaded[name] = nil end
            end
            local again = require "cfs.errors"
            local service = again.service("bos", rows)
            print(service == bos, service.NoSuchBucket == kind, again.is(err, service.NoSuchBucket),
                again.is(service.parse "{\"code\":\"NoSuchBucket\"}", kind), parse ~= service.parse)
        ]]
        assert.equal("true\ttrue\ttrue\ttrue\ttrue\n",
            command.must(command.interpreter .. " -e '" .. program .. "'"))
    end)

    it("is whole, whatever ends its making at whichever place", function()
        local jit, step = rawget(_G, "jit"), 0
        local fired, armed, ended
        local hook, mask, every = debug.gethook() -- of a rig that watches what is run
        if jit then
            jit.flush()
            jit.off()
        end
        repeat
            step, fired, armed, ended = step + 20, false, false, false
            local name = "spec-step-" .. step
            local before = step % 40 == 0 and errors.service(name, { rows[1] })
            debug.sethook(function()
                debug.sethook()
                fired = true
                ended = armed
                if armed then error "enough" end
            end, "", step)
            local good = pcall(function()
                armed = true
                errors.service(name, rows)
                armed = false
            end)
            debug.sethook()
            assert.equal(not ended, good)
            local shared = before and before.SignatureDoesNotMatch
            assert.is_true(not before or shared == errors.SignatureDoesNotMatch or shared.service == name)
            local service = errors.service(name, rows)
            for _, row in ipairs(rows) do
                assert.equal(service[row.code], service.parse(body(row.code)):kind())
                assert.is_true(row.code == "AccessDenied" or service[row.code].service == name)
            end
            local count = 0
            for _ in service.each() do count = count + 1 end
            assert.equal(18, count)
        until not fired
        if jit then jit.on() end
        debug.sethook(hook, mask, every)
        assert.is_true(step > 1000)
    end)
end)
