--- Writes rows for errors.service from a saved page of the vendor: what `cfs-errors import` does.

local catalogue = require "cfs.errors.catalogue.kind"
local core = require "cfs.errors.core"
local extend = require "cfs.errors.catalogue.extend"
local page = require "cfs.errors.import.page"
local statuses = require "cfs.errors.catalogue.status"

local concat, find, format, gsub = table.concat, string.find, string.format, string.gsub

local import = {}

local head = [[
-- Rows for errors.service(%q, ...), written by `cfs-errors import`. Category and retry are
-- judged by the status alone: read each row, those marked `judge` first.
return {
%s
}]]

-- Names that a service has for other things: see cfs.service.
local names = { name = 1, parse = 1, from_response = 1, check = 1, new = 1, raise = 1, each = 1, search = 1 }

local columns = { "code", "status", "message", "description", "remedy", "category", "retry" }


-- The vendor's ways to write a placeholder, as errors.service reads one.
local function template_of(message)
    local count = 0
    local function name()
        count = count + 1
        return "{detail" .. (count > 1 and count or "") .. "}"
    end
    message = gsub(gsub(message, "{%s*}", name), "%f[%w]XXX%f[%W]", name)
    return (gsub(message, "'parameterName'", "'{parameterName}'"))
end


-- A row as errors.service takes it, written in Lua; and behind it what a person must judge.
local function write(row)
    local kind, marks, parts = statuses.kind(row.status), {}, {}
    if row.message == "" then
        marks[1] = "the page has no message"
        row.message, row.description = row.description, ""
        if row.message == "" then row.message = row.code end
    end
    row.message = template_of(row.message)
    local problem = extend.problem(given, names)
    if problem and find(row.message, "[{}]") then
        row.message = gsub(row.message, "[{}]", "")
        problem = extend.problem(row.code, row.status, row.message, names)
    end
    if problem then return "    -- " .. row.code .. ": " .. problem end
    row.category, row.retry = kind.category, kind.retry
    if kind.category == "unknown" then marks[#marks + 1] = "the status tells neither category nor retry" end
    if row.is_odd then marks[#marks + 1] = "the page has several statuses" end
    local global = catalogue.shared(row.code)
    if global then marks[#marks + 1] = "the global code has status " .. global.status end
    for _, name in ipairs(columns) do
        if row[name] ~= "" then
            parts[#parts + 1] = name .. " = " .. format(name == "status" and "%d" or "%q", row[name])
        end
    end
    return "    { " .. concat(parts, ",\n      ") .. " }," .. (marks[1] and " -- judge: " .. concat(marks, "; ") or "")
end


--- Writes a module that returns rows.
---@param source string the page
---@param service string
---@return string? text nil if the page has no table of errors
---@return string[] notes what was left out, a sentence each; or why there is nothing
function import.import(source, service)
    if core.repair(source) ~= source then return nil, { "the page is not in UTF-8" } end
    local lines, notes, statuses_of = {}, {}, {}
    for _, row in ipairs(page.read(source)) do
        local global, status = catalogue.shared(row.code), row.status
        local left_out = not status and "has no status"
            or (status < 400 or status > 599) and "has status " .. status .. ", which is no error's"
            or statuses_of[row.code] and "stands there again, with status " .. status .. ": " .. row.message
        if left_out then
            notes[#notes + 1] = row.code .. " " .. left_out
            lines[#lines + 1] = "    -- " .. notes[#notes]
        elseif global and global.status == status then
            lines[#lines + 1] = "    -- " .. row.code .. " is global: all services share it"
        else
            lines[#lines + 1] = write(row)
        end
        statuses_of[row.code] = status or statuses_of[row.code]
    end
    if #lines == 0 then
        return nil, { "no table of error codes: its heading must name a code and a status, and its cells must"
            .. " be parted by tags, bars, tabs or several spaces" }
    end
    return format(head, service, concat(lines, "\n")), notes
end


return import
