-- Puts what the benchmarks printed into a document, and what nginx took into a table for gnuplot. Run by
-- `make bench-picture`:
--
--     lua bench/page.lua RESULTS DOCUMENT TABLE
--
-- RESULTS is a directory. Of its file "c.txt" becomes the block that follows the line "<!-- c -->" in the
-- document.

local results, document, nginx = arg[1], arg[2], arg[3]

local function read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read "*a"
    file:close()
    return text
end

local function write(path, text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
end

local function result(name)
    return read(results .. "/" .. name .. ".txt")
end

local nanoseconds = { ns = 1, us = 1e3, ms = 1e6 }

-- A way's name, and the processor time of its requests in nanoseconds.
local function nginx_table()
    local lines = { "# nginx" }
    for line in result("nginx"):gmatch "[^\n]+" do
        local name, time, unit = line:match "^(.-)%s%s+%d+ %(%d+%-%d+%)%s+([%d.]+) (%ls)%s"
        if name then lines[#lines + 1] = ("%s\t%.0f"):format(name, tonumber(time) * nanoseconds[unit]) end
    end
    assert(#lines > 1, "nginx.txt has no row")
    return table.concat(lines, "\n") .. "\n"
end

local text, count = read(document):gsub("(<!%-%- (%l[%w.]*) %-%->\n\n```\n).-```\n", function(lead, name)
    return lead .. result(name):gsub("\n+$", "") .. "\n```\n" -- the block may have been empty
end)
assert(count > 0, "the document has no place for a result")
write(document, text)
write(nginx, nginx_table())
