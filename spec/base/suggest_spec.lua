local suggest = require "cfs.errors.base.suggest"

local names = {
    InstanceNotFound = true, MountTargetNotFound = true, RateLimit = true, EOFException = true,
    message = true, status = true, [404] = true, [{}] = true, ab = true,
    host = true,
}

describe("cfs.errors.base.suggest.nearest", function()
    local cases = {
        { "InstanceNotFound", "InstanceNotFound" }, -- the name itself
        { "INSTANCENOTFOUND", "InstanceNotFound" }, -- letter case aside
        { "InstanceNotFond", "InstanceNotFound" }, -- one letter less
        { "InstanceNottFound", "InstanceNotFound" }, -- one more
        { "InstanceNotFaund", "InstanceNotFound" }, -- another
        { "InstanceNotFuond", "InstanceNotFound" }, -- two swapped
        { "instance_not_found", "InstanceNotFound" },
        { "Instance", nil },
        { "eofexeption", "EOFException" },
        { "mesage", "message" },
        { "mss", nil },
        { "msg", nil },
        { "stauts", "status" },
        { "state", "status" }, -- 2 of 6: a third
        { "stat", "status" },
        { "statXYZ", nil }, -- 3 of 6
        { "sta", nil },
        { "", nil },
        { "a", nil }, -- half of a name is too much
        { "qqqqqqqqqqqqqqqq", nil },
        { "404", nil },
        { "hsot", "host" }, -- one change of 4 letters
        { "hst", "host" },
        { "hosst", "host" },
        { "h0st", "host" },
        { "hsto", nil },
        { "soht", nil },
    }
    for _, case in ipairs(cases) do
        it(("to %q is %s"):format(case[1], tostring(case[2])), function()
            assert.equal(case[2], suggest.nearest(case[1], names))
        end)
    end

    it("is the nearest of several", function()
        assert.equal("abcdef", suggest.nearest("abcdeg", { abcdef = 1, abcdxx = 1, abcxef = 1 }))
    end)

    it("is, of equally near ones, the first in the alphabet", function()
        for _ = 1, 10 do
            local equal = {}
            for last in ("hbzckd"):gmatch(".") do equal["abcde" .. last] = true end
            assert.equal("abcdeb", suggest.nearest("abcdex", equal))
        end
    end)

    it("is none of no names", function()
        assert.is_nil(suggest.nearest("name", {}))
    end)

    it("is soon found, however long the name", function()
        assert.is_nil(suggest.nearest(("x"):rep(10 ^ 6), names))
    end)

    it("stands in a sentence that shows so much of a long name", function()
        assert.equal("unknown code '" .. ("x"):rep(64) .. "...'",
            (suggest.unknown("code", ("x"):rep(10 ^ 6), names)))
    end)
end)

describe("cfs.errors.base.suggest.unknown", function()
    it("says what was meant", function()
        assert.equal("unknown code 'InstanceNotfound', did you mean 'InstanceNotFound'?",
            suggest.unknown("code", "InstanceNotfound", names))
        assert.equal("unknown field 'mesage', did you mean 'message'?",
            suggest.unknown("field", "mesage", names))
    end)

    it("says no more than it knows", function()
        assert.equal("unknown code 'qqqqqqqq'", suggest.unknown("code", "qqqqqqqq", names))
        assert.equal("unknown code ''", suggest.unknown("code", "", {}))
    end)

    it("shows bytes safely, and splits no character", function()
        assert.equal("unknown code '\\x1b[31m\239\191\189'", suggest.unknown("code", "\27[31m\255", {}))
        assert.equal("unknown code '" .. ("x"):rep(63) .. "...'",
            suggest.unknown("code", ("x"):rep(63) .. "\228\184\173\230\150\135", {}))
    end)
end)
