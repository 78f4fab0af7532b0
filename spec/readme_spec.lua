-- Every Lua block of README is run, and what it prints compared with its comments `--> ...`.

local errors = require "cfs.errors"


local function read(path)
    local file = assert(io.open(path))
    local content = file:read("*a")
    file:close()
    return content
end


-- The blocks: { heading =, code =, expected = lines }.
local function blocks_of(text)
    local blocks, heading, code = {}, nil, nil
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


-- Values that print parts by tabs stand two spaces apart in README.
local function expected_lines(code)
    local lines = {}
    for line in (code .. "\n"):gmatch("([^\n]*)\n") do
        lines[#lines + 1] = line:match("%-%-> ?(.*)$")
    end
    return table.concat(lines, "\n")
end


local function printed_lines(code)
    local lines = {}
    local env = setmetatable({ errors = errors }, { __index = _G })
    function env.print(...)
        local values = {}
        for index = 1, select("#", ...) do values[index] = tostring((select(index, ...))) end
        lines[#lines + 1] = table.concat(values, "  ")
    end
    local chunk
    if setfenv then
        chunk = setfenv(assert(loadstring(code, "@README.md")), env)
    else
        chunk = assert(load(code, "@README.md", "t", env))
    end
    chunk()
    return table.concat(lines, "\n")
end


describe("README", function()
    local blocks = blocks_of(read("README.md"))

    it("has the blocks that are run here", function()
        assert.equal(12, #blocks)
    end)

    for index, block in ipairs(blocks) do
        it("is right in block " .. index .. ", " .. block.heading, function()
            assert.is_true(#expected_lines(block.code) > 0)
            assert.equal(expected_lines(block.code), printed_lines(block.code))
        end)
    end

    it("names its two commands, which the Makefile has", function()
        local makefile = read("Makefile")
        for _, target in ipairs { "demo", "test" } do
            assert.truthy(read("README.md"):find("    make " .. target, 1, true))
            assert.truthy(makefile:find("\n" .. target .. ":", 1, true))
        end
    end)
end)


describe("The tour", function()
    it("runs, and shows what it promises", function()
        local command = require "spec.command"
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
