local errors = require "cfs.errors"
local kept = require "cfs.errors.object.kept"

describe("cfs.errors.object.kept", function()
    it("tells whether anything lies beside an error, but for the cause", function()
        assert.is_false(kept.any(errors.AccessDenied { cause = "why" }))
        assert.is_true(kept.any(errors.from_response { status = 502, body = "<html>" }))
    end)

    it("keeps several things beside one error", function()
        local err = errors.AccessDenied()
        assert.is_nil(kept.get(err, "body"))
        kept.keep(err, "body", "b")
        kept.keep(err, "origin", "html")
        assert.same({ "b", "html" }, { err:body(), err:origin() })
    end)

    it("gives an error a metatable of its own for a cause only", function()
        local shared = getmetatable(errors.AccessDenied())
        assert.is_true(rawequal(shared, getmetatable(errors.AccessDenied { requestId = "r" })))
        assert.is_false(rawequal(shared, getmetatable(errors.AccessDenied { cause = false })))
    end)
end)
