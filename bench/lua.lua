-- How fast the library is beside what people do today, and beside what cannot be beaten. Run by
-- `make bench` with each Lua:
--
--     lua5.4 bench/lua.lua [short]
--
-- Each figure is the processor time of a process of its own. In each round all that a row compares runs
-- in turn. A ratio is that of what the row compares, the median of all rounds, with the least and the
-- greatest. With the name of a file in FIGURES, what is drawn is written there.

local measure = require "bench.measure"
local contenders = require "bench.contenders"
local rows = require "bench.rows"

local is_short = arg[1] == "short"
if is_short then measure.rounds, measure.slice = 3, 0.002 end

local interpreter = arg[0]
for index = -1, -20, -1 do interpreter = arg[index] or interpreter end

local longest_border = 1e-3 -- seconds
local most_growth = 12 -- from 8 KiB to 64 KiB, where what is linear grows by 8

-- A run fails if a figure misses its target by this factor: ratios, and times, which other programs make
-- worse.
local slack = is_short and { ratio = 3, time = 10 } or { ratio = 2, time = 4 }

local failed = false
local figures = {} -- { name, seconds by round }... by figure

local function say(format, ...)
    print((format:format(...):gsub("%s+$", "")))
end

-- The C library keeps what is freed, as it does in a process that runs for long. Otherwise each string of
-- 64 KiB would be measured with the system's work to hand out its pages.
local allocator = "MALLOC_TRIM_THRESHOLD_=268435456 MALLOC_MMAP_THRESHOLD_=33554432"

-- What bench/process.lua prints.
local function in_process(...)
    local command = ("%s %s bench/process.lua %s"):format(allocator, interpreter, table.concat({ ... }, " "))
    local pipe = assert(io.popen(command))
    local output = pipe:read "*a"
    pipe:close()
    if output == "" then error("this fails: " .. command, 0) end
    return (output:gsub("\n$", ""))
end

-- Seconds by way, by round. A short run has one round of what is compared with nothing. Every other
-- round runs backwards: what wears on goes against none of the ways.
local function seconds_of(table_name, row, ways)
    local seconds = {}
    for _, way in ipairs(ways) do seconds[way] = {} end
    for round = 1, is_short and table_name == "borders" and 1 or measure.rounds do
        for place = 1, #ways do
            local way = ways[round % 2 == 1 and place or #ways + 1 - place]
            seconds[way][round] = tonumber(in_process("time", table_name, row, way, measure.slice))
        end
    end
    return seconds
end

-- Keeps what is drawn: the figures of these ways, under these names.
local function keep(figure, names, seconds)
    local lines = figures[figure] or {}
    figures[figure] = lines
    for way, name in ipairs(names) do lines[#lines + 1] = { name, seconds[way] } end
end

-- Holds a value against its target.
local function judge(value, at_least, at_most, show)
    if not at_least and not at_most then return "" end
    show = show or function(number) return ("%.2f"):format(number) end
    local good = (not at_least or value >= at_least) and (not at_most or value <= at_most)
    local factor = show == measure.duration and slack.time or slack.ratio
    failed = failed or at_least and value < at_least / factor or at_most and value > at_most * factor
    return (at_least and "at least " .. show(at_least) or "at most " .. show(at_most))
        .. (good and ": reached" or ": missed")
end

-- The ways of reading, and what they are called. 1 to 4 are always there.
local function readers()
    local ways, labels = { 1, 2, 3, 4 }, { "errors.parse", "lua-cjson", "patterns", "dkjson" }
    local directory = os.getenv "PEERS"
    if not directory or directory == "" then return ways, labels end
    for index, peer in ipairs(contenders.peers) do
        local result = in_process("peer", index)
        say("%-23s %s", peer[1], result)
        if result == "found" then ways[#ways + 1], labels[#labels + 1] = 4 + index, peer[1] end
    end
    say("")
    return ways, labels
end

-- Reading: how many times as long the others take as errors.parse.
local function compare_reading()
    local all, labels = readers()
    local line = ("%-23s %9s"):format("errors.parse of", "takes")
    for place = 2, #all do line = line .. ("  %-20s"):format(labels[place] .. " takes x") end
    say("%s", line)
    for index, row in ipairs(rows.reading) do
        if is_short and index > 1 then break end
        local ways = {}
        for place, way in ipairs(all) do
            -- dkjson takes seconds for 16 MiB
            if not (row.is_huge and labels[place] == "dkjson") then ways[#ways + 1] = way end
        end
        local seconds = seconds_of("reading", index, ways)
        line = ("%-23s %9s"):format(row.name, measure.duration(measure.median(seconds[1])))
        for place = 2, #all do
            local taken = seconds[all[place]]
            line = line .. ("  %-20s"):format(
                taken and measure.spread(measure.ratios(taken, seconds[1])) or "-")
        end
        say("%s", line)
        if index == 1 then keep("parse", { "errors.parse", "lua-cjson, checks", "patterns" }, seconds) end
    end
end

local function compare_with_targets()
    say("%-54s %9s  %9s  %-20s %s", "this, and the other", "this", "the other", "ratio", "target")
    for index, row in ipairs(rows.targets) do
        local name, limit = row.name, row.at_most
        local informs = not row.at_least and not limit
        if row.ways[2] and not (is_short and informs) then
            local seconds = seconds_of("targets", index, { 1, 2 })
            local ratios = row.at_least and measure.ratios(seconds[2], seconds[1])
                or measure.ratios(seconds[1], seconds[2])
            say("%-54s %9s  %9s  %-20s %s", name, measure.duration(measure.median(seconds[1])),
                measure.duration(measure.median(seconds[2])), measure.spread(ratios),
                judge(measure.median(ratios), row.at_least, limit))
            if row.drawn then keep("raise", row.drawn, seconds) end
        elseif not informs then
            local taken = measure.median(seconds_of("targets", index, { 1 })[1])
            say("%-54s %9s  %9s  %-20s %s", name, measure.duration(taken), "", "",
                judge(taken, nil, limit, measure.duration))
        end
    end
end

local function compare_borders()
    local line = ("%-48s"):format "what takes, with a text of"
    for _, size in ipairs(rows.sizes) do line = line .. (" %9s"):format(size[1]) end
    say("%s  %-9s %s", line, "growth", "target")
    for index, row in ipairs(rows.borders) do
        local all = row.has_sizes and { 1, 2, 3 } or { 1 }
        local seconds, medians = seconds_of("borders", index, all), {}
        line = ("%-48s"):format(row.name)
        for _, way in ipairs(all) do
            medians[way] = measure.median(seconds[way])
            line = line .. (" %9s"):format(measure.duration(medians[way]))
        end
        local growth, target = "", ""
        if row.has_sizes then
            growth = ("%.1f"):format(medians[3] / medians[2])
            judge(medians[3] / medians[2], nil, most_growth)
        else
            line = line .. (" "):rep(20)
        end
        if package.loaded.jit then
            target = judge(medians[#medians], nil, longest_border, measure.duration)
        end
        say("%s  %-9s %s", line, growth, target)
    end
    say("growth: how many times as long 64 KiB take as 8 KiB; what is linear grows by 8")
end

local function compare_sizes()
    local ours, bare = in_process("bytes", 1), in_process("bytes", 2)
    say("an error object takes %s bytes, a bare table with its members %s; target %s", ours, bare,
        judge(ours / bare, nil, 1))
end

local function report_loading()
    local memory, times = nil, {}
    for round = 1, measure.rounds do
        local kibibytes, time = in_process("load"):match "(%S+) (%S+)"
        memory, times[round] = tonumber(kibibytes), tonumber(time)
    end
    say("require takes %.0f KiB and %s", memory, measure.duration(measure.median(times)))
end

-- Writes the figures as gnuplot reads them: a name, then nanoseconds, the median, the least and the
-- greatest.
local function write_figures(path)
    local file = assert(io.open(path, "w"))
    for _, figure in ipairs { "parse", "raise" } do
        file:write("# ", figure, "\n")
        for _, line in ipairs(figures[figure]) do
            local median, least, most = measure.median(line[2])
            file:write(("%s\t%.0f\t%.0f\t%.0f\n"):format(line[1], median * 1e9, least * 1e9, most * 1e9))
        end
        file:write("\n\n")
    end
    file:close()
end

say("%s, %d rounds of 3 times %.0f ms", package.loaded.jit and package.loaded.jit.version or _VERSION,
    measure.rounds, measure.slice * 1e3)
say("")
compare_reading()
say("")
compare_with_targets()
say("")
compare_borders()
say("")
compare_sizes()
report_loading()
if is_short then
    say("This short run fails only where a ratio misses its target by a factor of %d, a time by %d.",
        slack.ratio, slack.time)
end
local path = os.getenv "FIGURES"
if path and path ~= "" then write_figures(path) end
os.exit(failed and 1 or 0)
