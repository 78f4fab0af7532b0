-- Compares the vendor's page with the catalogue:
--
--     lua tools/drift.lua FILE
--
-- Prints a line for each code that is added, gone or changed. The exit status is 0 if there is none, 1 if
-- there is any, 2 if the file holds no such page.

local errors = require "cfs.errors"
local page = require "cfs.errors.import.page"

local columns = { "status", "reason", "message", "description" }

local function stop(message)
    io.stderr:write("drift: ", message, "\n")
    os.exit(2)
end

local function read(path)
    if not path then stop("usage: lua tools/drift.lua FILE") end
    local file, problem = io.open(path, "rb")
    if not file then stop(problem) end
    local source = file:read("*a")
    file:close()
    return source
end

-- The codes of the page: code → row. A row without a status counts if the catalogue has its code; a space
-- within a code is a slip of the page.
local function codes_of(rows, report)
    local codes, count = {}, 0
    for _, row in ipairs(rows) do
        row.code = row.code and row.code:gsub(" ", "")
        if row.code and (row.status or errors.catalogue[row.code]) then
            if codes[row.code] then
                report("twice", row.code)
            else
                codes[row.code], count = row, count + 1
            end
        end
    end
    return codes, count
end

local function compare(kind, row, report)
    for _, column in ipairs(columns) do
        local ours, theirs = tostring(kind[column]), tostring(row[column] or "nothing")
        if ours ~= theirs then
            report("changed", ("%s: %s\n    - %s\n    + %s"):format(kind.code, column, ours, theirs))
        end
    end
end

local differences = 0
local function report(what, text)
    differences = differences + 1
    print(("%-8s %s"):format(what, text))
end

local rows = page.read(read(arg[1]))
local codes, count = codes_of(rows, report)
if count == 0 then stop("no table of error codes in " .. arg[1]) end

local size = 0
for kind in errors.each() do
    size = size + 1
    local row = codes[kind.code]
    if row then compare(kind, row, report) else report("gone", kind.code) end
end
for _, row in ipairs(rows) do
    if codes[row.code] == row and not errors.catalogue[row.code] then
        report("added", ("%s: %d %s, %s"):format(row.code, row.status, row.reason, row.message))
    end
end

print(("%d codes on the page, %d in the catalogue, %d differences"):format(count, size, differences))
os.exit(differences == 0 and 0 or 1)
