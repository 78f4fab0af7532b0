local errors = require "cfs.errors"
local subject = require "cfs.errors.explain.subject"

local head = "HTTP/1.1 502 Bad Gateway\nX-Bce-Request-Id: r-1\n\n"
local gone = { code = "NoSuchThing", requestId = "r-1", status = 502 }

errors.extend { { code = "SpecLonely", status = 409, message = "m", category = "spec_lonely" } }

describe("A word of the catalogue", function()
    local columns = { "category", "retry", "fault" }

    -- Word → the columns that have it.
    local words = {}
    for kind in errors.each() do
        for _, column in ipairs(columns) do
            words[kind[column]] = words[kind[column]] or {}
            words[kind[column]][column] = true
        end
    end

    it("lists the kinds that have it in any column, under a line for each column", function()
        for word, found in pairs(words) do
            local kinds, headings = {}, 0
            for kind in errors.each() do
                if kind.category == word or kind.retry == word or kind.fault == word then
                    kinds[#kinds + 1] = kind.code
                end
            end
            for _ in pairs(found) do headings = headings + 1 end
            local about = subject.of(word, "en")
            for index, kind in ipairs(about.kinds) do assert.equal(kinds[index], kind.code, word) end
            assert.equal(#kinds, #about.kinds, word)
            assert.equal(headings, select(2, about.heading:gsub("'" .. word .. "'", "")), about.heading)
        end
        assert.truthy(words.throttle.category and words.throttle.retry and words.client.fault)
    end)

    it("may be a program's own, which has no meaning", function()
        assert.equal("'spec_lonely' is a category. ", subject.of("spec_lonely", "en").heading)
    end)
end)

-- A text; the form in which it is read; what is read.
local cases = {
    { "500 Not Found", "phrase", { status = 500 } }, { "Not Found", "phrase", { status = 404 } },
    { "mount target" .. (" "):rep(28), "search" }, { "mount target" .. (" "):rep(29), "nothing" },
    { "order creation", "search" }, { "good", "other_word" },
    { '{"message":"no route"}', "document", { message = "no route", origin = "not_envelope" } },
    { '{"code":"1701","message":"m"}', "envelope", { code = "1701", message = "m" } },
    { 'x: {"code":"NoSuchThing","message":"没有，再试"}', "envelope",
      { code = "NoSuchThing", message = "没有，再试" } },
    { 'error: 404 {"code":"NoSuchThing"}', "envelope", { code = "NoSuchThing", status = 404 } },
    { "access denied by server while mounting a", "mount" },
    { "code: NoSuchThing requestId: r-1\ncode: OtherThing requestId: r-2\nAccessDenied", "named",
      { code = "AccessDenied", status = 403 } },

    -- bodies
    { head .. "call: read timed out", "response", { requestId = "r-1", status = 502, origin = "malformed" } },
    { head .. '{"a":1}user@host:~$ ', "response",
      { requestId = "r-1", status = 502, origin = "not_envelope" } },
    { head .. "[Code: NoSuchThing]", "response", gone },
    { head .. "[Code: NoSuchThing; RequestId: r-2]", "response",
      { code = "NoSuchThing", requestId = "r-2", status = 502 } },
    { head .. "later RateLimit happened", "response",
      { code = "RateLimit", requestId = "r-1", status = 502 } },
    { head .. "The vpc id is invalid", "response",
      { code = "InvalidVpcId", message = "The vpc id is invalid.", requestId = "r-1", status = 502 } },
    { head .. "<p>{&quot;code&quot;:&quot;NoSuchThing&quot;,&quot;message&quot;:&quot;a \\u0062&quot;}</p>",
      "response", { code = "NoSuchThing", message = "a b", requestId = "r-1", status = 502 } },
}

describe("What a text is about", function()
    it("has a heading above what a search found", function()
        assert.equal("Found in the catalogue:", subject.of("mount target", "en").heading)
    end)

    it("shows 64 bytes of an unknown word", function()
        local word = ("x"):rep(64)
        assert.truthy(subject.of(word, "en").sentence:find("'" .. word .. "'", 1, true))
        assert.truthy(subject.of(word .. "x", "en").sentence:find("'" .. word .. "...'", 1, true))
    end)

    it("may be made an error, if it is a status or a kind", function()
        local function made(text)
            local err = subject.with_error(subject.of(text, "en")).err
            return err and (err.code or tostring(err.status))
        end
        assert.same({ "404", "RateLimit", "NoSuchThing" },
            { made "404", made "RateLimit", made '{"code":"NoSuchThing"}' })
        assert.same({}, { made "good morning", made "204", (made "mount target") })
    end)

    for index, case in ipairs(cases) do
        it("is found by its form: " .. index, function()
            local about = subject.of(case[1], "en")
            local err = about.err
            assert.same({ case[2], case[3] or {} }, { about.form, {
                code = err and err.code, message = err and rawget(err, "message") or nil,
                requestId = err and err.requestId, status = err and err.status or about.status,
                origin = err and err:origin() or nil,
            } })
        end)
    end
end)
