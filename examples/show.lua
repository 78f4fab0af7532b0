-- Shows a Lua file as a tour: its comments, each paragraph of code, and what that printed.
--
--     lua examples/show.lua examples/tour.lua
--
-- Paragraphs are parted by empty lines and share their globals.

local path = assert(arg[1], "usage: lua examples/show.lua FILE")
local file = assert(io.open(path))
local source = file:read("*a")
file:close()

local env = setmetatable({}, { __index = _G })

-- What the code prints goes behind a bar, to tell it from the code.
function env.print(...)
    local values = {}
    for index = 1, select("#", ...) do values[index] = tostring((select(index, ...))) end
    print("  | " .. table.concat(values, "  "):gsub("\n", "\n  | "))
end

local function run(code, line)
    local name = "@" .. path
    code = ("\n"):rep(line - 1) .. code -- so that errors tell the right line
    local chunk
    if setfenv then -- Lua 5.1
        chunk = assert(loadstring(code, name))
        setfenv(chunk, env)
    else
        chunk = assert(load(code, name, "t", env))
    end
    chunk()
end

local line = 1
for paragraph, gap in source:gmatch("(.-\n)(\n+)") do
    local comments, code = {}, {}
    for text in paragraph:gmatch("([^\n]*)\n") do
        local comment = #code == 0 and text:match("^%-%- ?(.*)")
        if comment then comments[#comments + 1] = comment else code[#code + 1] = text end
    end
    if #comments > 0 then print("\n" .. table.concat(comments, "\n")) end
    if #code > 0 then
        print("\n    " .. table.concat(code, "\n    ") .. "\n")
        run(paragraph, line)
    end
    line = line + select(2, (paragraph .. gap):gsub("\n", ""))
end
