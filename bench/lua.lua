-- How fast the library is beside what people do today, and beside what cannot be beaten. Run by
-- `make bench` with each Lua:
--
--     lua5.4 bench/lua.lua [short]
--
-- All figures of a row come from the same rounds. A ratio is that of what the row compares, the
-- median of all rounds, with the least and the greatest.

local measure = require "bench.measure"
local contenders = require "bench.contenders"
local inputs = require "bench.inputs"
local cjson = require "cjson"
local errors = require "cfs.errors"
local floor = require "bench_floor"

local is_short = arg[1] == "short"
if is_short then measure.rounds, measure.slice = 7, 0.004 end

local is_jit = package.loaded.jit ~= nil
local failed = false


local function say(format, ...)
    print((format:format(...):gsub("%s+$", "")))
end


-- Holds a ratio against its target: nil, or a mark. A short run only fails a gross loss.
local function judge(ratio, at_least, at_most)
    local good = (not at_least or ratio >= at_least) and (not at_most or ratio <= at_most)
    local gross = at_least and ratio < at_least / 2 or at_most and ratio > at_most * 2
    failed = failed or gross
    local target = at_least and ("at least %.2f"):format(at_least) or ("at most %.2f"):format(at_most)
    return target .. (good and ": reached" or ": missed")
end


-- Reading: how many times as long the others take as errors.parse.
local function compare_reading()
    say("%-23s %9s  %-18s %-18s %s", "errors.parse of", "takes", "lua-cjson takes x", "dkjson takes x",
        "patterns take x")
    for _, input in ipairs(inputs) do
        local name, body = input[1], input[2]
        local functions = { errors.parse, contenders.cjson, contenders.patterns }
        if contenders.dkjson and #body < 1048576 then functions[4] = contenders.dkjson end
        local seconds = measure.seconds(functions, body)
        local columns = {}
        for index = 2, 4 do
            columns[index] = seconds[index]
                and measure.spread(measure.ratios(seconds[index], seconds[1])) or "-"
        end
        say("%-23s %9s  %-18s %-18s %s", name, measure.duration(measure.median(seconds[1])), columns[2],
            columns[4], columns[3])
    end
end


-- One comparison with a target: how many times as long `other` takes as `one`, or the reverse.
local function hold(name, one, other, argument, at_least, at_most)
    local seconds = measure.seconds({ one, other }, argument)
    local ratios = at_least and measure.ratios(seconds[2], seconds[1])
        or measure.ratios(seconds[1], seconds[2])
    say("%-58s %9s  %9s  %-18s %s", name, measure.duration(measure.median(seconds[1])),
        measure.duration(measure.median(seconds[2])), measure.spread(ratios),
        judge(measure.median(ratios), at_least, at_most))
end


-- The least that LuaJIT can do by its FFI: the same table of three strings out of constants.
local function ffi_floor(metatable)
    local ffi = require "ffi"
    local texts = { "NoSuchKey", "The resource you requested does not exist",
        "ae2225f7-1c2e-427a-a1ad-5413b762957d" }
    local bytes = ffi.new("char[?]", 200)
    ffi.copy(bytes, table.concat(texts))
    local one, two, three = #texts[1], #texts[2], #texts[3]
    return function()
        return setmetatable({
            code = ffi.string(bytes, one),
            message = ffi.string(bytes + one, two),
            requestId = ffi.string(bytes + one + two, three),
        }, metatable)
    end
end


local function raise_bare()
    error({ code = "InstanceNotFound", message = "The specified CFS instance does not exist.",
        requestId = nil })
end

local function bare()
    local _, err = pcall(raise_bare)
    return err.code == "InstanceNotFound"
end

local function ours()
    local _, err = pcall(errors.raise, "InstanceNotFound")
    return errors.is(err, "InstanceNotFound")
end

local function raise_bare_with_id()
    error({ code = "InstanceNotFound", message = "The specified CFS instance does not exist.",
        requestId = "7e0c3b52" })
end

local function bare_with_id()
    local _, err = pcall(raise_bare_with_id)
    return err.code == "InstanceNotFound"
end

local function raise_ours_with_id()
    errors.raise("InstanceNotFound", { requestId = "7e0c3b52" })
end

local function ours_with_id()
    local _, err = pcall(raise_ours_with_id)
    return errors.is(err, "InstanceNotFound")
end


local function compare_with_targets()
    local metatable = { __index = {} }
    local example, known = inputs[1][2], inputs[3][2]
    local at_least, at_most = is_jit and 5 or 3, is_jit and 1.2 or 1.5
    say("%-58s %9s  %9s  %-18s %s", "this, and the other", "this", "the other", "ratio", "target")
    hold("parse the vendor's example, lua-cjson and checks", errors.parse, contenders.cjson, example,
        at_least)
    hold("parse a known code, lua-cjson and checks", errors.parse, contenders.cjson, known, at_least)
    hold("parse a body with escapes, lua-cjson and checks", errors.parse, contenders.cjson,
        inputs[5][2], 2.3)
    hold("parse the vendor's example, the floor by the C API", errors.parse, floor(metatable), example,
        nil, 1.25)
    if is_jit then
        hold("parse the vendor's example, the floor by the FFI", errors.parse, ffi_floor(metatable),
            example, nil, 1.25)
        local state = require "cfs.errors.base.state"
        local unknown = require("cfs.errors.catalogue.status").metatable(nil)
        local parse = require("cfs.errors.core").reader(state.metatables, unknown, state.kept)
        hold("parse by the FFI, by the C API", errors.parse, parse, example,
            1.3)
    end
    hold("raise, pcall, is; a bare table, pcall, ==", ours, bare, nil, nil, at_most)
    hold("the same with a request id", ours_with_id, bare_with_id, nil, nil, at_most)
    local err = errors.parse(known)
    local same = { code = err.code, message = err.message, requestId = err.requestId }
    hold("to_json, cjson.encode of the same members", function() return err:to_json() end,
        function() return cjson.encode(same) end, nil, 2)
end


-- Bytes that an object takes, with its strings shared: the least of some trials, as the collector may
-- find other things, too.
local function size_of(make)
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
    return math.floor(least + 0.5)
end


local function compare_sizes()
    local body = '{"requestId":"7e0c3b52","code":"InstanceNotFound","message":"m"}'
    local err = size_of(function() return errors.parse(body) end)
    local same = size_of(function()
        return { code = "InstanceNotFound", message = "m", requestId = "7e0c3b52" }
    end)
    say("an error object takes %d bytes, a bare table with its members %d; target %s", err, same,
        judge(err / same, nil, 1))
end


-- What loading takes, in a process of its own.
local function report_loading()
    local interpreter = arg[0]
    for index = -1, -20, -1 do interpreter = arg[index] or interpreter end
    local program = [[
        collectgarbage() collectgarbage()
        local memory, time = collectgarbage("count"), os.clock()
        require "cfs.errors"
        time = os.clock() - time
        collectgarbage() collectgarbage()
        print(collectgarbage("count") - memory, time)]]
    local memory, times = nil, {}
    for round = 1, measure.rounds do
        local pipe = assert(io.popen(interpreter .. " -e '" .. program .. "'"))
        memory, times[round] = pipe:read("*n", "*n")
        pipe:close()
    end
    local time = measure.median(times) * 1e3
    say("require takes %.0f KiB; target %s", memory, judge(memory, nil, 100))
    say("require takes %.2f ms; target at most 1: %s", time, time <= 1 and "reached" or "missed")
end


say("%s, %d rounds of %.0f ms", is_jit and package.loaded.jit.version or _VERSION, measure.rounds,
    measure.slice * 1e3)
say("")
compare_reading()
say("")
compare_with_targets()
say("")
compare_sizes()
report_loading()
os.exit(failed and 1 or 0)
