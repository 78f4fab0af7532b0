local columns = require "cfs.errors.explain.columns"
local errors = require "cfs.errors"
local lists = require "cfs.errors.explain.lists"

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
        assert.is_nil(text:find("unknown", 1, true))
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

describe("A list of kinds", function()
    local kinds = { errors.MountTargetNotFound, errors.InternalError, errors.AlreadyMounted,
        errors.AccessDenied, errors.DropMountedFS }

    it("is sorted by service, status and place", function()
        local codes = {}
        for code in lists.kinds(kinds, "en"):gmatch("%d%d%d +(%a+)") do codes[#codes + 1] = code end
        assert.same({ "AlreadyMounted", "DropMountedFS", "MountTargetNotFound", "AccessDenied",
            "InternalError" }, codes)
        assert.equal("cfs\n  status code", lists.kinds({ errors.DropMountedFS }, "en"):sub(1, 17))
    end)

    it("has the columns for which the terminal is wide enough", function()
        local total = columns.total
        for width, last in pairs { [75] = "client", [74] = "never", [69] = "never", [68] = "state" } do
            columns.total = width
            assert.equal(last, lists.kinds({ errors.DropMountedFS }, "en"):match("%S+$"))
        end
        columns.total = total
    end)

    it("is in the language of the locale, if none is chosen", function()
        local getenv = stub(os, "getenv", function(name) return name == "LC_ALL" and "zh_CN.UTF-8" or nil end)
        local text = lists.kinds(kinds)
        getenv:revert()
        assert.equal(lists.kinds(kinds, "zh"), text)
        assert.truthy(text:find("错误码", 1, true))
    end)
end)
