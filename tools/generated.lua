-- What is written out of the loaded library: path → content. `make docs` writes the files, and a spec
-- compares them.

local comments = require "tools.comments"
local errors = require "cfs.errors"
local reference = require "tools.reference"
local state = require "cfs.errors.base.state"
local translation = require "tools.translation"

local function read(path)
    local file = assert(io.open(path))
    local text = file:read("*a")
    file:close()
    return text
end

local function add(lines, ...)
    lines[#lines + 1] = string.format(...)
end

-- A method's type: "fun(self: cfs.error, call: table?): table". Its first parameter may lack an
-- annotation.
local function method_type(comment)
    local list, results = { "self: cfs.error" }, {}
    local own = comment.parameters and comment.parameters[1]
    for index, param in ipairs(comment.params) do
        local is_self = index == 1 and (not own or own == param.name)
        if not is_self then list[#list + 1] = param.name .. ": " .. param.type end
    end
    for _, result in ipairs(comment.returns) do results[#results + 1] = result.type end
    return "fun(" .. table.concat(list, ", ") .. ")"
        .. (#results > 0 and ": " .. table.concat(results, ", ") or "")
end

local function add_methods(lines)
    local names = {}
    for name in pairs(state.methods) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
        local comment = comments.of(state.methods[name], name)
        add(lines, "---@field %s %s %s", name, method_type(comment), comments.summary(comment))
    end
end

-- LuaCATS annotations: the fields of `errors` that are kinds, and the methods of errors.
local function annotations()
    local lines = {}
    add(lines, "---@meta")
    add(lines, "-- Written by `make docs` out of the catalogue; do not edit.")
    add(lines, "")
    add(lines, "---@class cfs.errors")
    for _, service in ipairs { "global", "cfs" } do
        for _, kind in ipairs(reference.kinds_of(service)) do
            add(lines, "---@field %s cfs.kind %d %s: `%s` %s", kind.code, kind.status, kind.reason,
                kind.message, kind.remedy)
        end
    end
    add(lines, "")
    add(lines, "---@class cfs.error")
    add_methods(lines)
    return table.concat(lines, "\n") .. "\n"
end

-- What a command prints.
local function output(command)
    local pipe = assert(io.popen(command))
    local text = pipe:read("*a")
    pipe:close()
    return text
end

-- The rockspec of the repository's head: all but its list of modules is written by hand.
local function head_rockspec()
    local lines = {}
    local sources = output("ls src/*.c"):gsub("\n$", ""):gsub("[^\n]+", '"%0"'):gsub("\n", ", ")
    for path in output("cd lua && find . -name '*.lua' | LC_ALL=C sort"):gmatch("%./(%S+)%.lua") do
        add(lines, '        ["%s"] = "lua/%s.lua",', (path:gsub("/", ".")), path)
    end
    add(lines, '        ["cfs.errors.core"] = {')
    add(lines, '            sources = { %s },', sources)
    add(lines, '            incdirs = { "src" },')
    add(lines, '        },')
    local list = "    modules = {\n" .. table.concat(lines, "\n") .. "\n    },\n"
    local text = read("cfs-errors-scm-1.rockspec")
    local first, last = text:find("    modules = {\n.-\n    },\n")
    return text:sub(1, first - 1) .. list .. text:sub(last + 1)
end

-- That of the version that the library tells: the same, of another source.
local function release_rockspec()
    return (head_rockspec():gsub('version = "scm%-1"', 'version = "' .. errors._VERSION .. '-1"')
        :gsub('branch = "main"', 'tag = "v' .. errors._VERSION .. '"'))
end

-- The version is that of the core: cfs.h has it.
local function version()
    local number = read("src/cfs.h"):match('#define CFS_VERSION "([^"]+)"')
    return "--- The version of these files, which is that of the core that they need. Written by\n"
        .. "--- `make docs`.\n"
        .. 'return "' .. number .. '"\n'
end

-- What the command prints of this response, in the READMEs.
local response = "HTTP/1.1 421 Misdirected Request\r\nx-bce-request-id: 4db2b34d\r\n\r\n"
    .. '{"requestId":"4db2b34d","code":"RateLimit",'
    .. '"message":"There are too many connections. The host is nd7"}'

-- The median of each way to do something on a Lua, or in nginx, as the benchmarks wrote it.
local function medians(name)
    local times = {}
    for way, time in read("bench/" .. name .. ".tsv"):gmatch "([^\t\n]+)\t(%d+)" do
        times[way] = tonumber(time)
    end
    return times
end

-- The figures of the READMEs: what another way takes, as a multiple of ours.
local figures = {
    { "errors.parse", "lua-cjson, checks",
      en = "`errors.parse`; lua-cjson with the checks of a careful caller",
      zh = "`errors.parse`；用 lua-cjson 解析并做必要的检查" },
    { "errors.raise", "error(table)",
      en = "`errors.raise` and `pcall`; the same with a bare table",
      zh = "`errors.raise` 加 `pcall`；抛出并捕获普通表" },
    { "handler, raised", "written by hand", is_nginx = true,
      en = "an error sent by `nginx.handler`; by code written by hand",
      zh = "由 `nginx.handler` 返回错误；手写代码返回错误" },
}

local function figure_table(language)
    local plain, jit, nginx = medians "lua5.4", medians "luajit", medians "nginx"
    local lines = { language == "zh" and "| 本库的做法；另一种做法 | Lua 5.4 | LuaJIT |"
        or "| ours; the other way | Lua 5.4 | LuaJIT |", "|---|---|---|" }
    for _, row in ipairs(figures) do
        local function ratio(times) return ("%.1f"):format(times[row[2]] / times[row[1]]) end
        add(lines, "| %s | %s | %s |", row[language], row.is_nginx and "" or ratio(plain),
            ratio(row.is_nginx and nginx or jit))
    end
    return table.concat(lines, "\n")
end

-- A README, with its generated parts between comments.
local function readme(text, language)
    local parts = {
        output = "```\n" .. errors.explain(response, { language = language }) .. "\n```",
        figures = figure_table(language),
    }
    return (text:gsub("(<!%-%- (%l+) %-%->\n).-(<!%-%- end %-%->\n)", function(first, name, last)
        return first .. "\n" .. parts[name] .. "\n\n" .. last
    end))
end

local english = readme(read "README.md", "en")

local generated = {
    ["lua/cfs/errors/base/version.lua"] = version(),
    ["lua/cfs/errors/explain/version.lua"] = version(),
    ["cfs-errors-scm-1.rockspec"] = head_rockspec(),
    ["rockspecs/cfs-errors-" .. errors._VERSION .. "-1.rockspec"] = release_rockspec(),
    ["docs/errors.md"] = reference.markdown "en",
    ["docs/errors.zh-CN.md"] = reference.markdown "zh",
    ["docs/errors.html"] = reference.html(),
    ["README.md"] = english,
    ["README.zh-CN.md"] = readme(translation.with_blocks(read "README.zh-CN.md", english), "zh"),
    ["types/cfs/errors/names.lua"] = annotations(),
}

for path, content in pairs(require "tools.command") do generated[path] = content end

return generated
