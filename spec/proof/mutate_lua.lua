-- mutate_lua [file=TEXT] [size=400] [seed=1] [jobs=2]: changes one token or line of lua/ or bin/ at a time,
-- and runs the specs, one of which must fail. With `file` only files are changed whose path has that text:
-- all that can be changed, or `size` of it. spec/proof/equivalent_lua.txt lists the changes that change
-- nothing, each with its reason on the next line.
-- The last line: "mutate-lua: 400 mutants, 391 killed, 9 without an effect, 0 survived".

local files = require "spec.helpers.files"

local options = { seed = 1, jobs = 2 }
for _, argument in ipairs(arg) do
    local name, value = argument:match("^(%a+)=(.+)$")
    if name then options[name] = tonumber(value) or value end
end
options.size = options.size or not options.file and 400

local load = loadstring or load
local read, write = files.read, files.write

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
    local required = false -- a module's name, without which nothing loads
    for _, token in ipairs(tokens_of(source)) do
        for _, new in ipairs(required and {} or changes_of(token)) do add(token[3], token[2], new) end
        if token[1] ~= "space" then required = token[2] == "require" end
    end
    for place, line in source:gmatch("()([^\n]+)") do
        if is_statement(line) and not line:find("^%s*local ") and not line:find("require", 1, true) then
            add(place, line, "")
        end
    end
    return list
end

-- Running the specs ---------------------------------------------------------------------------------

-- The specs that take long, start what does not concern Lua, or write beside $TMPDIR.
local left_out = { rock = true, contributing = true, c = true, bench = true, simulation = true, tools = true,
    matrix = true, core = true, drift = true, generated = true, docs = true, loading = true, files = true,
    annotations = true }
local folders = { base = true, catalogue = true, object = true, wire = true, show = true, explain = true,
    retry = true, ["import"] = true, testing = true }

-- Those that start programs come last.
local slow = { command = true, prompt = true, locale = true }

local quick_specs, slow_specs = {}, {}
for _, spec in ipairs(lines_of("ls spec/*_spec.lua spec/*/*_spec.lua")) do
    local folder, what = spec:match("^spec/(%w+)/"), spec:match("([%w_]+)_spec%.lua$")
    if not left_out[what] and (not folder or folders[folder]) then
        local list = slow[what] and slow_specs or quick_specs
        list[#list + 1] = spec
    end
end
quick_specs, slow_specs = table.concat(quick_specs, " "), table.concat(slow_specs, " ")

local function exists(path)
    local file = io.open(path)
    return file and file:close()
end

-- The runs for a file, { a Lua, its specs }: the file's own specs before all that may reach it. LuaJIT reads
-- envelopes by its FFI, the others by Lua's C API; 5.1 differs in xpcall, 5.4 in numbers.
local function runs_of(path)
    local folder, name = path:match("^lua/cfs/errors/(%w+)/([%w_]+)%.lua$")
    local module = path:match("^lua/cfs/errors/(%w+)%.lua$")
    local own = folder and ("spec/%s/%s_spec.lua"):format(folder, name)
        or module and "spec/" .. module .. "_spec.lua" or "spec/command_spec.lua"
    if path:find("^lua/kong/") or path:find("^lua/apisix/") then own = "spec/nginx/plugin_spec.lua" end
    if not exists(own) then
        own = folder and table.concat(lines_of((("ls spec/%s/*_spec.lua spec/%s_spec.lua 2>/dev/null")
            :gsub("%%s", folder))), " ") or ""
        if own == "" then own = quick_specs end
    end
    if (own .. path):find("/nginx", 1, true) then
        return { { "luajit", own }, { "luajit", "spec/nginx/*_spec.lua" } }
    end
    return {
        { "luajit", own }, { "lua5.4", own }, { "lua5.1", own }, { "luajit", quick_specs },
        { "lua5.4", quick_specs }, { "luajit", slow_specs },
    }
end

-- A tree of its own, whose lua/ and bin/ can be changed, in a directory that has all that its specs write.
local function new_tree()
    local directory = lines_of("mktemp -d")[1]
    local made = lines_of((("mkdir '%s/tree' '%s/tmp' && ln -s \"$PWD\"/* '%s/tree' && rm '%s/tree/lua' "
        .. "'%s/tree/bin' && cp -r lua bin '%s/tree' && echo made"):gsub("%%s", directory)))
    assert(made[1] == "made")
    return directory
end

-- Ends the servers that a run left, and removes all that it wrote.
local function remove_tree(directory)
    os.execute(("for file in '%s'/tmp/*/nginx.pid; do [ ! -e \"$file\" ] || kill -9 -$(cat \"$file\"); "
        .. "done 2>/dev/null; rm -rf '%s'"):format(directory, directory))
end

-- Does a run pass in a tree within so many seconds? A loop without an end must not take all memory.
local function passes(directory, run, seconds)
    local variables = ("TMPDIR='%s/tmp' LC_ALL=C LUA_PATH='lua/?.lua;?.lua;;' LUA_CPATH='build/%s/?.so;;'")
        :format(directory, run[1])
    local command = ("cd '%s/tree' && ulimit -v 4000000 && %s timeout -k 5 %d %s spec/run.lua "
        .. "--output=plainTerminal --no-keep-going --no-recursive %s >/dev/null 2>&1"):format(directory,
        variables, seconds, run[1], run[2])
    local status = os.execute(command)
    return status == true or status == 0
end

-- Tries one mutant: is it killed?
local function try(path, place, old, new)
    local directory, source = new_tree(), read(path)
    write(directory .. "/tree/" .. path, source:sub(1, place - 1) .. new .. source:sub(place + #old))
    local killed = false
    for _, run in ipairs(runs_of(path)) do
        killed = killed or not passes(directory, run, options.seconds)
    end
    remove_tree(directory)
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
    if not options.size then return all end
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
    os.exit(try(options.path, options.try, read(options.old), read(options.new)) and 0 or 3)
end

local chosen, known = sample(all_mutants()), known_equivalents()

-- Every run passes in the tree as it is, or it would kill whatever is changed; the slowest is given threefold
-- time with a change.
local tree, seen, longest = new_tree(), {}, 1
for _, entry in ipairs(chosen) do
    for _, run in ipairs(runs_of(entry.path)) do
        local name, started = table.concat(run, " "), os.time()
        if not seen[name] and not passes(tree, run, 1200) then
            print("mutate-lua: the tree as it is fails in " .. name)
            remove_tree(tree)
            os.exit(1)
        end
        seen[name], longest = true, math.max(longest, os.time() - started)
    end
end
remove_tree(tree)
print(("the tree as it is passes; %d mutants, seed %d"):format(#chosen, options.seed))

local work = lines_of("mktemp -d")[1]
local list = assert(io.open(work .. "/list", "wb"))
local counts, folders_seen = {}, {}

-- Counts a result: "killed", "equivalent" or "survived", for its folder.
local function count(path, result)
    local folder = path:match("^lua/cfs/errors/(%w+)/") or path:match("^lua/cfs/errors/(%w+)%.lua$") or path
    if not counts[folder] then
        counts[folder] = { killed = 0, equivalent = 0, survived = 0 }
        folders_seen[#folders_seen + 1] = folder
    end
    counts[folder][result] = counts[folder][result] + 1
end

for index, entry in ipairs(chosen) do
    if known[entry.name] then
        count(entry.path, "equivalent")
    else
        write(work .. "/old" .. index, entry.mutant[2])
        write(work .. "/new" .. index, entry.mutant[3])
        list:write(index, " ", entry.path, " ", entry.mutant[1], "\n")
    end
end
list:close()
local pipe = assert(io.popen(("xargs -r -P %d -L 1 sh -c 'luajit spec/proof/mutate_lua.lua try=$2 path=$1 "
    .. "seconds=%d old=%s/old$0 new=%s/new$0; echo $0 $?' <'%s/list'"):format(options.jobs, 60 + 3 * longest,
    work, work, work)))
local done = 0
for line in pipe:lines() do
    local index, status = line:match("^(%d+) (%d+)$")
    local entry = assert(chosen[tonumber(index)])
    assert(status == "0" or status == "3", "a mutant could not be tried: " .. entry.name)
    count(entry.path, status == "0" and "killed" or "survived")
    if status == "3" then print("survived: " .. entry.name) end
    done = done + 1
    if done % 50 == 0 then print(done .. " tried") end
    io.stdout:flush()
end
pipe:close()
os.execute(("rm -rf '%s'"):format(work))

local sum = { killed = 0, equivalent = 0, survived = 0 }
table.sort(folders_seen)
for _, folder in ipairs(folders_seen) do
    local of = counts[folder]
    print(("%-12s %4d killed, %3d without an effect, %3d survived"):format(folder, of.killed, of.equivalent,
        of.survived))
    for result in pairs(sum) do sum[result] = sum[result] + of[result] end
end
print(("mutate-lua: %d mutants, %d killed, %d without an effect, %d survived"):format(#chosen, sum.killed,
    sum.equivalent, sum.survived))
os.exit(sum.survived <= 0.02 * (sum.killed + sum.survived) and 0 or 1)
