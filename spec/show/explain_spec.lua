local errors = require "cfs.errors"
local support = require "spec.helpers.support"

local raises = support.raises


-- Asserts that no line is wider than a terminal, and that nothing but text is in it. Each code
-- point counts as one column.
local function assert_fits(text)
    for line in (text .. "\n"):gmatch("(.-)\n") do
        assert.is_true(#line:gsub("[\128-\191]", "") <= 80, line)
        assert.is_nil(line:find("%c"))
        assert.is_nil(line:find("\194[\128-\159]"))
        assert.is_nil(line:find(" $"))
    end
end


local function lines(...)
    return table.concat({ ... }, "\n")
end


local create_order_fail = lines(
    "CreateOrderFail, cfs, 500 Internal Server Error",
    "message      We encountered an internal error. Please try again.",
    "meaning      Order creation failed, please try again later",
    "fault        the service's",
    "category     unavailable",
    "what to do   Repeat with the same client token; without one, first look whether",
    "             the file system was created.",
    "retry        yes, with the same client token only")

local signature_does_not_match = lines(
    "SignatureDoesNotMatch, global, 400 Bad Request",
    "message      The request signature we calculated does not match the signature",
    "             you provided. Check your Secret Access Key and signing method.",
    "             Consult the service documentation for details.",
    "meaning      The signature in the Authorization header does not match the",
    "             server's verification.",
    "fault        the caller's",
    "category     authentication",
    "what to do   Check the secret key and the signing method; a clock that is far",
    "             off has the same effect.",
    "retry        no: the same call fails again")


describe("errors.explain", function()
    it("never fails, whatever became of a field", function()
        for _, name in ipairs { "code", "message", "requestId", "status" } do
            for _, other in ipairs(support.others) do
                local err = errors.new("AccessDenied", { requestId = "r" })
                rawset(err, name, other[2])
                assert_fits(errors.explain(err))
            end
        end
    end)

    it("explains a code", function()
        assert.equal(create_order_fail, errors.explain("CreateOrderFail"))
        assert.equal(signature_does_not_match, errors.explain("SignatureDoesNotMatch"))
    end)

    it("explains a kind", function()
        assert.equal(create_order_fail, errors.explain(errors.CreateOrderFail))
        assert.equal(create_order_fail, tostring(errors.CreateOrderFail))
    end)

    it("explains an error with what it came with", function()
        local err = errors.RateLimit { host = "10.0.0.1", requestId = "4db2b34d", status = 429 }
        local expected = lines(
            "RateLimit, 429, in the catalogue 421",
            "message      There are too many connections. The host is 10.0.0.1",
            "request id   4db2b34d",
            "meaning      Request is limited in rate",
            "fault        the caller's",
            "category     throttle",
            "what to do   Slow down, and spread the calls over time.",
            "retry        yes, later, and more slowly from now on")
        assert.equal(expected, errors.explain(err))
        assert.equal(expected, err:explain())
    end)

    local no_such_key = lines(
        "NoSuchKey",
        "message      The resource you requested does not exist",
        "request id   ae2225f7-1c2e-427a-a1ad-5413b762957d",
        "meaning      An error that the catalogue does not have.",
        "fault        unknown: no status came with it",
        "category     unknown",
        "what to do   Look the code and the message up in the service's own",
        "             documentation.",
        "retry        unknown: nothing tells whether a repeat would help")

    it("explains a body, the vendor's own example", function()
        assert.equal(no_such_key, errors.explain [[{
            "requestId" : "ae2225f7-1c2e-427a-a1ad-5413b762957d",
            "code" : "NoSuchKey",
            "message" : "The resource you requested does not exist"
        }]])
    end)

    it("explains a body with a code of the catalogue", function()
        assert.equal("InstanceNotFound, 404 Not Found",
            errors.explain('{"code": "InstanceNotFound"}'):match("^[^\n]*"))
    end)

    it("explains a status by the codes that come with it", function()
        local expected = lines(
            "412 Precondition Failed, the status of these codes:",
            "",
            "global",
            "  status code                            category        retry       fault",
            "  412    PreconditionFailed              conflict        reread      client")
        assert.equal(expected, errors.explain(412))
        assert.equal(expected, errors.explain " 412\n")
    end)

    it("explains a status without one by what is known of it", function()
        local expected = lines(
            "A code that is not in the catalogue, 504 Gateway Timeout",
            "meaning      An error that the catalogue does not have.",
            "fault        the service's",
            "category     unavailable",
            "what to do   Repeat the call later; quote the request id if it persists.",
            "retry        yes, after a pause that grows from try to try")
        assert.equal(expected, errors.from_response({ status = 504, body = "" }):kind():explain())
        expected = lines(
            "A code that is not in the catalogue, 598",
            "meaning      An error that the catalogue does not have.",
            "fault        the service's",
            "category     unknown",
            "what to do   Look the code and the message up in the service's own",
            "             documentation.",
            "retry        unknown: nothing tells whether a repeat would help")
        assert.equal(expected, errors.explain(598))
        assert.equal(expected, errors.explain "598")
    end)

    it("explains a response that was no envelope", function()
        assert.equal(lines(
            "No code, 502 Bad Gateway",
            "origin       no error envelope: html",
            "meaning      An error that the catalogue does not have.",
            "fault        the service's",
            "category     unavailable",
            "what to do   Repeat the call later; quote the request id if it persists.",
            "retry        yes, after a pause that grows from try to try"
        ), errors.explain(errors.from_response { status = 502, body = "<html></html>" }))
    end)

    local short = {
        { "a code that it does not know", "NoSuchKey",
          "The catalogue does not have it: unknown code 'NoSuchKey'" },
        { "a misspelt code, pasted with its line's end", " InstanceNotfound\n",
          "The catalogue does not have it: unknown code 'InstanceNotfound', "
              .. "did you mean 'InstanceNotFound'?" },
        { "a misspelt code with a hyphen", "rate-limit",
          "The catalogue does not have it: unknown code 'rate-limit', did you mean 'RateLimit'?" },
        { "a number that is no status", "4040",
          "The catalogue does not have it: unknown code '4040'" },
        { "a status that is no error's", 204, "This is no error: its status is 204" },
        { "an HTML page", "<html><title>502 Bad Gateway</title></html>",
          "This is no error of the service: not JSON: found HTML or XML at byte 1" },
        { "a malformed body, with the position", '{"code" "RateLimit"}',
          "This is no error of the service: malformed JSON: expected ':' at byte 9" },
        { "an empty text", "",
          "This is no error of the service: empty body: expected a JSON document at byte 1" },
        { "a document that is none of the service", "[1]",
          "This is no error of the service: not an error envelope: "
              .. "the document is not an object at byte 1" },
    }
    for _, case in ipairs(short) do
        it("says it of " .. case[1], function()
            assert.equal(case[3], errors.explain(case[2]))
        end)
    end

    it("shows nothing but text of what was received", function()
        local body = '{"code": "A\\nB\\u009b", '
            .. '"message": "\\u001b[2J\\u0000\\r\\nretry        yes", '
            .. '"requestId": "\\u007f\\u0085"}'
        local text = errors.explain(body)
        assert_fits(text)
        assert.equal(lines(
            "A\\nB\\xc2\\x9b",
            "message      \\x1b[2J\\x00\\r\\nretry yes",
            "request id   \\x7f\\xc2\\x85"
        ), text:match("^(.*)\nmeaning"))
    end)

    it("shows the beginning of a long message", function()
        local err = errors.new("InstanceNotFound", { message = ("word "):rep(10 ^ 5) })
        local text = err:explain()
        assert.is_true(#text < 5000)
        assert.is_truthy(text:find("...", 1, true))
        assert_fits(text)
    end)

    for _, case in ipairs {
        { "nil", nil }, { "number", 4040 }, { "boolean", true }, { "table", {} },
        { "function", print },
    } do
        it("blames the line that gives it a " .. case[1], function()
            local sentence = "code, status, body or error expected, got " .. case[1]
            raises("bad argument #1 to 'explain' (" .. sentence .. ")",
                function() errors.explain(case[2]) end)
        end)
    end

    it("keeps within 80 columns for each kind and each error of it", function()
        local count = 0
        for kind in errors.each() do
            count = count + 1
            assert_fits(errors.explain(kind))
            assert_fits(errors.explain(errors.new(kind, { message = kind.message, status = 499 })))
        end
        assert.is_true(count >= 48)
    end)

    it("keeps within 80 columns for each status", function()
        for status = 400, 599 do
            assert_fits(errors.explain(errors.from_response { status = status, body = "" }))
            assert_fits(errors.explain(status))
        end
    end)

    it("loses no word of a kind", function()
        for kind in errors.each() do
            local words = errors.explain(kind):gsub("%s+", " ")
            for _, name in ipairs {
                "code", "message", "description", "category", "remedy", "service",
            } do
                local wanted = kind[name]:gsub("%s+", " ")
                assert.is_truthy(words:find(wanted, 1, true), kind.code .. "." .. name)
            end
        end
    end)

    it("knows a sentence for each retry and each fault", function()
        for kind in errors.each() do
            assert.matches("\nfault        the %l+'s\n", errors.explain(kind))
            assert.matches("\nretry        [yn][eo]s?[,:] [%l, ]+$", errors.explain(kind))
        end
    end)
end)


describe("a list of kinds, as text,", function()
    it("shows what a search found, by status, then in the vendor's order", function()
        assert.equal(lines(
            "cfs",
            "  status code                            category        retry       fault",
            "  400    DropMountedFS                   state           never       client",
            "  400    InvalidVpcOrSubnet              reference       never       client",
            "  400    AlreadyMounted                  exists          never       client",
            "  400    DropCreatingMount               state           poll        client",
            "  404    MountTargetNotFound             not_found       never       client"
        ), tostring(errors.search "mount"))
    end)

    it("shows each service under its name", function()
        assert.equal(lines(
            "global",
            "  status code                            category        retry       fault",
            "  500    InternalError                   internal        backoff     server",
            "",
            "cfs",
            "  status code                            category        retry       fault",
            "  500    CreateOrderFail                 unavailable     same_token  server"
        ), tostring(errors.search "encountered an internal error"))
    end)

    it("says that there is none", function()
        assert.equal("no such error", tostring(errors.search "no such text anywhere"))
    end)

    it("shows the whole catalogue within 80 columns, each kind in one line", function()
        local text = tostring(errors.catalogue)
        assert_fits(text)
        local shown = {}
        for status, code in text:gmatch("\n  (%d%d%d)    (%S+) ") do
            shown[code] = tonumber(status)
        end
        local expected = {}
        for code, kind in pairs(errors.catalogue) do expected[code] = kind.status end
        assert.same(expected, shown)
        assert.equal(1, text:find("global\n", 1, true))
    end)
end)
