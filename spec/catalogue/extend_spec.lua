local errors = require "cfs.errors"
local extend = require "cfs.errors.catalogue.extend"
local support = require "spec.helpers.support"

local raises = support.raises

-- Codes stay in the catalogue for as long as the Lua state lives; these are of this file alone.

local function size()
    local count = 0
    for _ in pairs(errors.catalogue) do count = count + 1 end
    return count
end

describe("errors.extend", function()
    describe("takes what a row lacks from its status", function()
        local rows = {
            { 400, "Bad Request", "client", "invalid", "never", "INVALID_ARGUMENT" },
            { 401, "Unauthorized", "client", "authentication", "never", "UNAUTHENTICATED" },
            { 403, "Forbidden", "client", "permission", "never", "PERMISSION_DENIED" },
            { 404, "Not Found", "client", "unknown", "never", "NOT_FOUND" },
            { 408, "Request Timeout", "client", "unavailable", "backoff", "DEADLINE_EXCEEDED" },
            { 409, "Conflict", "client", "conflict", "never", "ABORTED" },
            { 418, nil, "client", "invalid", "never", "INVALID_ARGUMENT" },
            { 429, "Too Many Requests", "client", "throttle", "throttle", "RESOURCE_EXHAUSTED" },
            { 500, "Internal Server Error", "server", "internal", "backoff", "INTERNAL" },
            { 502, "Bad Gateway", "server", "unavailable", "backoff", "UNAVAILABLE" },
            { 503, "Service Unavailable", "server", "unavailable", "backoff", "UNAVAILABLE" },
            { 504, "Gateway Timeout", "server", "unavailable", "backoff", "DEADLINE_EXCEEDED" },
            { 599, nil, "server", "internal", "backoff", "INTERNAL" },
        }
        local remedies = {
            never = "Find out what responded, and look the error up in its documentation.",
            backoff = "Repeat the call later; quote the request id if it persists.",
            throttle = "Slow down, and spread the calls over time.",
        }
        for _, row in ipairs(rows) do
            local status, reason, fault = row[1], row[2], row[3]
            local category, retry, canonical = row[4], row[5], row[6]
            it("as of " .. status, function()
                local code = "SpecExtendOf" .. status
                errors.extend { { code = code, status = status, message = "What happened." } }
                assert.same({
                    code = code,
                    status = status,
                    message = "What happened.",
                    description = "What happened.",
                    service = "other",
                    reason = reason,
                    fault = fault,
                    category = category,
                    retry = retry,
                    canonical = canonical,
                    remedy = remedies[retry],
                    known = true,
                }, support.own(errors[code]))
            end)
        end
    end)

    it("keeps every column that a row has", function()
        local row = {
            code = "SpecExtendFull", status = 404, message = "Full.", reason = "Nowhere",
            description = "All columns.", service = "spec", fault = "server",
            category = "spec_extend_full", retry = "reread", canonical = "DATA_LOSS",
            remedy = "Read on.",
        }
        errors.extend { row }
        local expected = support.own(row)
        expected.known = true
        assert.same(expected, support.own(errors.SpecExtendFull))
    end)

    it("takes a status of three digits as a number", function()
        errors.extend { { code = "SpecExtendDigits", status = "404", message = "m" } }
        assert.equal(404, errors.SpecExtendDigits.status)
        assert.is_true(errors.new("SpecExtendDigits"):is(404))
    end)

    it("returns nothing, and takes a list of no rows", function()
        local before = size()
        assert.equal(0, select("#", errors.extend {}))
        assert.equal(before, size())
    end)

    it("copies: what becomes of the row later does not count", function()
        local row = { code = "SpecExtendCopy", status = 404, message = "before" }
        errors.extend { row }
        row.message, row.status = "after", 500
        assert.equal("before", errors.new("SpecExtendCopy").message)
        assert.equal(404, errors.SpecExtendCopy.status)
        assert.is_nil(getmetatable(row))
    end)

    describe("adds kinds", function()
        setup(function()
            errors.extend {
                { code = "SpecExtendNoKey", status = 404, category = "spec_extend_gone",
                  service = "spec", message = "No key {name} in bucket {bucket}." },
                { code = "SpecExtendBusy", status = 429, service = "spec", message = "Busy." },
            }
        end)

        local message = "No key a.txt in bucket logs."
        local body = '{"code": "SpecExtendNoKey", "message": "' .. message .. '"}'

        it("that envelopes are read as", function()
            local err = errors.parse(body)
            assert.is_true(rawequal(errors.SpecExtendNoKey, err:kind()))
            assert.equal(404, err.status)
            assert.is_true(err.known)
            assert.equal("spec_extend_gone", err.category)
        end)

        it("that responses are read as", function()
            local err = errors.from_response { status = 410, body = body }
            assert.is_true(rawequal(errors.SpecExtendNoKey, err:kind()))
            assert.equal(410, err.status)
            assert.is_true(err:status_differs())
        end)

        it("whose messages are made of two parameters", function()
            local err = errors.SpecExtendNoKey { name = "a.txt", bucket = "logs" }
            assert.equal(message, err.message)
        end)

        it("whose parameters are read out of a message", function()
            assert.same({ name = "a.txt", bucket = "logs" }, errors.parse(body):params())
        end)

        it("whose parameters must be given, every one", function()
            raises("bad argument #1 to 'SpecExtendNoKey' (parameter 'bucket' is missing)",
                function() errors.SpecExtendNoKey { name = "a.txt" } end)
            raises("bad argument #2 to 'new' (parameter 'name' is missing)",
                function() errors.new("SpecExtendNoKey", { bucket = "logs" }) end)
        end)

        it("that match by code, kind, category and status", function()
            local err = errors.parse(body)
            for _, target in ipairs {
                "SpecExtendNoKey", errors.SpecExtendNoKey, "spec_extend_gone", 404,
            } do
                assert.is_true(errors.is(err, target))
                assert.equal("hit", errors.match(err, { [target] = function() return "hit" end }))
            end
            assert.is_false(errors.is(err, "SpecExtendBusy", "throttle", "not_found"))
            assert.is_true(errors.is(errors.new("SpecExtendBusy"), "throttle"))
        end)

        it("that are found by search, after the vendor's", function()
            assert.same({ errors.SpecExtendNoKey }, support.own(errors.search("SPECEXTENDNOKEY")))
            assert.same({ errors.SpecExtendNoKey }, support.own(errors.search("bucket {bucket}")))
            local busy = errors.search("busy")
            assert.is_true(rawequal(errors.SpecExtendBusy, busy[#busy]))
        end)

        it("that errors.each walks last, in the order of the rows", function()
            local place, index = {}, 0
            for kind in errors.each() do
                index = index + 1
                place[kind] = index
            end
            assert.is_true(place[errors.SpecExtendNoKey] > 48)
            assert.equal(place[errors.SpecExtendNoKey] + 1, place[errors.SpecExtendBusy])
        end)

        it("that are listed under their service", function()
            local list = tostring(errors.catalogue)
            local from = list:find("\nspec\n", 1, true)
            assert.is_truthy(from)
            assert.is_truthy(list:find("\n  404    SpecExtendNoKey ", from, true))
            assert.is_truthy(list:find("\n  429    SpecExtendBusy ", from, true))
        end)

        it("that are explained", function()
            assert.equal("SpecExtendBusy, spec, 429 Too Many Requests",
                errors.explain("SpecExtendBusy"):match("^[^\n]*"))
        end)

        it("that a misspelt name leads to", function()
            raises("unknown code 'SpecExtendBuzy', did you mean 'SpecExtendBusy'?",
                function() local _ = errors.SpecExtendBuzy end)
        end)
    end)

    describe("refuses", function()
        local function row(changes)
            local new = { code = "SpecExtendRefused", status = 404, message = "m" }
            for name, value in pairs(changes) do new[name] = value or nil end
            return new
        end

        local bad_status = "status must be from 400 to 599"
        local bad_category = "a category has lower-case letters and '_' only"
        local refused = {
            { "a row that is no table", "oops", "table expected, got string" },
            { "a code that exists", row { code = "InstanceNotFound" },
              "code 'InstanceNotFound' exists already, with another message" },
            { "a row without a code", row { code = false }, "column 'code' is missing" },
            { "a row without a status", row { status = false }, "column 'status' is missing" },
            { "a row without a message", row { message = false }, "column 'message' is missing" },
            { "a misspelt column", row { mesage = "m" },
              "unknown column 'mesage', did you mean 'message'?" },
            { "a column in another letter case", row { Category = "m" },
              "unknown column 'Category', did you mean 'category'?" },
            { "a column that there is not", row { known = true }, "unknown column 'known'" },
            { "a column that is a number", row { [1] = "m" }, "unknown column '1'" },
            { "a code that is no string", row { code = 404 },
              "column 'code' must be a non-empty string" },
            { "an empty code", row { code = "" }, "column 'code' must be a non-empty string" },
            { "an empty message", row { message = "" },
              "column 'message' must be a non-empty string" },
            { "a remedy that is no string", row { remedy = {} },
              "column 'remedy' must be a non-empty string" },
            { "a status below 400", row { status = 399 }, bad_status },
            { "a status above 599", row { status = 600 }, bad_status },
            { "a broken status", row { status = 404.5 }, bad_status },
            { "a status that is NaN", row { status = 0 / 0 }, bad_status },
            { "a status in words", row { status = "Not Found" }, bad_status },
            { "a status in a table", row { status = {} }, bad_status },
            { "a category in capitals", row { category = "NotFound" }, bad_category },
            { "a category with a space", row { category = "not found" }, bad_category },
            { "a category that is the word default", row { category = "default" },
              "category 'default' has another meaning in errors.match" },
            { "a code that is the word default", row { code = "default" },
              "code 'default' has another meaning in errors.match" },
            { "a code that is a category", row { code = "not_found" },
              "code 'not_found' has another meaning in errors.match" },
            { "a code that is a public name", row { code = "parse" },
              "code 'parse' has another meaning as errors.parse" },
            { "a code that is the name of what is loaded later", row { code = "explain" },
              "code 'explain' has another meaning as errors.explain" },
            { "parameters that cannot be told apart", row { message = "No {a}{b}" },
              "parameters 'a' and 'b' have no text between them, so they could not be told apart" },
            { "a misspelt retry", row { retry = "backof" },
              "unknown retry 'backof', did you mean 'backoff'?" },
            { "a retry that there is not", row { retry = "sometimes" },
              "unknown retry 'sometimes'" },
            { "a misspelt fault", row { fault = "cleint" },
              "unknown fault 'cleint', did you mean 'client'?" },
        }
        for _, name in ipairs { "requestId", "message", "status", "cause" } do
            refused[#refused + 1] = { "a parameter that is called " .. name,
                row { message = "No {key}, {" .. name .. "}" },
                "parameter '" .. name .. "' has another meaning in an error's fields" }
        end
        for _, case in ipairs(refused) do
            local what, bad, sentence = case[1], case[2], case[3]
            it(what, function()
                local before = size()
                raises("bad argument #1 to 'extend' (row 1: " .. sentence .. ")",
                    function() errors.extend { bad } end)
                assert.equal(before, size())
            end)
        end

        it("a code that is twice in one list", function()
            local rows = { row { code = "SpecExtendTwice" }, row { code = "SpecExtendTwice" } }
            raises("bad argument #1 to 'extend' (row 2: code 'SpecExtendTwice' appears twice)",
                function() errors.extend(rows) end)
        end)

        for _, column in ipairs {
            "message", "status", "reason", "description", "service", "fault", "category", "retry",
            "canonical", "remedy",
        } do
            it("a code that was added before with another " .. column, function()
                local other = {
                    status = 410, fault = "server", category = "spec_extend_other", retry = "poll",
                    canonical = "ABORTED", service = "spec",
                }
                errors.extend { row { code = "SpecExtendOnce" } }
                local sentence = "code 'SpecExtendOnce' exists already, with another " .. column
                local changed = row { code = "SpecExtendOnce", [column] = other[column] or "other" }
                raises("bad argument #1 to 'extend' (row 1: " .. sentence .. ")",
                    function() errors.extend { changed } end)
            end)
        end

        it("a category that is almost one of the library's", function()
            local sentence = "unknown category 'not_fuond', did you mean 'not_found'?"
            raises("bad argument #1 to 'extend' (row 1: " .. sentence .. ")",
                function() errors.extend { row { code = "SpecExtendFuond", category = "not_fuond" } } end)
        end)

        for word, group in pairs { never = "retry", backoff = "retry", client = "fault" } do
            it("the category '" .. word .. "', which is a word of " .. group, function()
                raises("bad argument #1 to 'extend' (row 1: category '" .. word .. "' is a word of "
                    .. group .. ")", function() errors.extend { row { category = word } } end)
            end)
        end

        for _, column in ipairs { "code", "service", "reason", "canonical" } do
            it("control and invisible characters in the column " .. column, function()
                for _, character in ipairs { "\n", "\r", "\0", "\27", "\127", "\226\128\174", "\255" } do
                    raises("bad argument #1 to 'extend' (row 1: column '" .. column
                        .. "' must have no control or invisible characters)",
                    function() errors.extend { row { [column] = "a" .. character .. "b" } } end)
                end
            end)
        end

        it("a column that a metatable's __index has wrong", function()
            local proxy = setmetatable(row { code = "SpecExtendProxy" }, { __index = { service = 5 } })
            raises("bad argument #1 to 'extend' (row 1: column 'service' must be a non-empty string)",
                function() errors.extend { proxy } end)
        end)

        it("a category that was added as a code before", function()
            errors.extend { row { code = "spec_extend_code" } }
            local sentence = "category 'spec_extend_code' has another meaning in errors.match"
            raises("bad argument #1 to 'extend' (row 1: " .. sentence .. ")",
                function() errors.extend { row { category = "spec_extend_code" } } end)
        end)

        it("a code that another row of the list has as its category, in either order", function()
            local word_as_code, word_as_category =
                row { code = "spec_extend_word" },
                row { code = "SpecExtendWord", category = "spec_extend_word" }
            for _, rows in ipairs {
                { word_as_code, word_as_category }, { word_as_category, word_as_code },
            } do
                local good, message = pcall(errors.extend, rows)
                assert.is_false(good)
                assert.matches("'spec_extend_word' has another meaning in errors.match", message, 1,
                    true)
            end
        end)

        it("a code that is its own category", function()
            local good, message = pcall(errors.extend,
                { row { code = "spec_extend_own", category = "spec_extend_own" } })
            assert.is_false(good)
            assert.matches("'spec_extend_own' has another meaning in errors.match", message, 1,
                true)
        end)

        it("a row in place of a list", function()
            local one = row { code = "SpecExtendBare" }
            local good, message = pcall(errors.extend, one)
            assert.is_false(good)
            assert.matches("list of rows expected, got field '%l+'", message)
            assert.is_nil(errors.catalogue.SpecExtendBare)
        end)

        it("a list that has more than rows", function()
            for _, key in ipairs { 0, 1.5, "code" } do
                raises("bad argument #1 to 'extend' (list of rows expected, got field '" .. key .. "')",
                    function() errors.extend { [key] = row { code = "SpecExtendOdd" } } end)
            end
        end)

        it("a list with a hole", function()
            raises("bad argument #1 to 'extend' (row 1: table expected, got nil)",
                function() errors.extend { nil, row { code = "SpecExtendHole" } } end)
            assert.is_nil(errors.catalogue.SpecExtendHole)
        end)

        for _, case in ipairs { { "nil", nil }, { "string", "rows" }, { "number", 1 } } do
            it("a " .. case[1] .. " in place of a list", function()
                local sentence = "(table expected, got " .. case[1] .. ")"
                raises("bad argument #1 to 'extend' " .. sentence,
                    function() errors.extend(case[2]) end)
            end)
        end
    end)

    it("changes nothing where a row is there already, the same in each column", function()
        local function rows(status)
            return { { code = "SpecExtendAgain", status = status, message = "Again, {what}" } }
        end
        errors.extend(rows(404))
        local kind, before = errors.SpecExtendAgain, size()
        errors.extend(rows(404))
        errors.extend(rows("404"))
        assert.is_true(rawequal(kind, errors.SpecExtendAgain))
        assert.equal(before, size())
    end)

    it("reads each column once", function()
        local reads, row = {}, { code = "SpecExtendReads", status = 404, message = "m" }
        errors.extend {
            setmetatable({}, { __index = function(_, name)
                reads[name] = (reads[name] or 0) + 1
                return row[name]
            end }),
        }
        for name, count in pairs(reads) do assert.equal(1, count, name) end
        assert.equal("SpecExtendReads", errors.SpecExtendReads.code)
    end)

    it("would refuse a row of a service that has no rows yet for the same reasons", function()
        local row = { code = "parse", status = 404, message = "m" }
        assert.equal("code 'parse' has another meaning as service.parse", extend.problem(row, { parse = 1 }))
        assert.is_falsy(extend.problem(row, {}))
        row.status = 200
        assert.equal("status must be from 400 to 599", extend.problem(row, { parse = 1 }))
    end)

    it("adds all rows or none", function()
        local first = { code = "SpecExtendFirst", status = 404, category = "spec_extend_first",
            message = "m" }
        local second = { code = "SpecExtendMid", status = 404, message = "m" }
        local bad = { code = "SpecExtendBad", status = 200, message = "m" }
        local before = size()
        raises("bad argument #1 to 'extend' (row 3: status must be from 400 to 599)",
            function() errors.extend { first, second, bad } end)
        assert.equal(before, size())
        assert.is_nil(errors.catalogue.SpecExtendFirst)
        assert.is_nil(errors.catalogue.SpecExtendMid)
        assert.same({}, support.own(errors.search("SpecExtendFirst")))
        assert.is_false(pcall(errors.is, nil, "SpecExtendFirst"))
        assert.is_false(pcall(errors.is, nil, "spec_extend_first"))
        assert.is_false(errors.parse('{"code": "SpecExtendFirst"}').known)

        errors.extend { first }
        assert.equal(before + 1, size())
        assert.is_true(errors.parse('{"code": "SpecExtendFirst"}'):is("spec_extend_first"))
    end)
end)
