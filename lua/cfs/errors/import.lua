--- Writes rows for errors.service from a saved page of the vendor: what `cfs-errors import` does.

local catalogue = require "cfs.errors.catalogue.kind"
local core = require "cfs.errors.core"
local extend = require "cfs.errors.catalogue.extend"
local page = require "cfs.errors.import.page"
local statuses = require "cfs.errors.catalogue.status"

local concat, format, gmatch, gsub = table.concat, string.format, string.gmatch, string.gsub

local import = {}

local head = [[
-- Rows for errors.service(%q, ...), written by `cfs-errors import`. Category and retry are
-- judged by the status alone: read each row, those marked `judge` first.
return {
%s
}]]

-- Names that a service has for other things: see cfs.service.
local names = {}
for name in gmatch("name parse from_response check new raise each search", "%S+") do names[name] = name end

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

-- A row as errors.service takes it, with a mark of what a person must judge; or why it cannot be one.
local function write(row)
    local kind, message = statuses.kind(row.status), row.message ~= "" and row.message or row.description
    local new = {
        code = row.code, status = row.status, category = kind.category, retry = kind.retry,
        message = message ~= "" and template_of(message) or row.code,
        description = message ~= row.description and row.description ~= "" and row.description or nil,
        remedy = row.remedy ~= "" and row.remedy or nil,
    }
    if extend.problem(new, names) then new.message = gsub(new.message, "[{}]", "") end
    local problem = extend.problem(new, names)
    if problem then return "    -- " .. new.code .. ": " .. problem end

    local parts, marks = {}, {}
    for _, name in ipairs(columns) do
        local form = name .. (name == "status" and " = %d" or " = %q")
        if new[name] then parts[#parts + 1] = format(form, new[name]) end
    end
    local function mark(is_so, words) marks[#marks + 1] = is_so and words or nil end
    mark(row.message == "", "the page has no message")
    mark(kind.category == "unknown", "the status tells neither category nor retry")
    mark(row.is_odd, "the page has several statuses")
    mark(catalogue.shared(row.code), "the global code has another status")
    return "    { " .. concat(parts, ",\n      ") .. " },"
        .. (#marks > 0 and " -- judge: " .. concat(marks, "; ") or "")
end

--- Writes a module that returns the rows of a page, and a list of sentences that say what was left out; or
--- nil, and a list of one that says why there is nothing.
function import.import(source, service)
    if core.repair(source) ~= source then return nil, { "the page is not in UTF-8" } end
    local lines, notes, known = {}, {}, {}
    for _, row in ipairs(page.read(source)) do
        local global, status = catalogue.shared(row.code), row.status
        local left_out = not row.code and "is no code" or not status and "has no status"
            or (status < 400 or status > 599) and "has status " .. status .. ", which is no error's"
            or known[row.code] and "stands there again, with status " .. status .. ": " .. row.message
        if left_out then
            notes[#notes + 1] = row.name .. " " .. left_out
            lines[#lines + 1] = "    -- " .. notes[#notes]
        elseif global and global.status == status then
            lines[#lines + 1] = "    -- " .. row.code .. " is global: all services share it"
        else
            lines[#lines + 1] = write(row)
        end
        if row.code then known[row.code] = known[row.code] or status end
    end
    if #lines > 0 then return format(head, service, concat(lines, "\n")), notes end
    return nil, { "no table of error codes: its heading must name a code and a status, and its cells must be"
        .. " parted by tags, bars, tabs or several spaces" }
end

return import
