-- What failing services do to 1,000 clients, and these to them: `make simulate`. With the name of a file it
-- writes there what is drawn: for each second, the requests by each way of calling.

local simulation = require "bench.simulation"

local ways = simulation.order.ways
local clients, seconds = 1000, 240

print(("%d clients, each with a call every 5 s for %d s. Requests sent for each call / %% of the calls that\n"
    .. "were finished. \"One of two out\": half of the clients call a service that is out for 60 s."):format(
    clients, seconds))

for _, each in ipairs { false, true } do
    local heads = {}
    for index, way in ipairs(ways) do heads[index] = ("%16s"):format(way) end
    print(("\n%-18s%s"):format(each and "a process for each" or "one process", table.concat(heads)))
    for _, service in ipairs(simulation.order.services) do
        local cells = {}
        for index, way in ipairs(ways) do
            local counts = simulation.run(way, service, { clients = clients, seconds = seconds,
                each = each })
            cells[index] = ("%9.3f /%5.1f"):format(counts.requests / counts.calls,
                100 * counts.finished / counts.calls)
        end
        print(("%-18s%s"):format(service, table.concat(cells)))
    end
end

if arg[1] then
    local file = assert(io.open(arg[1], "w"))
    local columns, header = {}, {}
    for service, what in pairs { ["outage of 60 s"] = "requests", ["30 % fail for 60 s"] = "finished" } do
        for index, way in ipairs(ways) do
            local column = (what == "requests" and 0 or #ways) + index
            local counts = simulation.run(way, service, { clients = clients, seconds = seconds })
            columns[column] = counts.series[what]
            header[column] = what .. ", " .. way
        end
    end
    file:write("# second\t", table.concat(header, "\t"), "\n")
    for second = 1, seconds do
        file:write(second - 1)
        for _, series in ipairs(columns) do file:write("\t", series[second] or 0) end
        file:write("\n")
    end
    file:close()
end
