-- Runs once: it computes the same on each Lua.

local simulation = require "bench.simulation"

-- A part of what `make simulate` shows.
local clients, seconds = 200, 120

if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then
    pending "Services that fail: what takes time yields, which cannot pass the pcall of Lua 5.1"
    return
end

-- The policies that are compared: a naive one has no bound.
local others = { "AWS standard", "gRPC A6", "Envoy" }

local known = {}

local function run(way, service, each)
    local key = way .. service .. tostring(each or false)
    local counts = known[key]
        or simulation.run(way, service, { clients = clients, seconds = seconds, each = each })
    known[key] = counts
    return { requests = counts.requests / counts.calls, finished = counts.finished / counts.calls,
        series = counts.series.requests }
end

describe("Services that fail, and clients that repeat their calls,", function()
    for _, each in ipairs { false, true } do
        for _, service in ipairs(each and { "outage of 60 s", "50 % fail", "queue stalls 5 s" }
            or { "outage of 60 s", "one of two out", "30 % fail", "capacity 60 %",
                    "queue stalls 5 s" }) do
            it(("are no worse off by cfs.errors than by another: %s%s"):format(service,
                each and ", a process for each" or ""), function()
                local ours = run("cfs.errors", service, each)
                for _, way in ipairs(others) do
                    local theirs = run(way, service, each)
                    assert.is_true(ours.requests <= theirs.requests * 1.01
                        or ours.finished >= theirs.finished * 0.99, way)
                end
            end)
        end
    end

    it("get three times the load from a naive policy, and no more than 1.05 from ours", function()
        local function load(way)
            local sum, series = 0, run(way, "outage of 60 s").series
            for second = 64, 119 do sum = sum + series[second] end
            return sum / 56 / (clients / 5)
        end
        assert.is_true(load "naive" > 2.9)
        assert.is_true(load "cfs.errors" < 1.05)
    end)

    it("finish nearly all calls where a third of the requests fail, or all for a moment", function()
        assert.is_true(run("cfs.errors", "30 % fail").finished > 0.96)
        assert.is_true(run("cfs.errors", "blips of 0.2 s").finished > 0.993)
    end)

    it("get the load of a failed endpoint's policy only at that endpoint", function()
        local ours, theirs = run("cfs.errors", "one of two out"), run("AWS standard", "one of two out")
        assert.is_true(ours.requests < 1.03 and theirs.requests > ours.requests + 0.02,
            ours.requests .. " " .. theirs.requests)
    end)

    it("are the same in each run", function()
        local first = run("cfs.errors", "30 % fail")
        known = {}
        assert.same(first, run("cfs.errors", "30 % fail"))
    end)
end)
