-- mutate_lua [file=PATH] [size=400] [seed=1] [jobs=2]: changes one token of lua/ or bin/ at a time, and
-- runs the specs, one of which must fail. With `file` all mutants of the files whose path has that text are
-- tried, else a sample of all. spec/proof/equivalent_lua.txt lists the changes that change nothing, each with
-- its reason.
-- The last line: "mutate-lua: 400 mutants, 391 killed, 9 without an effect, 0 survived".

local options = { size = 400, seed = 1, jobs = 2 }
for _, argument in ipairs(arg) do
    local name, value = argument:match("^(%a+)=(.*)$")
    options[name] = tonumber(value) or value
end

local lua = "luajit"
local load = loadstring or load


local function read(path)
    local file = assert(io.open(path, "rb"))
    local content = file:read("*a")
    file:close()
    return content
end


local function write(path, content)
    local file = assert(io.open(path, "wb"))
    file:write(content)
    file:close()
end


local function lines_of(command)
    local lines, pipe = {}, assert(io.popen(command))
    for line in pipe:lines() do lines[#lines + 1] = line end
    pipe:close()
    return lines
end


-- Mutants -------------------------------------------------------------------------------------------

-- What a token is replaced by.
local words = {
    ["=="] = { "~=" }, ["~="] = { "==" },
    ["<"] = { "<=", ">=" }, ["<="] = { "<", ">" }, [">"] = { ">=", "<=" }, [">="] = { ">", "<" },
    ["+"] = { "-" }, ["-"] = { "+" }, ["*"] = { "+" }, ["/"] = { "*" }, ["%"] = { "+" },
    ["and"] = { "or" }, ["or"] = { "and" }, ["not"] = { "" },
    ["true"] = { "false" }, ["false"] = { "true" },
}

-- The forms of tokens, in the order in which they are tried.
local forms = {
    { "space", "^%s+" }, { "comment", "^%-%-%[%[.-%]%]" }, { "comment", "^%-%-[^\n]*" },
    { "text", '^"[^"\\\n]*"' }, { "long", '^"[^\n]-[^\\]"' }, { "long", "^'[^\n]-[^\\]'" },
    { "long", "^%[=*%[.-%]=*%]" }, { "number", "^0x%x+" }, { "number", "^%d+%.?%d*" },
    { "name", "^[%a_][%w_]*" }, { "operator", "^%.%.%.?" }, { "operator", "^[=~<>]=" }, { "operator", "^." },
}


-- The tokens of a source: a list of { form, text, place }.
local function tokens_of(source)
    local tokens, place = {}, 1
    while place <= #source do
        for _, form in ipairs(forms) do
            local text = source:match(form[2], place)
            if text then
                tokens[#tokens + 1] = { form[1], text, place }
                place = place + #text
                break
            end
        end
    end
    return tokens
end


-- What a token may become, beside what `words` has.
local function changes_of(token)
    local form, text = token[1], token[2]
    if form == "number" then return { text == "0" and "1" or "(" .. text .. " + 1)" } end
    if form == "text" then return { text == '""' and '"mutant"' or '""' } end
    return words[text] or {}
end


-- Statements of one line, which are left out: calls, assignments and returns that are no block's only line.
local function is_statement(line)
    return line:find("^    +[%a_][%w_.:%[%]\"]*[ ,%w_.]* = ") or line:find("^    +[%a_][%w_.:]*%b()$")
        or line:find("^    +return [^\n]+$") or line:find("^    +if .* then .* end$")
end


-- All mutants of a source that compile: a list of { place, old, new }.
local function mutants_of(source)
    local list = {}
    local function add(place, old, new)
        local mutant = source:sub(1, place - 1) .. new .. source:sub(place + #old)
        if load((mutant:gsub("^#![^\n]*", ""))) then list[#list + 1] = { place, old, new } end
    end
    for _, token in ipairs(tokens_of(source)) do
        for _, new in ipairs(changes_of(token)) do add(token[3], token[2], new) end
    end
    for place, line in source:gmatch("()([^\n]+)") do
        if is_statement(line) and not line:find("^%s*local ") and not line:find("require", 1, true) then
            add(place, line, "")
        end
    end
    return list
end


-- Running the specs ---------------------------------------------------------------------------------

-- The specs that take long, or start what does not concern Lua.
local left_out = { rock = true, contributing = true, c = true, bench = true, simulation = true, tools = true,
    matrix = true, core = true, drift = true, generated = true, docs = true, loading = true, files = true }


-- The specs that are run for a file: its own first, then all that may reach it.
local function specs_of(path)
    local folder, name = path:match("^lua/cfs/errors/(%w+)/([%w_]+)%.lua$")
    local module = path:match("^lua/cfs/errors/(%w+)%.lua$")
    local own = folder and ("spec/%s/%s_spec.lua"):format(folder, name)
        or module and "spec/" .. module .. "_spec.lua" or "spec/command_spec.lua"
    local file = io.open(own)
    if file then file:close() else own = nil end
    if path:find("/nginx", 1, true) then return { own or "spec/nginx", "spec/nginx" } end
    local all = {}
    for _, spec in ipairs(lines_of("ls spec/*_spec.lua spec/*/*_spec.lua")) do
        local stage, what = spec:match("^spec/(%w+)/"), spec:match("([%w_]+)_spec%.lua$")
        if not left_out[what] and stage ~= "nginx" and stage ~= "clients" and stage ~= "prometheus"
            and stage ~= "gateways" and stage ~= "proof" then
            all[#all + 1] = spec
        end
    end
    all = table.concat(all, " ")
    return { own or all, all }
end


-- Do all the specs pass on a tree? Those of nginx take the library from CFS_TREE.
local function passes(tree, specs)
    local command = ("CFS_TREE='%s' LC_ALL=C LUA_PATH='%s/lua/?.lua;?.lua;;' LUA_CPATH='build/%s/?.so;;' "
        .. "timeout 120 %s spec/run.lua --output=plainTerminal --no-keep-going --no-recursive %s "
        .. ">/dev/null 2>&1"):format(tree, tree, lua, lua, specs)
    local status = os.execute(command)
    return status == true or status == 0
end


-- A tree that has the library alone, to be changed.
local function new_tree()
    local tree = lines_of("mktemp -d")[1]
    assert(os.execute(("cp -r lua bin '%s' && ln -s \"$PWD/build\" '%s/build'"):format(tree, tree)))
    return tree
end


local function remove_tree(tree)
    os.execute(("rm -rf '%s'"):format(tree))
end


-- Tries one mutant; prints whether it was killed.
local function try(path, place, old, new)
    local tree, source = new_tree(), read(path)
    write(tree .. "/" .. path, source:sub(1, place - 1) .. new .. source:sub(place + #old))
    local killed = false
    for _, specs in ipairs(specs_of(path)) do killed = killed or not passes(tree, specs) end
    remove_tree(tree)
    return killed
end


-- The sample ----------------------------------------------------------------------------------------

-- How a mutant is written, in a report and in the list of those without an effect.
local function describe(path, source, mutant)
    local place, old, new = mutant[1], mutant[2], mutant[3]
    local first = place
    while first > 1 and source:sub(first - 1, first - 1) ~= "\n" do first = first - 1 end
    local line = source:sub(first):match("^[^\n]*")
    local changed = (source:sub(first, place - 1) .. new .. source:sub(place + #old)):match("^[^\n]*")
    return path .. ": " .. line:match("^%s*(.-)%s*$") .. "  ->  " .. changed:match("^%s*(.-)%s*$")
end


local function all_mutants()
    local all = {}
    for _, path in ipairs(lines_of("find lua bin -type f | LC_ALL=C sort")) do
        if not options.file or path:find(options.file, 1, true) then
            local source = read(path)
            for _, mutant in ipairs(mutants_of(source)) do
                all[#all + 1] = { path = path, mutant = mutant, name = describe(path, source, mutant) }
            end
        end
    end
    return all
end


-- Numbers from 1 to `count`, the same from one seed on every Lua.
local function new_random(seed)
    local current = seed + 1
    return function(count)
        current = current * 16807 % 2147483647
        return current % count + 1
    end
end


local function sample(all)
    if options.file then return all end
    local random, chosen = new_random(options.seed), {}
    for index = 1, math.min(options.size, #all) do
        local other = index + random(#all - index + 1) - 1
        all[index], all[other] = all[other], all[index]
        chosen[index] = all[index]
    end
    return chosen
end


-- The changes without an effect: those whose line in the list is followed by a reason.
local function known_equivalents()
    local known, file = {}, io.open("spec/proof/equivalent_lua.txt")
    for line in file and file:lines() or function() end do
        if line:find("^%S+%.lua: ") or line:find("^bin/") then known[line] = true end
    end
    return known
end


if options.try then
    local place, old, new = options.try, read(options.old), read(options.new)
    os.exit(try(options.path, place, old, new) and 0 or 3)
end

local chosen, known = sample(all_mutants()), known_equivalents()

-- Every set of specs passes on the tree as it is, or it would kill whatever is changed.
local tree, seen = new_tree(), {}
for _, entry in ipairs(chosen) do
    for _, specs in ipairs(specs_of(entry.path)) do
        if not seen[specs] then
            seen[specs] = true
            if not passes(tree, specs) then
                print("mutate-lua: the tree as it is fails in " .. specs)
                os.exit(1)
            end
        end
    end
end
remove_tree(tree)
print(("the tree as it is passes; %d mutants, seed %d"):format(#chosen, options.seed))

local work = lines_of("mktemp -d")[1]
local list = assert(io.open(work .. "/list", "wb"))
for index, entry in ipairs(chosen) do
    if not known[entry.name] then
        write(work .. "/old" .. index, entry.mutant[2])
        write(work .. "/new" .. index, entry.mutant[3])
        list:write(index, " ", entry.path, " ", entry.mutant[1], "\n")
    end
end
list:close()
local pipe = assert(io.popen(("xargs -P %d -L 1 sh -c '%s spec/proof/mutate_lua.lua try=$2 path=$1 "
    .. "old=%s/old$0 new=%s/new$0; echo $0 $?' <'%s/list'"):format(options.jobs, lua, work, work, work)))
local killed, survived, done = 0, {}, 0
for line in pipe:lines() do
    local index, status = line:match("^(%d+) (%d+)$")
    done = done + 1
    if status == "0" then
        killed = killed + 1
    elseif status == "3" then
        survived[#survived + 1] = chosen[tonumber(index)].name
        print("survived: " .. survived[#survived])
    else
        error("mutant " .. index .. " could not be tried")
    end
    if done % 50 == 0 then print(done .. " tried") end
end
pipe:close()
os.execute(("rm -rf '%s'"):format(work))
local equivalent = #chosen - killed - #survived
print(("mutate-lua: %d mutants, %d killed, %d without an effect, %d survived"):format(#chosen, killed,
    equivalent, #survived))
os.exit(#survived <= 0.02 * (#chosen - equivalent) and 0 or 1)
