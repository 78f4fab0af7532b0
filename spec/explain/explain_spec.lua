local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local support = require "spec.helpers.support"

local raises = support.raises

-- How many columns a line takes: one for each code point, two for each one of Chinese text.
local function width(line)
    return #line:gsub("[\128-\191]", "") + select(2, line:gsub("[\227-\239][\128-\191][\128-\191]", ""))
end

-- Asserts that no line is wider than a terminal, and that nothing but text is in it.
local function assert_fits(text)
    for line in (text .. "\n"):gmatch("(.-)\n") do
        assert.is_true(width(line) <= 80, line)
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
        assert.equal("CreateOrderFail: We encountered an internal error. Please try again. "
            .. "(500 Internal Server Error)", tostring(errors.CreateOrderFail))
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
        "meaning      This code is not in the catalogue.",
        "fault        unknown: no status came with it",
        "category     unknown",
        "what to do   Find out what responded, and look the error up in its",
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
            "  412    PreconditionFailed              conflict        reread      client",
            "",
            "retry        no: the same call fails again")
        assert.equal(expected, errors.explain(412))
        assert.equal(expected, errors.explain " 412\n")
    end)

    it("explains a status without one by what is known of it", function()
        local expected = lines(
            "504 Gateway Timeout, without a code",
            "meaning      This code is not in the catalogue.",
            "fault        the service's",
            "category     unavailable",
            "what to do   Repeat the call later; quote the request id if it persists.",
            "retry        yes, after a pause that grows from try to try")
        assert.equal(expected, errors.from_response({ status = 504, body = "" }):kind():explain())
        expected = lines(
            "598, without a code",
            "meaning      This code is not in the catalogue.",
            "fault        the service's",
            "category     internal",
            "what to do   Repeat the call later; quote the request id if it persists.",
            "retry        yes, after a pause that grows from try to try")
        assert.equal(expected, errors.explain(598))
        assert.equal(expected, errors.explain "598")
    end)

    it("explains a response that was no envelope", function()
        assert.equal(lines(
            "502 Bad Gateway, without a code",
            "origin       not a CFS error, but an HTML page",
            "meaning      The response has no code of the service.",
            "fault        the service's",
            "category     unavailable",
            "what to do   Repeat the call later; quote the request id if it persists.",
            "retry        yes, after a pause that grows from try to try"
        ), errors.explain(errors.from_response { status = 502, body = "<html></html>" }))
    end)

    it("tells where the body of a response breaks", function()
        local function origin(body)
            local err = errors.from_response { status = 502, body = body }
            return err:explain():match("\norigin +(.-)\nmeaning")
        end
        assert.equal("not a CFS error, but malformed JSON: expected ':' at byte 6", origin '{"a" "b"}')
        assert.equal("not a CFS error, but malformed JSON", origin('{"a" "b"}' .. (" "):rep(2000)))
        assert.equal("not a CFS error, but JSON without a code", origin "{}")
        local chinese = errors.explain('{"name" "x"}', { language = "zh" })
        assert.equal("不是服务返回的错误：格式错误的 JSON（第 9 字节）", chinese)
        local unread = require("cfs.errors.wire.body").begin(502, {})()
        require("cfs.errors.object.kept").keep(unread, "origin", nil) -- as a relay has it after HEAD
        assert.is_nil(unread:explain():find("origin", 1, true))
    end)

    it("explains what got no response", function()
        local err = errors.from_response(nil, "timeout")
        assert.equal(lines(
            "No response: timeout",
            "cause        timeout",
            "origin       no response: timeout, time ran out",
            "meaning      No response came."), err:explain():match("^(.-)\nfault"))
    end)

    it("has the catalogue's message where none came, unless it has parameters", function()
        local text = errors.explain('{"code":"InvalidVpcId"}')
        assert.equal("message      The vpc id is invalid", text:match("\n([^\n]*)"):sub(1, 34))
        assert.is_nil(errors.explain('{"code":"RateLimit"}'):find("\nmessage", 1, true))
    end)

    it("names the other codes of a text", function()
        assert.equal("2 more: AccessDenied, InternalError",
            errors.explain("RateLimit, then AccessDenied, then InternalError"):match("[^\n]*$"))
    end)

    it("refuses to be of another version than what is loaded", function()
        local program = [[package.preload["cfs.errors.explain.version"] = function() return "9.9.9" end]]
            .. [[ print(select(2, pcall(require("cfs.errors").explain, "RateLimit")))]]
        assert.equal("cfs.errors.explain, which explains errors to a person, cannot be loaded: cfs.errors "
            .. errors._VERSION
            .. " found cfs.errors.explain 9.9.9: restart the program\n",
            command.must(command.interpreter .. " -e '" .. program .. "'"))
    end)

    it("is tried again where it could not be loaded, and touches nothing else that is loaded", function()
        local program = [[
local errors, name = require "cfs.errors", "cfs.errors.explain.version"
package.preload[name], package.loaded.other, package.loaded["my.cfs.errors"] = error, true, true
local before = {}
for key, value in pairs(package.loaded) do
    before[key] = (type(value) == "table" or not key:find "^cfs%.errors") and value or nil
end
assert(not pcall(errors.explain, "RateLimit"))
for key, value in pairs(before) do assert(package.loaded[key] == value, key) end
package.preload[name] = nil
print(errors.explain("RateLimit"):match "^%a+")]]
        assert.equal("RateLimit\n", command.must(command.interpreter .. " -e '" .. program .. "'"))
    end)

    for module, call in pairs {
        ["cfs.errors.catalogue.extend, which adds rows,"] = "extend {}",
        ["cfs.errors.services, which knows other services,"] = [[service("bos", {})]],
        ["cfs.errors.explain, which explains errors to a person,"] = [[search "x"]],
    } do
        it("names the module that cannot be loaded, and blames the call: " .. call, function()
            local program = ([[local errors = require "cfs.errors"
package.preload["%s"] = function() error("gone", 0) end
print(select(2, pcall(function() errors.%s end)))]]):format(module:match "^[%w.]+", call)
            assert.equal(("(command line):3: %s cannot be loaded: gone\n"):format(module), command.must(
                command.interpreter .. " -e '" .. program .. "'"))
        end)
    end

    it("explains a category that no code has", function()
        -- without what other specs have added
        local program = [[print(require("cfs.errors").explain "unknown")]]
        assert.equal(lines("'unknown' is a category. Neither the code nor the status tells what kind of",
            "failure it is.\n"),
            command.must("LC_ALL=C " .. command.interpreter .. " -e '" .. program .. "'"))
    end)

    it("says so where there is neither a code nor a status", function()
        assert.equal("A code that is not in the catalogue",
            errors.parse('{"code":"NoSuchThing"}'):kind():explain():match("^[^\n]*"))
        assert.equal("No code", errors.explain('{"message":"no route"}'):match("^[^\n]*"))
    end)

    local short = {
        { "a code that it does not know", "NoSuchKey",
          "The catalogue does not have it: unknown code 'NoSuchKey'" },
        { "a misspelt code, pasted with its line's end", " InstanceNotfound\n",
          "The catalogue does not have it: unknown code 'InstanceNotfound', "
              .. "did you mean\n'InstanceNotFound'?" },
        { "a misspelt code with a hyphen", "rate-limit",
          "The catalogue does not have it: unknown code 'rate-limit', did you mean\n'RateLimit'?" },
        { "a number that is no status", "4040",
          "The catalogue does not have it: unknown code '4040'" },
        { "a status that is no error's", 204, "Not an error: the status is 204." },
        { "a status that HTTP has not", 999, "Unknown: HTTP has no status 999." },
        { "an HTML page", "<html><title>Hello</title></html>",
          "Not an error of the service: an HTML page" },
        { "a malformed body, with the position", '{"name" "x"}',
          "Not an error of the service: malformed JSON: expected ':' at byte 9" },
        { "an empty text", "", "Not an error of the service: an empty body" },
        { "words that tell nothing", "good morning", "No known error in this text." },
        { "a document that is none of the service", "[1]",
          "Not an error of the service: JSON without a code" },
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

    it("shows 2000 bytes of a message, 500 of a cause, and that one is empty", function()
        local function shown(message, cause)
            local text = errors.AccessDenied { message = message, cause = cause }:explain()
            return text:match("\nmessage +(.-)\ncause"):gsub("%s+", ""),
                text:match("\ncause +(.-)\nmeaning"):gsub("%s+", "")
        end
        for _, case in ipairs { { 2000, 500, "", "" }, { 2001, 501, "...", "..." } } do
            local message, cause = shown(("m"):rep(case[1]), ("c"):rep(case[2]))
            assert.equal(("m"):rep(2000) .. case[3], message)
            assert.equal(("c"):rep(500) .. case[4], cause)
        end
        assert.equal("(empty)", (shown("", "c")))
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

local envelope = '{"requestId":"r-1","code":"InstanceNotFound","message":"gone"}'

describe("errors.explain, given what people paste,", function()
    it("says that it read words, not an envelope", function()
        assert.truthy(errors.explain("[Code: RateLimit; Message: m; RequestId: r]"):find(
            "\norigin       recognised in free text\n", 1, true))
        assert.is_nil(errors.explain(envelope):find("origin", 1, true))
    end)

    it("claims nothing about a repeat where it could not read", function()
        for _, text in ipairs {
            "HTTP/1.1 400 Bad Request\n\n<html>", "HTTP/1.1 409 Conflict\n\n{", '{"code":"NoSuchThing"}',
            "[Code: NoSuchThing; RequestId: r]",
        } do
            assert.equal("retry        unknown: nothing tells whether a repeat would help",
                errors.explain(text):match("[^\n]*$"), text)
        end
    end)

    it("says that a refused certificate is refused again", function()
        assert.equal("retry        no: the same call fails again",
            errors.explain("certificate verify failed"):match("[^\n]*$"))
        assert.truthy(errors.explain("timeout", { language = "zh" })
            :find("\n处理建议     稍后重试；若仍失败，请检查本机到服务端的网络连接。\n", 1, true))
    end)

    it("shows nothing but text of them, within 80 columns", function()
        assert_fits(errors.explain("[Code: RateLimit; Message: \27[2J\226\128\174" .. ("x"):rep(500) .. "]"))
    end)

    it("takes time in proportion to the length, and shows little of it", function()
        for _, piece in ipairs {
            "a", "a ", "{", '{"', "{}", '{"a":1}', "[", ":", "a:b ", "code: ", "code:X;",
            "message: a, ", "message: (a] ",
            " ", "\n", "\r", "\r1 ", "--:--:--", "\r1--:--:--", "404 ", "HTTP/", "\nHTTP/1.1 404\n\n",
            "\n< HTTP/1.1 404",
            "  HTTP/1.1 404\n  A: b\n", "* a onnection ", "; what to do: ", "; cause: ", "a [b]: ",
            "(404) ", "\27[",
            "Exception: ", "[Status Code:", "request id: ", "InstanceNotFound ", "\228\184\173", "a-",
            "a.", "\\",
        } do
            local text = piece:rep(math.floor(65536 / #piece))
            local start = os.clock()
            local explanation = errors.explain(text)
            -- a few milliseconds; time in proportion to the square would be seconds
            assert.is_true(os.clock() - start < 0.5, piece)
            assert.is_true(#explanation < 6000, piece)
        end
    end)
end)

describe("errors.explain, given an error with a cause,", function()
    it("shows the cause, and its cause", function()
        local err = errors.InternalError {
            cause = errors.RateLimit { host = "nd7", cause = "pool is\nfull" }, requestId = "r-1",
        }
        assert.truthy(err:explain():find(lines(
            "message      We encountered an internal error. Please try again.",
            "cause        RateLimit: There are too many connections. The host is nd7 (421",
            "             Misdirected Request)",
            "cause        pool is\\nfull",
            "request id   r-1"), 1, true))
    end)

    it("shows a cause that is no error", function()
        for words, cause in pairs { ["7"] = 7, ["true"] = true, ["{}"] = {} } do
            assert.equal(words, errors.AccessDenied({ cause = cause }):explain():match("\ncause +([^\n]*)"))
        end
    end)

    it("sends a person to a bug, not to another try", function()
        local _, err = errors.pcall(function() error("app.lua:12: attempt to index a nil value", 0) end)
        local text = err:explain()
        assert.truthy(text:find("\ncause        app.lua:12: attempt to index a nil value\n", 1, true))
        assert.truthy(text:find("\nwhat to do   Look at the cause: the program itself raised it", 1, true))
        assert.equal("retry        unknown: nothing tells whether a repeat would help", text:match("[^\n]*$"))
    end)

    it("shows so many of a long chain, and so much of a long cause", function()
        local err = errors.AccessDenied { cause = ("x "):rep(10000) }
        for _ = 1, 1000 do err = errors.AccessDenied { cause = err } end
        local text = err:explain()
        assert.equal(9, select(2, text:gsub("\ncause", "")))
        assert.equal(8, select(2, text:gsub("\ncause        AccessDenied", "")))
        assert.truthy(text:find("\ncause        ...\nmeaning", 1, true))
        assert.is_true(#text < 6000)
    end)
end)

describe("errors.explain, in Chinese,", function()
    it("has remedies, categories and words of retry; codes and messages stay English", function()
        assert.equal(lines(
            "RateLimit，cfs，421 Misdirected Request",
            "消息         There are too many connections. The host is {host}",
            "含义         请求被限流。",
            "责任方       调用方",
            "类别         throttle：请求过于频繁，已被限流。",
            "处理建议     降低请求频率，避免集中发起请求。",
            "能否重试     可以，稍后再试，并降低请求频率"), errors.explain("RateLimit", { language = "zh" }))
    end)

    it("has a remedy of its own for each kind, within 80 columns, of two a character", function()
        local seen = {}
        for kind in errors.each() do
            if kind.service == "global" or kind.service == "cfs" then
                local text = kind:explain { language = "zh" }
                assert_fits(text)
                local remedy = text:match("\n处理建议     (.-)\n能否重试")
                assert.is_nil(remedy:find(kind.remedy, 1, true))
                assert.truthy(remedy:find("[\228-\233]"))
                seen[kind.code] = remedy
            end
        end
        assert.truthy(seen.AccessDenied)
    end)

    it("leaves a remedy of errors.extend as it is", function()
        errors.extend { {
            code = "ExplainedShare", status = 423, message = "locked", category = "state",
            remedy = "Ask Ann.",
        } }
        local text = errors.explain("ExplainedShare", { language = "zh" })
        assert.truthy(text:find("\n处理建议     Ask Ann.\n", 1, true))
    end)

    it("breaks lines between characters, and none before a closing mark", function()
        local text = errors.explain("throttle", { language = "zh" })
        for line in text:gmatch("[^\n]+") do assert.is_nil(line:find("^[ ]*[。，：；]"), line) end
        assert_fits(text)
    end)

    it("is what the option says, and no other language", function()
        assert.equal(errors.explain("RateLimit"), errors.explain("RateLimit", { language = "en" }))
        raises("bad argument #2 to 'explain' (option 'language' must be 'en' or 'zh')",
            function() errors.explain("RateLimit", { language = "fr" }) end)
        raises("bad argument #2 to 'explain' (unknown option 'languege', did you mean 'language'?)",
            function() errors.explain("RateLimit", { languege = "zh" }) end)
        raises("bad argument #2 to 'explain' (option 'language' must be a string, got boolean)",
            function() errors.RateLimit:explain { language = true } end)
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
