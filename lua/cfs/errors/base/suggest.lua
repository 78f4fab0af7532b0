--- "Did you mean": the name that was probably meant by a misspelt one.

local text = require "cfs.errors.base.text"

local byte = string.byte

local suggest = {}

-- How many single-character changes, or swaps of neighbours, make `left` of `right`: the optimal
-- string alignment distance.
local function distance(left, right)
    local before, previous = nil, {}
    for column = 0, #right do previous[column] = column end
    for row = 1, #left do
        local current = { [0] = row }
        local letter, letter_before = byte(left, row), byte(left, row - 1)
        for column = 1, #right do
            local other, other_before = byte(right, column), byte(right, column - 1)
            local is_swapped = letter == other_before and letter_before == other
            current[column] = math.min(previous[column] + 1, current[column - 1] + 1,
                previous[column - 1] + (letter == other and 0 or 1),
                is_swapped and before[column - 2] + 1 or math.huge)
        end
        before, previous = previous, current
    end
    return previous[#right]
end

--- The nearest of the names, which are keys, letter case aside; of equally near ones the first in the
--- alphabet; nil if more than a third of it would differ.
function suggest.nearest(name, names)
    local nearest, least = nil, math.huge
    for candidate in pairs(names) do
        -- lengths that differ by more than the limit need no comparison
        local limit = type(candidate) == "string" and #candidate / 3
        if limit and math.abs(#candidate - #name) <= limit then
            local changes = distance(text.lower(name), text.lower(candidate))
            if changes <= limit and (changes < least or changes == least and candidate < nearest) then
                nearest, least = candidate, changes
            end
        end
    end
    return nearest
end

--- "unknown code 'RateLimits', did you mean 'RateLimit'?", of a name that is not among the names; 64 bytes of
--- it are shown. Returns the nearest of the names, too, if one is near.
function suggest.unknown(what, name, names)
    local nearest = suggest.nearest(name, names)
    return "unknown " .. what .. " '" .. text.printable(text.cut(name, 64)) .. "'"
        .. (nearest and ", did you mean '" .. nearest .. "'?" or ""), nearest
end

return suggest
