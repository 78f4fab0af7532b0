local catalogue = require "cfs.errors.catalogue.kind"
local errors = require "cfs.errors"
local state = require "cfs.errors.base.state"
local support = require "spec.helpers.support"

local raises = support.raises

-- The vendor's page and our judgement of it, copied independently of the library.
local function read_rows()
    local rows, names = {}, nil
    for line in io.lines("spec/data/catalogue.tsv") do
        local fields = {}
        for field in (line .. "\t"):gmatch("([^\t]*)\t") do fields[#fields + 1] = field end
        if names then
            local row = { known = true }
            for index, name in ipairs(names) do row[name] = fields[index] end
            row.status = tonumber(row.status)
            rows[#rows + 1] = row
        else
            names = fields
        end
    end
    return rows
end

local rows = read_rows()

-- The codes in a list of kinds, but for those that were added to the catalogue.
local function vendor_codes(list)
    local codes = {}
    for _, kind in ipairs(list) do
        if kind.service == "global" or kind.service == "cfs" then codes[#codes + 1] = kind.code end
    end
    return codes
end

describe("the catalogue", function()
    it("has the codes of the vendor's page, 14 global ones and 34 of CFS at least, and no other", function()
        local count, expected = { global = 0, cfs = 0 }, { global = 0, cfs = 0 }
        for _, kind in pairs(errors.catalogue) do
            if count[kind.service] then count[kind.service] = count[kind.service] + 1 end
        end
        for _, row in ipairs(rows) do expected[row.service] = expected[row.service] + 1 end
        assert.same(expected, count)
        assert.is_true(count.global >= 14 and count.cfs >= 34)
    end)

    for _, row in ipairs(rows) do
        it("knows " .. row.code .. " word for word", function()
            assert.same(row, support.own(errors.catalogue[row.code]))
        end)
    end

    it("is keyed by code", function()
        for code, kind in pairs(errors.catalogue) do assert.equal(code, kind.code) end
    end)

    it("lacks a code without an error", function()
        assert.is_nil(errors.catalogue.NoSuchCodeAnywhere)
    end)
end)

describe("errors.each", function()
    it("walks the vendor's order", function()
        local index = 0
        for kind in errors.each() do
            index = index + 1
            if rows[index] then assert.equal(rows[index].code, kind.code) end
        end
        assert.is_true(index >= 48)
    end)

    it("walks the whole catalogue, each kind once", function()
        local seen, count, size = {}, 0, 0
        for kind in errors.each() do
            assert.equal(errors.catalogue[kind.code], kind)
            assert.is_nil(seen[kind])
            seen[kind], count = true, count + 1
        end
        for _ in pairs(errors.catalogue) do size = size + 1 end
        assert.equal(size, count)
    end)

    it("starts anew at each call, and walks may be nested", function()
        local outer, inner = errors.each(), errors.each()
        outer()
        assert.equal(rows[1].code, inner().code)
        assert.equal(rows[2].code, outer().code)
    end)

    it("stays at its end", function()
        local next_kind = errors.each()
        repeat until next_kind() == nil
        assert.is_nil(next_kind())
    end)
end)

describe("errors.search", function()
    local found = {
        ["mount target"] = {
            "DropMountedFS", "InvalidVpcOrSubnet", "AlreadyMounted", "DropCreatingMount",
            "MountTargetNotFound",
        },
        ["MOUNT TARGET"] = {
            "DropMountedFS", "InvalidVpcOrSubnet", "AlreadyMounted", "DropCreatingMount",
            "MountTargetNotFound",
        },
        ["ratelimit"] = { "RateLimit" }, -- a code
        ["etag"] = { "PreconditionFailed" },
        ["limited in rate"] = { "RateLimit" }, -- a description
        ["too many connections"] = { "RateLimit" }, -- a message
        ["vpc id"] = { "InvalidVpcId", "InvalidVpcOrSubnet" },
        ["We encountered an internal error."] = { "InternalError", "CreateOrderFail" },
        ["{host}"] = { "ServiceError", "RateLimit" },
        ["\226\128\156parameterName\226\128\157"] = { "MissingParameter" },
        -- no patterns
        ["%a"] = {},
        ["^Access"] = {},
        ["Instance.*Found"] = {},
        ["["] = {},
        ["%"] = {},
        -- words in any order, in all that is said of a code, in both languages
        ["quota exceeded"] = { "FsNumQuotaExceeded" },
        ["rates of limit"] = { "RateLimit" },
        ["421"] = { "RateLimit" },
        ["throttle"] = { "RateLimit" },
        ["not_found"] = { "InstanceNotFound", "MountTargetNotFound" },
        ["spread calls"] = { "RateLimit" }, -- a remedy
        ["\233\153\144\230\181\129"] = { "RateLimit" },
        ["\230\140\130\232\189\189\231\130\185 \229\136\160\233\153\164"] = { "DropMountedFS",
            "DropCreatingMount", "MountTargetNotFound" },
        ["\233\133\141\233\162\157\232\182\133\229\135\186"] = { "FsNumQuotaExceeded" }, -- characters
        ["\228\184\141\229\144\140"] = { "IdempotentParameterMismatch" }, -- not these characters apart
        ["was well"] = { "InappropriateJSON" }, -- not where these words are apart
        ["connects spread"] = {}, -- no plural of "connection"
        ["mounted drop"] = { "DropMountedFS" }, -- a code's words
        ["misdirected"] = { "RateLimit" }, -- a reason phrase
        ["connections spread"] = { "RateLimit" },
        -- words of one or two letters do not count, nor does the seventeenth; others do, from their beginning
        ["zq"] = {},
        ["rate 77"] = {},
        ["rate vpc"] = {},
        ["imit rate"] = {},
        [("rate "):rep(16) .. "zzz"] = { "RateLimit" },
        [("rate "):rep(15) .. "zzz"] = {},
        ["RESOURCE_EXHAUSTED"] = {},
        ["no such text anywhere"] = {},
    }

    for wanted, codes in pairs(found) do
        it(("finds %d kinds by %q"):format(#codes, wanted), function()
            assert.same(codes, vendor_codes(errors.search(wanted)))
        end)
    end

    it("gives kinds of the catalogue", function()
        assert.equal(errors.RateLimit, errors.search("RateLimit")[1])
    end)

    it("finds all by the empty text, in the order of errors.each", function()
        local list, index = errors.search(""), 0
        for kind in errors.each() do
            index = index + 1
            assert.equal(kind, list[index])
        end
        assert.equal(index, #list)
    end)

    it("gives a new list at each call", function()
        local list = errors.search("mount")
        list[1] = nil
        assert.equal("DropMountedFS", errors.search("mount")[1].code)
    end)

    for name, value in pairs { number = 404, table = {}, boolean = true } do
        it("refuses a " .. name, function()
            raises("bad argument #1 to 'search' (string expected, got " .. name .. ")",
                function() errors.search(value) end)
        end)
    end
end)

describe("a name of the module", function()
    for _, row in ipairs(rows) do
        it(row.code .. " is a kind", function()
            assert.equal(errors.catalogue[row.code], errors[row.code])
        end)
    end

    local misspelt = {
        InstanceNotfound = "unknown code 'InstanceNotfound', did you mean 'InstanceNotFound'?",
        InstanceNotFuond = "unknown code 'InstanceNotFuond', did you mean 'InstanceNotFound'?",
        RateLimits = "unknown code 'RateLimits', did you mean 'RateLimit'?",
        EofException = "unknown code 'EofException', did you mean 'EOFException'?",
        instanceNotFound = "unknown name 'instanceNotFound', did you mean 'InstanceNotFound'?",
        prase = "unknown name 'prase', did you mean 'parse'?",
        form_response = "unknown name 'form_response', did you mean 'from_response'?",
        Qqqqqqqqqqqq = "unknown code 'Qqqqqqqqqqqq'",
        qqqqqqqqqqqq = "unknown name 'qqqqqqqqqqqq'",
        [""] = "unknown name ''",
    }
    for name, sentence in pairs(misspelt) do
        it(("that is misspelt as %q is an error where it is written"):format(name), function()
            raises(sentence, function() local _ = errors[name] end)
        end)
    end

    it("that is no string is nil", function()
        assert.is_nil(errors[404])
        assert.is_nil(errors[true])
        assert.is_nil(errors[errors.RateLimit])
    end)
end)

describe("a kind", function()
    it("is a key of tables, by which its errors are found", function()
        local names = {}
        for kind in errors.each() do names[kind] = kind.code end
        for _, row in ipairs(rows) do assert.equal(row.code, names[errors[row.code]]) end
        assert.equal("InstanceNotFound", names[errors.new("InstanceNotFound"):kind()])
    end)

    it("is the same for every error of its code, made or received", function()
        local made = errors.new("InstanceNotFound")
        local read = errors.parse('{"code": "InstanceNotFound"}')
        assert.is_true(rawequal(made:kind(), read:kind()))
        assert.is_true(rawequal(made:kind(), errors.InstanceNotFound))
    end)

    it("is the same for every error of unknown code and one status", function()
        local one = errors.from_response { status = 404, body = '{"code": "NoSuchKey"}' }
        local other = errors.from_response { status = 404, body = '{"code": "NoSuchBucket"}' }
        local elsewhere = errors.from_response { status = 410, body = '{"code": "NoSuchKey"}' }
        assert.is_true(rawequal(one:kind(), other:kind()))
        assert.is_false(rawequal(one:kind(), elsewhere:kind()))
        assert.is_false(one:kind().known)
    end)

    it("that comes close is no other one", function()
        assert.are_not.equal(errors.InternalError, errors.CreateOrderFail)
    end)
end)

describe("cfs.errors.catalogue.kind.add", function()
    -- Everything that a list of rows changes, as it is now.
    local function snapshot(home)
        local copies = { support.own(state.catalogue), support.own(state.categories) }
        for _, holder in ipairs { state, home } do
            for _, name in ipairs { "kinds", "metatables", "order" } do
                copies[#copies + 1] = support.own(holder[name])
            end
        end
        return copies
    end

    errors.service("spec-kind", {})
    for name, home in pairs { errors = state, ["a service"] = state.services["spec-kind"] } do
        it("adds no row to " .. name .. " where another one cannot be made", function()
            local shared = home ~= state and "AccessDenied" or nil
            local function row(code, category, message)
                return { code = code, category = category, message = message, status = 404, retry = "never" }
            end
            local before = snapshot(home)
            local good, sentence = pcall(catalogue.add, {
                row("SpecKindOne", "spec_kind_one", "m"), row("SpecKindTwo", "spec_kind_two", "m {name}"),
                row(shared or "SpecKindThree", "not_found", "m"), row("SpecKindFour", "spec_kind_four", {}),
                row("SpecKindFive", "spec_kind_five", "m"),
            }, false, home)
            assert.is_false(good)
            assert.matches("string expected, got table", sentence, 1, true)
            for index, copy in ipairs(snapshot(home)) do
                for key, value in pairs(copy) do assert.is_true(rawequal(before[index][key], value)) end
                for key in pairs(before[index]) do assert.is_true(copy[key] ~= nil) end
            end
        end)
    end
end)

describe("the library, loaded again,", function()
    local kept

    local function is_ours(name)
        return name == "cfs.errors" or name:find("^cfs%.errors%.") ~= nil
    end

    local function reload()
        for name in pairs(package.loaded) do
            if is_ours(name) then package.loaded[name] = nil end
        end
        return require "cfs.errors"
    end

    before_each(function()
        kept = {}
        for name, module in pairs(package.loaded) do
            if is_ours(name) then kept[name] = module end
        end
    end)

    after_each(function()
        for name in pairs(package.loaded) do
            if is_ours(name) then package.loaded[name] = nil end
        end
        for name, module in pairs(kept) do package.loaded[name] = module end
    end)

    it("is another table with the same kinds in the same order", function()
        local before = {}
        for kind in errors.each() do before[#before + 1] = kind end
        local again = reload()
        assert.is_false(rawequal(errors, again))
        local count = 0
        for kind in again.each() do
            count = count + 1
            assert.is_true(rawequal(before[count], kind))
            assert.is_true(rawequal(kind, errors[kind.code]))
            assert.is_true(rawequal(kind, again[kind.code]))
        end
        assert.equal(#before, count)
        assert.is_true(rawequal(errors.catalogue, again.catalogue))
    end)

    it("matches errors made before, and is matched by them", function()
        local before = {
            errors.new("InstanceNotFound"),
            errors.from_response { status = 404, body = '{"code": "NoSuchKey"}' },
        }
        local again = reload()
        local after = {
            again.new("InstanceNotFound"),
            again.from_response { status = 404, body = '{"code": "NoSuchKey"}' },
        }
        for index = 1, 2 do
            local old, new = before[index], after[index]
            assert.is_true(rawequal(old:kind(), new:kind()))
            assert.is_true(again.is(old))
            assert.is_true(errors.is(new))
            assert.is_true(again.is(old, 404))
            assert.is_true(errors.is(new, 404))
            assert.is_true(again.is(old, old.category))
            assert.is_true(errors.is(new, new.category))
        end
        assert.is_true(again.is(before[1], errors.InstanceNotFound, "RateLimit"))
        assert.is_true(errors.is(after[1], again.InstanceNotFound))
        assert.is_true(before[1]:is(again.InstanceNotFound))
        assert.is_true(after[1]:is(errors.InstanceNotFound))
        local handlers = { InstanceNotFound = function(err) return err end }
        assert.is_true(rawequal(before[1], again.match(before[1], handlers)))
        assert.is_true(rawequal(after[1], errors.match(after[1], handlers)))
    end)

    it("leaves the methods of errors made before working", function()
        local err = errors.new("RateLimit", { host = "nd7", requestId = "c0ffee", cause = "why" })
        local line = tostring(err)
        local again = reload()
        assert.equal("why", err:cause())
        assert.same({ host = "nd7" }, err:params())
        assert.equal(line, tostring(err))
        assert.equal("! " .. line, "! " .. err)
        assert.equal(again.explain(err), err:explain())
        assert.equal(errors.parse(err:to_json()).message, err.message)
        assert.is_false(err:status_differs())
        local good, caught = again.pcall(function() err:raise() end)
        assert.is_false(good)
        assert.is_true(rawequal(err, caught))
        good, caught = errors.pcall(function() again.raise(err) end)
        assert.is_false(good)
        assert.is_true(rawequal(err, caught))
    end)

    it("makes errors by kinds found before", function()
        local kind = errors.RateLimit
        reload()
        assert.equal("There are too many connections. The host is nd7",
            kind { host = "nd7" }.message)
    end)

    it("can be loaded again and again", function()
        local size = #errors.search("")
        for _ = 1, 5 do assert.equal(size, #reload().search("")) end
        assert.is_true(reload().is(errors.new("InstanceNotFound"), "InstanceNotFound"))
    end)
end)
