-- What one process measures: bench/lua.lua starts one for each figure, so that nothing that another
-- function made of the heap or of LuaJIT's traces counts.
--
--     lua bench/process.lua time TABLE ROW WAY SECONDS
--     lua bench/process.lua bytes WAY
--     lua bench/process.lua load
--     lua bench/process.lua peer INDEX

local measure = require "bench.measure"

local commands = {}

--- Prints the seconds that a call takes.
function commands.time(table_name, row, way, slice)
    local f, argument = require("bench.rows")[table_name][tonumber(row)].ways[tonumber(way)]()
    measure.slice = tonumber(slice)
    print(("%.9g"):format(measure.seconds(f, argument)))
end

--- Prints the bytes that an object takes.
function commands.bytes(way)
    print(measure.bytes(require("bench.rows").bytes[tonumber(way)]()))
end

--- Prints the KiB and the seconds that loading takes.
function commands.load()
    collectgarbage() collectgarbage()
    local memory, time = collectgarbage("count"), os.clock()
    require "cfs.errors"
    time = os.clock() - time
    collectgarbage() collectgarbage()
    print(("%.9g %.9g"):format(collectgarbage("count") - memory, time))
end

--- Prints "found", or why the peer takes no part.
function commands.peer(index)
    local contender, reason = require("bench.contenders").peer(tonumber(index))
    print(contender and "found" or reason)
end

commands[arg[1]](arg[2], arg[3], arg[4], arg[5])
