-- What an outage of a minute does to 1,000 clients, and they to it: `make simulate`. With the name of a
-- file it writes there what is drawn: for each second, the requests by each way of calling.

local simulation = require "bench.simulation"

local setting = {
    clients = 1000, interval = 5, seconds = 300, outage = { 120, 180 }, background = 0.01, seed = 1,
}

local ways = { "no retry", "naive", "cfs.errors.retry", "a policy for each" }

print(("%d clients, each with a call every %d s for %d s. From %d s to %d s every request fails, half of\n"
    .. "them without a response; at any other time one in a hundred. Load: requests sent for each call,\n"
    .. "during the outage.\n"):format(
    setting.clients, setting.interval, setting.seconds, setting.outage[1], setting.outage[2]))
print(("%-18s%9s%11s%11s%9s%8s"):format("", "calls", "requests", "finished", "failed", "load"))
local counts = {}
for _, way in ipairs(ways) do
    local count = simulation.run(way, setting)
    counts[way] = count
    print(("%-18s%9d%11d%11d%9d%8.3f"):format(way, count.calls, count.requests, count.finished,
        count.calls - count.finished, count.load))
end
print("\nWhatever is in its bucket, a policy repeats nothing once the service has failed four calls in a\n"
    .. "row.")

if arg[1] then
    local file = assert(io.open(arg[1], "w"))
    file:write("# second\t", table.concat(ways, "\t"), "\n")
    for second = 1, setting.seconds do
        file:write(second - 1)
        for _, way in ipairs(ways) do file:write("\t", counts[way].series[second] or 0) end
        file:write("\n")
    end
    file:close()
end
