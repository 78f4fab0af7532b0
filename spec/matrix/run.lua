-- Runs the matrix: luajit spec/matrix/run.lua [size=N] [seed=N] [only=WORDS] [show=N] [library=DIRECTORY]
--
-- `size`, how many combinations, chosen by the seed; all if not given. `only`, words that a combination's name must
-- have. `show`, how many failures of each rule to print. `library`, the tree whose library runs.

local client = require "spec.matrix.client"
local combinations = require "spec.matrix.combinations"
local configuration = require "spec.matrix.configuration"
local rules = require "spec.matrix.rules"
local server = require "spec.nginx.server"

local batch = 200 -- requests for one run of curl

local options = { seed = "1", show = "3" }
for _, argument in ipairs(arg) do
    local name, value = argument:match("^(%l+)=(.*)$")
    options[name or error("what is " .. argument .. "?")] = value ~= "" and value or options[name]
end


local function chosen()
    local list = combinations.all()
    if options.only then
        local matching = {}
        for _, combination in ipairs(list) do
            local fits = true
            for word in options.only:gmatch("%S+") do
                fits = fits and (combination.name .. " "):find(word .. " ", 1, true)
            end
            if fits then matching[#matching + 1] = combination end
        end
        list = matching
    end
    if options.size then list = combinations.sample(list, tonumber(options.size), tonumber(options.seed)) end
    return list
end


local list = chosen()
local broken, broken_by = 0, {}


local function judge(combination, response)
    local good = true
    for _, rule in ipairs(rules) do
        local complaint
        if response then
            complaint = rule.broken(combination, response)
        elseif rule == rules[1] then
            complaint = "nothing came"
        end
        if complaint then
            good = false
            broken_by[rule.name] = (broken_by[rule.name] or 0) + 1
            if broken_by[rule.name] <= tonumber(options.show) then
                print(("%s\n    %s: %s"):format(combination.name, rule.name, complaint))
            end
        end
    end
    if not good then broken = broken + 1 end
end


local nginx = server.start {
    http = configuration.text(list),
    files = { "spec/matrix/page.html" },
    library = options.library,
}
local good, problem = xpcall(function()
    for first = 1, #list, batch do
        local last = math.min(first + batch - 1, #list)
        local responses = client.send(nginx, list, first, last)
        for number = first, last do judge(list[number], responses[number]) end
    end
end, debug.traceback)
nginx:stop()
if not good then error(problem, 0) end

for _, rule in ipairs(rules) do
    if broken_by[rule.name] then print(("%6d broke: %s"):format(broken_by[rule.name], rule.name)) end
end
print(("%d combinations, %d broken"):format(#list, broken))
os.exit(broken == 0 and 0 or 1)
