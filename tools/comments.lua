-- The comment above a function of the library: what it says, and its LuaCATS annotations.

local comments = {}

local sources = {}


local function lines_of(path)
    if not sources[path] then
        local lines = {}
        for line in io.lines(path) do lines[#lines + 1] = line end
        sources[path] = lines
    end
    return sources[path]
end


-- The type at the beginning of a text, and what follows it: it ends at a space outside of brackets,
-- unless that is behind a colon, as in "fun(): string".
local function split_type(text)
    local depth = 0
    for index = 1, #text do
        local character = text:sub(index, index)
        if character:find("[%(%{<]") then depth = depth + 1 end
        if character:find("[%)%}>]") then depth = depth - 1 end
        if character == " " and depth == 0 and text:sub(index - 1, index - 1) ~= ":" then
            return text:sub(1, index - 1), text:sub(index + 1)
        end
    end
    return text, ""
end


-- The comment of the lines that end above this one.
local function read_block(lines, last)
    local first = last
    while lines[first - 1] and lines[first - 1]:find("^%-%-%-") do first = first - 1 end
    local block = { text = {}, params = {}, returns = {}, is_there = first < last }
    for index = first, last - 1 do
        local tag, rest = lines[index]:match("^%-%-%-@(%a+) (.*)")
        if tag == "param" then
            local name, after = rest:match("^(%S+) (.*)")
            block.params[#block.params + 1] = { name = name, type = (split_type(after)) }
        elseif tag == "return" then
            block.returns[#block.returns + 1] = { type = (split_type(rest)) }
        elseif not tag and #block.params + #block.returns == 0 then
            block.text[#block.text + 1] = lines[index]:match("^%-%-%- ?(.*)")
        end
    end
    return block
end


-- Where a method that is made by another function is given its name.
local function find_assignment(path, name)
    for index, line in ipairs(lines_of(path)) do
        if line:find("^[%w_.]*methods%." .. name .. " = ") then return index end
    end
end


--- The comment of a function that was loaded from a file of this project.
---@param f function
---@param name string as which it is known, should another function make it
---@return table comment its `text` as lines, its `params` and `returns` with names and types, and, where
---the function is written out, `parameters`, its own names of them
function comments.of(f, name)
    local info = debug.getinfo(f, "S")
    local path = info.source:match("^@(.*)")
    local lines = lines_of(path)
    local list = lines[info.linedefined]:match("^function [%w_.]+%((.*)%)")
    local comment = read_block(lines, list and info.linedefined or find_assignment(path, name))
    if list then
        comment.parameters = {}
        for parameter in list:gmatch("[%w_.]+") do table.insert(comment.parameters, parameter) end
    end
    return comment
end


--- The first paragraph of a comment as one line.
function comments.summary(comment)
    local words = {}
    for _, line in ipairs(comment.text) do
        if line == "" then break end
        words[#words + 1] = line
    end
    return table.concat(words, " ")
end


return comments
