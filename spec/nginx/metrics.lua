-- Reading Prometheus' text format 0.0.4, for the specs: strictly, as far as it is used here.

local metrics = {}

local function unescape(value)
    assert(not value:gsub("\\[\\\"n]", ""):find('[\\"]'), "a label is not escaped: " .. value)
    return (value:gsub("\\(.)", { n = "\n", ["\\"] = "\\", ['"'] = '"' }))
end

--- A list of { name =, labels =, value = }, in the order of the text. Raises where the text breaks
--- the format: a sample without its HELP and TYPE, or twice.
function metrics.read(text)
    local samples, seen, help, types = {}, {}, {}, {}
    assert(text:sub(-1) == "\n", "the last line is not ended")
    for line in text:gmatch("([^\n]*)\n") do
        local comment, named, rest = line:match("^# (%u+) ([%a_]+) (.+)$")
        if comment then
            local known = comment == "HELP" and help or comment == "TYPE" and types
            assert(known and not known[named], line)
            known[named] = rest
        else
            local name, list, value = line:match("^([%a_]+)(%b{}) (%d+)$")
            if not name then name, value = line:match("^([%a_]+) (%d+)$") end
            assert(name and help[name] and types[name] == "counter", line)
            assert(not seen[name .. (list or "")], line)
            seen[name .. (list or "")] = true
            local labels, left = {}, (list or "{}"):sub(2, -2)
            while left ~= "" do
                local label, written, more = left:match('^([%a_]+)="(.-)"(,.*)$')
                if not label then label, written, more = left:match('^([%a_]+)="(.*)"()$') end
                assert(label, line)
                labels[label], left = unescape(written), type(more) == "string" and more:sub(2) or ""
            end
            samples[#samples + 1] = { name = name, labels = labels, value = tonumber(value) }
        end
    end
    return samples
end

--- "code category status side" → count, and how many were dropped.
function metrics.counts(text)
    local counts, dropped = {}, nil
    for _, sample in ipairs(metrics.read(text)) do
        local labels = sample.labels
        if sample.name == "cfs_errors_total" then
            local key = { labels.code, labels.category, labels.status, labels.side }
            counts[table.concat(key, " ")] = sample.value
        else
            assert(sample.name == "cfs_errors_dropped_total")
            dropped = sample.value
        end
    end
    return counts, assert(dropped, "no count of what was dropped")
end

--- The sum of all counts.
function metrics.sum(counts)
    local sum = 0
    for _, count in pairs(counts) do sum = sum + count end
    return sum
end

--- Makes a function that runs f and returns what an nginx counted meanwhile: labels → how often. If it is to
--- wait, it does until there is something.
function metrics.meter(nginx)
    local before
    return function(f, waits)
        before = before or metrics.counts(nginx:get("/metrics").body)
        f()
        local more = {}
        local now = metrics.await(nginx, function(counts)
            for labels, count in pairs(counts) do
                if count ~= before[labels] then more[labels] = count - (before[labels] or 0) end
            end
            return not waits or next(more)
        end)
        before = now
        return more
    end
end

--- The counts of an nginx, once they are as the function wants them, or after two minutes as they are: a
--- worker counts an error after it has sent the response, which another worker may overtake.
function metrics.await(nginx, wanted)
    local counts
    local last = os.time() + 120
    repeat
        if counts then os.execute("sleep 0.05") end
        counts = metrics.counts(nginx:get("/metrics").body)
    until wanted(counts) or os.time() > last
    return counts
end

return metrics
