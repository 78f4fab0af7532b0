--- Reads the tables of error codes in a saved page of the vendor: HTML, or text whose cells are parted by
--- bars, tabs or several spaces. A table counts if its heading has a code and a status.

local parse = require("cfs.errors.wire.envelope").parse

local find, format, gmatch, gsub = string.find, string.format, string.gmatch, string.gsub
local lower, match = require("cfs.errors.base.text").lower, string.match

local page = {}

local entities = {
    amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", nbsp = " ", hellip = "…", ndash = "–",
    mdash = "—", ldquo = "“", rdquo = "”", lsquo = "‘", rsquo = "’",
}

-- Columns, and what is in their headings, spaces and letter case aside. The first that fits decides.
-- "Error description" is the message, unless another heading says so.
local headings = {
    { "status", "statu?s", "statescode", "状态", "^http", "^response", "响应码" },
    { "either", "errordesc", "错误描述" },
    { "message", "message", "msg", "消息", "信息", "提示" },
    { "remedy", "solution", "action", "suggest", "解决", "处理", "建议" },
    { "description", "descri", "semantic", "meaning", "expla", "cause", "reason", "remark", "描述", "说明",
        "语义", "含义", "解释", "原因", "备注" },
    { "code", "code", "码", "^error$", "^errorname", "^errortype", "^exception", "^错误", "^异常" },
}

local function decode_entity(name)
    local code = find(name, "^#") and tonumber((gsub(name, "^#[xX]?", "")), find(name, "^#[xX]") and 16 or 10)
    if code and code > 0 and code <= 0xFFFF then return parse(format('{"code":"\\u%04x"}', code)).code end
    return entities[name]
end

-- A cell's words, parted by single spaces. No-break and ideographic spaces are spaces; marks of no width go.
local function words_of(cell)
    cell = gsub(gsub(cell, "<[bB][rR] ?/?>", " "), "&(#?%w+);", decode_entity)
    cell = gsub(gsub(cell, "\194\160", " "), "\227\128\128", " ")
    cell = gsub(gsub(cell, "\226\128\139", ""), "\239\187\191", "")
    return match(gsub(cell, "[%s%c]+", " "), "^ ?(.-) ?$")
end

-- What stands for a tag: a byte for the end of a table, a row, the beginning and the end of a cell.
local marks = { table = "\1\2", tr = "\2", br = " ", p = " ", div = " ", li = " " }

local function mark_tag(slash, name, attributes)
    name = lower(name)
    if name == "td" or name == "th" then return slash == "" and "\3" .. lower(attributes) .. "\4" or "\5" end
    return marks[name] or ""
end

-- The rows of HTML, each a list of cells. A cell that reaches into the rows below is in each of them.
local function rows_of_html(html)
    html = gsub(html, "[%s%c]+", " ")
    if find(html, "-->", 1, true) then html = gsub(html, "<!%-%-.-%-%->", "") end
    local rows, held = {}, {}
    for row in gmatch(gsub(html, "<(/?)(%w+)([^>]*)>", mark_tag), "[^\2]+") do
        local cells, is_last = {}, find(row, "\1")
        row = gsub(row, "\3.*", "%0\3\4") -- one cell more, so that cells from above come behind the last, too
        for attributes, cell in gmatch(row, "\3([^\3\4]*)\4([^\1\3\5]*)") do
            local above = held[#cells + 1]
            while above and above.depth > 0 do
                above.depth, cells[#cells + 1] = above.depth - 1, above.words
                above = held[#cells + 1]
            end
            cell = words_of(cell)
            local depth = tonumber(match(attributes, "rowspan=[\"']?(%d+)")) or 1
            local width = #cells > 0 and tonumber(match(attributes, "colspan=[\"']?(%d)")) or 1
            for _ = 1, width do -- a wide cell that begins a row parts sections: it counts as one
                cells[#cells + 1] = cell
                held[#cells] = { words = cell, depth = depth - 1 }
            end
        end
        cells[#cells] = nil
        if is_last then held = {} end
        if #cells > 1 or is_last then rows[#rows + 1] = cells end
    end
    return rows
end

-- The rows of text; the rule below a heading is none, nor is one that is drawn.
local function rows_of_text(text)
    local rows = {}
    text = gsub(gsub(gsub(text, "\2", " "), "│", "|"), "\226[\148\149][\128-\191]", "")
    for gap, line in gmatch(gsub(text, "\\|", "\1"), "([\r\n]*)([^\r\n]+)") do
        local mark = find(line, "^%s*|") and "|" or match(line, "\t") or match(line, "|")
        if mark == "|" then
            line = gsub(gsub(line, "^%s*|", ""), "|%s*$", "")
        elseif not mark then
            line = gsub(match(line, "^%s*(.-)%s*$"), "   *", "\t")
        end
        local cells = { is_text = mark ~= "|" and not find(line, "\t"), is_first = find(gap, "\n.*\n") }
        for cell in gmatch(gsub(line, mark or "\t", "\2") .. "\2", "([^\2]*)\2") do
            cells[#cells + 1] = words_of((gsub(cell, "\1", "|")))
        end
        if find(line, "[^%s|:+-]") then rows[#rows + 1] = cells end
    end
    return rows
end

-- Column → its place, if the row is the heading of a table of errors.
local function columns_of(cells)
    local columns = { count = #cells }
    for place, cell in ipairs(cells) do
        local heading, found = gsub(lower(cell), "[%s*`]", ""), nil
        for _, row in ipairs(#cell <= 60 and headings or {}) do
            for index = 2, #row do found = found or find(heading, row[index]) and row[1] end
        end
        if found then columns[found] = columns[found] or place end
    end
    local other = columns.message and "description" or "message"
    columns[other] = columns[other] or columns.either
    return columns.code and columns.status and columns
end

-- A row of a table; `above` is the code of the row above it. What is behind the last column belongs to that.
local function row_of(cells, columns, above)
    local function cell_of(column)
        local cell = columns[column] and cells[columns[column]] or ""
        return cell ~= "-" and cell or ""
    end
    cells[columns.count] = table.concat(cells, " | ", columns.count)
    local row, status = { message = cell_of "message", remedy = cell_of "remedy" }, cell_of "status"
    row.description = cell_of "description"
    if not find(status, "%d") and find(row.message, "^%d%d%d%f[^%w][%a ]*$") then -- a blank cell was left out
        row.message, status = "", row.message
    end
    local number, reason = match(status, "%f[%d](%d%d%d)%f[%D] ?(.*)$")
    row.status, row.reason = tonumber(number), reason -- the reason is for tools/drift
    row.is_odd = reason and find(reason, "%f[%d]%d%d%d%f[%D]") -- there are several
    row.name = gsub(gsub(cell_of "code", "%[([^%]]*)%]%([^)]*%)", "%1"), "[`*]", "")
    if row.name == "" and number then row.name = above or "" end
    row.code = match(row.name, "^%w[%w_. -]*$") or match(row.name, "^(%a[%w_.]*) ?[(（]")
    return row.name ~= "" and row or nil
end

--- The rows of the page's tables of errors: name; code, status and reason as far as there are such; message,
--- description, remedy.
function page.read(source)
    source = gsub(source, "^\239\187\191", "")
    local rows = find(source, "<[tT][rRdDhH]%f[%W]") and rows_of_html(source) or rows_of_text(source)
    local list, columns, first, broken, last = {}, nil, nil, nil, nil
    for _, cells in ipairs(rows) do
        local heading = columns_of(cells)
        if broken and #cells > 0 and not heading and #broken + #cells - 1 <= columns.count then
            broken[#broken] = words_of(broken[#broken] .. " " .. cells[1]) -- a cell over several lines
            for index = 2, #cells do broken[#broken + 1] = cells[index] end
            cells = broken
        end
        broken = nil
        if heading then
            columns, first = heading, #list
        elseif #cells == 0 or cells.is_text then -- the end of the table, unless that is a heading alone
            columns = first == #list and columns or nil
        elseif columns and #cells > 1 and #cells < math.max(columns.status, columns.code) then
            broken = not cells.is_first and cells
        elseif columns and #cells > 1 then
            local row = row_of(cells, columns, list[#list] and list[#list].name)
            if row then
                list[#list + 1], last = row, cells
            elseif #list > first then -- the second line of each cell
                for index, cell in ipairs(cells) do
                    last[index] = words_of((last[index] or "") .. " " .. cell)
                end
                list[#list] = row_of(last, columns, list[#list].name)
            end
        end
    end
    return list
end

return page
