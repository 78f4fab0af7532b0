-- All combinations of the dimensions' values in which few values are unusual, by rule and in order.

local dimensions = require "spec.matrix.dimensions"

local combinations = {}

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

-- Adds to `list` all combinations that begin with the values chosen so far, of which `left` more may
-- be unusual.
local function extend(list, family, index, chosen, left)
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
        local spent = (place == 1 or dimension[1] == "version") and 0 or 1
        if spent <= left then
            chosen[dimension[1]] = value
            extend(list, family, index + 1, chosen, left - spent)
        end
    end
end

--- All combinations with so many unusual values at most, whatever the version of HTTP. Each has
--- `family`, `name`, and the value of each dimension by its name.
---@param unusual integer
---@return table[]
function combinations.all(unusual)
    local list = {}
    for _, family in ipairs { "own", "upstream", "auth", "page" } do extend(list, family, 1, {}, unusual) end
    return list
end

--- Those whose name has all of these words, and that have these values.
function combinations.named(list, words, values)
    local named = {}
    for _, combination in ipairs(list) do
        local fits = true
        for word in words:gmatch("%S+") do
            fits = fits and (" " .. combination.name .. " "):find(" " .. word .. " ", 1, true)
        end
        for name, value in pairs(values or {}) do fits = fits and combination[name] == value end
        if fits then named[#named + 1] = combination end
    end
    return named
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
