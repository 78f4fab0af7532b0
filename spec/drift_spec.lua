-- Runs once: the tool runs on Lua 5.4.

local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local files = require "spec.helpers.files"

local interpreter = command.interpreter

-- The vendor's rows, as a table that a test may change.
local function new_rows()
    local rows = {}
    for kind in errors.each() do
        if kind.service == "global" or kind.service == "cfs" then
            rows[#rows + 1] = { kind.code, kind.message, kind.status .. " " .. kind.reason,
                kind.description }
            rows[kind.code] = rows[#rows]
        end
    end
    return rows
end

local function to_bars(rows)
    local lines = { "Error code", "Updated at:2026-01-02", "| Parameter name | Types | Description |",
        "|---|---|---|", "| code | String | Error code |", "",
        "| Code | Message | HTTP Status Code | Description |", "|---|---|---|---|" }
    for _, row in ipairs(rows) do lines[#lines + 1] = "| " .. table.concat(row, " | ") .. " |" end
    return table.concat(lines, "\n") .. "\n"
end

local function to_tabs(rows)
    local lines = { "Error code", "code\tString\tError code",
        "Error code\tError description\tHTTP status code\tSemantics" }
    for _, row in ipairs(rows) do lines[#lines + 1] = table.concat(row, "\t") .. " " end
    return table.concat(lines, "\r\n")
end

local function to_html(rows)
    local lines = { "<!DOCTYPE html>\n<html><head><title>Error | CFS</title></head><body>",
        "<table><thead>\n<tr>\n<th>Code</th>\n<th>Message</th>\n<th>Status</th>\n<th>Semantics</th>",
        "</tr></thead><!-- <tr><td>Hidden</td><td>m</td><td>400 Bad</td><td>d</td></tr> --><tbody>" }
    local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", ["'"] = "&#39;", ['"'] = "&quot;",
        ["\226\128\156"] = "&ldquo;", ["\226\128\153"] = "&#x2019;" }
    for _, row in ipairs(rows) do
        local cells = {}
        for index, cell in ipairs(row) do
            cell = cell:gsub("[&<'\"]", escapes):gsub("\226\128[\156\153]", escapes)
            cells[index] = "<td style=\"text-align:left\">\n  <span>" .. cell:gsub(" ", "\n&nbsp;", 1)
                .. "</span></td>"
        end
        lines[#lines + 1] = "<tr class=\"row\">\n" .. table.concat(cells, "\n") .. "</tr>"
    end
    return table.concat(lines, "\n") .. "</tbody></table></body></html>"
end

local size = #new_rows()
local forms = { bars = to_bars, tabs = to_tabs, HTML = to_html }

-- What becomes of the page, by how many codes it has more then, and what is printed before the last line.
local changes = {
    { "nothing", function() end, 0 },
    { "an added code", function(rows)
        table.insert(rows, 20, { "ShareMoved", "The share is locked.", "423 Locked", "Wait" })
    end, 1, "added    ShareMoved: 423 Locked, The share is locked." },
    { "an added code of a service without a reason phrase", function(rows)
        rows[#rows + 1] = { "ShareMoved", "The share is locked.", "423", "" }
    end, 1, "added    ShareMoved: 423 , The share is locked." },
    { "a code that is gone", function(rows) table.remove(rows, 21) end, -1, "gone     CreateOrderFail" },
    { "a renamed code", function(rows) rows.RateLimit[1] = "RateLimited" end, 0, "gone     RateLimit",
      "added    RateLimited: 421 Misdirected Request, There are too many connections. The host is {host}" },
    { "another status", function(rows) rows.RateLimit[3] = "429 Too Many Requests" end, 0,
      "changed  RateLimit: status", "    - 421", "    + 429",
      "changed  RateLimit: reason", "    - Misdirected Request", "    + Too Many Requests" },
    { "another message", function(rows) rows.InstanceNotFound[2] = "No instance." end, 0,
      "changed  InstanceNotFound: message", "    - The specified CFS instance does not exist.",
      "    + No instance." },
    { "another description", function(rows) rows.InvalidVpcId[4] = "Wrong <VPC> & \"ID\"" end, 0,
      "changed  InvalidVpcId: description", "    - Incorrect VPC ID", "    + Wrong <VPC> & \"ID\"" },
    { "a status that is missing", function(rows) rows.RateLimit[3] = "-" end, 0,
      "changed  RateLimit: status", "    - 421", "    + nothing",
      "changed  RateLimit: reason", "    - Misdirected Request", "    + nothing" },
    { "a code that stands there twice", function(rows) rows[#rows + 1] = rows.RateLimit end, 0,
      "twice    RateLimit" },
    { "slips: a space that is missing, some too many, a cell's mark-up", function(rows)
        rows.InternalError[3] = "500Internal Server Error"
        rows.CreateOrderFail[3] = "500  Internal\194\160Server Error "
        rows.RateLimit[1] = "`RateLimit`"
        rows.EOFException[1] = "EOF Exception"
    end, 0 },
}

describe("make drift", function()
    local path
    before_each(function() path = os.tmpname() end)
    after_each(function() os.remove(path) end)

    local function drift(page)
        files.write(path, page)
        local output = command.must(interpreter .. " tools/drift.lua " .. path .. "; echo \"exit $?\"")
        local text, status = output:match("^(.*)exit (%d)\n$")
        return text, tonumber(status)
    end

    for name, form in pairs(forms) do
        for _, case in ipairs(changes) do
            it("reads " .. name .. " and tells " .. case[1], function()
                local rows, lines, count = new_rows(), {}, 0
                case[2](rows)
                for index = 4, #case do
                    lines[#lines + 1] = case[index]
                    if not case[index]:find("^ ") then count = count + 1 end
                end
                lines[#lines + 1] = ("%d codes on the page, %d in the catalogue, %d differences\n")
                    :format(size + case[3], size, count)
                local text, status = drift(form(rows))
                assert.equal(table.concat(lines, "\n"), text)
                assert.equal(count == 0 and 0 or 1, status)
            end)
        end
    end

    it("refuses what is no such page", function()
        for _, page in ipairs { "", "<html><table><tr><td>a</td></tr></table></html>",
            "| code | String | Error code |\n" } do
            local text, status = drift(page)
            assert.equal("drift: no table of error codes in " .. path .. "\n", text)
            assert.equal(2, status)
        end
        assert.is_false((command.run(interpreter .. " tools/drift.lua /nowhere/page.txt")))
        assert.is_false((command.run(interpreter .. " tools/drift.lua")))
    end)

    it("fails as the tool does", function()
        files.write(path, to_bars(new_rows()))
        assert.matches("0 differences", command.must("make -s drift PAGE=" .. path), 1, true)
        assert.is_false((command.run("make -s drift PAGE=/nowhere/page.txt")))
    end)
end)
