-- Every Lua block of the documents is run, and what it prints compared with its comments `--> ...`.

local cjson = require "cjson"
local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local files = require "spec.helpers.files"
local modules = require "spec.helpers.modules"
local testing = require "cfs.errors.testing"

local read = files.read

-- The blocks: { heading =, code = }, but for the recipes for clients, which spec/clients runs.
local function blocks_of(text)
    local blocks, heading, code = {}, nil, nil
    text = text:gsub("\n## Clients\n.-\n## ", "\n## ")
    for line in text:gmatch("([^\n]*)\n") do
        if line == "```lua" then
            code = {}
        elseif line == "```" and code then
            blocks[#blocks + 1] = { heading = heading, code = table.concat(code, "\n") }
            code = nil
        elseif code then
            code[#code + 1] = line
        else
            heading = line:match("^#+ (.*)") or heading
        end
    end
    return blocks
end

-- Values that print parts by tabs stand two spaces apart in a document.
local function expected_lines(code)
    local lines = {}
    for line in (code .. "\n"):gmatch("([^\n]*)\n") do
        lines[#lines + 1] = line:match("%-%-> ?(.*)$")
    end
    return table.concat(lines, "\n")
end

local function printed_lines(code, path)
    local lines = {}
    local env = setmetatable({ errors = errors }, { __index = _G })
    function env.print(...)
        local values = {}
        for index = 1, select("#", ...) do values[index] = tostring((select(index, ...))) end
        lines[#lines + 1] = table.concat(values, "  ")
    end
    local chunk
    if setfenv then
        chunk = setfenv(assert(loadstring(code, "@" .. path)), env)
    else
        chunk = assert(load(code, "@" .. path, "t", env))
    end
    chunk()
    return table.concat(lines, "\n")
end

for _, path in ipairs { "README.md", "docs/guide.md", "docs/api.md" } do
    describe(path, function()
        local blocks = blocks_of(read(path))

        it("has blocks, which are run here", function()
            assert.is_true(#blocks >= (path == "README.md" and 1 or 6))
        end)

        for index, block in ipairs(blocks) do
            it("is right in block " .. index .. ", " .. block.heading, function()
                assert.is_true(#expected_lines(block.code) > 0)
                assert.equal(expected_lines(block.code), printed_lines(block.code, path))
            end)
        end

        it("links to files that are there", function()
            local directory = path:match("^.*/") or ""
            for link in read(path):gmatch("%]%(([^)#]+)[^)]*%)") do
                if not link:find("://", 1, true) then
                    assert.is_true((command.run("test -e " .. directory .. link)), link)
                end
            end
        end)
    end)
end

-- The sections of the reference: heading → text.
local function sections_of(text)
    local sections = {}
    for heading, section in (text .. "\n#"):gsub("\n(#+ )", "\n\1%1"):gmatch("\1### ([^\n]+)\n([^\1]*)") do
        sections[heading] = section
    end
    return sections
end

describe("The picture", function()
    it("shows what docs/flow.dot has", function()
        local picture = read("docs/flow.svg")
        for label in read("docs/flow.dot"):gmatch('label = "([^"]+)"') do
            for line in (label .. "\\n"):gmatch("(.-)\\n") do
                assert.truthy(picture:find(">" .. line .. "<", 1, true), line)
            end
        end
    end)
end)

describe("The reference", function()
    local sections = sections_of(read("docs/api.md"))
    local signatures = { ["assert.cfs_error(value, ...)"] = true }
    for signature in pairs(modules.functions()) do signatures[signature] = true end
    for signature in pairs(modules.methods()) do signatures[signature] = true end

    for signature in pairs(signatures) do
        it("tells of " .. signature .. " its parameters, results and errors, with an example", function()
            local section = assert(sections[signature])
            local names, documented = {}, {}
            for name in signature:match("%((.*)%)"):gmatch("[%w_.]+") do names[#names + 1] = name end
            for name in section:gmatch("\n%- `([%w_.]+)`: ") do documented[#documented + 1] = name end
            assert.same(names, documented)
            assert.truthy(section:find("\n- returns ", 1, true))
            assert.truthy(section:find("\n- raises ", 1, true))
            -- those of nginx' functions are in examples/gateway
            assert.truthy(section:find("```lua", 1, true) or signature:find("^nginx%."))
        end)
    end

    it("tells of nothing else", function()
        for heading in pairs(sections) do assert.is_true(signatures[heading], heading) end
    end)
end)

describe("README", function()
    it("tells how many malformed bodies lua-cjson reads, and how many we do", function()
        local all, theirs, ours = 0, 0, 0
        for _, response in ipairs(testing.broken(7)) do
            if response.origin == "malformed" then
                all = all + 1
                if pcall(cjson.decode, response.body) then theirs = theirs + 1 end
                if errors.parse(response.body) then ours = ours + 1 end
            end
        end
        assert.equal(0, ours)
        local sentence = ("%d of the %d malformed ones of `testing.broken(7)`"):format(theirs, all)
        assert.truthy(read("README.md"):find(sentence, 1, true))
    end)

    local readme, makefile = read("README.md"), read("Makefile")

    it("names targets that the Makefile has, and their times as `make help` does", function()
        local count = 0
        for target, time in readme:gmatch "    make (%l+)%s+# [^\n:]+:? ?([^\n]*)" do
            assert.truthy(makefile:find("\n" .. target .. ":", 1, true), target)
            assert.truthy(makefile:match("\n#: make " .. target .. " [^\n]*"):find(time, 1, true), target)
            count = count + 1
        end
        assert.equal(3, count)
    end)

    it("fits a reader's time, and its first block needs nothing before it", function()
        assert.is_true(select(2, readme:gsub("\n", "")) <= 160)
        local code = readme:match "```lua\n(.-)```"
        assert.equal(1, (code:find('local errors = require "cfs.errors"', 1, true)))
        for _, name in ipairs { "errors.check(", "errors.is(", "err:may_retry ", "err:response " } do
            assert.truthy(code:find(name, 1, true), name)
        end
        assert.is_true(select(2, code:gsub("\n", "")) <= 25)
    end)

    it("shows what the command prints of a response", function()
        local shown = readme:match "<!%-%- output %-%->\n\n```\n(.-)```"
        local response = "HTTP/1.1 421 Misdirected Request\\r\\nx-bce-request-id: 4db2b34d\\r\\n\\r\\n"
            .. '{"requestId":"4db2b34d","code":"RateLimit",'
            .. '"message":"There are too many connections. The host is nd7"}'
        local _, printed = command.run("printf '" .. response .. "' | LC_ALL=C " .. command.interpreter
            .. " bin/cfs-errors")
        assert.equal(shown, printed)
    end)
end)

describe("The tour", function()
    it("runs, and shows what it promises", function()
        local output = command.must(command.interpreter .. " examples/show.lua examples/tour.lua")
        for _, line in ipairs {
            "DropMountedFS  400  state  never",
            "delete its mount targets first",
            "NoSuchKey  false  404  never",
            "nil  502  1b6d3a0e-5f7c-4c36-9b7e-0a7d3c7b9f10  html  backoff",
            "nil  malformed JSON: expected '\"' to end the string at byte 49  malformed  49",
            "true  no row for cfs-ZpGzYvrnC9",
            '{"code":"InternalError","message":"We encountered an internal error. Please try again."}',
            "10.0.3.7",
            "429  1  c0ffee",
            'code=RateLimit status=421 requestId=c0ffee category=throttle fault=client message="There are '
                .. 'too many connections. The host is 10.0.3.7"',
            "never  CreateOrderFail: repeat with the same client token; this call has none, so first look "
                .. "whether it was done",
            "done at attempt 3, after 0.3 s at most",
            "  404    MountTargetNotFound             not_found       never       client",
        } do
            assert.truthy(output:find("\n  | " .. line .. "\n", 1, true), line)
        end
    end)
end)
