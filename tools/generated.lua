-- What is written out of the loaded library: path → content. `make docs` writes the files, and a spec
-- compares them.

local phrases = require "cfs.errors.explain.phrases"
local comments = require "tools.comments"
local errors = require "cfs.errors"
local state = require "cfs.errors.base.state"
local translation = require "tools.translation"

local services = {
    { name = "global", title = "Global error codes" },
    { name = "cfs", title = "CFS error codes" },
}


local function read(path)
    local file = assert(io.open(path))
    local text = file:read("*a")
    file:close()
    return text
end


local function add(lines, ...)
    lines[#lines + 1] = string.format(...)
end


-- The kinds of a service of the vendor's; errors.extend may have added others.
local function kinds_of(service)
    local kinds = {}
    for kind in errors.each() do
        if kind.service == service then kinds[#kinds + 1] = kind end
    end
    return kinds
end


local function add_table(lines, service)
    add(lines, "| code | status | category | retry |")
    add(lines, "|---|---|---|---|")
    for _, kind in ipairs(kinds_of(service)) do
        add(lines, "| [%s](#%s) | %d %s | %s | %s |", kind.code, kind.code:lower(), kind.status,
            kind.reason, kind.category, kind.retry)
    end
    add(lines, "")
end


local function add_kind(lines, kind)
    add(lines, "### %s", kind.code)
    add(lines, "")
    add(lines, "`%s`", kind.message)
    add(lines, "")
    add(lines, "%s", kind.description)
    add(lines, "")
    add(lines, "- status: %d %s", kind.status, kind.reason)
    add(lines, "- fault: the %s's; category: %s; gRPC: %s", kind.fault, kind.category,
        kind.canonical)
    add(lines, "- retry: %s (%s)", kind.retry, phrases.say("retry", kind.retry, "en"))
    add(lines, "- what to do: %s", kind.remedy)
    add(lines, "")
end


-- The words of a group and what they mean, each with its codes.
local function add_words(lines, title, group, sentence)
    add(lines, "## %s", title)
    add(lines, "")
    add(lines, "%s", sentence)
    add(lines, "")
    add(lines, "| %s | meaning | codes |", group)
    add(lines, "|---|---|---|")
    for _, name in ipairs(phrases.names(group)) do
        local codes = {}
        for _, service in ipairs(services) do
            for _, kind in ipairs(kinds_of(service.name)) do
                if kind[group] == name then
                    codes[#codes + 1] = ("[%s](#%s)"):format(kind.code, kind.code:lower())
                end
            end
        end
        if name ~= "unknown" then
            add(lines, "| `%s` | %s | %s |", name, phrases.say(group, name, "en"),
                group == "retry" and name == "never" and "the others" or table.concat(codes, ", "))
        end
    end
    add(lines, "")
end


local function reference()
    -- where the vendor documents its codes, and when that page was updated
    local page, date = read("src/catalogue.def"):match("\n%*%* Source: (%S+) %(updated ([%d-]+)%)")
    local lines = {}
    add(lines, "# The errors")
    add(lines, "")
    add(lines, "Written by `make docs` out of the catalogue; do not edit. Codes, statuses, messages")
    add(lines, "and descriptions are the vendor's, word for word, from [its page](%s)", page)
    add(lines, "as updated on %s; the rest is this library's judgement.", date)
    add(lines, "")
    add_words(lines, "Categories", "category",
        "What kind of failure it is: `err.category`, `errors.is(err, ...)`.")
    add(lines, "An error whose code the catalogue lacks may also be `unknown`: neither the code nor the")
    add(lines, "status tells what kind of failure it is.")
    add(lines, "")
    add_words(lines, "Words of retry", "retry", "May the same call be repeated? `err.retry`, `err:advice()`.")
    for _, service in ipairs(services) do
        add(lines, "## %s", service.title)
        add(lines, "")
        add_table(lines, service.name)
    end
    add(lines, "## One by one")
    add(lines, "")
    for _, service in ipairs(services) do
        for _, kind in ipairs(kinds_of(service.name)) do add_kind(lines, kind) end
    end
    lines[#lines] = nil
    return table.concat(lines, "\n") .. "\n"
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
    for _, service in ipairs(services) do
        for _, kind in ipairs(kinds_of(service.name)) do
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


local generated = {
    ["lua/cfs/errors/base/version.lua"] = version(),
    ["lua/cfs/errors/explain/version.lua"] = version(),
    ["cfs-errors-scm-1.rockspec"] = head_rockspec(),
    ["rockspecs/cfs-errors-" .. errors._VERSION .. "-1.rockspec"] = release_rockspec(),
    ["docs/errors.md"] = reference(),
    ["README.zh-CN.md"] = translation.with_blocks(read("README.zh-CN.md"), read("README.md")),
    ["types/cfs/errors/names.lua"] = annotations(),
}

for path, content in pairs(require "tools.command") do generated[path] = content end

return generated
