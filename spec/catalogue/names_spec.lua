local errors = require "cfs.errors"
local names = require "cfs.errors.catalogue.names"
local state = require "cfs.errors.base.state"
local support = require "spec.helpers.support"

local refusal = "no field '%s' can be added; errors.extend adds codes"

describe("cfs.errors", function()
    it("takes no new field", function()
        support.raises(refusal:format("foo"), function() errors.foo = 1 end)
        support.raises(refusal:format("NoSuchCode"), function() errors.NoSuchCode = errors.RateLimit end)
        support.raises(refusal:format("RateLimit"), function() errors.RateLimit = nil end)
        support.raises(refusal:format("7"), function() errors[7] = true end)
        assert.is_nil(rawget(errors, "foo"))
    end)

    it("points from the names of other languages to its own", function()
        for name, own in pairs {
            throw = "raise", error = "raise", try = "pcall", catch = "match", wrap = "new",
            from_json = "parse", instanceof = "is", As = "find", describe = "explain",
        } do
            local good, sentence = pcall(function() return errors[name] end)
            assert.is_false(good)
            assert.matches(("unknown %s '%s', did you mean '%s'?"):format(
                name == "As" and "code" or "name", name, own), sentence, 1, true)
        end
    end)

    it("lets a test put its own function in a function's place", function()
        local parse = errors.parse
        errors.parse = function() return "mine" end
        assert.equal("mine", errors.parse())
        errors.parse = parse
    end)
end)

it("cfs.errors.catalogue.names.home knows services, and no other value", function()
    local service = errors.service("spec-names", {})
    assert.equal(state.services["spec-names"], names.home(service))
    assert.equal(service, names.home(service).public)
    for _, value in ipairs { "text", 5, print, {}, setmetatable({}, {}), errors, errors.RateLimit } do
        assert.is_nil(names.home(value))
    end
    assert.is_nil(names.home(nil))
end)

describe("errors.catalogue", function()
    it("takes no new field", function()
        support.raises(refusal:format("foo"), function() errors.catalogue.foo = 1 end)
    end)

    it("is a copy: what is done to it breaks nothing", function()
        local kind, text = errors.RateLimit, tostring(errors.catalogue)
        for _, value in ipairs { false, 5, {} } do
            errors.catalogue.RateLimit = value
            assert.is_true(rawequal(kind, errors.RateLimit))
            assert.is_true(rawequal(kind, errors.new("RateLimit", { host = "nd7" }):kind()))
            assert.equal(text, tostring(errors.catalogue))
        end
        errors.catalogue.RateLimit = nil
        assert.is_true(rawequal(kind, errors.catalogue.RateLimit))
        assert.is_true(rawequal(kind, errors.RateLimit))
        rawset(errors.catalogue, "RateLimit", kind)
    end)
end)
