local cjson = require "cjson"
local errors = require "cfs.errors"

local bom = "\239\187\191"
local fffd = "\239\191\189" -- U+FFFD, what stands for bytes that are no UTF-8
local face = "\240\159\152\128" -- U+1F600
local line_separator, paragraph_separator = "\226\128\168", "\226\128\169"

-- Bytes as a test's name can show them, cut where they are many.
local function show(bytes)
    local shown = bytes:sub(1, 60):gsub("[%c\127-\255]", function(byte)
        return ("\\%03d"):format(byte:byte())
    end)
    return #bytes > 60 and shown .. "..." or shown
end

-- The fields that are an error's own.
local function own(err)
    local fields = {}
    for name, value in next, err do fields[name] = value end
    return fields
end

-- What a body is read as: the error's own fields, or the refusal.
local function outcome(body)
    local err, reason, what, position = errors.parse(body)
    if err then return own(err) end
    return { reason = reason, what = what, position = position }
end

local function assert_reads(expected, body)
    assert.same(expected, outcome(body))
end

-- In a marked document '@' stands before the byte at fault and is no part of it.
local function unmark(marked)
    local position = marked:find("@", 1, true)
    return marked:sub(1, position - 1) .. marked:sub(position + 1), position
end

local function assert_refuses(what, reason, marked)
    local body, position = unmark(marked)
    assert.same({
        what = what,
        position = position,
        reason = ("%s at byte %d"):format(reason, position),
    }, outcome(body))
end

-- The well-formed sequences of UTF-8 by their first byte: its range, that of the second byte, and
-- how many bytes there are (Unicode, table 3-7).
local sequences = {
    { 0x00, 0x7F, nil, nil, 1 },
    { 0xC2, 0xDF, 0x80, 0xBF, 2 },
    { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
    { 0xE1, 0xEC, 0x80, 0xBF, 3 },
    { 0xED, 0xED, 0x80, 0x9F, 3 },
    { 0xEE, 0xEF, 0x80, 0xBF, 3 },
    { 0xF0, 0xF0, 0x90, 0xBF, 4 },
    { 0xF1, 0xF3, 0x80, 0xBF, 4 },
    { 0xF4, 0xF4, 0x80, 0x8F, 4 },
}

-- The bytes at `at` that belong together, and whether they are a whole sequence.
local function subpart(bytes, at)
    local first = bytes:byte(at)
    for _, row in ipairs(sequences) do
        if first >= row[1] and first <= row[2] then
            local low, high, last = row[3], row[4], at
            while last - at + 1 < row[5] do
                local byte = bytes:byte(last + 1)
                if not byte or byte < low or byte > high then return bytes:sub(at, last), false end
                low, high, last = 0x80, 0xBF, last + 1
            end
            return bytes:sub(at, last), true
        end
    end
    return bytes:sub(at, at), false
end

local function repaired(bytes)
    local parts, at = {}, 1
    while at <= #bytes do
        local part, whole = subpart(bytes, at)
        parts[#parts + 1] = whole and part or fffd
        at = at + #part
    end
    return table.concat(parts)
end

-- Numbers from 0 to below `limit` that are the same on every Lua: the products stay below 2^53.
local function new_random(seed)
    return function(limit)
        seed = seed * 16807 % 2147483647
        return seed % limit
    end
end

-- What goes wrong where bytes are mixed at random: more often than chance would have it.
local pieces = {
    '"', "\\", "/", "<", ">", "&", "\0", "\8", "\10", "\13", "\31", "\127", "u0041", "\\u", " ",
    "\194", "\224", "\237", "\240", "\244", "\128", "\143", "\144", "\159", "\160", "\191", "\245",
    "\255", "\195\169", "\226\130\172", face, fffd, line_separator, paragraph_separator, "\226\128",
    "\237\160\128", "\192\128", "\244\144\128\128", bom, "code", "null",
}

local function random_bytes(random)
    local parts = {}
    for index = 1, random(24) do
        local any_byte = random(3) == 0
        parts[index] = any_byte and string.char(random(256)) or pieces[random(#pieces) + 1]
    end
    return table.concat(parts)
end

-- An error with these members, whatever they are.
local function with_members(code, message, request_id)
    local err = errors.new("InstanceNotFound")
    err.code, err.message, err.requestId = code, message, request_id
    return err
end

describe("errors.parse", function()
    describe("reads an envelope", function()
        local rows = {
            { "as the vendor's page shows it",
                '{"requestId": "ae2225f7-1c2e-427a-a1ad-5413b762957d", "code": "NoSuchKey", '
                .. '"message": "The resource you requested does not exist"}',
                "NoSuchKey", "The resource you requested does not exist",
                "ae2225f7-1c2e-427a-a1ad-5413b762957d" },
            { "whose members come in another order",
                '{"message":"m","requestId":"r","code":"RateLimit"}', "RateLimit", "m", "r" },
            { "that has nothing but a code", '{"code":"AccessDenied"}', "AccessDenied" },
            { "whose code the catalogue lacks", '{"code":"Zz_9.x y"}', "Zz_9.x y" },
            { "whose code differs from the catalogue's in case only",
                '{"code":"accessdenied"}', "accessdenied" },
            { "whose other members are null",
                '{"code":"A","message":null,"requestId":null}', "A" },
            { "whose other members are empty",
                '{"code":"A","message":"","requestId":""}', "A", "", "" },
            { "whose members are numbers, which are kept as they were written",
                '{"code":12.50e3,"message":-0,"requestId":1E+2}', "12.50e3", "-0", "1E+2" },
            { "that spells requestID", '{"code":"A","requestID":"r"}', "A", nil, "r" },
            { "that spells request_id", '{"code":"A","request_id":"r"}', "A", nil, "r" },
            { "whose alias is null", '{"code":"A","request_id":null}', "A" },
            { "whose alias is a number", '{"code":"A","requestID":7}', "A", nil, "7" },
            { "whose names are written with escapes",
                [[{"\u0063ode":"A","m\u0065ssage":"m","request\u005fid":"r"}]], "A", "m", "r" },
            { "with white space of each kind between all tokens",
                ' \t\r\n{ \t"code"\r\n:\n"A"\t,\r"message" : "m" \n, "x" : [ 1, { } , [ ] ] }\n\r',
                "A", "m" },
            { "behind a byte order mark", bom .. '{"code":"A"}', "A" },
            { "behind a byte order mark and white space", bom .. ' \n{"code":"A"}', "A" },
            { "among members of all kinds",
                '{"a":true,"b":false,"c":null,"d":-1.5e-7,"e":"e","f":[],"code":"A","g":{}}',
                "A" },
            { "beside a nested code, before it",
                '{"x":{"code":"no","message":"no"},"code":"yes"}', "yes" },
            { "beside a nested code, behind it",
                '{"code":"yes","x":[{"code":"no","requestId":"no"}]}', "yes" },
            { "beside nested members that would be wrong or double",
                '{"code":"A","x":{"code":"","code":[],"message":{},"requestId":1,"request_id":2}}',
                "A" },
            { "beside a nested array that holds the names",
                '{"x":["code","message",["requestId"]],"code":"A"}', "A" },
            { "beside names in upper case, which are other members",
                '{"CODE":"no","Message":"no","RequestId":"no","REQUESTID":1,"code":"A"}', "A" },
            { "beside names that begin or end as its own",
                '{"cod":1,"codes":2," code":3,"code ":4,"":5,"message_":6,"code":"A"}',
                "A" },
            { "beside a name that goes on behind a NUL", [[{"code\u0000":"no","code":"A"}]], "A" },
            { "beside a name that is no UTF-8", '{"code\255":"no","\192code":1,"code":"A"}', "A" },
            { "beside an unknown member that appears twice", '{"x":1,"x":[],"code":"A"}', "A" },
            { "whose values look like its names",
                '{"message":"code","code":"message","requestId":"requestId"}',
                "message", "code", "requestId" },
            { "whose values look like JSON", [[{"code":"{\"code\":\"B\"}","message":"null"}]],
                '{"code":"B"}', "null" },
            { "with DEL, which needs no escape", '{"code":"A\127"}', "A\127" },
            { "with NUL as an escape", [[{"code":"\u0000","message":"a\u0000b"}]], "\0", "a\0b" },
        }

        for _, row in ipairs(rows) do
            it(row[1], function()
                assert_reads({ code = row[3], message = row[4], requestId = row[5] }, row[2])
            end)
        end

        it("the same from a body that is a part of a longer text", function()
            local stream = 'x{"code":"A","message":"m"}{"code":"B"},"message":"n"}'
            assert_reads({ code = "A", message = "m" }, stream:sub(2, 27))
            assert_reads({ code = "B" }, stream:sub(28, 39))
            assert_refuses("malformed", "malformed JSON: expected '\"' to end the string",
                stream:sub(2, 24) .. "@")
            assert_refuses("malformed", "malformed JSON: expected ',' or '}'",
                stream:sub(2, 26) .. "@")
        end)

        it("twice alike, into two errors", function()
            local body = '{"code":"A","message":"m"}'
            local one, other = errors.parse(body), errors.parse(body)
            one.message = "changed"
            assert.same({ code = "A", message = "m" }, own(other))
        end)
    end)

    describe("keeps a message that is not quite the catalogue's:", function()
        local message = errors.InstanceNotFound.message
        for _, source in ipairs {
            message, message:sub(1, -2), message .. ".", message:sub(1, -2) .. "!", "", "\\u0041",
            "\\u0041" .. message:sub(7),
        } do
            it(source, function()
                assert_reads({ code = "InstanceNotFound", message = (source:gsub("\\u0041", "A")) },
                    '{"code":"InstanceNotFound","message":"' .. source .. '"}')
            end)
        end
    end)

    describe("knows, of a code", function()
        it("of the catalogue, what the catalogue says", function()
            local err = errors.parse '{"code":"InstanceNotFound"}'
            assert.is_true(err.known)
            assert.equal(404, err.status)
            assert.equal(errors.InstanceNotFound, err:kind())
            assert.is_false(err:status_differs())
        end)

        it("written with escapes, the same", function()
            assert.equal(errors.RateLimit, errors.parse([[{"code":"Rate\u004cimit"}]]):kind())
        end)

        it("of no catalogue, that it is unknown", function()
            local err = errors.parse '{"code":"NoSuchKey"}'
            assert.is_false(err.known)
            assert.is_nil(err.status)
            assert.equal("unknown", err.category)
            assert.equal("never", err.retry)
            assert.is_false(err:status_differs())
        end)
    end)

    describe("takes every number of RFC 8259, as it is written:", function()
        for _, number in ipairs {
            "0", "-0", "7", "-1", "10", "1234567890123456789012345678901234567890", "0.0", "-0.0",
            "1.5", "1.50", "0.000", "10.01", "0e0", "0E+0", "1e5", "1E5", "1e+5", "1e-5", "1E-05",
            "12.50e3", "-0.1E-20", "1e999", "-1e-999",
        } do
            it(number, function()
                for _, follower in ipairs { "", " ", "\t", "\r", "\n", ',"x":1' } do
                    assert_reads({ code = number }, '{"code":' .. number .. follower .. "}")
                end
                assert_reads({ code = "A" }, '{"code":"A","x":[' .. number .. "," .. number .. "]}")
            end)
        end
    end)

    -- Each source stands alone in the string and within other text, as each member in turn.
    local function assert_string(text, source)
        for _, row in ipairs { { "", "" }, { "a", "z" }, { "\195\169", "\195\169" } } do
            local value = row[1] .. source .. row[2]
            local expected = row[1] .. text .. row[2]
            assert_reads({ code = expected, message = expected, requestId = expected },
                ('{"code":"%s","message":"%s","requestId":"%s"}'):format(value, value, value))
        end
    end

    describe("takes an escape for what it means:", function()
        for _, row in ipairs {
            { [[\"]], '"' }, { [[\\]], "\\" }, { [[\/]], "/" }, { [[\b]], "\8" },
            { [[\f]], "\12" }, { [[\n]], "\10" }, { [[\r]], "\13" }, { [[\t]], "\9" },
            { [[\u0000]], "\0" }, { [[\u0041]], "A" }, { [[\u007f]], "\127" },
            { [[\u0080]], "\194\128" }, { [[\u00e9]], "\195\169" }, { [[\u00E9]], "\195\169" },
            { [[\u07ff]], "\223\191" }, { [[\u0800]], "\224\160\128" },
            { [[\u20aC]], "\226\130\172" }, { [[\uABcd]], "\234\175\141" },
            { [[\ud7ff]], "\237\159\191" }, { [[\ue000]], "\238\128\128" },
            { [[\ufeff]], bom }, { [[\ufffd]], fffd }, { [[\uffff]], "\239\191\191" },
            { [[\ud83d\ude00]], face }, { [[\uD83D\uDE00]], face },
            { [[\ud800\udc00]], "\240\144\128\128" }, { [[\udbff\udfff]], "\244\143\191\191" },
            { [[\ud800\udfff]], "\240\144\143\191" }, { [[\udbff\udc00]], "\244\143\176\128" },
            { [[\ud83d\ude00\ud83d\ude00]], face .. face },
            { [[\u005c\u0022]], '\\"' }, { [[\u005cn]], "\\n" }, { [[\\u0041]], "\\u0041" },
            { [[\\\"]], '\\"' }, { [[\u00410]], "A0" },
        } do
            it(row[1], function() assert_string(row[2], row[1]) end)
        end
    end)

    describe("takes a surrogate without its other half for U+FFFD:", function()
        for _, row in ipairs {
            { [[\ud800]], fffd }, { [[\udbff]], fffd }, { [[\udc00]], fffd }, { [[\udfff]], fffd },
            { [[\ud83dx]], fffd .. "x" }, { [[x\ude00]], "x" .. fffd },
            { [[\ud83d\n]], fffd .. "\n" }, { [[\ud83d\\ude00]], fffd .. "\\ude00" },
            { [[\ud83d\\]], fffd .. "\\" }, { [[\ud83dude00]], fffd .. "ude00" },
            { [[\ud83d\u0041]], fffd .. "A" }, { [[\ud83d\ud7ff]], fffd .. "\237\159\191" },
            { [[\ud83d\ue000]], fffd .. "\238\128\128" }, { [[\ud83d\u0000]], fffd .. "\0" },
            { [[\ud83d\ud83d]], fffd .. fffd }, { [[\ude00\ud83d]], fffd .. fffd },
            { [[\ude00\ude00]], fffd .. fffd }, { [[\ud800\ud83d\ude00]], fffd .. face },
            { [[\ud83d\ude00\ude00]], face .. fffd }, { [[\ude00\ud83d\ude00]], fffd .. face },
            { [[\ud83d \ude00]], fffd .. " " .. fffd }, { [[\ud83d]] .. face, fffd .. face },
            { [[\ud83d]] .. "\237\184\128", fffd .. fffd:rep(3) },
            { "\237\160\189" .. [[\ude00]], fffd:rep(3) .. fffd },
        } do
            it(show(row[1]), function() assert_string(row[2], row[1]) end)
        end
    end)

    describe("keeps valid UTF-8 as it is:", function()
        for _, bytes in ipairs {
            "\127", "\194\128", "\223\191", "\224\160\128", "\237\159\191", "\238\128\128",
            "\239\191\190", "\239\191\191", "\240\144\128\128", "\244\143\191\191", fffd, bom, face,
            line_separator .. paragraph_separator, "\195\169\226\130\172",
        } do
            it(show(bytes), function() assert_string(bytes, bytes) end)
        end
    end)

    describe("writes one U+FFFD for each maximal subpart that is no UTF-8:", function()
        for _, row in ipairs {
            -- a continuation byte by itself
            { "\128", 1 }, { "\191", 1 }, { "\128\191", 2 }, { "\194\128\128", "\194\128", 1 },
            -- overlong
            { "\192\128", 2 }, { "\193\191", 2 }, { "\224\128\128", 3 }, { "\224\159\191", 3 },
            { "\240\128\128\128", 4 }, { "\240\143\191\191", 4 },
            -- surrogates
            { "\237\160\128", 3 }, { "\237\175\191", 3 }, { "\237\191\191", 3 },
            { "\237\160\128\237\176\128", 6 },
            -- above U+10FFFF
            { "\244\144\128\128", 4 }, { "\245\128\128\128", 4 }, { "\247\191\191\191", 4 },
            { "\248\136\128\128\128", 5 }, { "\252\132\128\128\128\128", 6 }, { "\254\255", 2 },
            -- cut short
            { "\194", 1 }, { "\223", 1 }, { "\224", 1 }, { "\224\160", 1 }, { "\226\130", 1 },
            { "\237\159", 1 }, { "\240", 1 }, { "\240\159", 1 }, { "\240\159\152", 1 },
            { "\244\143\191", 1 }, { "\194\194", 2 }, { "\226\130\226\130", 2 },
            { "\240\159\152\240\159", 2 }, { "\239\187", 1 },
        } do
            local kept, count = "", row[2]
            if row[3] then kept, count = row[2], row[3] end
            it(show(row[1]), function() assert_string(kept .. fffd:rep(count), row[1]) end)
        end

        for _, row in ipairs {
            { "\226\130x", fffd .. "x" },
            { "\226\130\226\130\172", fffd .. "\226\130\172" },
            { "\240\159\152\195\169", fffd .. "\195\169" },
            { "\226\130" .. [[\n]], fffd .. "\n" },
            { "\226" .. [[\u0082]], fffd .. "\194\130" },
            -- The Unicode standard's own example, table 3-11.
            { "\97\241\128\128\225\128\194\98\128\99\128\191\100",
                "a" .. fffd:rep(3) .. "b" .. fffd .. "c" .. fffd:rep(2) .. "d" },
        } do
            it(show(row[1]), function() assert_string(row[2], row[1]) end)
        end

        it("in each of all pairs of bytes that begin a sequence", function()
            for first = 128, 255 do
                for second = 128, 255 do
                    local bytes = string.char(first, second)
                    local err = errors.parse('{"code":"' .. bytes .. '"}')
                    assert.equal(repaired(bytes), err.code, show(bytes))
                end
            end
        end)
    end)

    -- What is refused: the token, the sentence without its end, the documents.
    local refusals = {
        { "an empty body", "empty", "empty body: expected a JSON document", {
            "@", " @", " \t\r\n@", bom .. "@", bom .. " \n@",
        } },
        { "markup", "html", "not JSON: found HTML or XML", {
            "@<", "@<html><body>502 Bad Gateway</body></html>", " \r\n@<!DOCTYPE html>",
            '@<?xml version="1.0"?><Error><Code>A</Code></Error>', bom .. "@<html>",
            bom .. "\n@<html>", '@<{"code":"A"}',
        } },
        { "what is no value", "malformed", "malformed JSON: expected a value", {
            "@Bad Gateway", "@x", "@,", "@:", "@]", "@}", "@'code'", "@code", "@\\u0020", "@\0",
            '@\0{"code":"A"}', "@/**/{}", "@#", "@\31\139\8\0\0\0\0\0", "@\255\254{\0",
            '@\12{"code":"A"}', '@\11{"code":"A"}', '@\194\160{"code":"A"}',
            '@\194\133{"code":"A"}', "@" .. line_separator .. '{"code":"A"}',
            "  @" .. bom .. '{"code":"A"}', bom .. "@" .. bom .. '{"code":"A"}',
            '{"code":@', '{"code":@}', '{"code":@,', '{"code": @]', '{"code":@\'A\'}',
            '{"code":@A}', '{"code":@:"A"}', '{"code":@\12"A"}', '{"code":@\194\160"A"}',
            '{"code":@\0"A"}', '{"code":@/**/"A"}', '{"code":"A","x":@\195\169}',
            "[@", "[@,1]", "[1,@]", "[1,@,2]", "[1,@", "[@}", "[1,@}", '{"code":"A","x":[@}',
            '{"code":@+1}', '{"code":@.5}', '{"code":@NaN}', '{"code":@Infinity}', "@+1", "@.5",
            "@NaN", "@Infinity", '{"code":@True}', '{"code":@NULL}', '{"code":@undefined}',
            '{"code": \n@',
        } },
        { "a number that stops too early", "malformed", "malformed JSON: expected a digit", {
            '{"code":-@}', '{"code":-@', "-@", "-@ 1", "-@-1", "-@+1", "-@.5", "-@a", "-@e5",
            "-@Infinity", "-@NaN", '{"code":1.@}', "1.@", "1.@e1", "1.@.2", "1.@-2", "-0.@x",
            '{"code":1e@}', "1e@", "1E@", "1e@e", "1e@.5", '{"code":1e+@}', "1e+@", "1E-@",
            "1e+@+1", "1e-@x", "0.@", "0e@", "[1.@,2]", "1.@\0",
        } },
        { "what cannot follow in an object", "malformed", "malformed JSON: expected ',' or '}'", {
            '{"code":0@1}', '{"code":-0@1}', '{"code":0@0}', '{"code":0@x10}', '{"code":1@a}',
            '{"code":1@_000}', '{"code":1@+1}', '{"code":1.5@.1}', '{"code":1e5@e}',
            '{"code":1e5@.0}', '{"code":1 @2}', '{"code":1@\0}', '{"code":1@f}', '{"code":"A"@',
            '{"code":"A" @', '{"code":"A"@;', '{"code":"A"@:', '{"code":"A"@]', '{"code":"A"@"B"}',
            '{"code":"A" @"message":"m"}', '{"code":"A"@\12}', '{"code":"A"@\194\160}',
            '{"code":null@x}', '{"code":true@1}', '{"code":false@false}', '{"code":1@',
            '{"code":"A","x":[]@', '{"code":"A","x":[]@]', '{"code":"A","x":{}@]',
            '{"code":"A","x":{"y":1@]}', '{"code":"A"@>', '{"code":"A"@/**/}',
        } },
        { "what cannot follow in an array", "malformed", "malformed JSON: expected ',' or ']'", {
            "[1 @2]", "[1@}", "[1@", "[[]@", '[""@:1]', "[0@1]", '{"code":"A","x":[1@}',
            '{"code":"A","x":[{}@}', "[1@;2]", "[null@null]", "[[1]@[2]]", "[1@\0]",
        } },
        { "a member without a name", "malformed", "malformed JSON: expected a member's name", {
            "{@", "{ @", "{@,}", "{@:1}", '{@code:"A"}', '{@\'code\':"A"}', "{@1:2}", "{@null:1}",
            "{@[", "{@{}", "{@]", '{@\12"code":"A"}', '{"code":"A",@', '{"code":"A",@}',
            '{"code":"A",@,"x":1}', '{"code":"A", @]', '{"code":"A",@/**/"x":1}',
            '{"code":"A","x":{@', '{"code":"A","x":{"y":1,@}}', "{@\0", '{@\\"code":"A"}',
        } },
        { "a name without a value", "malformed", "malformed JSON: expected ':'", {
            '{"code"@', '{"code" \n@', '{"code" @"A"}', '{"code"@,"A"}', '{"code"@}',
            '{"code"@="A"}', '{"code"@\12:"A"}', '{"x"@]', '{"x":{"y"@}', '{""@""}',
            '{"requestId" @"A"}',
        } },
        { "a string without an end", "malformed",
            "malformed JSON: expected '\"' to end the string", {
            '"@', '{"@', '{"cod@', '{"code":"@', '{"code":"A}@', [[{"code":"\"@]],
            [[{"code":"\\\"@]], '{"code":"\195@', '{"code":"\226\130@', '{"code":"\240\159\152@',
            '{"code":"\255@', [[{"code":"\u0041@]], [[{"code":"\ud83d@]],
            [[{"code":"\ud83d\ude00@]],
            '{"code":"A@',
        } },
        { "an escape that there is not", "malformed", "malformed JSON: expected a valid escape", {
            [["\@]], [[{"code":"\@]], [[{"code":"\@x41"}]], [[{"code":"\@a"}]], [[{"code":"\@v"}]],
            [[{"code":"\@0"}]], [[{"code":"\@'"}]], [[{"code":"\@ "}]], [[{"code":"\@N"}]],
            [[{"code":"\@U0041"}]], '{"code":"\\@\n"}', '{"code":"\\@\0"}',
            '{"code":"\\@\195\169"}',
            [[{"code":"\u@"}]], [[{"code":"\u1@"}]], [[{"code":"\u12@"}]], [[{"code":"\u123@"}]],
            [[{"code":"\u@]], [[{"code":"\u123@]], [[{"code":"\u@g000"}]], [[{"code":"\u000@g"}]],
            [[{"code":"\u@G000"}]], [[{"code":"\u00@:0"}]], [[{"code":"\u00@/0"}]],
            [[{"code":"\u00@`0"}]], '{"code":"\\u00@\0000"}', [[{"code":"\u@+041"}]],
            [[{"code":"\u@-041"}]], [[{"code":"\u@ 041"}]], [[{"code":"\u0@x41"}]],
            [[{"code":"\u@{41}"}]], [[{"code":"\u004@\u0041"}]], '{"code":"\\u004@\239\188\145"}',
            [[{"code":"\ud83d\@]], [[{"code":"\ud83d\@x"}]], [[{"code":"\ud83d\u@"}]],
            [[{"code":"\ud83d\u@]], [[{"code":"\ud83d\ude0@"}]], [[{"code":"\ud83d\ude0@g"}]],
            [[{"code":"\ud83d\u@zzzz"}]], [[{"code":"\ud83d\u0@-12"}]], [[{"code":"\ud8@"}]],
            [[{"co\@de":"A"}]], [[{"co\u00@":"A"}]], [[{"code":"A","x":["\@q"]}]],
        } },
        { "a literal that is another word", "malformed",
            "malformed JSON: expected true, false or null", {
            "t@", "tru@", "tr@eu", "t@RUE", "f@", "fals@", "fals@3", "f@ALSE", "n@", "nul@", "n@il",
            "n@an", "nu@LL", '{"code":nul@}', '{"code":t@}', '{"code":"A","x":[fal@,1]}', "t@\0",
            '{"message":nul@',
        } },
        { "what follows the document", "malformed",
            "malformed JSON: expected the end of the document", {
            '{"code":"A"}@x', '{"code":"A"}@}', '{"code":"A"}@]', '{"code":"A"}@,',
            '{"code":"A"}@{}', '{"code":"A"}@\0', '{"code":"A"}\n@\0\0',
            '{"code":"A"} @{"code":"B"}', '{"code":"A"}@' .. bom, '{"code":"A"}@\12',
            '{"code":"A"}@\11', '{"code":"A"}@\194\160', '{"code":"A"}\n@//', '{"code":"A"}@"',
            '{"code":"A"}@\26', '{"code":"A"}\r\n@<html>',
            '{}@x', '[]@]', '[]@[]', '""@""', "1 @2", "0@1", "-0@0", "0@x10", "1@a",
            "1.5@.", "1e5@e", "null@null", "true@false", "null@x",
        } },
        { "what is no object", "not_envelope",
            "not an error envelope: the document is not an object", {
            "@[]", '@["code","A"]', '@[{"code":"A"}]', '@"code"', '@""', "@0", "@-1.5e3", "@null",
            "@true", "@false", ' \n@[{"code":"A"}] ', bom .. "@null", bom .. " @[]",
        } },
        { "an object without a code", "not_envelope", "not an error envelope: 'code' is missing", {
            "@{}", " \n@{ }", bom .. "@{}", '@{"message":"m","requestId":"r"}', '@{"Code":"A"}',
            '@{"CODE":"A"}', '@{"error":{"code":"A","message":"m"}}', '@{"x":[{"code":"A"}]}',
            [[@{"code\u0000":"A"}]], '@{"error_code":110,"error_msg":"no token"}', '@{"":"A"}',
            '@{"co\255de":"A"}',
        } },
        { "a code that is none", "not_envelope",
            "not an error envelope: 'code' is neither a non-empty string nor a number", {
            '{"code":@""}', '{"code": \n@""}', '{"code":@null}', '{"code":@true}',
            '{"code":@false}', '{"code":@[]}', '{"code":@["A"]}', '{"code":@{}}',
            '{"code":@{"code":"A"}}',
            '{"message":"m","code":@null}', [[{"co\u0064e":@""}]],
        } },
        { "a message that is none", "not_envelope",
            "not an error envelope: 'message' is neither a string nor a number", {
            '{"code":"A","message":@true}', '{"code":"A","message":@false}',
            '{"code":"A","message":@[]}', '{"code":"A","message": @["m"]}',
            '{"code":"A","message":@{}}', '{"message":@{"en":"m"},"code":"A"}',
        } },
        { "a request id that is none", "not_envelope",
            "not an error envelope: 'requestId' is neither a string nor a number", {
            '{"code":"A","requestId":@true}', '{"code":"A","requestID":@false}',
            '{"code":"A","request_id":@[]}', '{"code":"A","requestId":@{}}',
            '{"requestId":@[null],"code":"A"}',
        } },
        { "a code that appears twice", "not_envelope",
            "not an error envelope: 'code' appears twice", {
            '{"code":"A",@"code":"B"}', '{"code":"A", \n@"code":"A"}', '{"code":"A",@"code":null}',
            [[{"code":"A",@"co\u0064e":"B"}]], [[{"\u0063\u006f\u0064\u0065":"A",@"code":"B"}]],
            '{"code":1,"x":{"code":2},@"code":3}',
        } },
        { "a message that appears twice", "not_envelope",
            "not an error envelope: 'message' appears twice", {
            '{"message":"m","code":"A",@"message":"n"}',
            '{"code":"A","message":null,@"message":"m"}',
            [[{"code":"A","message":"m",@"messag\u0065":"m"}]],
        } },
        { "a request id that appears twice, however it is spelt", "not_envelope",
            "not an error envelope: 'requestId' appears twice", {
            '{"code":"A","requestId":"r",@"requestId":"s"}',
            '{"code":"A","requestId":"r",@"requestID":"r"}',
            '{"code":"A","requestID":"r",@"request_id":"r"}',
            '{"request_id":null,@"requestId":"r","code":"A"}',
            [[{"code":"A","request_id":"r",@"request\u005fid":"r"}]],
        } },
    }

    for _, group in ipairs(refusals) do
        describe("refuses " .. group[1] .. ":", function()
            for _, marked in ipairs(group[4]) do
                it(show(marked), function() assert_refuses(group[2], group[3], marked) end)
            end
        end)
    end

    describe("says first what comes first:", function()
        for _, row in ipairs {
            { '{"code":@"","message":true}', "not_envelope",
                "not an error envelope: 'code' is neither a non-empty string nor a number" },
            { '{"message":@true,"code":""}', "not_envelope",
                "not an error envelope: 'message' is neither a string nor a number" },
            { '{"message":@[],"requestId":"r"}', "not_envelope",
                "not an error envelope: 'message' is neither a string nor a number" },
            { '{"code":"A",@"code":true}', "not_envelope",
                "not an error envelope: 'code' appears twice" },
            { '{"code":"","message":@}', "malformed", "malformed JSON: expected a value" },
            { '{"code":1,"code":2@', "malformed", "malformed JSON: expected ',' or '}'" },
            { '[1,@]', "malformed", "malformed JSON: expected a value" },
            { '{"code":null}@x', "malformed", "malformed JSON: expected the end of the document" },
        } do
            it(show(row[1]), function() assert_refuses(row[2], row[3], row[1]) end)
        end
    end)

    describe("tells a byte order mark that is cut short from one that is whole:", function()
        for _, marked in ipairs { "\239@", "\239\187@", "\239@x", '\239\187@{"code":"A"}' } do
            it(show(marked), function()
                local body, position = unmark(marked)
                local err, reason, what, at = errors.parse(body)
                assert.is_nil(err)
                assert.equal("malformed", what)
                assert.equal(position, at)
                assert.equal(("at byte %d"):format(position), reason:match("at byte %d+$"))
            end)
        end
    end)

    it("refuses every control byte in a string, unless it is escaped", function()
        local reason = "malformed JSON: expected control bytes in a string to be escaped"
        for byte = 0, 31 do
            local raw = string.char(byte)
            for _, marked in ipairs {
                '{"code":"@' .. raw .. '"}',
                '{"code":"A","message":"ab@' .. raw .. 'cd"}',
                '{"code":"A","requestId":"\195\169@' .. raw .. '"}',
                '{"co@' .. raw .. 'de":"A"}',
                '{"code":"A","x":[{"y":"\\n@' .. raw .. '"}]}',
                '{"code":"\\ud83d@' .. raw .. '"}',
                '{"code":"\226\130@' .. raw .. '"}',
            } do
                assert_refuses("malformed", reason, marked)
            end
            assert_reads({ code = raw }, ('{"code":"\\u%04x"}'):format(byte))
        end
    end)

    it("takes no other byte for white space", function()
        local white = { [9] = true, [10] = true, [13] = true, [32] = true }
        for byte = 0, 255 do
            local body = '{"code":' .. string.char(byte) .. '[1]}'
            local _, _, what, position = errors.parse(body)
            if white[byte] then
                assert.equal("not_envelope 10", what .. " " .. position)
            elseif byte == 91 then -- '[': a value of its own
                assert.equal("malformed", what)
            else
                assert.equal("malformed", what, byte)
                local goes_on = byte == 34 or byte == 45 or byte >= 48 and byte <= 57
                    or byte == 102 or byte == 110 or byte == 116 or byte == 123
                if not goes_on then assert.equal(9, position, byte) end
            end
        end
    end)

    it("refuses every beginning of an envelope where more was expected", function()
        local envelope = ' \t{ "a" : [ true , false,null, [ ], { } ,[[]],{"b":{}} ] , '
            .. [["\u0063ode" : "A\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud83d\u0042\udc00 ]]
            .. "\195\169\226\130\172" .. face .. '\255\226\130",\n"n":[0,-0,10.01,1e5,-1E-07,2E+9],'
            .. '"message":-12.5e+3,"request_id" : null , "z" :{"code":"","x":"y"}\r\n}'
        assert_reads({
            code = 'A"\\/\8\12\10\13\9A' .. face .. fffd .. "B" .. fffd .. " \195\169\226\130\172"
                .. face .. fffd .. fffd,
            message = "-12.5e+3",
        }, envelope)
        for length = 0, #envelope - 1 do
            local err, reason, what, position = errors.parse(envelope:sub(1, length))
            assert.is_nil(err)
            assert.equal(length <= 2 and "empty" or "malformed", what)
            assert.equal(length + 1, position)
            assert.equal(tostring(length + 1), reason:match(" at byte (%d+)$"))
        end
    end)

    describe("reads 64 levels and no more:", function()
        -- The beginnings of the levels within the envelope, with the value in the midst, and how
        -- they end.
        local shapes = {
            { "arrays", { "[" }, { "]" } },
            { "objects", { '{"a":' }, { "}" } },
            { "arrays and objects", { "[", '{"a":' }, { "]", "}" } },
            { "objects and arrays, among others", { '{"b":1,"a":', '[null,"",' },
                { ',"c":2}', ",0]" } },
        }

        local function nest(shape, levels)
            local starts, ends = {}, {}
            for level = 1, levels do
                local index = (level - 1) % #shape[2] + 1
                starts[level] = shape[2][index]
                ends[levels - level + 1] = shape[3][index]
            end
            return table.concat(starts), table.concat(ends)
        end

        local too_deep = "nested too deeply: expected at most 64 levels"

        for _, shape in ipairs(shapes) do
            it(shape[1], function()
                local starts, ends = nest(shape, 63)
                assert_reads({ code = "A" }, '{"x":' .. starts .. "1" .. ends .. ',"code":"A"}')
                for _, more in ipairs { "[", "[]", "{", "{}", "[[[[" } do
                    local marked = '{"code":"A","x":' .. starts .. "@" .. more
                    assert_refuses("too_deep", too_deep, marked)
                    assert_refuses("too_deep", too_deep, marked .. ends .. "}")
                end
            end)

            it(shape[1] .. " that are the document", function()
                local starts, ends = nest(shape, 64)
                assert.equal("not_envelope", outcome(starts .. "1" .. ends).what)
                assert_refuses("too_deep", too_deep, starts .. "@[]" .. ends)
            end)
        end

        it("many beside one another are not deep", function()
            local beside = ("[[{}]],"):rep(10000)
            assert_reads({ code = "A" }, '{"x":[' .. beside .. '1],"code":"A"}')
        end)

        it("200,000 brackets end at the 65th", function()
            assert_refuses("too_deep", too_deep, ("["):rep(64) .. "@" .. ("["):rep(200000 - 64))
        end)

        it("so do 200,000 objects", function()
            assert_refuses("too_deep", too_deep,
                ('{"a":'):rep(64) .. "@" .. ('{"a":'):rep(200000 - 64))
        end)

        it("what ends before the 65th level is malformed", function()
            assert_refuses("malformed", "malformed JSON: expected a value", ("["):rep(64) .. "@")
            assert_refuses("malformed", "malformed JSON: expected a value", ("["):rep(64) .. "@,[")
        end)
    end)

    describe("reads long members:", function()
        for name, size in pairs { ["10 KB"] = 10000, ["1 MiB"] = 1048576 } do
            for _, row in ipairs {
                { "plain", "x", "x" }, { "escaped", [[\u00e9]], "\195\169" },
                { "with pairs", [[\ud83d\ude00]], face }, { "no UTF-8", "\255", fffd },
            } do
                it(name .. ", " .. row[1], function()
                    local source, text = row[2]:rep(size), row[3]:rep(size)
                    for _, member in ipairs { "code", "message", "requestId" } do
                        local other = member == "code" and '"x":"' or '"code":"A","x":"'
                        local err = errors.parse("{" .. other .. source .. '","' .. member .. '":"'
                            .. source .. '"}')
                        assert.is_true(err[member] == text) -- too long to be shown
                    end
                end)
            end
        end

        it("512 bytes and a few less and more", function()
            for size = 500, 520 do
                local plain, escaped = ("x"):rep(size), ("x"):rep(size - 1) .. [[\n]]
                assert_reads({ code = plain, message = ("x"):rep(size - 1) .. "\n" },
                    '{"code":"' .. plain .. '","message":"' .. escaped .. '"}')
            end
        end)

        it("a name of any length is skipped", function()
            assert_reads({ code = "A" }, '{"' .. ("code"):rep(100000) .. '":1,"code":"A"}')
        end)

        it("the position behind 1 MiB is right, and a whole number", function()
            local _, reason, what, position = errors.parse((" "):rep(1048576) .. "x")
            assert.equal("malformed JSON: expected a value at byte 1048577", reason)
            assert.equal("malformed", what)
            assert.equal("1048577", tostring(position))
        end)
    end)

    describe("raises at the caller's line when the body is no string:", function()
        for _, row in ipairs {
            { "nil", nil }, { "number", 12 }, { "table", { body = "{}" } }, { "boolean", true },
            { "function", print },
        } do
            it(row[1], function()
                local line
                local good, message = pcall(function()
                    line = debug.getinfo(1, "l").currentline + 1
                    errors.parse(row[2])
                end)
                assert.is_false(good)
                assert.equal(("envelope_spec.lua:%d: bad argument #1 to 'parse' "
                    .. "(string expected, got %s)"):format(line, row[1]),
                    message:match("envelope_spec%.lua:.*"))
            end)
        end
    end)
end)

describe("err:to_json", function()
    describe("writes", function()
        for _, row in ipairs {
            { "requestId, code and message, in that order", { "A", "m", "r" },
                '{"requestId":"r","code":"A","message":"m"}' },
            { "no requestId where there is none", { "A", "m" }, '{"code":"A","message":"m"}' },
            { "no message where there is none", { "A", nil, "r" }, '{"requestId":"r","code":"A"}' },
            { "a code by itself", { "A" }, '{"code":"A"}' },
            { "no code where there is none", { nil, "m", "r" }, '{"requestId":"r","message":"m"}' },
            { "a message by itself", { nil, "m" }, '{"message":"m"}' },
            { "an empty object where there is nothing", {}, "{}" },
            { "what is empty as it is", { "A", "", "" },
                '{"requestId":"","code":"A","message":""}' },
            { "quotes and backslashes escaped, slashes not", { 'a"b\\c/d' },
                [[{"code":"a\"b\\c/d"}]] },
            { "markup escaped", { "A", "<b>&amp;</b>" },
                [[{"code":"A","message":"\u003cb\u003e\u0026amp;\u003c/b\u003e"}]] },
            { "what ends a line in JavaScript escaped",
                { "A", "a" .. line_separator .. "b" .. paragraph_separator },
                [[{"code":"A","message":"a\u2028b\u2029"}]] },
            { "what is close to that as it is", { "\226\128\167\226\128\170\226\129\168" },
                '{"code":"\226\128\167\226\128\170\226\129\168"}' },
            { "DEL and all of Unicode as they are", { "\127\194\133\195\169\226\130\172" .. face },
                '{"code":"\127\194\133\195\169\226\130\172' .. face .. '"}' },
            { "a byte order mark as it is", { bom }, '{"code":"' .. bom .. '"}' },
            { "what is no UTF-8 repaired", { "a\255b", "\226\130", "\237\160\128" },
                '{"requestId":"' .. fffd:rep(3) .. '","code":"a' .. fffd .. 'b","message":"' .. fffd
                .. '"}' },
            { "half of a line separator repaired", { "\226\128" }, '{"code":"' .. fffd .. '"}' },
            { "text that looks like an escape as text", { "\\u0041" }, [[{"code":"\\u0041"}]] },
        } do
            it(row[1], function()
                assert.equal(row[3], with_members(row[2][1], row[2][2], row[2][3]):to_json())
            end)
        end

        it("every control byte escaped", function()
            for byte = 0, 31 do
                assert.equal(('{"code":"a\\u%04xb"}'):format(byte),
                    with_members("a" .. string.char(byte) .. "b"):to_json())
            end
        end)

        it("an error of the catalogue", function()
            assert.equal('{"requestId":"7e0c3b52","code":"DropMountedFS","message":"The fs has '
                .. 'mount target , please drop before clear mount target."}',
                errors.new("DropMountedFS", { requestId = "7e0c3b52" }):to_json())
        end)

        it("no member that the envelope did not have", function()
            assert.equal('{"code":"InstanceNotFound"}',
                errors.parse('{"code":"InstanceNotFound","x":1}'):to_json())
        end)

        it("nothing but the three members", function()
            local err = errors.new("AccessDenied", { status = 401, cause = "secret" })
            assert.equal('{"code":"AccessDenied","message":"Access denied."}', err:to_json())
        end)

        it("a number of the envelope as a string", function()
            assert.equal('{"requestId":"-0","code":"12.50e3","message":"1"}',
                errors.parse('{"code":12.50e3,"message":1,"requestId":-0}'):to_json())
        end)
    end)

    it("reads back the same, whatever bytes the members are", function()
        local random = new_random(20240611)
        for _ = 1, 400 do
            local code, message = "c" .. random_bytes(random), random_bytes(random)
            local request_id = random(4) > 0 and random_bytes(random) or nil
            local expected = { code = repaired(code), message = repaired(message),
                requestId = request_id and repaired(request_id) }
            local json = with_members(code, message, request_id):to_json()
            assert_reads(expected, json)
            assert.same(expected, cjson.decode(json))
            assert.equal(json, errors.parse(json):to_json())
            assert.equal(repaired(json), json)
            assert.is_nil((json:gsub("\127", ""):find("[%c<>&]")))
            assert.is_nil(json:find(line_separator, 1, true))
            assert.is_nil(json:find(paragraph_separator, 1, true))
        end
    end)

    it("reads back the same, however long the members are", function()
        for _, size in ipairs { 480, 500, 511, 512, 513, 10000, 1048576 } do
            for _, row in ipairs { { "x", "x" }, { "<", "<" }, { "\255", fffd }, { '"', '"' } } do
                local err = with_members(row[1]:rep(size), row[1]:rep(size), row[1]:rep(size))
                local back = errors.parse(err:to_json())
                local expected = row[2]:rep(size)
                assert.is_true(back.code == expected)
                assert.is_true(back.message == expected)
                assert.is_true(back.requestId == expected)
            end
        end
    end)

    it("writes every size about 512 bytes whole", function()
        for size = 500, 530 do
            local code = ("x"):rep(size - #'{"code":""}')
            assert.equal('{"code":"' .. code .. '"}', with_members(code):to_json())
        end
    end)

    it("raises at the caller's line when a member has become no string", function()
        for _, member in ipairs { "code", "message", "requestId" } do
            local err, line = with_members("A", "m", "r"), nil
            err[member] = 12
            local good, message = pcall(function()
                line = debug.getinfo(1, "l").currentline + 1
                err:to_json()
            end)
            assert.is_false(good)
            assert.equal(("envelope_spec.lua:%d: field '%s' of the error must be a string, "
                .. "got number"):format(line, member), message:match("envelope_spec%.lua:.*"))
        end
    end)
end)

describe("An error that was read", function()
    it("is, to an encoder, the envelope's three members", function()
        local err = errors.parse '{"x":{"y":1},"message":"m","code":"RateLimit","request_id":"r"}'
        assert.same({ code = "RateLimit", message = "m", requestId = "r" },
            cjson.decode(cjson.encode(err)))
        assert.same({ code = "NoSuchKey" },
            cjson.decode(cjson.encode(errors.parse '{"code":"NoSuchKey","message":null,"x":1}')))
    end)
end)

describe("err:details", function()
    describe("is nil", function()
        for _, row in ipairs {
            { "where the envelope has its own members only",
                '{"code":"A","message":"m","requestId":"r"}' },
            { "where they are null", '{"code":"A","message":null,"requestId":null}' },
            { "where they are spelt otherwise", [[{"co\u0064e":"A","request_id":"r"}]] },
        } do
            it(row[1], function() assert.is_nil(errors.parse(row[2]):details()) end)
        end

        it("where the error was not read", function()
            assert.is_nil(errors.new("AccessDenied"):details())
        end)
    end)

    describe("gives the other members", function()
        for _, row in ipairs {
            { "of each type",
                '{"code":"A","t":true,"f":false,"n":1.5,"s":"x","a":[1,2],"o":{"k":"v"}}',
                { t = true, f = false, n = 1.5, s = "x", a = { 1, 2 }, o = { k = "v" } } },
            { "that are null, as lua-cjson has it", '{"x":null,"code":"A"}', { x = cjson.null } },
            { "without the three, in any order", '{"message":"m","x":1,"requestId":"r","code":"A"}',
                { x = 1 } },
            { "without the aliases", '{"code":"A","requestID":"r","x":1}', { x = 1 } },
            { "without names that were escaped", [[{"c\u006fde":"A","request\u005fid":"r","x":1}]],
                { x = 1 } },
            { "with nested members of the same names",
                '{"code":"A","x":{"code":"B","message":"n","requestId":"s"}}',
                { x = { code = "B", message = "n", requestId = "s" } } },
            { "with names in another case", '{"code":"A","Code":"B"}', { Code = "B" } },
            { "behind a byte order mark", bom .. '{"code":"A","x":1}', { x = 1 } },
            { "behind a byte order mark and white space",
                bom .. ' \n{"code":"A","x":1}\n', { x = 1 } },
            { "with escapes", [[{"code":"A","x":"\u0000\ud83d\ude00\n"}]],
                { x = "\0" .. face .. "\n" } },
            { "where the code is a number", '{"code":12,"x":1}', { x = 1 } },
            { "where a member of the envelope has a lone surrogate",
                [[{"code":"A","message":"\ud83d","x":1}]], { x = 1 } },
            { "that have a lone surrogate", [[{"code":"A","x":"\ud83d!","y":"\ude00"}]],
                { x = fffd .. "!", y = fffd } },
            { "that have surrogates in pairs and without",
                [[{"code":"A","x":"\ud800\ud83d\uDE00\ude00","\uDBFF":"\udbff\udfff"}]],
                { x = fffd .. face .. fffd, [fffd] = "\244\143\191\191" } },
            { "that have text which looks like a surrogate",
                [[{"code":"A","x":"\\ud83d","y":"\ud83d\\ude00","z":"\\\ude00"}]],
                { x = "\\ud83d", y = fffd .. "\\ude00", z = "\\" .. fffd } },
            { "in valid UTF-8", '{"code":"A","x":"\255","y":["\226\130"]}',
                { x = fffd, y = { fffd } } },
        } do
            it(row[1], function() assert.same(row[3], errors.parse(row[2]):details()) end)
        end

        it("64 levels deep", function()
            local body = '{"code":"A","x":' .. ("["):rep(63) .. ("]"):rep(63) .. "}"
            local value, levels = errors.parse(body):details().x, 0
            while value do value, levels = value[1], levels + 1 end
            assert.equal(63, levels)
        end)

        it("whatever limit the program has set for lua-cjson", function()
            local limit = cjson.decode_max_depth()
            finally(function() cjson.decode_max_depth(limit) end)
            cjson.decode_max_depth(1)
            assert.same({ x = { { 1 } } }, errors.parse('{"code":"A","x":[[1]]}'):details())
        end)

        it("anew at each call", function()
            local err = errors.parse '{"code":"A","x":{"y":1}}'
            err:details().x.y = 2
            assert.same({ x = { y = 1 } }, err:details())
        end)

        it("as they were read, whatever became of the error's members", function()
            local err = errors.parse '{"code":"A","x":1}'
            err.message, err.code = "changed", "B"
            assert.same({ x = 1 }, err:details())
        end)
    end)
end)
