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

-- The files of the library's modules that are loaded.
local function paths()
    local list = {}
    for name in pairs(package.loaded) do
        local path = "lua/" .. name:gsub("%.", "/") .. ".lua"
        local file = name:find("^cfs%.errors") and io.open(path)
        if file then
            file:close()
            list[#list + 1] = path
        end
    end
    table.sort(list)
    return list
end

-- Where a text ends at a mark that is not within brackets; its end if there is none.
local function find_outside(text, mark)
    local depth = 0
    for index = 1, #text do
        local character = text:sub(index, index)
        if character:find("[%(%{<]") then depth = depth + 1 end
        if character:find("[%)%}>]") then depth = depth - 1 end
        -- the type of a function goes on behind its colon: "fun(): string"
        if character == mark and depth == 0 and text:sub(index - 1, index - 1) ~= ":" then
            return index - 1
        end
    end
    return #text
end

-- The type at the beginning of a text.
local function first_type(text)
    return text:sub(1, find_outside(text, " "))
end

-- A list of types, some behind a name and a colon, parted by commas.
local function read_list(text)
    local list = {}
    while text ~= "" do
        local stop = find_outside(text, ",")
        local entry = text:sub(1, stop)
        local name, of = entry:match("^([%w_.]+): (.*)")
        list[#list + 1] = { name = name, type = of or entry }
        text = text:sub(stop + 3)
    end
    return list
end

-- The comment of the lines that end above this one; nil if there is none.
local function read_block(lines, last)
    local first = last
    while lines[first - 1] and lines[first - 1]:find("^%-%-%-") do first = first - 1 end
    if first == last then return nil end
    local comment, of = { text = {}, params = {}, returns = {} }, nil
    for index = first, last - 1 do
        local tag, rest = lines[index]:match("^%-%-%-@(%a+) (.*)")
        if tag == "param" then
            local name, after = rest:match("^(%S+) (.*)")
            table.insert(comment.params, { name = name, type = first_type(after) })
        elseif tag == "return" then
            table.insert(comment.returns, { type = first_type(rest) })
        elseif tag == "type" then
            of = rest
        elseif not tag then
            table.insert(comment.text, lines[index]:match("^%-%-%- ?(.*)"))
        end
    end
    if of then -- a function that is not written out in Lua
        local params, returns = of:match("^fun(%b()):? ?(.*)")
        comment.params, comment.returns = read_list(params:sub(2, -2)), read_list(returns)
    end
    return comment
end

-- The comment at the place where a function that is not written out is given its name.
local function find_assignment(name)
    for _, path in ipairs(paths()) do
        for index, line in ipairs(lines_of(path)) do
            local comment = line:find("^[%w_]+%." .. name .. " = ") and read_block(lines_of(path), index)
            if comment then return comment end
        end
    end
end

--- The comment of a function that this project has loaded.
---@param f function
---@param name string as which it is known
---@return table? comment its `text` as lines, its `params` and `returns` with names and types, and, where
---the function is written out in Lua, `parameters`, its own names of them
function comments.of(f, name)
    local info = debug.getinfo(f, "S")
    local lines = info.what == "Lua" and lines_of(info.source:match("^@(.*)")) or {}
    local list = (lines[info.linedefined] or ""):match("^function [%w_.]+%((.*)%)")
    if not list then return find_assignment(name) end
    local comment = read_block(lines, info.linedefined)
    comment.parameters = {}
    for parameter in list:gmatch("[%w_.]+") do table.insert(comment.parameters, parameter) end
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
