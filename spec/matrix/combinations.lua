-- All combinations of the dimensions' values in which few values are unusual, by rule and in order.

local dimensions = require "spec.matrix.dimensions"

local combinations = {}

-- How many values of a combination may be other than the usual ones, besides its version of HTTP.
local most_unusual = tonumber(os.getenv "DEPTH") or 3


local function is_excluded(combination)
    for _, excludes in ipairs(dimensions.excluded[combination.family]) do
        if excludes(combination) then return true end
    end
    return false
end


--- A combination's family, its version of HTTP, and what is unusual in it.
local function name_of(combination)
    local words = { combination.family, "version=" .. combination.version }
    for _, dimension in ipairs(dimensions.families[combination.family]) do
        local name, values = dimension[1], dimension[2]
        if name ~= "version" and combination[name] ~= values[1] then
            words[#words + 1] = name .. "=" .. combination[name]
        end
    end
    return table.concat(words, " ")
end


-- Adds to `list` all combinations that begin with the values chosen so far.
local function extend(list, family, index, chosen, unusual)
    local dimension = dimensions.families[family][index]
    if not dimension then
        local combination = { family = family }
        for name, value in pairs(chosen) do combination[name] = value end
        if not is_excluded(combination) then
            combination.name = name_of(combination)
            list[#list + 1] = combination
        end
        return
    end
    for place, value in ipairs(dimension[2]) do
        local more = unusual + ((place == 1 or dimension[1] == "version") and 0 or 1)
        if more <= most_unusual then
            chosen[dimension[1]] = value
            extend(list, family, index + 1, chosen, more)
        end
    end
end


--- A list of combinations: `family`, `name`, and the value of each dimension by its name.
function combinations.all()
    local list = {}
    for _, family in ipairs { "own", "upstream", "auth", "page" } do extend(list, family, 1, {}, 0) end
    return list
end


--- So many of them, chosen by the seed, in their order.
function combinations.sample(list, size, seed)
    math.randomseed(seed)
    local left, sample = size, {}
    for index, combination in ipairs(list) do
        if math.random() * (#list - index + 1) < left then
            sample[#sample + 1], left = combination, left - 1
        end
    end
    return sample
end


return combinations
