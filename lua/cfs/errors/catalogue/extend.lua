--- Rows of errors that a program adds: to the catalogue (errors.extend), or to a service (errors.service).
--- Where they are added to is called `home`: the state itself, or a service. It has `kinds`, `metatables`,
--- `order`, `public`, whose names no code can have, and, if it is a service, `name`.

local kind = require "cfs.errors.catalogue.kind"
local meanings = require "cfs.errors.catalogue.words"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local template = require "cfs.errors.catalogue.template"
local text = require "cfs.errors.base.text"

local extend = {}

-- The columns in the order of comparison. Three are required; the others default to what the status has.
local columns = { "code", "message", "status", "reason", "description", "service", "fault", "category",
    "retry", "canonical", "remedy" }
local column_types = {}
for _, name in ipairs(columns) do column_types[name] = false end

-- Columns that are written into lines and labels without escapes.
local in_one_line = { code = true, reason = true, service = true, canonical = true }

-- The words that have a meaning to the library.
local words = { fault = { client = true, server = true }, retry = meanings.retries }

-- A row for a shared code makes a kind of its own if it gives one of these another value.
local judged = { "status", "fault", "category", "retry", "canonical" }

-- What keeps a value out of a column; nil if nothing does. So for messages, categories and whole rows.
local function column_problem(name, value)
    if type(value) ~= "string" or value == "" then
        return "column '" .. name .. "' must be a non-empty string"
    elseif in_one_line[name] and text.printable(value) ~= value then
        return "column '" .. name .. "' must have no control or invisible characters"
    elseif words[name] and not words[name][value] then
        return (suggest.unknown(name, value, words[name]))
    elseif name == "category" and not value:find "^[%l_]+$" then
        return "a category has lower-case letters and '_' only"
    end
end

-- A copy of the row, each column read once; or nil and what is wrong with it by itself.
local function read(given)
    local row, wrong = misuse.read("column", given, column_types)
    if not row then return nil, wrong end
    for index, name in ipairs(columns) do
        local value = row[name]
        local is_given = type(value) ~= "nil" -- a null pointer equals nil
        if not is_given and index <= 3 then return nil, "column '" .. name .. "' is missing" end
        wrong = is_given and name ~= "status" and column_problem(name, value)
        if wrong then return nil, wrong end
    end
    row.status = status.normalize(row.status)
    if row.status and row.status >= 400 and row.status <= 599 then return row end
    return nil, "status must be from 400 to 599"
end

-- Errors must be made with the message, and its values be read back.
local function message_problem(message)
    local parts = template.compile(message) or {}
    for index = 2, #parts, 2 do
        local name = parts[index].name
        if template.field_types[name] ~= nil then
            return "parameter '" .. name .. "' has another meaning in an error's fields"
        elseif parts[index + 1] == "" and index + 1 ~= #parts then
            return "parameters '" .. name .. "' and '" .. parts[index + 2].name
                .. "' have no text between them, so they could not be told apart"
        end
    end
end

local function category_problem(category, codes, home)
    if category == "default" or codes[category] or home.kinds[category] then
        return "category '" .. category .. "' has another meaning in errors.match"
    elseif meanings.categories[category] then
        return nil
    end
    for name, group in pairs(words) do
        if group[category] then return "category '" .. category .. "' is a word of " .. name end
    end
    local sentence, nearest = suggest.unknown("category", category, meanings.categories)
    return nearest and sentence -- else the category is a new one
end

local function problem(row, codes, home)
    local code = row.code
    if code == "default" or state.categories[code] then
        return "code '" .. code .. "' has another meaning in errors.match"
    elseif rawget(home.public, code) ~= nil then
        return "code '" .. code .. "' has another meaning as " .. (home.name or "errors") .. "." .. code
    elseif home.name and (row.service or home.name) ~= home.name then
        return "column 'service' must be '" .. home.name .. "'"
    end
    return row.category and category_problem(row.category, codes, home) or message_problem(row.message)
end

-- The kind's row that a row makes, which takes what it lacks from the kind of its status; nil if there is
-- none to be made, and what is wrong, if anything is.
local function new_kind(row, home)
    local known, base, full = home.kinds[row.code], status.kind(row.status), { known = true }
    for _, name in ipairs(columns) do full[name] = row[name] or base[name] end
    full.service = home.name or row.service or "other"
    full.description = row.description or row.message
    if not known then return full end
    local is_shared = home.name and known == kind.shared(row.code)
    for _, name in ipairs(is_shared and judged or columns) do
        local differs = full[name] ~= known[name] and not (is_shared and row[name] == nil)
        if differs and is_shared then return full end
        if differs then return nil, "code '" .. row.code .. "' exists already, with another " .. name end
    end
end

-- The rows of a list that make new kinds; or nil, the place of the one that is wrong, and what is wrong.
local function read_all(rows, count, home)
    local list, new, codes = {}, {}, {}
    for index = 1, count do
        local row, wrong = read(rows[index])
        if not row then return nil, index, wrong end
        if codes[row.code] then return nil, index, "code '" .. row.code .. "' appears twice" end
        list[index], codes[row.code] = row, true
    end
    for index, row in ipairs(list) do
        local wrong, made = problem(row, codes, home), nil
        if not wrong then made, wrong = new_kind(row, home) end
        if wrong then return nil, index, wrong end
        new[#new + 1] = made
    end
    return new
end

--- Adds rows: all of them or none. `name` is the function's, `position` that of its argument; the level says
--- whose line is blamed, as for misuse.argument; without one it is 3.
function extend.add(rows, home, name, position, level)
    level = level or 3
    misuse.expect(position, name, rows, "table", level + 1)
    local count = 0 -- holes are not counted
    for key in next, rows do
        if type(key) ~= "number" or key < 1 or key % 1 ~= 0 then
            local wrong = "list of rows expected, got field '" .. text.describe(key) .. "'"
            misuse.argument(position, name, wrong, level)
        end
        count = count + 1
    end
    local new, index, wrong = read_all(rows, count, home)
    if not new then misuse.argument(position, name, "row " .. index .. ": " .. wrong, level) end
    kind.add(new, false, home)
end

--- What keeps a row from being added to a service that has no rows yet, but these names; nil if nothing does.
function extend.problem(given, names)
    local row, wrong = read(given)
    return wrong or problem(row, {}, { kinds = {}, public = names, name = "service" })
end

return extend
