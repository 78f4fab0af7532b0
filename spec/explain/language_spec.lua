local command = require "spec.helpers.command"
local core = require "cfs.errors.core"
local phrases = require "cfs.errors.explain.language"

-- The variables of the locale, and the language that they mean.
local cases = {
    { "LANG=zh_CN.UTF-8", "zh" },
    { "LANG=zh_CN.utf8", "zh" },
    { "LANG=zh", "zh" },
    { "LANG=zh_TW.UTF-8@stroke", "zh" },
    { "LANG=zh_CN.GBK", "en" },
    { "LANG=zha.UTF-8", "en" },
    { "LANG=en_US.UTF-8", "en" },
    { "LANG=C", "en" },
    { "", "en" },
    { "LANG=en_US.UTF-8 LC_MESSAGES=zh_CN.UTF-8", "zh" },
    { "LANG=zh_CN.UTF-8 LC_MESSAGES=C", "en" },
    { "LANG=zh_CN.UTF-8 LC_MESSAGES=C LC_ALL=zh_CN.UTF-8", "zh" },
    { "LANG=zh_CN.UTF-8 LC_ALL=", "zh" },
    { "LANG=zh_CN.UTF-8 LC_ALL=C", "en" },
    { "LC_CTYPE=zh_CN.UTF-8", "en" },
}

describe("The language of the locale", function()
    for _, case in ipairs(cases) do
        it("is " .. case[2] .. " where there is " .. (case[1] ~= "" and case[1] or "none"), function()
            local program = [[io.write(require("cfs.errors.explain.language").of_locale())]]
            local bare = "env -u LC_ALL -u LC_MESSAGES -u LANG -u LC_CTYPE "
            assert.equal(case[2],
                command.must(bare .. case[1] .. " " .. command.interpreter .. " -e '" .. program .. "'"))
        end)
    end
end)

describe("The phrases", function()
    it("are there in both languages, in valid UTF-8, with the same places to fill", function()
        local count = 0
        local groups = { "category", "retry", "fault", "remedy", "status_remedy", "no_response_remedy",
            "label", "sentence", "origin", "transport", "description", "repeat", "column", "action",
            "refusal", "help" }
        for _, group in ipairs(groups) do
            assert.is_true(#phrases.names(group) > 0, group)
            for _, name in ipairs(phrases.names(group)) do
                local english, chinese = phrases.say(group, name, "en"), phrases.say(group, name, "zh")
                count = count + 1
                assert.is_true(group == "description" or not english:find("[\128-\255]"), name)
                local is_mark = name == "comma" or name == "colon"
                assert.truthy(chinese:find(is_mark and "[\239]" or "[\228-\233]"), name)
                assert.equal(chinese, core.repair(chinese))
                assert.equal(select(2, english:gsub("%%s", "")), select(2, chinese:gsub("%%s", "")), name)
            end
        end
        assert.is_true(count > 100)
    end)

    it("are nil where there is none", function()
        assert.is_nil(phrases.say("category", "nosuch", "en"))
        assert.is_nil(phrases.say("nosuch", "never", "en"))
        assert.same({}, phrases.names("nosuch"))
    end)
end)
