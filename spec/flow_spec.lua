-- The order in which the folders of lua/cfs/errors use one another: see CONTRIBUTING.md.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

-- A module uses its own stage and those before it. `cfs.errors` is the last but for the public modules
-- that are loaded beside it.
local stages = { "base", "catalogue", "object", "wire", "show", "advice", "explain", "errors", "public" }

local place = {}
for index, stage in ipairs(stages) do place[stage] = index end

local folders = { import = "public", retry = "advice", nginx = "public", testing = "public" }

-- The stage of a module.
local function stage_of(module)
    if module == "cfs.errors.core" then return "base" end
    if module == "cfs.errors" then return "errors" end
    if module == "cfs.errors.services" then return "advice" end -- what `errors` uses
    local folder = module:match("^cfs%.errors%.(%w+)%.")
    return folder and (folders[folder] or folder) or "public"
end

-- Every `require` of the library: a list of { from =, to = }.
local function uses()
    local list = {}
    for path in command.must("find lua -name '*.lua'"):gmatch("%S+") do
        local from = path:match("^lua/(.*)%.lua$"):gsub("/", ".")
        local code = ("\n" .. files.read(path)):gsub("\n%s*%-%-[^\n]*", "")
        for to in code:gmatch('require%(?%s*"(cfs%.errors[%w_.]*)"') do
            list[#list + 1] = { from = from, to = to }
        end
    end
    return list
end

describe("The folders of the library", function()
    it("are all known here", function()
        for _, use in ipairs(uses()) do
            assert.is_truthy(place[stage_of(use.from)], use.from)
            assert.is_truthy(place[stage_of(use.to)], use.to)
        end
    end)

    it("use only themselves and those before them", function()
        local list = uses()
        assert.is_true(#list > 50)
        for _, use in ipairs(list) do
            assert.is_true(place[stage_of(use.to)] <= place[stage_of(use.from)],
                use.from .. " uses " .. use.to)
        end
    end)

    it("have no modules that use each other in a circle", function()
        local needs, state = {}, {}
        for _, use in ipairs(uses()) do
            needs[use.from] = needs[use.from] or {}
            table.insert(needs[use.from], use.to)
        end
        local function visit(module, path)
            assert.are_not.equal("open", state[module], path .. " " .. module)
            if state[module] then return end
            state[module] = "open"
            for _, other in ipairs(needs[module] or {}) do visit(other, path .. " " .. module) end
            state[module] = "done"
        end
        for module in pairs(needs) do visit(module, "") end
    end)

    it("are shown in CONTRIBUTING.md, a line each", function()
        local text = files.read("CONTRIBUTING.md")
        for folder in command.must("cd lua/cfs/errors && ls -d */"):gmatch("(%w+)/") do
            assert.is_truthy(text:find("| `lua/cfs/errors/" .. folder .. "/` |", 1, true), folder)
        end
    end)
end)
