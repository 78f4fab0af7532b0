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

describe("A directory of the specs", function()
    local home

    before_each(function() home = command.new_directory() end)
    after_each(function() command.remove(home) end)

    it("is one word, and what is removed is itself, where TMPDIR has a space", function()
        command.must(("mkdir '%s/a' '%s/a b'"):format(home, home))
        local program = [[arg = arg or { [0] = "lua" }
            local command = require "spec.helpers.command"
            local made = command.new_directory()
            assert(not made:find " ", made)
            command.remove(made)
            assert(not io.open(made))
            command.remove(os.getenv "TMPDIR")]]
        command.must(("TMPDIR='%s/a b' %s -e %s"):format(home, command.interpreter, command.quote(program)))
        assert.equal("a\n", command.must("ls " .. home))
    end)

    it("is removed by no line that a shell could take apart", function()
        local shell = [['\brm (-[a-z]+ )*\$' spec bench examples tools fuzz .ci]]
        local lua = [['\brm (-[a-z]+ )*("|%s|\]\])' spec bench examples tools --include='*.lua']]
        for _, search in ipairs { shell, lua } do
            local _, output = command.run("grep -rnE " .. search .. " | grep -v command.quote")
            assert.equal("", output)
        end
    end)
end)
