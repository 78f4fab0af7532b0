-- The recipes of the guide's section on clients, run as they stand there. It runs within nginx, too.

local errors = require "cfs.errors"
local files = require "spec.helpers.files"
local retry = require "cfs.errors.retry"

local recipe = {}

-- lua-resty-http loads this, for clients' certificates alone. Debian's nginx lacks it.
package.preload["resty.string"] = function() return { to_hex = error } end

-- The guide: nginx does not run in this project's directory, but knows where it is.
local function read_guide()
    for template in package.path:gmatch "[^;]+" do
        local path = template:gsub("%?.*", "docs/guide.md")
        local file = io.open(path)
        if file then
            file:close()
            return files.read(path)
        end
    end
    return files.read "docs/guide.md"
end

-- The lines that all recipes share, and the block under each heading.
local function read_blocks()
    local section = assert(read_guide():match "\n## Clients\n(.-)\n## ", "no section on clients")
    local blocks = {}
    for heading, rest in section:gsub("\n### ", "\1"):gmatch "\1([^\n]+)\n([^\1]*)" do
        blocks[heading] = rest:match "```lua\n(.-)```"
    end
    return section:match "```lua\n(.-)```", blocks
end

--- The function `get` of a recipe, for what is called with it, and the function `call`.
---@param heading string
---@param globals table? those of the recipe, beside Lua's own, `errors` and `sleep`
---@return fun(url: string): any, any get
---@return fun(url: string): any call
function recipe.load(heading, globals)
    local shared, blocks = read_blocks()
    local block = assert(blocks[heading], heading)
    local _, lines = block:gsub("\n", "")
    assert(lines <= 27, heading .. " has more than 27 lines")
    local code = shared .. block .. "return function(url) return get(call, url) end, call"
    local environment = setmetatable({ errors = errors, sleep = function() end }, { __index = _G })
    for name, value in pairs(globals or {}) do environment[name] = value end
    if setfenv then return setfenv(assert(loadstring(code, "@docs/guide.md")), environment)() end
    return assert(load(code, "@docs/guide.md", "t", environment))()
end

--- What a recipe returns for a URL, in the words of spec.clients.rig's recipes.
function recipe.outcome(get, url)
    local body, err, attempts = get(url)
    if body then return body end
    return ("%s at attempt %d"):format(err.code or err:transport() or err:origin(), attempts)
end

--- What becomes of one call by a recipe: "success"; "no" or "maybe" if no response came, as it was sent; the
--- status of an error; or what else was raised.
---@param call fun(url: string): any
---@param url string
---@return string
function recipe.judge(call, url)
    local policy = retry.policy { attempts = 1, sleep = error }
    local good, body, err = pcall(retry.run, function() return call(url) end, policy, { method = "POST" })
    if not good then return "raised " .. tostring(body) end
    if body then return "success" end
    return tostring(select(2, err:transport()) or err.status)
end

return recipe
