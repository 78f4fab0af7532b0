-- Runs once: it computes the same on each Lua.

local simulation = require "bench.simulation"

-- A third of what `make simulate` shows.
local setting = {
    clients = 1000, interval = 5, seconds = 60, outage = { 20, 40 }, background = 0.01, seed = 1,
}


describe("A service that fails for a while", function()
    local counts = {}
    setup(function()
        for way in pairs(simulation.ways) do counts[way] = simulation.run(way, setting) end
    end)

    it("gets the same calls, however they are repeated", function()
        for way in pairs(simulation.ways) do
            assert.equal(12000, counts[way].calls)
            assert.is_true(counts[way].requests >= 12000)
        end
        assert.equal(12000, counts["no retry"].requests)
        assert.equal(1, counts["no retry"].load)
    end)

    it("gets three times the load from a naive policy", function()
        assert.is_true(counts.naive.load > 2.99 and counts.naive.load <= 3)
    end)

    it("gets less than 1.1 times the load from a policy of cfs.errors.retry", function()
        local load = counts["cfs.errors.retry"].load
        assert.is_true(load > 1 and load < 1.1, load)
    end)

    it("has as many calls finished as by a naive policy, and more than without one", function()
        assert.is_true(counts["cfs.errors.retry"].finished >= counts.naive.finished)
        assert.is_true(counts["cfs.errors.retry"].finished > counts["no retry"].finished + 50)
    end)

    it("gets no more than that much longer where each client has a policy of its own", function()
        -- each of them repeats three calls, two times each, of the four that it makes in the outage
        local load = counts["a policy for each"].load
        assert.is_true(load > 2 and load <= 2.5, load)
        local long = { clients = 100, interval = 5, seconds = 600, outage = { 20, 560 }, background = 0.01,
            seed = 1 }
        load = simulation.run("a policy for each", long).load
        assert.is_true(load > 1 and load < 1.1, load)
    end)

    it("is the same in each run", function()
        assert.same(counts.naive, simulation.run("naive", setting))
    end)
end)
