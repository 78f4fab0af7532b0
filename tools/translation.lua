--- What a translated document shares with its original: headings by their levels, and code blocks.

local translation = {}

-- The parts of a Markdown text in their order: { kind = "text" or "block", lines = }. A block is fenced, or
-- indented behind an empty line.
local function parts_of(text)
    local parts, part, fence, before = {}, nil, false, ""
    local function start(kind)
        if not part or part.kind ~= kind then
            part = { kind = kind, lines = {} }
            parts[#parts + 1] = part
        end
    end
    for line in text:gmatch("([^\n]*)\n") do
        local is_fence = line:find("^```") ~= nil
        local is_indented = not fence and line:find("^    %S") ~= nil
            and (before == "" or part and part.kind == "block")
        if is_fence and not fence then part = nil end
        start((is_fence or fence or is_indented) and "block" or "text")
        part.lines[#part.lines + 1] = line
        if is_fence then fence = not fence end
        if is_fence and not fence then part = nil end
        before = line
    end
    return parts
end

--- The code blocks of a Markdown text.
---@param text string
---@return string[]
function translation.blocks(text)
    local blocks = {}
    for _, part in ipairs(parts_of(text)) do
        if part.kind == "block" then blocks[#blocks + 1] = table.concat(part.lines, "\n") end
    end
    return blocks
end

--- The levels of its headings: { 1, 2, 2, ... }.
---@param text string
---@return integer[]
function translation.levels(text)
    local levels = {}
    for _, part in ipairs(parts_of(text)) do
        for _, line in ipairs(part.lines) do
            local marks = part.kind == "text" and line:match("^(#+) ")
            levels[#levels + 1] = marks and #marks or nil
        end
    end
    return levels
end

--- A translation, with the code blocks of its original in place of its own. Where it has more or fewer of
--- them it stays as it is: a person must put them in their places first.
---@param translated string
---@param original string
---@return string
function translation.with_blocks(translated, original)
    local blocks, lines, count = translation.blocks(original), {}, 0
    if #blocks ~= #translation.blocks(translated) then return translated end
    for _, part in ipairs(parts_of(translated)) do
        if part.kind == "block" then count = count + 1 end
        lines[#lines + 1] = part.kind == "block" and blocks[count] or table.concat(part.lines, "\n")
    end
    return table.concat(lines, "\n") .. "\n"
end

return translation
