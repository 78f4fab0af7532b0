-- Runs once: the tools are scripts.

local command = require "spec.helpers.command"


describe("tools/need", function()
    it("is content with what is there", function()
        assert.equal("", command.must("tools/need git make gcc"))
    end)

    it("refuses a name that it does not know", function()
        for _, names in ipairs { "nosuch", "git nosuch", "nosuch git" } do
            local _, output = command.run("tools/need " .. names .. "; echo $?")
            assert.equal("need: nosuch is not known here\n2\n", output)
        end
    end)
end)
