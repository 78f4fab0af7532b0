-- What an outage of a minute does to 1,000 clients, and they to it: `make simulate`.

local simulation = require "bench.simulation"

local setting = {
    clients = 1000, interval = 5, seconds = 300, outage = { 120, 180 }, background = 0.01, seed = 1,
}

print(("%d clients, each with a call every %d s for %d s. From %d s to %d s every request fails; at any\n"
    .. "other time one in a hundred. Load: requests sent for each call, during the outage.\n"):format(
    setting.clients, setting.interval, setting.seconds, setting.outage[1], setting.outage[2]))
print(("%-18s%9s%11s%11s%9s%8s"):format("", "calls", "requests", "finished", "failed", "load"))
for _, way in ipairs { "no retry", "naive", "cfs.errors.retry", "a policy for each" } do
    local counts = simulation.run(way, setting)
    print(("%-18s%9d%11d%11d%9d%8.3f"):format(way, counts.calls, counts.requests, counts.finished,
        counts.calls - counts.finished, counts.load))
end
print("\nA policy's bucket of tokens bounds the load: one policy is for all calls of a process.")
