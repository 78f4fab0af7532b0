-- Measuring functions side by side: in each round all of them run in turn, so that what disturbs the
-- machine disturbs all alike, and ratios are taken round by round.

local measure = {}

measure.rounds = 9

-- How long a function runs in a round, in seconds of processor time.
measure.slice = 0.02

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
    while taken < measure.slice / 4 do
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


--- Seconds a call of each function takes, in each round.
---@param functions function[]
---@param argument any what each is called with
---@return number[][] seconds by function, by round
function measure.seconds(functions, argument)
    local times, seconds = {}, {}
    for index, f in ipairs(functions) do times[index], seconds[index] = calibrate(f, argument), {} end
    for round = 1, measure.rounds do
        for index, f in ipairs(functions) do
            seconds[index][round] = time(f, argument, times[index]) / times[index]
        end
    end
    return seconds
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
