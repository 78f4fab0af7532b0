local generated = require "tools.generated"

describe("What is generated from the catalogue", function()
    for path, content in pairs(generated) do
        it("is committed as `make docs` writes it: " .. path, function()
            local file = assert(io.open(path))
            local committed = file:read("*a")
            file:close()
            assert.equal(content, committed)
        end)
    end
end)
