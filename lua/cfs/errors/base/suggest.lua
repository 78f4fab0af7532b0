--- "Did you mean": the name that was probably meant by a misspelt one.

local text = require "cfs.errors.base.text"

local lower, min, sub = text.lower, math.min, string.sub

local suggest = {}

-- How many bytes of a name are shown.
local longest_name = 64


-- How many single-character changes, or swaps of neighbours, make `left` of `right`: the optimal
-- string alignment distance.
local function distance(left, right)
    local before, previous = nil, {}
    for column = 0, #right do previous[column] = column end
    for row = 1, #left do
        local current = { [0] = row }
        for column = 1, #right do
            local same = sub(left, row, row) == sub(right, column, column)
            local best = min(previous[column] + 1, current[column - 1] + 1,
                previous[column - 1] + (same and 0 or 1))
            if sub(left, row, row) == sub(right, column - 1, column - 1) -- of the first it is ""
                and sub(left, row - 1, row - 1) == sub(right, column, column) then
                best = min(best, before[column - 2] + 1)
            end
            current[column] = best
        end
        before, previous = previous, current
    end
    return previous[#right]
end


--- The nearest of the names, which are keys, letter case aside; of equally near ones the first in the
--- alphabet; nil if more than a third of it would differ.
function suggest.nearest(name, names)
    local wanted, nearest, least = lower(name), nil, nil
    for candidate in pairs(names) do
        local limit = type(candidate) == "string" and math.floor(#candidate / 3)
        -- lengths that differ by more than the limit need no comparison
        if limit and math.abs(#candidate - #name) <= limit then
            local changes = distance(wanted, lower(candidate))
            if changes <= limit
                and (not least or changes < least or changes == least and candidate < nearest) then
                nearest, least = candidate, changes
            end
        end
    end
    return nearest
end


--- A sentence about a name that is not among the names, and the nearest of these, if there is one.
---
---     suggest.unknown("code", "InstanceNotfound", codes)
---     --> unknown code 'InstanceNotfound', did you mean 'InstanceNotFound'?
function suggest.unknown(what, name, names)
    local sentence = "unknown " .. what .. " '" .. text.printable(text.cut(name, longest_name)) .. "'"
    local nearest = suggest.nearest(name, names)
    if not nearest then return sentence end
    return sentence .. ", did you mean '" .. nearest .. "'?", nearest
end


return suggest
