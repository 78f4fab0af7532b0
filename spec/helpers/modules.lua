--- Every public function, and the comment above it.

local comments = require "tools.comments"
local state = require "cfs.errors.base.state"

local modules = {}

local loaded = {
    errors = require "cfs.errors",
    retry = require "cfs.errors.retry",
    testing = require "cfs.errors.testing",
}

-- The module that nginx alone can load, loaded with something in nginx' place, which is not kept.
local function load_nginx()
    local anything = { config = { subsystem = "http" } }
    setmetatable(anything, {
        __index = function() return anything end,
        __call = function() return anything end,
        __add = function() return anything end,
    })
    local had = { ngx = rawget(_G, "ngx") }
    rawset(_G, "ngx", anything)
    local lacking = { "ffi", "resty.core.base", "ngx.errlog" } -- in plain Lua
    for _, name in ipairs(lacking) do
        had[name], package.loaded[name] = package.loaded[name], anything
    end
    local nginx = require "cfs.errors.nginx"
    rawset(_G, "ngx", had.ngx)
    for _, name in ipairs(lacking) do package.loaded[name] = had[name] end
    for name in pairs(package.loaded) do
        if name:find "^cfs%.errors%.nginx" then package.loaded[name] = nil end
    end
    return nginx
end

loaded.nginx = load_nginx()

local function signature(prefix, name, comment, first)
    local names = {}
    for index = first, #comment.params do names[#names + 1] = comment.params[index].name end
    return prefix .. name .. "(" .. table.concat(names, ", ") .. ")"
end

--- The functions of modules: "errors.parse(body)" → comment.
---@return table<string, table>
function modules.functions()
    local functions = {}
    for module, members in pairs(loaded) do
        for name, value in pairs(members) do
            if type(value) == "function" then
                local comment = comments.of(value, name)
                functions[signature(module .. ".", name, comment, 1)] = comment
            end
        end
    end
    return functions
end

--- The methods of errors: "err:is(...)" → comment. The error itself may not be among their parameters.
---@return table<string, table>
function modules.methods()
    local methods = {}
    for name, method in pairs(state.methods) do
        local comment = comments.of(method, name)
        local own = comment.parameters and comment.parameters[1]
        local has_self = comment.params[1] and (not own or own == comment.params[1].name)
        methods[signature("err:", name, comment, has_self and 2 or 1)] = comment
    end
    return methods
end

return modules
