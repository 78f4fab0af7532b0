--- Lists as a person reads them: kinds in a table, the words of a column with their meanings.

local columns = require "cfs.errors.explain.columns"
local language = require "cfs.errors.explain.language"
local state = require "cfs.errors.base.state"

local concat, format, sort = table.concat, string.format, table.sort
local say = language.say

local lists = {}

-- The columns of a table of kinds, each with its width. A narrow terminal gets the first ones.
local widths = { { "status", 7 }, { "code", 32 }, { "category", 16 }, { "retry", 12 }, { "fault", 6 } }

-- By service, then by status; services, and codes of one status, in their order in the list.
local function in_order(list)
    local places, keys, kinds = {}, {}, {}
    for index, kind in ipairs(list) do
        places[kind.service] = places[kind.service] or index
        keys[index] = format("%08d %d %08d", places[kind.service], kind.status, index)
        kinds[keys[index]] = kind
    end
    sort(keys)
    for index, key in ipairs(keys) do keys[index] = kinds[key] end
    return keys
end

-- A line of a table: what `values` has of each column, as far as the terminal is wide.
local function row(values)
    local line, width = "  ", 2
    for _, column in ipairs(widths) do
        width = width + column[2]
        if width > columns.total then break end
        line = line .. columns.pad(tostring(values[column[1]]), column[2])
    end
    return string.match(line, "^.*%S")
end

--- Kinds as a table of one line each.
function lists.kinds(list, chosen)
    chosen = chosen or language.of_locale()
    local lines, heads, service = {}, {}, nil
    for _, column in ipairs(widths) do heads[column[1]] = say("column", column[1], chosen) end
    for _, kind in ipairs(in_order(list)) do
        if kind.service ~= service then
            lines[#lines + 1] = (service and "\n" or "") .. kind.service .. "\n" .. row(heads)
            service = kind.service
        end
        lines[#lines + 1] = row(kind)
    end
    return #list > 0 and concat(lines, "\n") or say("sentence", "none_found", chosen)
end

-- The names of groups with their meanings, but for "unknown", which no row of the catalogue has.
local function meanings(...)
    local groups, chosen, margin = { ... }, language.of_locale(), 18 -- where the meaning of a word begins
    for index, group in ipairs(groups) do
        local lines = { group }
        for _, name in ipairs(language.names(group)) do
            local meaning = columns.wrap(say(group, name, chosen), margin)
            if name ~= "unknown" then lines[#lines + 1] = columns.pad("  " .. name, margin) .. meaning end
        end
        groups[index] = concat(lines, "\n")
    end
    return concat(groups, "\n\n")
end

--- What `tostring` gives of `errors.catalogue`, of `errors.categories` and of `errors.retries`.
function lists.catalogue() return lists.kinds(state.order) end
function lists.categories() return meanings("category", "retry") end
function lists.retries() return meanings "retry" end

return lists
