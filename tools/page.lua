-- Reads the vendor's page of error codes: text as copied from the site, its tables' cells parted by bars
-- or tabs, or the HTML itself.

local cjson = require "cjson"

local page = {}

local entities = {
    amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", nbsp = " ",
    ldquo = "\226\128\156", rdquo = "\226\128\157", lsquo = "\226\128\152", rsquo = "\226\128\153",
}


local function decode_entity(name)
    local digits = name:match("^#(%d+)$")
    local code = digits and tonumber(digits) or tonumber(name:match("^#[xX](%x+)$") or "", 16)
    if code and code <= 0xFFFF then return cjson.decode(('["\\u%04x"]'):format(code))[1] end
    return entities[name]
end


-- HTML as text: a line for each row, its cells parted by tabs.
local function text_of_html(html)
    return (html:gsub("<!%-%-.-%-%->", "")
        :gsub("%s+", " ")
        :gsub("</?[tT][rR]%f[%W][^>]*>", "\n")
        :gsub("</[tT][aA][bB][lL][eE]>", "\n")
        :gsub("\n%s*<[tT][dDhH]%f[%W][^>]*>", "\n")
        :gsub("<[tT][dDhH]%f[%W][^>]*>", "\t")
        :gsub("<[bB][rR]%f[%W][^>]*>", " ")
        :gsub("<[^>]*>", "")
        :gsub("&(#?%w+);", decode_entity))
end


-- A cell's words, parted by single spaces: no-break and ideographic ones and marks of no width aside.
local function words_of(cell)
    cell = cell:gsub("\194\160", " "):gsub("\227\128\128", " "):gsub("\226\128\139", "")
    return (cell:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end


local function cells_of(line)
    local mark = "\t"
    if line:find("^%s*|") or not line:find("\t", 1, true) then
        mark = "|"
        line = line:gsub("\\|", "\1"):gsub("^%s*|", ""):gsub("|%s*$", "")
    end
    local cells = {}
    for cell in (line .. mark):gmatch("([^" .. mark .. "]*)" .. mark) do
        cells[#cells + 1] = words_of((cell:gsub("\1", "|")))
    end
    return cells
end


-- A row has four columns, of which the last may hold bars: code, message, status, description.
local function row_of(cells)
    local code = cells[1]:gsub("[ `*]", "")
    if #cells < 4 or not code:find("^%a[%w_.]*$") then return nil end
    local status, reason = cells[3]:match("^(%d%d%d) ?(.*)$")
    return {
        code = code,
        status = tonumber(status),
        reason = reason,
        message = cells[2],
        description = table.concat(cells, " | ", 4),
    }
end


--- The rows of the page's tables, as far as they have a word and three cells more. A space after the
--- status may be missing; headings come along, without a status.
---@param source string the page
---@return { code: string, status: integer?, reason: string?, message: string, description: string }[]
function page.read(source)
    local text = source:find("<[tT][rRdD]%f[%W]") and text_of_html(source) or source
    local rows = {}
    for line in text:gmatch("[^\r\n]+") do rows[#rows + 1] = row_of(cells_of(line)) end
    return rows
end


return page
