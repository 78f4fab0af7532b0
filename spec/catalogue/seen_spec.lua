-- src/seen.def: codes that were seen in responses, and are not documented for CFS.

local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local files = require "spec.helpers.files"
local phrases = require "cfs.errors.explain.language"

-- code, layer, status, fault, category, retry, canonical
local rows = {}
for line in ([[
IamSignatureInvalid iam 403 client authentication never UNAUTHENTICATED
ResourceNotFound gateway 404 client routing never NOT_FOUND
SignatureEmpty gateway 400 client authentication never UNAUTHENTICATED
SignatureInvalid gateway 400 client authentication never UNAUTHENTICATED
SignatureAppInvalid gateway 400 client authentication never UNAUTHENTICATED
SignatureTimestampInvalid gateway 400 client authentication never UNAUTHENTICATED
SignatureTimestampExpired gateway 400 client clock resign UNAUTHENTICATED
SignatureMismatch gateway 400 client authentication never UNAUTHENTICATED
OverRateLimit gateway 429 client throttle throttle RESOURCE_EXHAUSTED
BadGateway gateway 502 server unavailable backoff UNAVAILABLE
GatewayTimeout gateway 504 server unavailable backoff DEADLINE_EXCEEDED
InternalServerError gateway 500 server internal backoff INTERNAL
ServiceProtocolNotSupported gateway 404 client routing never INVALID_ARGUMENT
CertificateException gateway 404 server internal never INTERNAL
RequestPathInvalid gateway 404 client routing never NOT_FOUND
BadRequest common 400 client invalid never INVALID_ARGUMENT
NoSuchObject common 404 client not_found never NOT_FOUND
OperationDenied common 409 client state never FAILED_PRECONDITION
LimitExceeded common 413 client quota never RESOURCE_EXHAUSTED
ServiceInternalError common 500 server internal backoff INTERNAL
]]):gmatch("[^\n]+") do
    local row = {}
    for word in line:gmatch("%S+") do row[#row + 1] = tonumber(word) or word end
    rows[#rows + 1] = row
end

local function judgement(err)
    return { err.code, err.service, err.status, err.fault, err.category, err.retry, err.canonical }
end

describe("A code that was seen", function()
    for _, row in ipairs(rows) do
        local code = row[1]
        it("is judged by its row, however it comes: " .. code, function()
            local body = '{"code":"' .. code .. '","message":"m\\u00fc","requestId":"r"}'
            local headers = { ["X-Bce-Error-Code"] = code }
            for _, err in ipairs {
                errors.parse(body), errors.parse((body:gsub("\\u00fc", ""))),
                errors.from_response { status = row[3], headers = {}, body = body },
                errors.from_response { status = row[3], headers = headers, body = "" },
            } do
                assert.same(row, judgement(err))
                assert.is_false(err.known)
                assert.is_false(err:status_differs())
                assert.is_true(errors.is(err, code) and err:is(row[5]))
                assert.equal("Seen in responses, not documented for CFS.", err.description)
                assert.equal(phrases.say("remedy", code, "en"), err.remedy)
                assert.equal(errors.parse(body):kind(), err:kind())
            end
        end)

        it("is explained in both languages: " .. code, function()
            for language, sentence in pairs { en = "Seen in responses, not documented for CFS.",
                zh = "在响应中出现过，但 CFS 的文档未列出。" } do
                local words = errors.explain(code, { language = language }):gsub("\n *", " ")
                assert.matches("^" .. code .. "%W+" .. row[2] .. "%W+" .. row[3], words)
                assert.truthy(words:find(sentence, 1, true))
                local function squeezed(text) return (text:gsub("%s", "")) end
                assert.truthy(squeezed(words):find(squeezed(phrases.say("remedy", code, language)), 1, true))
                assert.truthy(words:find(phrases.say("retry", row[6], language), 1, true))
            end
        end)
    end

    it("is no page where only the headers have it", function()
        local headers = { ["X-Bce-Error-Code"] = "IamSignatureInvalid" }
        local err = errors.from_response { status = 403, headers = headers, body = "" }
        assert.matches("^IamSignatureInvalid: no message %(403 Forbidden%); what to do: ", tostring(err))
    end)

    it("keeps the status that it came with", function()
        local err = errors.from_response { status = 400, body = '{"code":"NoSuchObject"}' }
        assert.same({ 400, true, "not_found" }, { err.status, err:status_differs(), err.category })
    end)

    it("is no kind that a program could make, and not one of the catalogue's 48", function()
        local count = 0
        for kind in errors.each() do
            count = count + (phrases.say("remedy", kind.code, "en") and 1 or 0)
        end
        assert.equal(48, count)
        assert.is_nil(errors.catalogue.BadGateway)
        assert.is_false((pcall(errors.new, "BadGateway")))
        assert.is_false((pcall(errors.new, errors.parse('{"code":"BadGateway"}'):kind())))
    end)

    it("costs nothing before it comes, and gives way to a row of errors.extend", function()
        local program = [[
            local errors, state = require "cfs.errors", require "cfs.errors.base.state"
            print(next(state.seen), errors.is("no error", "OverRateLimit"), next(state.seen))
            local before = errors.parse "{\"code\":\"BadGateway\"}"
            errors.extend { { code = "BadGateway", status = 502, message = "m", category = "gateway_lost" } }
            local after = errors.parse "{\"code\":\"BadGateway\"}"
            print(before.known, before.category, after.known, after.category, before:is "BadGateway")
        ]]
        assert.matches("^nil%s+false%s+OverRateLimit%s+table: %w+\n"
            .. "false%s+unavailable%s+true%s+gateway_lost%s+true\n",
            command.must(command.interpreter .. " -e '" .. program .. "'"))
    end)

    it("has a row with a source and a date, and without a column none that compiles", function()
        local count = 0
        local row = 'CFS_SEEN%(%l.-([^%s"]+)"?,%s*"(%d%d%d%d%-%d%d%-%d%d)"%)'
        for source, date in files.read("src/seen.def"):gmatch(row) do
            count = count + 1
            assert.is_true(#source > 2 and date > "2019")
        end
        assert.equal(#rows, count)
        local columns = { "iam", "X", "403", "client", "quota", "never", "ABORTED", '"r"', '"c"', '"s"',
            '"d"' }
        local directory = command.new_directory()
        local function compiles(list)
            files.write(directory .. "/seen.def", "CFS_SEEN(" .. table.concat(list, ", ") .. ")\n")
            for _, name in ipairs { "catalogue", "words" } do
                if not command.run("sed 's/\"seen.def\"/<seen.def>/' src/" .. name .. ".c | cc -std=c99"
                    .. " -fsyntax-only -I" .. directory .. " -Isrc -x c -") then return false end
            end
            return true
        end
        assert.is_true(compiles(columns))
        for index = 1, #columns do
            local list, blank = {}, {}
            for place, column in ipairs(columns) do
                if place ~= index then list[#list + 1] = column end
                blank[place] = place == index and "" or column
            end
            assert.is_false(compiles(list), index)
            assert.is_false(index ~= 2 and compiles(blank), index)
        end
        command.remove(directory)
    end)
end)
