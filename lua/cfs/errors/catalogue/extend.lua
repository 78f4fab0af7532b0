--- Adds the errors of another service, or of the gateway itself, to the catalogue.

local kind = require "cfs.errors.catalogue.kind"
local meanings = require "cfs.errors.catalogue.words"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local template = require "cfs.errors.catalogue.template"
local text = require "cfs.errors.base.text"

local find, next, pairs, type = string.find, next, pairs, type
local say = meanings.say
local kinds = state.kinds

local extend = {}

-- Required columns, and those that default to what their status has.
local required = { "code", "message", "status" }
local optional = {
    "reason", "description", "service", "fault", "category", "retry", "canonical", "remedy",
}
local columns = {}
for _, name in ipairs(required) do columns[name] = true end
for _, name in ipairs(optional) do columns[name] = true end

-- Columns that are written into lines and labels without escapes.
local in_one_line = { code = true, reason = true, service = true, canonical = true }

-- The words that have a meaning to the library.
local words = { fault = { client = true, server = true }, retry = meanings.retries }


-- A copy of the row, each column read once; or nil and what is wrong with it by itself.
local function read(given)
    if type(given) ~= "table" then return nil, "table expected, got " .. type(given) end
    for name in next, given do
        if not columns[name] then return nil, suggest.unknown("column", text.describe(name), columns) end
    end
    local row = {}
    for name in pairs(columns) do
        local value = given[name]
        if value ~= nil and name ~= "status" and (type(value) ~= "string" or value == "") then
            return nil, "column '" .. name .. "' must be a non-empty string"
        elseif in_one_line[name] and value and text.printable(value) ~= value then
            return nil, "column '" .. name .. "' must have no control or invisible characters"
        elseif value ~= nil and words[name] and not words[name][value] then
            return nil, suggest.unknown(name, value, words[name])
        end
        row[name] = value
    end
    for _, name in ipairs(required) do
        if row[name] == nil then return nil, "column '" .. name .. "' is missing" end
    end
    row.status = status.normalize(row.status)
    if not row.status or row.status < 400 or row.status > 599 then
        return nil, "status must be from 400 to 599"
    elseif row.category and not find(row.category, "^[%l_]+$") then
        return nil, "a category has lower-case letters and '_' only"
    end
    return row
end


-- nil if errors can be made with the message, and its values be read back, else what is wrong with it.
local function message_objection(message)
    local parts = template.compile(message) or {}
    for index = 2, #parts, 2 do
        local name = parts[index].name
        if template.field_types[name] ~= nil then
            return "parameter '" .. name .. "' has another meaning in an error's fields"
        elseif parts[index + 1] == "" and index + 1 < #parts then
            return "parameters '" .. name .. "' and '" .. parts[index + 2].name
                .. "' have no text between them, so they could not be told apart"
        end
    end
end


-- nil if the category can stand in a row, else what is wrong with it.
local function category_objection(category, codes)
    if category == "default" or codes[category] or kinds[category] then
        return "category '" .. category .. "' has another meaning in errors.match"
    elseif say("category", category) then
        return nil
    elseif words.retry[category] or words.fault[category] then
        return "category '" .. category .. "' is a word of " .. (words.retry[category] and "retry" or "fault")
    end
    local sentence, nearest = suggest.unknown("category", category, meanings.categories)
    return nearest and sentence -- else the category is a new one
end


-- nil if the row can become a kind beside those of its list, else what is wrong with it.
local function objection(row, codes, categories)
    local code = row.code
    if code == "default" or categories[code] or state.categories[code] then
        return "code '" .. code .. "' has another meaning in errors.match"
    elseif rawget(state.public, code) ~= nil then
        return "code '" .. code .. "' has another meaning as errors." .. code
    end
    return row.category and category_objection(row.category, codes)
        or message_objection(row.message)
end


-- A kind's row: what is not given is taken from the kind of its status.
local function complete(row)
    local base, new = status.kind(row.status), { status = row.status }
    for name in pairs(columns) do new[name] = row[name] or base[name] end
    new.service = row.service or "other"
    new.description = row.description or row.message
    return new
end


-- The column in which a row differs from the kind that has its code; nil if it is the same again.
local function difference(row, known)
    for _, list in ipairs { required, optional } do
        for _, name in ipairs(list) do
            if row[name] ~= known[name] then return name end
        end
    end
end


-- The rows of a list, read; or nil, the place of the one that is wrong, and what is wrong with it.
local function read_all(rows, count)
    local list, codes, categories = {}, {}, {}
    for index = 1, count do
        local row, wrong = read(rows[index])
        if not row then return nil, index, wrong end
        if codes[row.code] then return nil, index, "code '" .. row.code .. "' appears twice" end
        list[index] = row
        codes[row.code] = true
        if row.category then categories[row.category] = true end
    end
    for index, row in ipairs(list) do
        local wrong = objection(row, codes, categories)
        if wrong then return nil, index, wrong end
        list[index] = complete(row)
        local known = kinds[row.code]
        local column = known and difference(list[index], known)
        if column then
            return nil, index, "code '" .. row.code .. "' exists already, with another " .. column
        end
    end
    return list
end


-- How many rows there are, holes not counted; and a key that is no row's, if there is one.
local function count_rows(rows)
    local count = 0
    for key in next, rows do
        if type(key) ~= "number" or key < 1 or key % 1 ~= 0 then return count, key end
        count = count + 1
    end
    return count
end


--- Adds rows to the catalogue: all of them or, if one is wrong, none. A row that is there already,
--- the same in each column, changes nothing. Raises a sentence that names the wrong row.
---
---     errors.extend {
---         { code = "NoSuchKey", status = 404, category = "not_found", service = "bos",
---           message = "The resource you requested does not exist" },
---     }
---
--- `code`, `status` (400 to 599) and `message` are required. A code must not be a public name of this
--- library, such as "parse". A message may have parameters, with text between them: "No key {name}"; they
--- must not be called requestId, message, status or cause. A category may be new, but must not look like a
--- misspelt known one. reason, fault, category, retry, canonical and remedy default to what errors of the
--- status have, service to "other", description to the message.
---@param rows table[]
function extend.extend(rows)
    misuse.expect(1, "extend", rows, "table")
    local count, odd = count_rows(rows)
    if odd ~= nil then
        misuse.argument(1, "extend", "list of rows expected, got field '" .. text.describe(odd) .. "'")
    end
    local list, index, wrong = read_all(rows, count)
    if not list then misuse.argument(1, "extend", "row " .. index .. ": " .. wrong) end
    local new = {}
    for _, row in ipairs(list) do
        if not kinds[row.code] then new[#new + 1] = row end
    end
    kind.add(new)
end


return extend
