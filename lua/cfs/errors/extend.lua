--- Adding the errors of another service, or of the gateway itself, to the catalogue.

local kind = require "cfs.errors.kind"
local object = require "cfs.errors.object"
local state = require "cfs.errors.state"
local status = require "cfs.errors.status"
local suggest = require "cfs.errors.suggest"
local template = require "cfs.errors.template"

local kinds = state.kinds

local extend = {}

-- Columns that must be there, and those that default to what their status has.
local required = { code = true, message = true, status = true }
local optional = {
    reason = true, description = true, service = true, fault = true, category = true,
    retry = true, canonical = true, remedy = true,
}
local columns = {}
for name in pairs(required) do columns[name] = true end
for name in pairs(optional) do columns[name] = true end

-- The words that have a meaning to the library.
local words = { fault = { client = true, server = true }, retry = {} }
for _, row in ipairs(state.order) do words.retry[row.retry] = true end


-- What the rows use as codes and what they use as categories: word → true.
local function words_of(rows)
    local codes, categories = {}, {}
    for _, row in ipairs(rows) do
        if type(row) == "table" then
            if type(row.code) == "string" then codes[row.code] = true end
            if type(row.category) == "string" then categories[row.category] = true end
        end
    end
    return codes, categories
end


-- nil if errors can be made with the message, and its values be read back, else what is wrong with it.
local function message_objection(message)
    local parts = template.compile(message) or {}
    for index = 2, #parts, 2 do
        local name = parts[index].name
        if object.field_types[name] ~= nil then
            return "parameter '" .. name .. "' has another meaning in an error's fields"
        elseif parts[index + 1] == "" and index + 1 < #parts then
            return "parameters '" .. name .. "' and '" .. parts[index + 2].name
                .. "' have no text between them, so they could not be told apart"
        end
    end
end


-- nil if the row can become a kind beside those of its list, else what is wrong with it.
local function objection(row, codes, categories)
    if type(row) ~= "table" then return "table expected, got " .. type(row) end
    for name, value in pairs(row) do
        if not columns[name] then return suggest.unknown("column", tostring(name), columns) end
        if name ~= "status" and (type(value) ~= "string" or value == "") then
            return "column '" .. name .. "' must be a non-empty string"
        elseif words[name] and not words[name][value] then
            return suggest.unknown(name, value, words[name])
        end
    end
    for name in pairs(required) do
        if row[name] == nil then return "column '" .. name .. "' is missing" end
    end
    local number = status.normalize(row.status)
    if not number or number < 400 or number > 599 then return "status must be from 400 to 599" end
    if row.category and not row.category:find("^[%l_]+$") then
        return "a category has lower-case letters and '_' only"
    elseif row.code == "default" or categories[row.code]
        or state.targets[row.code] and not kinds[row.code] then
        return "code '" .. row.code .. "' has another meaning in errors.match"
    elseif row.category
        and (row.category == "default" or codes[row.category] or kinds[row.category]) then
        return "category '" .. row.category .. "' has another meaning in errors.match"
    elseif kinds[row.code] then
        return "code '" .. row.code .. "' exists already"
    elseif rawget(state.public, row.code) ~= nil then
        return "code '" .. row.code .. "' has another meaning as errors." .. row.code
    end
    return message_objection(row.message)
end


-- How many rows there are, holes not counted; and a key that is no row's, if there is one.
local function count_rows(rows)
    local count = 0
    for key in pairs(rows) do
        if type(key) ~= "number" or key < 1 or key % 1 ~= 0 then return count, key end
        count = count + 1
    end
    return count
end


-- A kind's row: what is not given is taken from the kind of its status.
local function complete(row)
    local number = status.normalize(row.status)
    local base, new = status.kind(number), { status = number }
    for name in pairs(columns) do
        if name ~= "status" then new[name] = row[name] or base[name] end
    end
    new.service = row.service or "other"
    new.description = row.description or row.message
    return new
end


--- Adds rows to the catalogue: all of them, or, if one is wrong, none.
---
---     errors.extend {
---         { code = "NoSuchKey", status = 404, category = "not_found", service = "bos",
---           message = "The resource you requested does not exist" },
---     }
---
--- `code`, `status` (400 to 599) and `message` must be there. No code is a public name of this
--- library, such as "parse". A message may have parameters, with text between them: "No key {name}";
--- none is called requestId, message, status or cause. reason, fault, category, retry, canonical and
--- remedy default to what errors of the status have, service to "other".
---@param rows table[]
function extend.extend(rows)
    if type(rows) ~= "table" then
        error("bad argument #1 to 'extend' (table expected, got " .. type(rows) .. ")", 2)
    end
    local count, odd = count_rows(rows)
    if odd ~= nil then
        error("bad argument #1 to 'extend' (list of rows expected, got field '" .. tostring(odd) .. "')", 2)
    end
    local codes, categories = words_of(rows)
    local here = {}
    for index = 1, count do
        local row = rows[index]
        local wrong = objection(row, codes, categories)
        if not wrong and here[row.code] then wrong = "code '" .. row.code .. "' appears twice" end
        if wrong then error("bad argument #1 to 'extend' (row " .. index .. ": " .. wrong .. ")", 2) end
        here[row.code] = true
    end
    for _, row in ipairs(rows) do kind.add(complete(row)) end
end


return extend
