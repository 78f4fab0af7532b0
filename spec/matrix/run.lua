-- Runs the matrix: luajit spec/matrix/run.lua [NAME=VALUE...]
--
--     unusual=N    the combinations in which N values at most are not the usual ones; 2, if not given
--     size=N       so many of them, chosen by the seed; all, if not given
--     seed=N       1, if not given
--     only=WORDS   those whose name has all of these words
--     show=N       how many failures of each rule to print; 3, if not given
--     tree=DIR     the tree whose library runs; this one, if not given

local client = require "spec.matrix.client"
local combinations = require "spec.matrix.combinations"
local configuration = require "spec.matrix.configuration"
local dimensions = require "spec.matrix.dimensions"
local rules = require "spec.matrix.rules"
local server = require "spec.nginx.server"

local batch = 200 -- combinations for one run of curl

local options = { unusual = "2", seed = "1", show = "3", only = "" }
for _, argument in ipairs(arg) do
    local name, value = argument:match("^(%l+)=(.*)$")
    if not name then error("NAME=VALUE expected, got " .. argument, 0) end
    if value ~= "" then options[name] = value end
end

local broken, broken_by_rule = 0, {}

local function report(combination, rule, complaint)
    broken_by_rule[rule.name] = (broken_by_rule[rule.name] or 0) + 1
    if broken_by_rule[rule.name] <= tonumber(options.show) then
        complaint = complaint:gsub("[^\n\32-\126]", "?")
        print(("%s\n    %s: %s"):format(combination.name, rule.name, complaint))
    end
end

local function judge(combination, response)
    local is_good = true
    for _, rule in ipairs(rules) do
        local complaint = rule.broken(combination, response)
        if complaint then
            is_good = false
            report(combination, rule, complaint)
        end
    end
    if not is_good then broken = broken + 1 end
end

local function run(list, request_id)
    if #list == 0 then return end
    local nginx = server.start {
        http = configuration.text(list, request_id),
        beside = server.is_newest and configuration.front or nil,
        files = { "spec/matrix/page.html" },
        tree = options.tree,
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
end

if server.is_newest then dimensions.add_newest() end
local list = combinations.named(combinations.all(tonumber(options.unusual)), options.only)
if options.size then list = combinations.sample(list, tonumber(options.size), tonumber(options.seed)) end
for _, request_id in ipairs { "kept", "loose" } do
    run(combinations.named(list, "", { request_id = request_id }), request_id)
end

for _, rule in ipairs(rules) do
    local count = broken_by_rule[rule.name]
    if count then print(("%6d broke: %s"):format(count, rule.name)) end
end
print(("%d combinations, %d broken"):format(#list, broken))
os.exit(broken == 0 and #list > 0 and 0 or 1)
