local columns = require "cfs.errors.explain.columns"

local widths = {
    { "", 0 }, { "abc", 3 }, { "é", 1 }, { "中文", 4 }, { "，", 2 }, { "Ａ", 2 }, { "a中b", 4 }, { "한국", 4 },
    { "ひらカタ", 8 }, { "…", 1 }, { "→", 1 }, { "😀", 2 }, { "𠀀", 2 },
}

local wrapped = {
    { "words", "one two three", 72, "one two\n" .. (" "):rep(72) .. "three" },
    { "words that just fit", "one tw four", 74, "one tw\n" .. (" "):rep(74) .. "four" },
    { "a word that is too long", "abcdefghij", 74, "abcdef\n" .. (" "):rep(74) .. "ghij" },
    { "a letter before such a word", "a bcdefgh", 74,
      "a\n" .. (" "):rep(74) .. "bcdefg\n" .. (" "):rep(74) .. "h" },
    { "Chinese, between characters", "中文错误", 76, "中文\n" .. (" "):rep(76) .. "错误" },
    { "Chinese, not before a closing mark", "中文。错误", 76, "中\n" .. (" "):rep(76) .. "文。\n"
        .. (" "):rep(76) .. "错误" },
    { "Chinese with words in it", "用 token 重试", 74,
      "用\n" .. (" "):rep(74) .. "token\n" .. (" "):rep(74) .. "重试" },
    { "closing marks that have no place to part", "。。。。", 76, "。。\n" .. (" "):rep(76) .. "。。" },
    { "several spaces as one", "  a \t b  ", 0, "a b" },
    { "nothing", "", 13, "" },
}

describe("The columns of a text", function()
    for _, case in ipairs(widths) do
        it("are " .. case[2] .. " for " .. case[1], function()
            assert.equal(case[2], columns.width(case[1]))
        end)
    end
end)

describe("A text is wrapped:", function()
    for _, case in ipairs(wrapped) do
        it(case[1], function() assert.equal(case[4], columns.wrap(case[2], case[3])) end)
    end
end)

describe("An entry", function()
    it("has its text behind a label of 13 columns, whatever the label's letters", function()
        assert.equal("retry        no", columns.entry("retry", "no"))
        assert.equal("重试         no", columns.entry("重试", "no"))
        assert.equal("retry", columns.entry("retry", ""))
    end)
end)
