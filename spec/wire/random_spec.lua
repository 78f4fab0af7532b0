-- What came over the network, at random but the same from one seed: responses of every shape, header
-- blocks, status lines, dates, reasons. ROUNDS=500000 makes that many; `make random` does.
-- Runs once: it is to find bytes, not Luas.

local core = require "cfs.errors.core"
local date = require "cfs.errors.wire.date"
local errors = require "cfs.errors"
local testing = require "cfs.errors.testing"

local rounds = tonumber(os.getenv "ROUNDS") or 3000
local unpack = table.unpack or unpack

local origins = { html = true, xml = true, empty = true, compressed = true, malformed = true,
    too_deep = true, not_envelope = true, too_large = true, headers = true, transport = true }

-- Numbers from 1 to `count`, the same on every Lua: Park and Miller's generator.
local function new_random(seed)
    return function(count)
        seed = seed * 16807 % 2147483647
        return seed % count + 1
    end
end

local names = { "x-bce-request-id", "X-Bce-Request-Id", "X-Bce-Error-Code", "x-bce-error-message", "Date",
    "date", "Retry-After", "Content-Encoding", "Content-Type", "", "x y", "HTTP/1.1 200 OK" }

local values = { "", "r-1", "a, b", " , ", "gzip", "identity", "120", "-1", "1e9", "AccessDenied",
    "Tue, 24 Nov 2026 10:30:00 GMT", "6 Nov 94 8:49:37 +0800", "Thu, 01 Jan 1970 00:00:00 GMT",
    "\255\226\130", "\0" }

local statuses = { 0, -1, 99, 100, 200, 204, 302, 400, 403, 404, 421, 429, 500, 502, 503, 999, 1000, 502.5,
    0 / 0, "404", "HTTP/1.1 502 Bad Gateway", "HTTP/2 429", "502 Bad Gateway", "HTTP/1.1 abc",
    "HTTP/1.1 2000", "000", "", "timeout", "connection refused",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found", "\n" }

local reasons = { "timeout", "connection refused", "closed", "wantread", "app.lua:3: connection refused",
    "nas7 could not be resolved (3: Host not found)", "18: self-signed certificate", "HTTP/1.1 abc OK",
    "[CURL-EASY][COULDNT_CONNECT] Couldn't connect to server (7)", "Too many open files",
    "starttls: error:0A000086:SSL routines::certificate verify failed:hostname mismatch",
    "couldn't parse status code from response status line: HTTP/1.1 x", "" }

local bodies = { "", " ", "<html></html>", '<?xml version="1.0"?><Error/>', "<", "<e", "\31\139\8", "[]",
    "{}", '{"code":null,"message":"m","requestId":"r"}', '{"message":"\\ud800","requestId":7}' }
for _, response in ipairs(testing.broken(3)) do bodies[#bodies + 1] = response.body end
for kind in errors.each() do bodies[#bodies + 1] = testing.response(kind).body end

-- A text with some of its bytes replaced, doubled or taken out.
local function spoil(text, random)
    for _ = 1, random(3) - 1 do
        local place, byte = random(#text + 1), string.char(random(256) - 1)
        local how = random(3)
        local rest = text:sub(how == 2 and place or place + 1)
        text = text:sub(1, place - 1) .. (how == 1 and "" or byte) .. rest
    end
    return text
end

local function pick(list, random)
    local value = list[random(#list)]
    return type(value) == "string" and random(2) == 1 and spoil(value, random) or value
end

-- Headers, in one of the forms that clients have.
local function new_headers(random)
    local form, lines, pairs_list, map = random(7), {}, {}, {}
    for index = 1, random(6) - 1 do
        local name, value = pick(names, random), pick(values, random)
        lines[index], pairs_list[index], map[name] = name .. ": " .. value, { name, value }, value
    end
    if form == 1 then return nil end
    if form == 2 then return lines end
    if form == 3 then return pairs_list end
    if form == 4 then return spoil(table.concat(lines, random(2) == 1 and "\r\n" or "\n "), random) end
    if form == 5 then return setmetatable({}, { __pairs = function() return next, map end }) end
    if form == 6 then return { each = function() return next, map end } end
    return map
end

-- What a client's call returns.
local function new_returned(random)
    local shape = random(5)
    if shape == 1 then
        return nil, pick(reasons, random), random(2) == 1 and { sent = random(2) == 1 } or nil
    elseif shape == 2 then
        return random(2) == 1 and 1 or pick(bodies, random), random(600), new_headers(random)
    end
    if shape == 3 then return random(99), pick(reasons, random) end
    local status = pick(statuses, random)
    local body = random(8) > 1 and pick(bodies, random) or ""
    return { status = status, headers = new_headers(random), body = body },
        random(4) == 1 and { any_status = true, limit = random(200) } or nil
end

local function is_utf8(text)
    return text == nil or core.repair(text) == text
end

-- Looks at everything that an error can do with what it holds.
local function assert_bounds(err, round)
    for _, name in ipairs { "code", "message", "requestId" } do
        assert.is_true(is_utf8(rawget(err, name)), round)
    end
    local origin = err:origin()
    assert.is_true(origin == nil or origins[origin], round)
    assert.is_true(#(err:body() or "") <= 512)
    assert.is_nil(tostring(err):find("%c"), round)
    assert.is_true(is_utf8(err:to_json()) and is_utf8(tostring(err)), round)
    local may, why = err:may_retry { method = "POST", now = 1795516200 }
    assert.is_true(type(may) == "boolean" and is_utf8(why), round)
    local advice = err:advice { now = 1795516200 }
    assert.is_true(advice.delay >= 0 and advice.delay <= 2147483648, round)
    local word, sent = err:transport()
    assert.equal(origin == "transport", word ~= nil)
    assert.is_true(sent == nil or sent == "no" or sent == "maybe", round)
end

describe("What came over the network", function()
    it("never raises, and makes no error that breaks its bounds: " .. rounds .. " at random", function()
        local random, seen = new_random(20261125), 0
        for round = 1, rounds do
            local returned = { new_returned(random) }
            local good, err = pcall(errors.from_response, unpack(returned, 1, 3))
            if not good then error("round " .. round .. ": " .. tostring(err), 0) end
            if err then
                seen = seen + 1
                assert_bounds(err, "round " .. round)
            end
        end
        assert.is_true(seen > rounds / 2)
    end)

    it("is read as a date or not, and never raises: " .. rounds .. " at random", function()
        local random, seen = new_random(7), 0
        for _ = 1, rounds do
            local text = pick({ values[11], values[12], values[13], "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994" }, random)
            local time = date.parse(text, 1795516200)
            assert.is_true(time == nil or time >= -62167219200 - 86400 and time < 253402300800 + 86400)
            if time then seen = seen + 1 end
        end
        assert.is_true(seen > rounds / 4 and seen < rounds)
    end)

    -- Sixteen times as long may take 64 times as long; what is quadratic takes 256 times.
    for _, case in ipairs(not os.getenv "TIMED" and {} or {
        { "a block of empty lines", function(size) return "HTTP/1.1 502 x", ("\r\n"):rep(size) end },
        { "a folded header", function(size) return 502, "x-bce-error-code: A" .. ("\r\n "):rep(size) end },
        { "a header of blanks", function(size) return 502, "x-bce-error-code:" .. (" "):rep(size) end },
        { "a line without a colon", function(size) return 502, ("a "):rep(size) end },
        { "a name that does not end", function(size) return 502, ("a"):rep(size) end },
        { "a request id of commas", function(size) return 502, "x-bce-request-id: " .. (" ,"):rep(size) end },
        { "an encoding", function(size) return 502, "content-encoding: " .. ("identity"):rep(size / 8) end },
        { "a date", function(size) return 502, "retry-after: " .. ("6 "):rep(size) end },
        { "a status line", function(size) return "HTTP/1.1" .. (" "):rep(size), "" end },
        { "a status that is a reason", function(size) return "x: " .. ("a: "):rep(size), nil end },
        { "a body of XML", function(size) return 502, "", "<?xml" .. (" <"):rep(size) end },
    }) do
        it("takes time in proportion to its length: " .. case[1], function()
            local function seconds(size)
                local status, headers, body = case[2](size)
                local response = { status = status, headers = headers, body = body }
                local least = math.huge
                for _ = 1, 3 do
                    local start = os.clock()
                    for _ = 1, 4 do
                        local err = errors.from_response(response)
                        if err then err:advice { now = 1795516200 } end
                    end
                    least = math.min(least, os.clock() - start)
                end
                return least
            end
            assert.is_true(seconds(2 ^ 18) < math.max(seconds(2 ^ 14), 0.0005) * 64)
        end)
    end
end)
