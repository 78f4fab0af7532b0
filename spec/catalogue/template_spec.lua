local template = require "cfs.errors.catalogue.template"

-- Messages, their parameters and what is made of them: { spelt as on the vendor's page?, template,
-- values, message }.
local fitting = {
    { true, "The parameter 'parameterName' is invalid.", { parameterName = "fsName" },
      "The parameter 'fsName' is invalid." },
    { true, "host is {host}", { host = "10.0.0.1" }, "host is 10.0.0.1" },
    { true, "The protocol '{http}' is not supported.", { protocol = "ftp" },
      "The protocol 'ftp' is not supported." },
    { true, "Timestamp date is XXX.", { date = "2015-04-27T08:23:49Z" },
      "Timestamp date is 2015-04-27T08:23:49Z." },
    { false, "No key {name}", { name = "a" }, "No key a" },
    { false, "{name}", { name = "a" }, "a" },
    { false, "{name} is no key", { name = "a" }, "a is no key" },
    { false, "No key {name} in {bucket}.", { name = "a", bucket = "b" }, "No key a in b." },
    { false, "{a}, {b}, {c}", { a = "1", b = "2", c = "3, 4" }, "1, 2, 3, 4" },
    { false, "{a} is {a}", { a = "x" }, "x is x" },
    { false, "{snake_case1}!", { snake_case1 = "a" }, "a!" },
    { false, "100% of {name}. [^%a]", { name = "%1" }, "100% of %1. [^%a]" },
    { false, "{name}.{other}%d", { name = "ab", other = "c" }, "ab.c%d" },
    { false, "{name}\0{other}", { name = "a", other = "b" }, "a\0b" },
}

describe("cfs.errors.catalogue.template", function()
    for _, case in ipairs(fitting) do
        local is_vendors, message, values, filled = case[1], case[2], case[3], case[4]
        it(("fills %q and reads it back"):format(message), function()
            local parts = template.compile(message, is_vendors)
            assert.equal(filled, template.fill(parts, values))
            assert.same(values, template.read(parts, filled))
        end)
    end

    it("compiles no message without a parameter", function()
        for _, message in ipairs {
            "", "Plain.", "{}", "{1}", "{a b}", "{a", "a}", "{ name }", "{_a}",
        } do
            assert.is_nil(template.compile(message))
        end
        assert.is_nil(template.compile("Plain.", true))
    end)

    it("keeps the vendor's spellings and ours apart", function()
        assert.is_nil(template.compile("The parameter 'parameterName', XXX"))
        assert.is_nil(template.compile("No key {name}", true))
    end)

    it("alternates text and parameters", function()
        assert.same({
            "No key ", { name = "name", placeholder = "{name}" },
            " in ", { name = "bucket", placeholder = "{bucket}" }, "", names = { "name", "bucket" },
        }, template.compile("No key {name} in {bucket}"))
    end)

    it("knows its parameters' names", function()
        local parts = template.compile("No key {name} in {bucket}.")
        assert.same({ "name", "bucket" }, parts.names)
    end)

    it("fills numbers in, the same on every Lua", function()
        local parts = template.compile("No key {name}.")
        for number, words in pairs {
            [7] = "7", [-7] = "-7", [0.5] = "0.5", [1e15] = "1000000000000000",
            [1e15 + 1] = "1000000000000001", [2 ^ 53] = "9007199254740992",
        } do
            assert.equal("No key " .. words .. ".", template.fill(parts, { name = number }))
        end
    end)

    describe("fills nothing in", function()
        local two = "No key {name} in {bucket}."
        local cases = {
            { two, {}, "parameter 'name' is missing" },
            { two, { name = "a" }, "parameter 'bucket' is missing" },
            { two, { bucket = "b" }, "parameter 'name' is missing" },
            { two, { name = "", bucket = "b" }, "parameter 'name' must be a non-empty string" },
            { two, { name = "a", bucket = {} }, "parameter 'bucket' must be a non-empty string" },
            { two, { name = "a", bucket = 0 / 0 }, "parameter 'bucket' must be a non-empty string" },
            { two, { name = "a", bucket = math.huge }, "parameter 'bucket' must be a non-empty string" },
            { two, { name = false, bucket = "b" }, "parameter 'name' must be a non-empty string" },
        }
        for _, case in ipairs(cases) do
            it("where " .. case[3], function()
                local message, problem = template.fill(template.compile(case[1]), case[2])
                assert.is_nil(message)
                assert.equal(case[3], problem)
            end)
        end

        it("where the date is none", function()
            local parts = template.compile("Timestamp date is XXX.", true)
            for _, date in ipairs {
                "now", "2015", "2015-04-27", "2015-04-27 08:23:49", "15-04-27T08:23:49Z",
                "2015-04-27T08:23:49Z\n", " 2015-04-27T08:23:49Z",
            } do
                local message, problem = template.fill(parts, { date = date })
                assert.is_nil(message)
                assert.equal("parameter 'date' must be an ISO 8601 date-time", problem)
            end
        end)
    end)

    describe("reads nothing out of", function()
        local two = "No key {name} in {bucket}."
        local cases = {
            { "another message", two, "Nothing of that kind." },
            { "an empty one", two, "" },
            { "one with an empty first value", two, "No key  in b." },
            { "one with an empty last value", two, "No key a in ." },
            { "one with text before", two, "Error: No key a in b." },
            { "one with text behind", two, "No key a in b. Sorry" },
            { "one that is cut off", two, "No key a in" },
            { "one in other letters", two, "no key a in b." },
            { "the template itself", two, two },
            { "one that is still a template in part", two, "No key a in {bucket}." },
            { "one whose beginning and end would overlap", "ab{name}bc", "abc" },
            { "one with two values of one parameter", "{a} is {a}", "x is y" },
            { "one of parameters with nothing between", "{a}{b}", "xy" },
        }
        for _, case in ipairs(cases) do
            it(case[1], function()
                assert.is_nil(template.read(template.compile(case[2]), case[3]))
            end)
        end
    end)

    describe("leaves a parameter out with", function()
        for message, plain in pairs {
            ["The key '{name}' is taken."] = "The key is taken.",
            ['No "{name}" here.'] = "No here.",
            ["It failed; the place is {place}."] = "It failed",
            ["It failed. See {place}. Retry later."] = "It failed. Retry later.",
            ["{what} failed. Retry v1.2 later."] = "Retry v1.2 later.",
            ["\230\149\133. {what}"] = "\230\149\133.",
            ["{what} failed, {how}."] = false,
            ["No {what}"] = false,
            ["'{what}'."] = false,
        } do
            it(message, function() assert.equal(plain or nil, template.plain(template.compile(message))) end)
        end
    end)

    it("takes time in proportion to the length of a date that is none", function()
        local parts = template.compile("Timestamp date is XXX.", true)
        local date = "2015-04-27T08:23:49" .. ("1"):rep(300000)
        local start = os.clock()
        assert.is_nil(template.read(parts, "Timestamp date is " .. date .. "x."))
        assert.is_true(os.clock() - start < 2)
        assert.same({ date = date }, template.read(parts, "Timestamp date is " .. date .. "."))
    end)

    it("ends a value where the text behind it first occurs, the last one at the end", function()
        local parts = template.compile("No key {name} in {bucket}.")
        assert.same({ name = "a", bucket = "b in c." },
            template.read(parts, "No key a in b in c.."))
    end)
end)
