local errors = require "cfs.errors"
local judge = require "cfs.errors.explain.judge"
local pastes = require "spec.helpers.pastes"
local subject = require "cfs.errors.explain.subject"

local list = pastes.all()

-- What a text yields, in a word: a code, a status, a word of transport, or what else it is.
local function yield_of(about)
    local err = about.err
    if err and err:transport() then return (err:transport()) end
    if about.status then return tostring(about.status) end
    if err then return err.code or err.status and tostring(err.status) or "none" end
    if about.kind then return about.kind.code end
    if about.kinds then return "kinds" end
    return about.request_id and "request id" or "unknown"
end

describe("The forms of a text", function()
    it("are tried in this order", function()
        local names = {}
        for index, form in ipairs(subject.forms) do names[index] = form[1] end
        assert.equal("code word phrase response envelope named message label mount reason "
            .. "status document request_id search other_word nothing", table.concat(names, " "))
    end)

    for _, form in ipairs(subject.forms) do
        it("are shown by an example each: " .. form[1], function()
            local about = subject.of(form[2], "en")
            assert.same({ form[1], form[3] }, { about.form, yield_of(about) })
        end)
    end

    it("yield to those before them where a text has two", function()
        local free = {} -- forms that a line of a longer text may have
        for _, form in ipairs(subject.forms) do
            if ("envelope named message label reason status"):find(form[1], 1, true) then
                free[#free + 1] = form
            end
        end
        for earlier = 1, #free do
            for later = earlier + 1, #free do
                local text = free[later][2] .. "\n" .. free[earlier][2]
                assert.equal(free[earlier][3], yield_of(subject.of(text, "en")), text)
            end
        end
    end)
end)

describe("What people paste", function()
    it("is of many kinds", function()
        local kinds, count = {}, 0
        for _, paste in ipairs(list) do kinds[paste[1]:gsub(" %d+$", "")] = true end
        for _ in pairs(kinds) do count = count + 1 end
        assert.is_true(#list >= 150 and count >= 40)
    end)

    for _, paste in ipairs(list) do
        it("is read: " .. paste[1], function()
            local about = subject.of(paste[2], "en")
            local want, found = paste[3], pastes.found(about, judge.may_retry(about))
            -- where the text does not tell the status, the catalogue's is shown
            if not want.status and (want.code ~= "none") then found.status = nil end
            found.status = found.status ~= "nil" and found.status or nil
            found.as = want.as
            assert.same(want, found)
        end)
    end

    it("is explained within 80 columns, in both languages, without a contradiction", function()
        for _, paste in ipairs(list) do
            for _, language in ipairs { "en", "zh" } do
                local text = errors.explain(paste[2], { language = language })
                for line in text:gmatch("[^\n]+") do
                    local width = #line:gsub("[\128-\191]", "")
                        + select(2, line:gsub("[\227-\239][\128-\191][\128-\191]", ""))
                    assert.is_true(width <= 80, line)
                end
                if paste[3].code ~= "none" then assert.is_nil(text:find("Not an error", 1, true), text) end
                assert.is_nil(text:find("[%c\127]", 1) and text:gsub("\n", ""):find("%c"), text)
            end
        end
    end)

    it("is explained by the first error, and lists the others", function()
        local text = errors.explain "RateLimit, AccessDenied, InstanceNotFound, RateLimit and AccessDenied"
        assert.equal("RateLimit, 421 Misdirected Request", text:match("^[^\n]*"))
        assert.equal("2 more: AccessDenied, InstanceNotFound", text:match("[^\n]*$"))
    end)
end)
