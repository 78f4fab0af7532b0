--- Lists as a person reads them: kinds in a table, the words of a column with their meanings.

local columns = require "cfs.errors.explain.columns"
local language = require "cfs.errors.explain.language"
local state = require "cfs.errors.base.state"

local concat, sort = table.concat, table.sort
local say = language.say

local lists = {}

-- Where the meaning of a word begins.
local margin = 18

-- The columns of a table of kinds, each with its width. A narrow terminal gets the first ones.
local widths = { { "status", 7 }, { "code", 32 }, { "category", 16 }, { "retry", 12 }, { "fault", 6 } }


-- By service in the vendor's order, then by status; codes of one status in the vendor's order.
local function in_order(list)
    local place, rows = {}, {}
    for index, kind in ipairs(state.order) do
        place[kind] = index
        place[kind.service] = place[kind.service] or index
    end
    for index, kind in ipairs(list) do -- those of a service come last, in its order
        place[kind] = place[kind] or #state.order + index
        place[kind.service] = place[kind.service] or #state.order + index
    end
    for _, kind in pairs(list) do rows[#rows + 1] = kind end
    sort(rows, function(left, right)
        if left.service ~= right.service then return place[left.service] < place[right.service] end
        if left.status ~= right.status then return left.status < right.status end
        return place[left] < place[right]
    end)
    return rows
end


-- A line of a table: what there is of each column, as far as the terminal is wide.
local function row(value_of)
    local line, width = "  ", 2
    for _, column in ipairs(widths) do
        width = width + column[2]
        if width > columns.total then break end
        line = line .. columns.pad(tostring(value_of(column[1])), column[2])
    end
    return string.match(line, "^.*%S")
end


--- Kinds as a table of one line each.
function lists.kinds(list, chosen)
    chosen = chosen or language.of_locale()
    local lines, service = {}, nil
    for _, kind in ipairs(in_order(list)) do
        if kind.service ~= service then
            service = kind.service
            if #lines > 0 then lines[#lines + 1] = "" end
            lines[#lines + 1] = service
            lines[#lines + 1] = row(function(name) return say("column", name, chosen) end)
        end
        lines[#lines + 1] = row(function(name) return kind[name] end)
    end
    return #lines > 0 and concat(lines, "\n") or say("sentence", "none_found", chosen)
end


--- The whole catalogue as such a table. `tostring(errors.catalogue)` calls this.
function lists.catalogue()
    return lists.kinds(state.kinds)
end


-- The names of a group with their meanings, but for "unknown", which no row of the catalogue has.
local function meanings(group)
    local lines, chosen = { group }, language.of_locale()
    for _, name in ipairs(language.names(group)) do
        local meaning = columns.wrap(say(group, name, chosen), margin)
        if name ~= "unknown" then lines[#lines + 1] = columns.pad("  " .. name, margin) .. meaning end
    end
    return concat(lines, "\n")
end


--- The categories, and the words of retry below them.
function lists.categories()
    return meanings("category") .. "\n\n" .. meanings("retry")
end


--- The words of retry.
function lists.retries()
    return meanings("retry")
end


return lists
