-- The rig of `make matrix`: how many combinations it makes, and what each of its rules sees.
-- Runs once: the rig runs on LuaJIT.

local combinations = require "spec.matrix.combinations"
local rules = require "spec.matrix.rules"

local unpack = unpack or table.unpack

local all = combinations.all(2)

local id = "9d8c7b6a"
local line = "2026/11/25 14:00:00 [info] 7#7: *1 [lua] log(): code=InstanceNotFound status=404 requestId="
    .. id .. " category=not_found fault=client, client: 127.0.0.1"

local aside = "MountTargetNotFound"
local aside_line = line:gsub("InstanceNotFound", aside)

local function envelope(fields)
    return ('{"requestId":"%s","code":"%s","message":"%s"}'):format(fields.id or id,
        fields.code or "InstanceNotFound", fields.message or "no such instance")
end

local function count(side, labels)
    labels = labels or {}
    return {
        value = labels.value or 1,
        labels = {
            code = labels.code or "InstanceNotFound",
            category = "not_found",
            status = labels.status or "404",
            side = side,
        },
    }
end

-- What a client gets of an error that is right in all; the fields given take the place of its own.
local function response(fields)
    local made = {
        status = 404,
        exit = 0,
        head = "HTTP/1.1 404 Not Found\r\n\r\n",
        headers = { ["content-type"] = { "application/json" }, ["x-bce-request-id"] = { id } },
        body = envelope {},
        counts = { count "raised" },
        log = { line },
    }
    for name, value in pairs(fields or {}) do
        if name == "headers" then
            for header, values in pairs(value) do made.headers[header] = values end
        else
            made[name] = value
        end
    end
    return made
end

local cut = envelope {}:sub(1, 20)
local protected = { status = 200, body = "PROTECTED", headers = { ["content-type"] = { "text/plain" } } }

-- The combination, what came, and the rules that are broken; none if nothing is named.
local rows = {
    { "own version=1.1", {} },
    { "own version=1.1", { body = cut }, "a whole envelope, or a broken connection" },
    { "own version=1.1", { exit = 18, body = cut }, "a whole envelope, or a broken connection" },
    { "own version=1.0 begun=print", { exit = 56, status = 200, body = "the beginning", headers = {} } },
    { "own version=1.0 begun=print", { body = "the beginning" .. envelope {}, headers = {} },
        "a whole envelope, or a broken connection" },
    { "own version=1.0 begun=print", { status = 200, body = "the beginning" },
        "a whole envelope, or a broken connection" },
    { "own version=1.1 phase=access failure=returned_nil", protected,
        "a whole envelope, or a broken connection", "the status that was given",
        "no way in where access failed" },
    { "own version=1.1 failure=fine", { status = 200, body = "PROTECTED", counts = {}, log = {} } },
    { "own version=1.1 failure=fine", protected, "one count", "one log line" },
    { "own version=1.1", { headers = { ["content-length"] = { "7" } } }, "a true Content-Length" },
    { "own version=1.1", { headers = { ["content-type"] = { "application/json; charset=gbk" } } },
        "the type application/json" },
    { "own version=1.1", { headers = { ["content-encoding"] = { "identity" } } },
        "no header of another body" },
    { "own version=1.1", { headers = { ["repr-digest"] = { "sha-256=:X48E:" } } },
        "no header of another body" },
    { "own version=1.1", { headers = { ["x-bce-request-id"] = { id, "0f9e8d7c" } } }, "one request id" },
    { "own version=1.1", { body = envelope { id = "0f9e8d7c" } }, "one request id" },
    { "own version=1.1 options=request_id", {}, "the request id that was given" },
    { "own version=1.1", { head = "Via: nas7.bj.internal\r\n" }, "no host" },
    { "own version=1.1", { body = envelope { message = "no route to 10.0.3.7" } }, "no host" },
    { "own version=1.1", { body = envelope { code = "NoSuchKey" } }, "the code that was given" },
    { "own version=1.1", { counts = {} }, "one count" },
    { "own version=1.1", { counts = { count("raised", { value = 2 }) } }, "one count" },
    { "own version=1.1", { counts = { count("raised", { code = "html" }) } },
        "a count of the code that was given" },
    { "own version=1.1", { counts = { count "upstream" } }, "the right side" },
    { "upstream version=1.1", { counts = { count "upstream" } } },
    { "upstream version=1.1 cache=hit", { headers = { ["x-cache-status"] = { "HIT" } } },
        "the right side" },
    { "upstream version=1.1 cache=hit", { counts = { count "upstream" } },
        "a cached response, where one was arranged" },
    { "own version=1.1", { counts = { count("raised", { status = "404.5" }) } }, "a status for a label" },
    { "own version=1.1 subrequest=capture",
        { counts = { count "raised", count("raised", { code = aside }) }, log = { aside_line, line } } },
    { "own version=1.1 subrequest=capture", { log = { aside_line, line } }, "one count of the subrequest" },
    { "own version=1.1 subrequest=capture",
        { counts = { count "raised", count("raised", { code = aside }) } },
        "one log line of the subrequest" },
    { "own version=1.1", { log = {} }, "one log line" },
    { "own version=1.1", { log = { line, line } }, "one log line" },
    { "own version=1.1", { log = { (line:gsub(id, "0f9e8d7c")) } }, "the request id in the log line" },
    { "own version=1.1", { log = { line, "[error] 7#7: *1 lua entry thread aborted: runtime error" } },
        "no failure of the library in the log" },
    { "upstream version=1.1 failure=zipped",
        { counts = { count("upstream", { code = "compressed" }) }, body = "\31\139",
            headers = { ["content-encoding"] = { "gzip" } } },
        "a whole envelope, or a broken connection", "the status that was given",
        "no header of another body" },
}

local function named(name)
    for _, combination in ipairs(all) do
        if combination.name == name then return combination end
    end
    error("no combination is named " .. name)
end

describe("The matrix", function()
    it("has thousands of combinations, each once", function()
        local seen = {}
        for _, combination in ipairs(all) do
            assert.is_nil(seen[combination.name], combination.name)
            seen[combination.name] = true
        end
        assert.is_true(#all >= 2000, #all)
    end)

    it("takes so many of them as are wanted, the same for the same seed", function()
        local function names(seed)
            local list = {}
            for _, combination in ipairs(combinations.sample(all, 100, seed)) do
                list[#list + 1] = combination.name
            end
            return list
        end
        assert.equal(100, #names(1))
        assert.same(names(1), names(1))
        assert.not_same(names(1), names(2))
    end)

    for index, row in ipairs(rows) do
        it("judges " .. row[1] .. ", response " .. index, function()
            local combination, broken = named(row[1]), {}
            for _, rule in ipairs(rules) do
                if rule.broken(combination, response(row[2])) then broken[#broken + 1] = rule.name end
            end
            assert.same({ unpack(row, 3) }, broken)
        end)
    end

    it("sees a series that holds both codes and what had none", function()
        local html = response { counts = { count("upstream", { code = "html" }) } }
        local broken = {}
        for _, failure in ipairs { "page", "named_html" } do
            local combination = named("upstream version=1.1 failure=" .. failure)
            for _, rule in ipairs(rules) do
                if rule.name:find("^a series") then
                    broken[#broken + 1] = rule.broken(combination, html)
                end
            end
        end
        assert.equal(1, #broken)
    end)
end)
