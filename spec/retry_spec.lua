local errors = require "cfs.errors"
local retry = require "cfs.errors.retry"
local support = require "spec.helpers.support"

local date = "Tue, 24 Nov 2026 10:30:00 GMT"
local server_now = 1795516200

-- The fields of a policy on virtual time, which sleeping alone moves on, and what it slept.
local function new_world(fields)
    local world = { time = 0, slept = {} }
    world.fields = {
        sleep = function(seconds)
            world.slept[#world.slept + 1] = seconds
            world.time = world.time + seconds
        end,
        now = function() return world.time end,
        random = function() return 1 end,
    }
    for name, value in pairs(fields or {}) do world.fields[name] = value end
    world.policy = retry.policy(world.fields)
    return world
end

-- A function that ends in each outcome in turn, then in the last one: an error, or values.
local function script(outcomes)
    local calls = { n = 0 }
    return function(attempt, advice)
        calls.n = calls.n + 1
        calls[calls.n] = { attempt = attempt, advice = advice }
        local outcome = outcomes[math.min(calls.n, #outcomes)]
        if errors.is(outcome) then return nil, outcome end
        return outcome
    end, calls
end

local function receive(code, headers)
    return errors.from_response { status = errors.catalogue[code].status, headers = headers,
        body = ('{"code":"%s"}'):format(code) }
end

local is_old = _VERSION == "Lua 5.1" and not rawget(_G, "jit")
local unavailable, denied = errors.ServiceUnavailable(), errors.AccessDenied()
local limited = errors.RateLimit { host = "nd7" }

describe("retry.run", function()
    it("returns what the function returns, nils included", function()
        local world = new_world()
        local results = support.pack(retry.run(function() return 1, nil, 3, nil end, world.policy))
        assert.same({ n = 4, 1, nil, 3, nil }, results)
        assert.equal(0, support.pack(retry.run(function() end, world.policy)).n)
        assert.same({}, world.slept)
    end)

    it("repeats until it succeeds", function()
        local world = new_world()
        local f, calls = script { unavailable, unavailable, "done" }
        assert.equal("done", retry.run(f, world.policy))
        assert.equal(3, calls.n)
        assert.same({ 0.1, 0.2 }, world.slept)
    end)

    it("tells the function the attempt, and the advice from the second on", function()
        local world = new_world()
        local f, calls = script { unavailable, limited, "done" }
        retry.run(f, world.policy, { method = "POST", client_token = "t" })
        assert.same({ attempt = 1 }, calls[1])
        assert.equal(2, calls[2].attempt)
        assert.equal("backoff", calls[2].advice.action)
        assert.equal("t", calls[2].advice.client_token)
        assert.equal(3, calls[3].attempt)
        assert.equal("throttle", calls[3].advice.action)
    end)

    it("gives the last error, how many attempts there were, and why no further one", function()
        local world = new_world()
        local last = errors.ServiceUnavailable { requestId = "last" }
        local f, calls = script { unavailable, limited, last }
        local results = support.pack(retry.run(f, world.policy))
        assert.same({ n = 4, nil, last, 3, "ServiceUnavailable: attempt 3 of 3 was the last" }, results)
        assert.is_true(rawequal(last, results[2]))
        assert.equal(3, calls.n)
    end)

    it("takes an error that is raised like one that is returned", function()
        local world = new_world()
        local count = 0
        assert.equal("done", retry.run(function()
            count = count + 1
            if count < 3 then errors.raise(unavailable) end
            return "done"
        end, world.policy))
        local result, err, attempts, why = retry.run(function() errors.raise(denied) end, world.policy)
        assert.same({ nil, denied, 1, "AccessDenied: Ask the account owner to grant this identity the "
            .. "permission" }, { result, err, attempts, why })
        assert.equal(denied, select(2, retry.run(function() return false, denied end, world.policy)))
    end)

    describe("takes a kind for its error:", function()
        local other = errors.service("spec-retry", {
            { code = "Slow", status = 503, category = "throttle", message = "Slow." },
        })
        for _, case in ipairs {
            -- the kind, how often f is called, the message of the last error
            { errors.AccessDenied, 1, "Access denied." },
            { errors.ServiceUnavailable, 3, errors.ServiceUnavailable().message },
            { errors.RateLimit, 3 },
            { other.Slow, 3, "Slow." },
        } do
            for how, fail in pairs {
                ["returned after nil"] = function(kind) return nil, kind end,
                ["returned after false"] = function(kind) return false, kind end,
                ["returned alone"] = function(kind) return kind end,
                raised = function(kind) error(kind, 0) end,
            } do
                it(case[1].code .. " " .. how, function()
                    local world, count = new_world(), 0
                    local result, err, attempts = retry.run(function()
                        count = count + 1
                        return fail(case[1])
                    end, world.policy)
                    assert.same({ nil, case[2], case[2] }, { result, count, attempts })
                    assert.same({ case[1], case[1].code, case[3] },
                        { err:kind(), rawget(err, "code"), rawget(err, "message") })
                end)
            end
        end
    end)

    it("raises a sentence for a clock that gives no number", function()
        for got, now in pairs { string = function() return "1" end, nan = function() return 0 / 0 end } do
            local good, sentence = pcall(retry.run, print, { sleep = print, now = now })
            assert.same({ false, "the policy's function 'now' must give a number, got " .. got },
                { good, sentence })
        end
    end)

    it("raises anything else again, as it was, after one attempt", function()
        for _, other in ipairs(support.others) do
            local world, count = new_world(), 0
            local good, raised = pcall(retry.run, function()
                count = count + 1
                error(other[2], 0)
            end, world.policy)
            assert.is_false(good)
            assert.is_true(support.identical(other[2], raised) or other[2] == nil, other[1])
            assert.equal(1, count)
            assert.equal(500, world.policy.tokens)
        end
    end)

    it("returns a failure that is none of ours, after one attempt", function()
        local world = new_world { tokens = 10 }
        world.policy.tokens = 3
        local f, calls = script { nil }
        for _, other in ipairs { "no such row", "permission denied", "header missing", { code = "A" },
                503 } do
            local result, reason = retry.run(function() f() return nil, other end, world.policy)
            assert.is_nil(result)
            assert.is_true(rawequal(other, reason))
        end
        assert.equal(5, calls.n)
        assert.equal(3, world.policy.tokens)
    end)

    describe("takes the reason of a client that got no response for an error:", function()
        for _, case in ipairs {
            -- reason, the method, what follows the reason, how often f is called, why it is no more
            { "connection refused", "POST", { elapsed = 0 }, 3, "attempt 3 of 3 was the last" },
            { "timeout", "GET", nil, 3, "attempt 3 of 3 was the last" },
            { "timeout", nil, nil, 3, "attempt 3 of 3 was the last" },
            { "timeout", "POST", nil, 1, "this POST has no client token and may have been carried out, so "
                .. "first look whether it was" },
            { "timeout", "POST", { sent = false }, 3, "attempt 3 of 3 was the last" },
            { "connection refused", "POST", { sent = true }, 1, "this POST has no client token and may have "
                .. "been carried out, so first look whether it was" },
            { "closed", "PUT", nil, 3, "attempt 3 of 3 was the last" },
            { "certificate verify failed", "GET", nil, 1, "Fix the cause on this side; until then the call "
                .. "fails again" },
            { "Too many open files", "GET", nil, 1, "Fix the cause on this side; until then the call fails "
                .. "again" },
        } do
            it(("%s, %s%s"):format(case[1], case[2] or "any method", case[3] and ", and what was sent" or ""),
                function()
                    local world, count = new_world(), 0
                    local result, err, attempts, why = retry.run(function()
                        count = count + 1
                        return nil, case[1], case[3]
                    end, world.policy, { method = case[2] })
                    assert.same({ nil, case[4], case[4] }, { result, count, attempts })
                    assert.equal("transport", err:origin())
                    assert.equal(case[1], err:cause())
                    assert.equal(case[5], why:match("^no response, [^:]+: (.*)"))
                end)
        end

        it("a success after it is returned", function()
            local world, count = new_world(), 0
            assert.equal("done", retry.run(function()
                count = count + 1
                if count == 1 then return nil, "connection reset by peer" end
                return "done"
            end, world.policy, { method = "GET" }))
            assert.same({ 0.1 }, world.slept)
        end)
    end)

    describe("takes a refused connection for one that sent nothing only within a second:", function()
        local function refuse() return nil, "connection refused" end
        local function check() return errors.check(nil, "connection refused") end

        for _, case in ipairs {
            -- how it fails, the clock before and after, what is told, how many attempts are made
            { refuse, 0, 0, nil, 3 }, { check, 0, 0, nil, 3 },
            { refuse, 0.5, 1.4, nil, 3 }, { check, 0.5, 1.4, nil, 3 },
            { refuse, 0.5, 1.6, nil, 1 }, { check, 0.5, 1.6, nil, 1 },
            { refuse, 7, 20, nil, 1 }, { check, 7, 20, nil, 1 },
            { refuse, 7, 8, nil, 1 }, { check, 7, 8, nil, 1 }, -- may be 1.9 s by a clock of whole seconds
            { refuse, 8, 9, nil, 1 }, { refuse, 7, 7.5, nil, 3 },
            { refuse, 9, 7, nil, 1 }, { check, 9, 7, nil, 1 }, -- set back
            { refuse, 0, 0, { sent = true }, 1 }, { refuse, 7, 20, { sent = false }, 3 },
            { refuse, 7, 20, { elapsed = 0.1 }, 3 }, { refuse, 0, 0, { elapsed = 20 }, 1 },
            { refuse, 0, 0, { elapsed = -5 }, 1 }, { refuse, 0, 0, { elapsed = 0 / 0 }, 1 },
        } do
            local title = "%s to %s, %s, " .. (case[4] and "told" or "measured")
            it(title:format(case[2], case[3], case[1] == check and "raised" or "returned"), function()
                local time, count = case[2], 0
                local function now() return time end
                local _, err = retry.run(function()
                    count, time = count + 1, time + case[3] - case[2]
                    local result, reason = case[1]()
                    return result, reason, case[4]
                end, retry.policy { base = 0, sleep = error, now = now }, { method = "POST" })
                assert.equal(case[5], count)
                assert.same({ "connect", case[5] == 3 and "no" or "maybe" }, { err:transport() })
            end)
        end

        it("and never takes the attempt for shorter than it was", function()
            for _, case in ipairs {
                -- the clock before and after, and the seconds: a clock of whole ones may have lost one
                { 7, 7, 1 }, { 7, 8, 2 }, { 7, 8.5, 1.5 }, { 7.5, 8, 0.5 }, { 9, 7, -2 },
            } do
                local time, elapsed = case[1], nil
                retry.run(function()
                    time = case[2]
                    elapsed = require("cfs.errors.wire.receive").elapsed()
                end, { sleep = error, now = function() return time end })
                assert.equal(case[3], elapsed)
            end
        end)

        it("by nginx' clock, which is set first, as it stands still within an event", function()
            local time, ngx, elapsed = 7.5, package.loaded.ngx, nil
            package.loaded.ngx = { update_time = function() time = 10 end }
            pcall(retry.run, function()
                elapsed = require("cfs.errors.wire.receive").elapsed()
            end, { sleep = error, now = function() return time end })
            package.loaded.ngx = ngx
            assert.equal(2.5, elapsed)
        end)

        it("by os.time, too, where the policy's clock stands still", function()
            local time, os_time = 0, os.time -- luacheck: ignore
            os.time = function() return time end -- luacheck: ignore
            package.loaded["cfs.errors.retry"] = nil
            local good, count = pcall(function()
                local run, count = require("cfs.errors.retry").run, 0
                run(function()
                    count, time = count + 1, time + 2
                    return nil, "no route to host"
                end, { sleep = error, now = function() return 0 end }, { method = "POST" })
                return count
            end)
            os.time = os_time -- luacheck: ignore
            package.loaded["cfs.errors.retry"] = nil
            retry = require "cfs.errors.retry"
            assert.same({ true, 1 }, { good, count })
        end)

        it("and by nothing outside of a run", function()
            assert.equal("maybe", select(2, errors.from_response(nil, "connection refused"):transport()))
        end)
    end)

    it("takes an error that comes with a result for a success", function()
        local world = new_world()
        assert.same({ n = 2, "result", unavailable },
            support.pack(retry.run(function() return "result", unavailable end, world.policy)))
    end)

    describe("repeats nothing that the advice forbids:", function()
        local calls_of = { {}, { method = "GET" }, { method = "POST" },
            { method = "POST", client_token = "t" }, { method = "GET", replayable = false } }
        for kind in errors.each() do
            if kind.service == "cfs" or kind.service == "global" then
                it(kind.code, function()
                    for _, call in ipairs(calls_of) do
                        local world = new_world { poll = function() return true end,
                            reread = function() return true end }
                        local err = kind { message = "any" }
                        local f, calls = script { err }
                        local _, _, attempts, why = retry.run(f, world.policy, call)
                        local advice = err:advice(call)
                        assert.equal(advice.action == "never" and 1 or advice.attempts, calls.n)
                        assert.equal(calls.n, attempts)
                        if advice.action == "never" then assert.equal(advice.why, why) end
                    end
                end)
            end
        end
    end)

    describe("waits", function()
        it("twice as long each time, up to the cap", function()
            local world = new_world { attempts = 10, base = 1, cap = 10 }
            retry.run(script { unavailable }, world.policy)
            assert.same({ 1, 2, 4, 8, 10, 10, 10, 10, 10 }, world.slept)
        end)

        it("longer where it is throttled", function()
            local world = new_world { attempts = 4 }
            retry.run(script { unavailable, limited, unavailable }, world.policy)
            assert.same({ 0.1, 2, 0.4 }, world.slept)
            world = new_world { attempts = 3, throttled_base = 5 }
            retry.run(script { limited }, world.policy)
            assert.same({ 5, 10 }, world.slept)
        end)

        it("for a part of it that chance draws", function()
            local draws, index = { 0, 0.25, 1 }, 0
            local world = new_world { attempts = 4, base = 1, random = function()
                index = index + 1
                return draws[index]
            end }
            retry.run(script { unavailable }, world.policy)
            assert.same({ 0.5, 4 }, world.slept) -- the first pause is none
            assert.equal(3, index)
        end)

        it("never less than the service asks for, and not all callers as long", function()
            for random, expected in pairs { [0] = 7, [0.5] = 7.5, [1] = 8 } do
                local world = new_world { attempts = 2, random = function() return random end }
                retry.run(script { receive("RateLimit", { ["Retry-After"] = "7" }) }, world.policy)
                assert.same({ expected }, world.slept)
            end
        end)

        it("not where the service asks for more than the cap", function()
            local world = new_world()
            local f, calls = script { receive("RateLimit", { ["Retry-After"] = "21" }) }
            local _, err, attempts, why = retry.run(f, world.policy)
            assert.same({ 1, {}, 1 }, { calls.n, world.slept, attempts })
            assert.equal("RateLimit", err.code)
            assert.equal("RateLimit: the service asks for a pause of 21 s, longer than the 20 s that "
                .. "this caller waits", why)
        end)

        it("not before a new signature", function()
            local world = new_world()
            assert.equal("done", retry.run(script { errors.RequestTimeTooSkewed(), "done" }, world.policy))
            assert.same({}, world.slept)
        end)
    end)

    describe("with a deadline", function()
        it("does not begin a pause that would end after it", function()
            local world = new_world { attempts = 10, base = 1, deadline = 5 }
            local f, calls = script { unavailable }
            local _, err, attempts, why = retry.run(f, world.policy)
            assert.same({ 1, 2 }, world.slept)
            assert.same({ 3, 3, unavailable }, { calls.n, attempts, err })
            assert.equal("the pause of 4.0 s would end after the deadline of 5 s", why)
        end)

        it("counts what the attempts take", function()
            local world = new_world { deadline = 5 }
            local count = 0
            local _, _, attempts = retry.run(function()
                count = count + 1
                world.time = world.time + 3
                return nil, unavailable
            end, world.policy)
            assert.same({ 2, 2 }, { count, attempts })
        end)

        local in_conflict = errors.DropCreatingFS()

        for _, case in ipairs {
            { "the attempt", unavailable, attempt = 6 },
            { "the function that polls", in_conflict, poll = 6 },
            { "the function that polls, to the second", in_conflict, poll = 5 },
            { "a sleep that lasts longer than asked for", unavailable, sleep = 6 },
            { "on_retry", unavailable, on_retry = 6 },
        } do
            it("does not call again after it, whatever took the time: " .. case[1], function()
                local world
                local function pass(name, ...)
                    world.time = world.time + (case[name] or 0)
                    return ...
                end
                world = new_world {
                    deadline = 5,
                    poll = function() return pass("poll", true) end,
                    sleep = function() pass "sleep" end,
                    on_retry = function() pass "on_retry" end,
                }
                local count = 0
                local _, err, attempts, why = retry.run(function()
                    count = count + 1
                    return pass("attempt", nil, case[2])
                end, world.policy)
                assert.same({ 1, 1, case[2] }, { count, attempts, err })
                assert.equal("the deadline of 5 s has passed", why)
            end)
        end

        it("calls again where a function was quicker", function()
            local world
            world = new_world { deadline = 5, poll = function() world.time = 4.9 return true end }
            local f = script { in_conflict, "done" }
            assert.equal("done", retry.run(f, world.policy))
        end)

        it("returns a success that comes late", function()
            local world = new_world { deadline = 5 }
            assert.equal("done", retry.run(function() world.time = 60 return "done" end, world.policy))
        end)
    end)

    describe("signs again", function()
        it("once, by the service's clock", function()
            local world = new_world()
            world.time = server_now - 600
            local f, calls = script { receive("RequestExpired", { Date = date }) }
            local _, _, attempts, why = retry.run(f, world.policy)
            assert.same({ 2, 2 }, { calls.n, attempts })
            assert.equal("resign", calls[2].advice.action)
            assert.equal(600, calls[2].advice.clock_offset)
            assert.equal("RequestExpired: it was dated and signed again already, so correct the clock "
                .. "by hand", why)
        end)

        it("after another failure, and goes on by the same clock", function()
            local world = new_world { attempts = 4 }
            world.time = server_now - 600
            local expired = receive("SignatureDoesNotMatch", { Date = date })
            local f, calls = script { unavailable, expired, unavailable, "done" }
            assert.equal("done", retry.run(f, world.policy))
            assert.is_nil(calls[2].advice.clock_offset)
            assert.equal("resign", calls[3].advice.action)
            assert.equal("backoff", calls[4].advice.action)
            assert.equal(calls[3].advice.clock_offset, calls[4].advice.clock_offset)
            assert.equal(600, calls[4].advice.clock_offset)
        end)
    end)

    describe("where a state must change first", function()
        for action, code in pairs { poll = "DropCreatingFS", reread = "PreconditionFailed" } do
            local err = errors.new(code)

            it("stops, unless it has a function: " .. action, function()
                local world = new_world()
                local f, calls = script { err }
                local _, last, attempts, why = retry.run(f, world.policy)
                assert.same({ 1, err, 1, {} }, { calls.n, last, attempts, world.slept })
                assert.equal(code .. ": " .. err.remedy:gsub("%.$", "")
                    .. "; this policy has no function '" .. action .. "'", why)
            end)

            it("repeats once that function says so: " .. action, function()
                local seen = {}
                local world = new_world { [action] = function(...)
                    seen[#seen + 1] = { ... }
                    return true
                end }
                local f, calls = script { err, "done" }
                assert.equal("done", retry.run(f, world.policy))
                assert.same({ 2, 1, {} }, { calls.n, #seen, world.slept })
                assert.equal(err, seen[1][1])
                assert.equal(action, seen[1][2].action)
            end)

            it("stops if that function says no: " .. action, function()
                local world = new_world { [action] = function() return nil end }
                local f, calls = script { err }
                local _, last, attempts, why = retry.run(f, world.policy)
                assert.same({ 1, err, 1 }, { calls.n, last, attempts })
                assert.truthy(why:find("; '" .. action .. "' said no", 1, true))
            end)
        end
    end)

    describe("has a bucket of tokens that", function()
        it("a repetition takes 5 out of, a throttled one 10; a success puts them back, or 1", function()
            local world = new_world()
            world.policy.tokens = 400
            retry.run(script { unavailable, "done" }, world.policy)
            assert.equal(400, world.policy.tokens)
            retry.run(script { limited, unavailable, "done" }, world.policy)
            assert.equal(400, world.policy.tokens)
            retry.run(script { unavailable, limited }, world.policy) -- two repetitions, no success
            assert.equal(385, world.policy.tokens)
            retry.run(script { denied }, world.policy)
            assert.equal(385, world.policy.tokens)
            retry.run(function() return "done", "and more" end, world.policy)
            retry.run(function() end, world.policy)
            assert.equal(387, world.policy.tokens)
            for _ = 1, 200 do retry.run(script { "done" }, world.policy) end
            assert.equal(500, world.policy.tokens)
        end)

        it("allows no repetition when it is empty, but every first attempt", function()
            local world = new_world { tokens = 22 }
            local f, calls = script { unavailable }
            for _ = 1, 10 do retry.run(f, world.policy) end
            assert.equal(10 + 4, calls.n)
            assert.equal(2, world.policy.tokens)
            local _, err, attempts, why = retry.run(f, world.policy)
            assert.same({ unavailable, 1, "too many calls had to be repeated lately; more would make an "
                .. "outage worse" }, { err, attempts, why })
            for _ = 1, 3 do retry.run(script { "done" }, world.policy) end
            assert.equal("done", retry.run(script { unavailable, "done" }, world.policy))
        end)

        it("is one for all calls of a policy", function()
            local world, other = new_world { tokens = 5 }, new_world { tokens = 5 }
            local f, calls = script { unavailable }
            retry.run(f, world.policy)
            retry.run(f, world.policy)
            assert.equal(3, calls.n)
            retry.run(f, other.policy)
            assert.equal(5, calls.n)
        end)

        it("is the process's where a plain table is given, which stays as it is", function()
            local world = new_world()
            local before, f, calls = support.own(world.fields), script { unavailable }
            for _ = 1, 1000 do
                local fields = support.own(world.fields)
                retry.run(f, fields)
                assert.same(before, fields)
            end
            assert.is_true(calls.n <= 1000 + 2 * 100, calls.n)
            retry.run(script { unavailable }, world.policy)
            assert.equal(490, world.policy.tokens)
            for _ = 1, 500 do retry.run(script { "done" }, world.fields) end
        end)

        it("is left with as much as a plain table says", function()
            local world, other = new_world { tokens = 12 }, new_world()
            local f, calls = script { unavailable }
            for _ = 1, 3 do retry.run(f, world.fields) end
            assert.equal(3 + 2, calls.n)
            retry.run(f, other.fields)
            assert.equal(3 + 2 + 3, calls.n)
            for _ = 1, 500 do retry.run(script { "done" }, world.fields) end
        end)

        it("is another for each endpoint", function()
            local world = new_world { base = 0.125 }
            local f, calls = script { unavailable }
            for _ = 1, 20 do retry.run(f, world.policy, { endpoint = "a" }) end
            assert.equal(20 + 6, calls.n)
            assert.equal(470, world.policy.endpoints.a.tokens)
            assert.equal(500, world.policy.tokens)
            for _, call in ipairs { { endpoint = "b" }, {} } do
                assert.equal("done", retry.run(script { unavailable, "done" }, world.policy, call))
            end
            assert.equal(0, world.policy.endpoints.b.failures)
            assert.equal(20, world.policy.endpoints.a.failures)
        end)

        it("is shared by further endpoints, once 256 are in use", function()
            local world = new_world { base = 0, tokens = 10 }
            world.time = 1e6
            local f, calls = script { unavailable }
            for index = 1, 1000 do retry.run(f, world.policy, { endpoint = "host" .. index }) end
            local endpoints = 0
            for _ in pairs(world.policy.endpoints) do endpoints = endpoints + 1 end
            assert.equal(256, endpoints)
            assert.same({ 1000 + 2 * 256 + 2, 10 }, { calls.n, world.policy.tokens })
            world.time = world.time + 60
            retry.run(f, world.policy, { endpoint = "early" })
            assert.is_nil(world.policy.endpoints.early)
            world.time = world.time + 1 -- those go that were not used for a minute
            local call = { endpoint = "new" }
            assert.equal("done", retry.run(script { unavailable, "done" }, world.policy, call))
            assert.same({ "new" }, { next(world.policy.endpoints), (next(world.policy.endpoints, "new")) })
        end)

        it("may be so small that nothing is repeated", function()
            for tokens = 0, 4 do
                local f, calls = script { unavailable }
                retry.run(f, new_world({ tokens = tokens }).policy)
                assert.equal(1, calls.n)
            end
        end)
    end)

    describe("never overdraws the bucket, whatever yields:", function()
        for _, name in ipairs { "random", "on_retry", "sleep" } do
            it(name, function()
                local world = new_world { tokens = 7, [name] = function()
                    coroutine.yield()
                    return 1
                end }
                local count, runs = 0, {}
                for index = 1, 5 do
                    runs[index] = coroutine.create(function()
                        retry.run(function()
                            count = count + 1
                            return nil, unavailable
                        end, world.policy)
                    end)
                end
                for _ = 1, 4 do
                    for _, run in ipairs(runs) do
                        coroutine.resume(run)
                        assert.is_true(world.policy.tokens >= 0)
                    end
                end
                assert.same({ 6, 2 }, { count, world.policy.tokens })
            end)
        end
    end)

    describe("waits no longer than cap,", function()
        it("whatever the service asks for and chance adds", function()
            local world = new_world { cap = 5, throttled_base = 1 }
            retry.run(script { receive("RateLimit", { ["Retry-After"] = "5" }), "done" }, world.policy)
            assert.same({ 5 }, world.slept)
        end)

        for _, case in ipairs { { -1, {} }, { 0, {} }, { 0.5, { 0.5 } }, { 1, { 1 } }, { 7, { 1 } },
                { math.huge, { 1 } }, { -math.huge, {} }, { 0 / 0, { 1 } }, { "0.1", { 1 } }, { {}, { 1 } },
                { nil, { 1 } } } do
            it("whatever random gives: " .. tostring(case[1]), function()
                local world = new_world { base = 1, random = function() return case[1] end }
                retry.run(script { unavailable, "done" }, world.policy)
                assert.same(case[2], world.slept)
            end)
        end

        it("and not at all where there is no base, however many attempts there are", function()
            local world = new_world { base = 0, attempts = 3000, tokens = 1e6 }
            local f, calls = script { unavailable }
            local _, _, attempts = retry.run(f, world.policy)
            assert.same({ 3000, 3000, {} }, { calls.n, attempts, world.slept })
        end)
    end)

    describe("while no call succeeds,", function()
        -- Calls that fail, one after the other; returns how many requests they made.
        local function fail(world, calls, interval)
            local f, seen = script { unavailable }
            for _ = 1, calls do
                local began = world.time
                retry.run(f, world.policy)
                world.time = math.max(began + (interval or 0), world.time)
            end
            return seen.n
        end

        it("repeats nothing after four failed calls and a second", function()
            local world = new_world { base = 0.125 }
            assert.equal(20 + 2 * 3, fail(world, 20)) -- of the first three each takes 0.375 s
            local _, _, attempts, why = retry.run(script { unavailable }, world.policy)
            assert.same({ 1, "the last 21 calls failed, and none has succeeded for 1 s, so nothing is "
                .. "repeated until one does" }, { attempts, why })
        end)

        it("repeats two calls where there are few, the second one once", function()
            local world = new_world()
            retry.run(script { "done" }, world.policy)
            world.time = world.time + 5
            assert.equal(20 + 3, fail(world, 20, 5))
        end)

        it("repeats no third call, ten seconds after the last success", function()
            local world = new_world { base = 0 }
            retry.run(script { "done" }, world.policy)
            world.time = 2
            assert.equal(3 + 3 + 1, fail(world, 3, 4))
        end)

        it("repeats on where that takes no second", function()
            local world = new_world { base = 0 }
            assert.equal(3 * 20, fail(world, 20))
            world.time = world.time + 1
            assert.equal(20, fail(world, 20))
        end)

        it("repeats on where one does, whatever failed before", function()
            local world = new_world()
            for _ = 1, 50 do
                assert.equal(9, fail(world, 3, 1))
                retry.run(script { "done" }, world.policy)
                world.policy.tokens = 500
            end
        end)

        it("takes any response of the service for a success", function()
            local world = new_world()
            fail(world, 20)
            retry.run(script { errors.InstanceNotFound() }, world.policy)
            assert.equal("done", retry.run(script { unavailable, "done" }, world.policy))
        end)

        it("goes on after one success", function()
            local world = new_world()
            fail(world, 20)
            retry.run(script { "done" }, world.policy)
            assert.equal("done", retry.run(script { unavailable, "done" }, world.policy))
        end)

        it("goes by no clock that was set back", function()
            local world = new_world { base = 0.125 }
            world.time = 1e9
            fail(world, 1)
            world.time = 5
            assert.equal(20 + 2 * 3, fail(world, 20))
        end)

        it("counts a call at which the service is at fault, once", function()
            for code, count in pairs { RateLimit = 1, CreateOrderFail = 1, EOFException = 1, AccessDenied = 0,
                    DropCreatingFS = 0, RequestExpired = 0 } do
                local world = new_world { poll = function() return true end }
                retry.run(script { receive(code) }, world.policy, { client_token = "t" })
                assert.equal(count, world.policy.failures, code)
            end
        end)

        it("does not count a call at which the service is not at fault", function()
            local world = new_world()
            for _ = 1, 20 do
                retry.run(script { denied }, world.policy)
                world.time = world.time + 5
            end
            assert.equal("done", retry.run(script { unavailable, "done" }, world.policy))
        end)

        it("begins anew with a service that responded, not with a call that failed here", function()
            local world = new_world()
            world.policy.failures = 2
            retry.run(function() return nil, "too many open files" end, world.policy)
            assert.equal(2, world.policy.failures)
            retry.run(script { denied }, world.policy)
            assert.equal(0, world.policy.failures)
        end)
    end)

    describe("within another run makes no more attempts than alone:", function()
        local function new_error() return errors.ServiceUnavailable() end
        local function constant() return unavailable end
        local function in_coroutine(f) return coroutine.wrap(f)() end

        -- name, how the outer function calls the inner run, what the inner one ends in
        for _, case in ipairs {
            { "returned", function(inner) return inner() end, constant },
            { "raised", function(inner) return errors.assert(inner()) end, constant },
            { "as the reason of a client", function(inner)
                local _, err = inner()
                return nil, err:cause() or err
            end, function() return "timeout" end },
            { "as another error", function(inner)
                inner()
                return nil, new_error()
            end, constant },
            { "as the cause of another", function(inner)
                local _, err = inner()
                return nil, errors.InternalError { cause = err }
            end, new_error },
            { "returned from a coroutine of its own", in_coroutine, constant },
        } do
            for _, call in ipairs { in_coroutine, function(f) return f() end } do
                it(case[1] .. (call == in_coroutine and ", to a run in a coroutine" or ""), function()
                    local world, count = new_world(), 0
                    local function inner()
                        return retry.run(function()
                            count = count + 1
                            return nil, case[3]()
                        end, world.policy, { endpoint = "inner" })
                    end
                    local function outer()
                        return retry.run(function() return case[2](inner) end, world.policy)
                    end
                    local results = support.pack(call(outer))
                    assert.same({ nil, 3, 1 }, { results[1], count, results[3] })
                    assert.truthy(results[4]:find("attempt 3 of 3 was the last", 1, true), results[4])
                    assert.same({ 0, 1 }, { world.policy.failures, world.policy.endpoints.inner.failures })
                end)
            end
        end

        it("unless the failure is the outer function's own", function()
            local world, count = new_world(), 0
            retry.run(function()
                retry.run(script { unavailable, "done" }, world.policy)
                retry.run(script { errors.InstanceNotFound() }, world.policy)
                count = count + 1
                return nil, unavailable
            end, world.policy)
            assert.equal(3, count)
        end)

        it("and as many as ever beside another, also if both end in one constant", function()
            if is_old then return pending "its pcall lets nothing yield" end
            local world, count, one = new_world(), 0, errors.ServiceUnavailable()
            local run = coroutine.create(retry.run)
            coroutine.resume(run, function()
                coroutine.yield()
                count = count + 1
                return nil, one
            end, world.policy)
            for _ = 1, 3 do
                retry.run(script { one }, world.policy)
                world.policy.failures = 0
                coroutine.resume(run)
            end
            assert.same({ "dead", 3 }, { coroutine.status(run), count })
        end)

        it("and none where it refused to repeat", function()
            local world, count = new_world(), 0
            local _, _, _, why = retry.run(function()
                return retry.run(function()
                    count = count + 1
                    return nil, "closed"
                end, world.policy, { method = "POST" })
            end, world.policy)
            assert.equal(1, count)
            assert.truthy(why:find("this POST has no client token", 1, true), why)
        end)

        it("and keeps no coroutine that it has seen", function()
            local seen = setmetatable({}, { __mode = "k" })
            for _ = 1, 10 do
                local thread = coroutine.create(retry.run)
                seen[thread] = true
                local policy = new_world({ random = function() return thread and 1 end }).policy
                coroutine.resume(thread, function()
                    if not is_old then coroutine.yield() end
                end, policy)
            end
            collectgarbage()
            collectgarbage()
            assert.is_nil((next(seen)))
        end)

        it("also after a run that was abandoned in this coroutine", function()
            local world = new_world()
            pcall(retry.run, function() error("no error of ours", 0) end, world.policy)
            local f, calls = script { unavailable }
            retry.run(f, world.policy)
            assert.equal(3, calls.n)
        end)
    end)

    describe("gives back what it took for a repetition that is not made:", function()
        for _, name in ipairs { "sleep", "on_retry", "random", "poll" } do
            it(name .. " raises", function()
                local world = new_world { tokens = 5, [name] = function() error("cancelled", 0) end }
                local err = name == "poll" and errors.FSNotInService() or unavailable
                for _ = 1, 10 do
                    assert.same({ false, "cancelled" }, { pcall(retry.run, script { err }, world.policy) })
                    assert.equal(5, world.policy.tokens)
                end
            end)
        end

        it("the thread never comes back from its pause", function()
            local world, count = new_world { sleep = coroutine.yield, tokens = 5 }, 0
            for _ = 1, 10 do
                local thread = coroutine.create(retry.run)
                coroutine.resume(thread, script { unavailable }, world.policy)
                if coroutine.status(thread) == "suspended" then count = count + 1 end
            end
            assert.equal(10, count)
        end)

        it("poll says no", function()
            local world = new_world { poll = function() return false end }
            retry.run(script { errors.DropCreatingFS() }, world.policy)
            assert.equal(500, world.policy.tokens)
        end)
    end)

    describe("goes by its own advice, whatever on_retry makes of it:", function()
        for name, change in pairs {
            long = { delay = 1e9 }, text = { delay = "x" }, negative = { delay = -1 },
            nan = { delay = 0 / 0 },
            empty = {}, raises = setmetatable({}, { __index = function() error "read" end }),
            wrong = { action = "never", retry_after = {}, why = 1, attempts = 99, clock_offset = "x" },
        } do
            it(name, function()
                local world = new_world { cap = 5, deadline = 100, on_retry = function(_, advice)
                    for key in pairs(advice) do advice[key] = nil end
                    for key, value in next, change do advice[key] = value end
                    setmetatable(advice, getmetatable(change))
                end }
                local f, calls = script { receive("RateLimit", { ["Retry-After"] = "2" }) }
                local _, _, attempts = retry.run(f, world.policy)
                assert.same({ 3, 3, { 3, 4 } }, { calls.n, attempts, world.slept })
            end)
        end

        it("also the clock to sign by", function()
            local world = new_world { on_retry = function(_, advice) advice.clock_offset = "x" end }
            world.time = server_now - 600
            local f, calls = script { receive("RequestExpired", { Date = date }), unavailable, "done" }
            assert.equal("done", retry.run(f, world.policy))
            assert.same({ 3, "x" }, { calls.n, calls[2].advice.clock_offset })
        end)

        it("also the pause after a late on_retry", function()
            local world
            world = new_world { base = 4, deadline = 5, on_retry = function() world.time = 2 end }
            local _, _, attempts, why = retry.run(script { unavailable }, world.policy)
            assert.same({ 1, {}, 500, "the pause of 4.0 s would end after the deadline of 5 s" },
                { attempts, world.slept, world.policy.tokens, why })
        end)
    end)

    it("tells on_retry what comes, before it waits", function()
        local seen = {}
        local world
        world = new_world { random = function() return 0.5 end, on_retry = function(err, advice, attempt)
            seen[#seen + 1] = { err.code, advice.action, advice.delay, attempt, #world.slept }
        end }
        retry.run(script { unavailable, limited, denied }, world.policy)
        assert.same({ { "ServiceUnavailable", "backoff", 0.05, 1, 0 }, { "RateLimit", "throttle", 1, 2, 1 } },
            seen)
        assert.same({ 0.05, 1 }, world.slept)
    end)

    it("lets sleep yield, on every Lua", function()
        local world = new_world { sleep = coroutine.yield }
        local f = script { unavailable, "done" }
        local run = coroutine.create(function() return retry.run(f, world.policy) end)
        assert.same({ true, 0.1 }, { coroutine.resume(run) })
        assert.same({ true, "done" }, { coroutine.resume(run) })
    end)

    it("lets the function yield, but on Lua 5.1, whose pcall does not", function()
        local world = new_world()
        local run = coroutine.create(function()
            return retry.run(function(attempt)
                local sent = coroutine.yield(attempt)
                if sent == "raise" then errors.raise(unavailable) end
                return sent
            end, world.policy)
        end)
        if is_old then
            assert.is_false((coroutine.resume(run)))
        else
            assert.same({ true, 1 }, { coroutine.resume(run) })
            assert.same({ true, 2 }, { coroutine.resume(run, "raise") })
            assert.same({ true, "done" }, { coroutine.resume(run, "done") })
        end
    end)

    it("refuses what it cannot take", function()
        local world = new_world()
        local f = script { "done" }
        for _, case in ipairs {
            { "#1", "function expected, got nil" },
            { "#2", "unknown field 'atempts', did you mean 'attempts'?", f, { atempts = 1 } },
            { "#2", "table expected, got string", f, "GET" },
            { "#3", "unknown field 'methd', did you mean 'method'?", f, world.policy, { methd = "GET" } },
            { "#3", "unknown field 'attempt'", f, world.policy, { attempt = 1 } },
            { "#3", "field 'replayable' must be a boolean, got string", f, nil, { replayable = "no" } },
            { "#3", "table expected, got string", f, world.policy, "GET" },
        } do
            support.raises(("bad argument %s to 'run' (%s)"):format(case[1], case[2]),
                function() retry.run(case[3], case[4] or world.policy, case[5]) end)
        end
    end)
end)

describe("retry.policy", function()
    local fields = new_world().fields

    it("has three attempts, pauses from 0.1 s and 1 s to 20 s, and 500 tokens", function()
        local policy = retry.policy { sleep = fields.sleep }
        assert.same({ 3, 0.1, 1, 20, 500, nil },
            { policy.attempts, policy.base, policy.throttled_base, policy.cap, policy.tokens,
                policy.deadline })
        assert.equal(os.time, policy.now)
        assert.equal(math.random, policy.random)
    end)

    it("checks its fields once", function()
        local sentence = "bad argument #1 to 'policy' (%s)"
        support.raises(sentence:format("unknown field 'dead_line', did you mean 'deadline'?"),
            function() retry.policy { dead_line = 1 } end)
        support.raises(sentence:format("field 'sleep' must be a function, got number"),
            function() retry.policy { sleep = 1 } end)
        support.raises(sentence:format("table expected, got number"), function() retry.policy(3) end)
        for _, value in ipairs { 0, -1, 1.5, 0 / 0, math.huge } do
            support.raises(sentence:format("field 'attempts' must be a whole number from 1"),
                function() retry.policy { attempts = value } end)
        end
        for _, name in ipairs { "base", "throttled_base", "cap", "deadline", "tokens" } do
            for _, value in ipairs { -1, 0 / 0, math.huge } do
                support.raises(sentence:format("field '" .. name .. "' must be a finite number from 0"),
                    function() retry.policy { [name] = value } end)
            end
        end
    end)

    it("must be told how to wait, where Lua alone runs it", function()
        local problem = "field 'sleep' is missing: Lua has no function that waits, so give one"
        support.raises("bad argument #1 to 'policy' (" .. problem .. ")", function() retry.policy() end)
        support.raises("bad argument #1 to 'policy' (" .. problem .. ")",
            function() retry.policy { now = os.time } end)
        support.raises("bad argument #2 to 'run' (" .. problem .. ")",
            function() retry.run(function() end) end)
    end)

    it("sleeps and tells the time as nginx does, under OpenResty", function()
        local slept = {}
        package.loaded.ngx = {
            sleep = function(seconds) slept[#slept + 1] = seconds end,
            now = function() return 1 end,
        }
        local good, problem = pcall(function()
            local policy = retry.policy()
            assert.equal(package.loaded.ngx.now, policy.now)
            local f = script { receive("RateLimit", { ["Retry-After"] = "3" }), "done" }
            assert.equal("done", retry.run(f))
            assert.is_true(#slept == 1 and slept[1] >= 3 and slept[1] < 4)
            assert.equal(fields.sleep, retry.policy({ sleep = fields.sleep }).sleep)
        end)
        package.loaded.ngx = nil
        if not good then error(problem, 0) end
    end)
end)

describe("cfs.errors", function()
    it("does not load cfs.errors.retry", function()
        local command = require "spec.helpers.command"
        assert.equal("nil\n", command.must(command.interpreter
            .. [[ -e 'require "cfs.errors" print(package.loaded["cfs.errors.retry"])']]))
    end)
end)
