-- Measuring functions, and saying what was measured.

local measure = {}

measure.rounds = 9

-- How long a function runs for one figure, in seconds of processor time.
measure.slice = 0.01

-- Of so many figures in one process the median counts.
local slices = 3

-- How long a function runs before it is measured, at least: LuaJIT has compiled it then.
local warm_up = 0.005

-- What functions return is kept for a while: an object that nobody keeps, a compiler need not make.
measure.kept = {}

local function time(f, argument, times)
    local kept = measure.kept
    collectgarbage()
    local start = os.clock()
    for index = 1, times do kept[index % 16] = f(argument) end
    return os.clock() - start
end

-- How many calls fill a slice.
local function calibrate(f, argument)
    local times = 1
    local taken = time(f, argument, times)
    while taken < math.max(measure.slice, warm_up) do
        times = times * 2
        taken = time(f, argument, times)
    end
    return math.max(1, math.floor(times * measure.slice / taken))
end

--- The median of a list, and its least and greatest value.
function measure.median(list)
    local sorted = {}
    for index, value in ipairs(list) do sorted[index] = value end
    table.sort(sorted)
    return sorted[math.floor((#sorted + 1) / 2)], sorted[1], sorted[#sorted]
end

--- Seconds of processor time that a call takes.
---@param f function
---@param argument any what it is called with
---@return number seconds
function measure.seconds(f, argument)
    local times, seconds = calibrate(f, argument), {}
    for index = 1, slices do seconds[index] = time(f, argument, times) / times end
    return (measure.median(seconds))
end

--- Bytes that an object takes, with its strings shared: the least of some trials, as the collector may
--- find other things, too, in whole words of 8 bytes.
---@param make function returns a new object
---@return integer bytes
function measure.bytes(make)
    local least = math.huge
    for _ = 1, 3 do
        local objects = {}
        for index = 1, 10000 do objects[index] = false end
        collectgarbage()
        local before = collectgarbage("count")
        for index = 1, #objects do objects[index] = make() end
        collectgarbage()
        least = math.min(least, (collectgarbage("count") - before) * 1024 / #objects)
    end
    return math.floor(least / 8 + 0.5) * 8
end

--- How many times as long the one takes as the other, round by round.
function measure.ratios(one, other)
    local ratios = {}
    for round, seconds in ipairs(one) do ratios[round] = seconds / other[round] end
    return ratios
end

--- "410 ns", "3.1 us", "2.2 ms"
function measure.duration(seconds)
    if seconds < 1e-6 then return ("%.0f ns"):format(seconds * 1e9) end
    if seconds < 1e-3 then return ("%.1f us"):format(seconds * 1e6) end
    return ("%.1f ms"):format(seconds * 1e3)
end

--- "3.12 (3.05-3.30)": the median, and from the least to the greatest.
function measure.spread(list)
    return ("%.2f (%.2f-%.2f)"):format(measure.median(list))
end

return measure
