--- Writes rows for errors.service from a saved page of the vendor: what `cfs-errors import` does.

local core = require "cfs.errors.core"
local extend = require "cfs.errors.catalogue.extend"
local page = require "cfs.errors.import.page"
local state = require "cfs.errors.base.state"
local statuses = require "cfs.errors.catalogue.status"

local format, gsub = string.format, string.gsub

local import = {}


-- The vendor's ways to write a placeholder, as errors.service reads one.
local function template_of(message)
    return (gsub(gsub(gsub(message, "{%s*}", "{detail}"), "%f[%w]XXX%f[%W]", "{detail}"),
        "'parameterName'", "'{parameterName}'"))
end


-- A row as errors.service takes it, and what a person must judge.
local function judge(row)
    local kind, marks = statuses.kind(row.status), {}
    local function mark(words) marks[#marks + 1] = words end
    local new = { code = row.code, status = row.status, message = template_of(row.message), remedy = row.remedy }
    if row.message == "" then
        new.message = row.description ~= "" and row.description or row.code
        mark "the page has no message"
    end
    new.description = row.description ~= new.message and row.description or ""
    if extend.problem(new) then new.message = gsub(new.message, "[{}]", "") end
    new.category, new.retry = kind.category, kind.retry
    if kind.category == "unknown" then mark "the status alone tells neither category nor retry" end
    local global = state.kinds[row.code]
    if global and global.service == "global" then mark("the global code has status " .. global.status) end
    return new, table.concat(marks, "; ")
end


local function write(row, marks)
    local parts = {}
    for _, name in ipairs { "code", "status", "message", "description", "remedy", "category", "retry" } do
        local value = row[name]
        if value ~= "" then
            parts[#parts + 1] = name .. " = " .. (name == "status" and value or format("%q", value))
        end
    end
    return "    { " .. table.concat(parts, ",\n      ") .. " }," .. (marks ~= "" and " -- judge: " .. marks or "")
end


--- Writes a module that returns rows.
---@param source string the page
---@param service string
---@return string? text nil if the page has no table of errors
---@return string[] notes what was left out, a sentence each; or why there is nothing
function import.import(source, service)
    if core.repair(source) ~= source then return nil, { "the page is not in UTF-8" } end
    local lines, notes, seen = {}, {}, {}
    for _, row in ipairs(page.read(source)) do
        local global = state.kinds[row.code]
        local left_out = not row.status and "has no status"
            or (row.status < 400 or row.status > 599) and "has status " .. row.status .. ", which is no error's"
            or seen[row.code] and "stands there twice; the other message: " .. row.message
        if left_out then
            notes[#notes + 1] = row.code .. " " .. left_out
            lines[#lines + 1] = "    -- " .. notes[#notes]
        elseif global and global.service == "global" and global.status == row.status then
            lines[#lines + 1] = "    -- " .. row.code .. " is global: all services share it"
        else
            lines[#lines + 1] = write(judge(row))
        end
        seen[row.code] = true
    end
    if not next(seen) then
        return nil, { "no table of error codes: its heading must name a code and a status, and its cells"
            .. " must be parted by tags, bars, tabs or several spaces" }
    end
    return "-- Rows for errors.service(" .. format("%q", service) .. ", ...), written by `cfs-errors import`."
        .. "\n-- Category and retry are judged by the status alone: read each row, those marked `judge` first."
        .. "\nreturn {\n" .. table.concat(lines, "\n") .. "\n}", notes
end


return import
