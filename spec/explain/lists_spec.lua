local errors = require "cfs.errors"


-- How many entries a table has.
local function count(entries)
    local number = 0
    for _ in pairs(entries) do number = number + 1 end
    return number
end


describe("errors.categories", function()
    it("has a sentence for each category of the catalogue, and no other", function()
        local used = {}
        for kind in errors.each() do
            if kind.service == "global" or kind.service == "cfs" then used[kind.category] = true end
        end
        assert.equal(15, count(errors.categories))
        for category in pairs(used) do assert.matches("^%u.*%.$", errors.categories[category]) end
        for category in pairs(errors.categories) do assert.is_true(used[category], category) end
    end)

    it("prints as a table, the words of retry below, within 80 columns", function()
        local text = tostring(errors.categories)
        assert.truthy(text:find("category\n  account         The account lacks something", 1, true))
        assert.truthy(text:find("\n\nretry\n  never           no: the same call fails again\n", 1, true))
        for line in text:gmatch("[^\n]+") do assert.is_true(#line <= 80, line) end
    end)
end)


describe("errors.retries", function()
    it("has a sentence for each of the seven words", function()
        assert.equal(7, count(errors.retries))
        for kind in errors.each() do assert.matches("^[yn][eo]s?[,:] ", errors.retries[kind.retry]) end
    end)

    it("prints as a table", function()
        assert.equal("retry\n  never           no: the same call fails again\n",
            tostring(errors.retries):match("^[^\n]*\n[^\n]*\n"))
    end)
end)
