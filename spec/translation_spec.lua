-- The Chinese README says what the English one says.
-- Runs once: it reads documents.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local translation = require "tools.translation"

-- Without what the command prints, which is in each README's own language.
local function read(path)
    return (files.read(path):gsub("<!%-%- output %-%->.-<!%-%- end %-%->\n", ""))
end

local original, translated = read "README.md", read "README.zh-CN.md"

describe("README.zh-CN.md", function()
    it("has the headings of README.md, level by level", function()
        assert.same(translation.levels(original), translation.levels(translated))
        assert.is_true(#translation.levels(original) > 7)
    end)

    it("has its code blocks, byte for byte, as `make docs` copies them", function()
        local expected = translation.blocks(original)
        assert.same(expected, translation.blocks(translated))
        assert.is_true(#expected > 4)
    end)

    it("has as many rows in its tables, as many points in its lists", function()
        for _, start in ipairs { "|", "%- ", "!%[" } do
            local _, count = original:gsub("\n" .. start, "")
            assert.equal(count, select(2, translated:gsub("\n" .. start, "")), start)
        end
    end)

    it("links to what README.md links to", function()
        local function links_of(text)
            local links, seen = {}, {}
            for link in text:gmatch("%]%(([^)]+)%)") do
                if not seen[link] and not link:find("^README") then
                    links[#links + 1], seen[link] = link, true
                end
            end
            table.sort(links)
            return links
        end
        assert.same(links_of(original), links_of(translated))
        for _, link in ipairs(links_of(translated)) do
            local path = link:match("^[^#]+")
            if not path:find("://", 1, true) then command.must("test -e " .. path) end
        end
    end)

    it("has its numbers", function()
        local function numbers_of(text)
            local numbers, seen = {}, {}
            for number in text:gsub("%]%(.-%)", ""):gmatch "%d[%d,.]*%d" do
                if not seen[number] then numbers[#numbers + 1], seen[number] = number, true end
            end
            table.sort(numbers)
            return numbers
        end
        assert.same(numbers_of(original), numbers_of(translated))
        assert.is_true(#numbers_of(original) > 20)
    end)

    it("is Chinese in each paragraph", function()
        for paragraph in translated:gsub("\n```.-\n```\n", "\n\n"):gsub("\n\n+", "\1"):gmatch("[^\1]+") do
            local is_code = paragraph:find("^    ") or paragraph:find("^# cfs") or paragraph:find("^<!%-%-")
            assert.is_true(is_code ~= nil or paragraph:find("[\228-\233]") ~= nil, paragraph)
        end
    end)
end)

describe("A translated document", function()
    it("gets the blocks of its original, fenced and indented, and keeps its own words", function()
        local english = "# A\n\ntext\n\n```lua\nprint(1)\n```\n\nmore\n\n    make a\n    make b\n\nend\n"
        local chinese = "# B\n\n文\n\n```lua\nold\n```\n\n多\n\n    make c\n\n尾\n"
        assert.same({ "```lua\nprint(1)\n```", "    make a\n    make b" }, translation.blocks(english))
        assert.equal("# B\n\n文\n\n```lua\nprint(1)\n```\n\n多\n\n    make a\n    make b\n\n尾\n",
            translation.with_blocks(chinese, english))
        assert.equal("# B\n\n文\n", translation.with_blocks("# B\n\n文\n", english))
        assert.same({ 1, 3 }, translation.levels("# a\n```\n## no\n```\n### b\n"))
    end)
end)
