--- The steps that programs are made of. A step draws by `pick` what it will do, and returns that as a
--- text and a function, which does it and compares what comes of it with the model.

local model = require "spec.sequences.model"
local odd = require "spec.sequences.odd"

local pack, unpack = model.pack, unpack or table.unpack

local steps = {}

-- The functions of the library that programs keep, also beyond the next loading.
local names = { "parse", "from_response", "new", "raise", "pcall", "assert", "is", "find", "match",
    "matcher", "explain", "extend", "search" }

local texts = { "plain", "r-1", "line\nbreak", 'a "quote" and \\', "\27[31m", "caf\195\169",
    ("long "):rep(150) }

-- Bodies that are no envelopes, and what they are.
local broken = { { "", "empty" }, { " \n", "empty" }, { "<html>", "html" }, { "nope", "malformed" },
    { '{"code":}', "malformed" }, { '{"code":"A"', "malformed" }, { "[]", "not_envelope" },
    { '{"code":""}', "not_envelope" }, { "5", "not_envelope" } }

local function choose(pick, list) return list[pick(#list)] end

-- One of the list, or nil, as often as each of them.
local function maybe(pick, list) return list[pick(#list + 1)] end

local function load(world)
    for name in pairs(package.loaded) do
        if name:find "^cfs%.errors" then package.loaded[name] = nil end
    end
    world.loadings = world.loadings + 1
    world.errors = require "cfs.errors"
    local loading = { number = world.loadings }
    for _, name in ipairs(names) do loading[name] = world.errors[name] end
    table.insert(world.kept, loading)
    if #world.kept > 4 then table.remove(world.kept, 1) end
end

-- A function of the name, of any loading that still has one, and what to call it.
local function take(world, pick, name)
    local holders = {}
    for _, loading in ipairs(world.kept) do
        if loading[name] then holders[#holders + 1] = loading end
    end
    local loading = choose(pick, holders)
    return loading[name], name .. " of loading " .. loading.number
end

-- Checks an error and its record, and keeps both.
local function keep(world, place, record, value)
    record.value = value
    if world.promise.is_off and not world.errors.is(value) then return end
    model.observe(world.errors, record, world.promise)
    world.records[place] = record
end

-- An odd value, made for this step, and what to call it.
local function new_odd(world, pick)
    local case, record = choose(pick, odd.values), choose(pick, world.records)
    return case[2](record.value), case[1]
end

-- Overwrites what was freed by strings of many lengths.
local function litter()
    local filled = {}
    for index = 1, 2000 do filled[index] = index .. ("%"):rep(index % 100) end
    return #filled
end

-- A text as a JSON string, its first byte escaped if wanted.
local function quote(text, is_escaped)
    text = text:gsub('[%c"\\]', function(byte) return ("\\u%04x"):format(byte:byte()) end)
    if is_escaped then text = text:gsub("^%a", function(byte) return ("\\u%04x"):format(byte:byte()) end) end
    return '"' .. text .. '"'
end

-- An envelope and the fields of its error.
local function new_envelope(pick)
    local fields = { code = pick(4) == 1 and "Unknown" .. pick(3) or choose(pick, model.codes) }
    local kind, is_escaped, members = model.kinds[fields.code], pick(4) == 1, {}
    fields.requestId, fields.others = maybe(pick, texts), maybe(pick, { "logs" })
    fields.message = pick(2) == 1 and kind and model.fill(kind, kind.parameter and kind.parameter[3])
        or maybe(pick, texts)
    members[1] = '"code": ' .. quote(fields.code, is_escaped)
    if fields.message then members[#members + 1] = '"message":' .. quote(fields.message, is_escaped) end
    if fields.requestId then
        members[#members + 1] = choose(pick, { '"requestId":', '"requestID" : ', '"request_id":' })
            .. quote(fields.requestId, is_escaped)
    end
    if fields.others then table.insert(members, pick(#members), '"bucket": "logs"') end
    return "{" .. table.concat(members, ", ") .. "}", fields
end

-- What an error is made with, and its record; or a word for what is wrong with that.
local function new_fields(world, pick, code)
    local kind = model.kinds[code]
    local fields = { requestId = maybe(pick, texts), status = maybe(pick, { 404, "503" }) }
    local record = { code = code, requestId = fields.requestId, status = tonumber(fields.status) }
    if pick(3) == 1 then
        record.cause_record = choose(pick, world.records)
        fields.cause = record.cause_record.value
    elseif pick(3) == 1 then
        fields.cause, record.cause_name = new_odd(world, pick)
    end
    record.cause = fields.cause
    if pick(3) == 1 then fields.message = choose(pick, texts) end
    record.message = fields.message or kind.message
    local parameter = kind.parameter
    if parameter and not fields.message then
        local value = pick(3) == 1 and parameter[2] ~= "date" and 7 or parameter[3]
        fields[parameter[2]], record.message = value, model.fill(kind, value)
        record.has_number = value == 7
    end
    local wrong = pick(8)
    if wrong == 1 then
        fields.requestID = "r"
        return fields, record, "an unknown field"
    elseif wrong == 2 and parameter and not fields.message then
        fields[parameter[2]] = nil
        return fields, record, "a parameter missing"
    elseif wrong == 3 then
        fields.status = -1
        return fields, record, "a wrong status"
    end
    return fields, record
end

function steps.parse(world, pick)
    local parse, name = take(world, pick, "parse")
    local place, times = pick(#world.records), pick(8) == 1 and 150 or 1
    if pick(4) == 1 then
        local body, expected = unpack(choose(pick, broken))
        return name .. ": " .. body, function()
            local err, reason, what, position = parse(body)
            world.promise(err == nil and what == expected and type(reason) == "string"
                and type(position) == "number", "parse tells what a body is that is no envelope", what)
        end
    end
    local body, fields = new_envelope(pick)
    return name .. ", times " .. times .. ": " .. body, function()
        for _ = 2, times do parse(body) end
        local err, reason = parse(body)
        if err then keep(world, place, model.record(fields), err) end
        world.promise(err, "parse reads an envelope", reason)
    end
end

function steps.from_response(world, pick)
    local from_response, name = take(world, pick, "from_response")
    local status, place = choose(pick, { 200, 400, 404, 421, 500, 503, "404" }), pick(#world.records)
    local body, fields = new_envelope(pick)
    local origin
    if pick(4) == 1 then
        body, origin = unpack(choose(pick, broken))
        fields = { requestId = "h-1" }
    end
    fields.requestId = fields.requestId or "h-1"
    fields.status = tonumber(status)
    return name .. ": " .. tostring(status) .. " " .. body, function()
        local err = from_response { status = status, headers = { ["X-Bce-Request-Id"] = "h-1" }, body = body }
        if status == 200 then return world.promise(err == nil, "a success is no error", err) end
        world.promise(err, "from_response gives an error", err)
        if not err then return end
        world.promise(err:origin() == origin, "an error tells its origin", err:origin())
        keep(world, place, model.record(fields), err)
    end
end

function steps.make(world, pick)
    local code, place = choose(pick, model.codes), pick(#world.records)
    local fields, record, wrong = new_fields(world, pick, code)
    local new, name = take(world, pick, "new")
    local way = pick(3)
    return ("%s, %s, %s%s, its cause %s"):format(name, code, ({ "by code", "by kind", "kind called" })[way],
        wrong and ", " .. wrong or record.has_number and ", a number as parameter" or "",
        record.cause_name or record.cause_record and "an error" or "nil"), function()
        local target = way == 1 and code or world.errors[code]
        local good, err
        if way == 3 then good, err = pcall(target, fields) else good, err = pcall(new, target, fields) end
        if wrong then
            return world.promise(not good and model.is_sentence(err), "wrong fields raise a sentence",
                err)
        end
        world.promise(good, record.has_number and "a parameter may be a number"
            or "an error is made of right fields", err)
        if good then keep(world, place, model.record(record), err) end
    end
end

-- Ways to raise an error that there is, and to raise a new one of a code with a request id.
local raisings = {
    { "raise(err)", function(raise, err) raise(err) end },
    { "err:raise()", function(_, err) err:raise() end },
    { "assert(nil, err)", function(_, err, errors) errors.assert(nil, err) end },
    { "match without a handler", function(_, err, errors) errors.match(err, {}) end },
    { "error(err, 0)", function(_, err) error(err, 0) end },
    { "raise(code)", function(raise, fields, _, code) raise(code, fields) end, true },
    { "raise(kind)", function(raise, fields, errors, code) raise(errors[code], fields) end, true },
    { "kind:raise()", function(_, fields, errors, code) errors[code]:raise(fields) end, true },
}

-- Where it is raised: each returns what came of it, and how many values more a coroutine holds.
local places = {
    { "pcall", function(f) return pack(pcall(f)), 0 end },
    { "errors.pcall", function(f, errors) return pack(errors.pcall(f)), 0 end },
    { "a coroutine", model.in_coroutine },
    { "a coroutine that passes on what one within it raised", function(f, errors)
        local inner, left
        local outer = model.in_coroutine(function()
            inner, left = model.in_coroutine(f)
            errors.assert(unpack(inner, 1, inner.n))
        end)
        return outer, inner.n - 2 + left
    end },
    { "errors.pcall of a coroutine, behind a yield", function(f, errors)
        local thread = coroutine.create(function()
            return errors.pcall(function() f(coroutine.yield(1)) end)
        end)
        coroutine.resume(thread)
        return pack(select(2, coroutine.resume(thread))), 0
    end },
}

function steps.raise(world, pick)
    local raise, name = take(world, pick, "raise")
    local way, place, record = choose(pick, raisings), choose(pick, places), choose(pick, world.records)
    local code, slot = choose(pick, model.codes), pick(#world.records)
    return ("%s: %s of %s in %s"):format(name, way[1], code, place[1]), function()
        local errors = world.errors
        local given = way[3] and { requestId = "r-1", message = "m" } or record.value
        local results, left = place[2](function() way[2](raise, given, errors, code) end, errors)
        world.promise(results.n == 2 and results[1] == false,
            "what is raised comes out as false and an error", results.n)
        world.promise(left == 0, "a coroutine that raised an error holds nothing else",
            left .. " more values")
        if not way[3] then
            return world.promise(rawequal(results[2], record.value), "an error is raised as it is",
                results[2])
        end
        keep(world, slot, model.record { code = code, requestId = "r-1", message = "m" }, results[2])
    end
end

-- An odd value is no error, can be a cause, and goes through everything that takes any value.
function steps.odd(world, pick)
    local value, name = new_odd(world, pick)
    local slot = pick(#world.records)
    local is, how = take(world, pick, "is")
    return how .. ": " .. name, function()
        local errors, promise, touched = world.errors, world.promise, odd.touched
        local good, result = pcall(is, value)
        promise(good and result == false, "an odd value is no error", result)
        good, result = pcall(errors.find, value, "not_found", 404)
        promise(good and result == nil, "no error is found in an odd value", result)
        local same = rawequal(value, value) and function(other) return rawequal(other, value) end
            or function(other) return other ~= other end -- not a number
        good, result = pcall(errors.match, value, { default = same, [404] = function() return false end })
        promise(good and result, "match gives an odd value to default", result)
        local results, left = model.in_coroutine(function() errors.match(value, { not_found = print }) end)
        promise(same(results[2]) and results.n == 2 and left == 0, "match raises an odd value as it was",
            results[2])
        local good_call, err = errors.pcall(error, value, 0)
        promise(not good_call and errors.is(err) and err.code == "InternalError" and same(err:cause()),
            "errors.pcall makes an InternalError of an odd value", err)
        promise(odd.touched == touched, "no metamethod of a value is called by is, find, match and pcall")
        if errors.is(err) and not same(err) then
            keep(world, slot, model.record { code = "InternalError", cause = value,
                message = model.kinds.InternalError.message }, err)
        end
    end
end

-- Any public function with odd arguments.
function steps.misuse(world, pick)
    local f, name = take(world, pick, choose(pick, names))
    local first, first_name = new_odd(world, pick)
    local second, second_name = new_odd(world, pick)
    if pick(3) == 1 then first, first_name = choose(pick, world.records).value, "an error" end
    return name .. ": " .. first_name .. ", " .. second_name, function()
        local results = model.in_coroutine(function() f(first, second) end)
        local wrong = results[2]
        world.promise(results[1] or model.is_sentence(wrong) or world.errors.is(wrong)
            or rawequal(wrong, odd.marker)
            or rawequal(wrong, second) or rawequal(wrong, first) or not rawequal(wrong, wrong),
            "odd arguments raise a sentence at most", wrong)
    end
end

-- A response with an odd status, body or header.
function steps.odd_response(world, pick)
    local from_response, name = take(world, pick, "from_response")
    local value, value_name = new_odd(world, pick)
    local response = { status = 503, headers = { ["x-bce-request-id"] = "r-1" }, body = "<html>" }
    local field = choose(pick, { "status", "headers", "body", "header" })
    if field == "header" then
        response.headers[choose(pick, { "x-bce-request-id", "Retry-After", "Date" })] = value
    else
        response[field] = value
    end
    return ("%s: its %s %s"):format(name, field, value_name), function()
        local results = model.in_coroutine(function() return from_response(response) end)
        local err = results[2]
        world.promise(results[1] and (err == nil or world.errors.is(err))
            or not results[1] and model.is_sentence(err), "a response may hold anything", err)
        if results[1] and err then
            world.promise(pcall(function()
                return tostring(err), err:to_log(), err:response(), err:advice()
            end), "an error of an odd response can be handled", value_name)
        end
    end
end

function steps.forget_colon(world, pick)
    local record = choose(pick, world.records)
    local name = choose(pick, { "is", "find", "kind", "cause", "origin", "details", "to_log", "advice",
        "params" })
    return "err." .. name .. '("not_found")', function()
        local good, result = pcall(record.value[name], "not_found")
        world.promise(not good and model.is_sentence(result),
            "a method without its colon raises a sentence", name)
    end
end

function steps.advice(world, pick)
    local record, call = choose(pick, world.records), { method = maybe(pick, { "GET", "POST" }) }
    local numbers, text = { 1, 1e300, 1e300, -1, 0.5, 0 / 0, math.huge }, "err:advice"
    for _, name in ipairs { "attempt", "attempts", "cap", "now" } do
        call[name] = maybe(pick, numbers)
        text = text .. " " .. name .. "=" .. tostring(call[name])
    end
    return text, function()
        local good, advice = pcall(record.value.advice, record.value, call)
        world.promise(good and type(advice.why) == "string" or not good and model.is_sentence(advice),
            "advice is given on any call, or refused by a sentence", advice)
    end
end

function steps.match(world, pick)
    local record, matcher, name = choose(pick, world.records), take(world, pick, "matcher")
    local code, status = choose(pick, model.codes), choose(pick, { 404, 500, 503 })
    return ("%s: %s, %d, throttle, default"):format(name, code, status), function()
        local function says(what) return function() return what end end
        local run = matcher { [code] = says "code", throttle = says "category", [status] = says "status",
            default = says "default" }
        table.insert(world.matchers, { run = run, code = code, status = status })
        if #world.matchers > 3 then table.remove(world.matchers, 1) end
        for _, one in ipairs(world.matchers) do
            local kind, err = record.kind, record.value
            local expected = kind and kind.code == one.code and "code"
                or err.category == "throttle" and "category"
                or err.status == one.status and "status" or "default"
            local good, result = pcall(one.run, err)
            world.promise(record.damaged or good and result == expected,
                "a matcher goes by code, category, status", result)
        end
    end
end

function steps.find(world, pick)
    local record, find, name = choose(pick, world.records), take(world, pick, "find")
    local code = choose(pick, { "InternalError", choose(pick, model.codes) })
    return name .. ": " .. code, function()
        local expected = model.find(record, code)
        world.promise(rawequal(find(record.value, code), expected and expected.value),
            "find goes along the causes", code)
    end
end

local function new_row(code, variant)
    return { code = code, status = 403 + variant, message = "Row " .. variant .. " of {host}.",
        service = "sequence", category = variant == 1 and "not_found" or nil }
end

-- Rows that are wrong: a name, what changes a right one, and "list" where it makes a list, "reading"
-- where it depends on how often the row is read whether it is right.
local wrong_rows = {
    { "a status of a success", function(row) row.status = 200 return row end },
    { "a control character in code", function(row) row.code = row.code .. "\n" return row end },
    { "a control character in service", function(row) row.service = "a\0b" return row end },
    { "a control character in reason", function(row) row.reason = "Not\27[2J" return row end },
    { "a misspelt category", function(row) row.category = "not_fuond" return row end },
    { "an unknown column", function(row) row.mesage = "m" return row end },
    { "no message", function(row) row.message = nil return row end },
    { "parameters side by side", function(row) row.message = "No {a}{b}" return row end },
    { "a message that __index gives", function(row)
        row.message = nil
        return setmetatable(row, { __index = { message = 5 } })
    end },
    { "a column that changes between readings", function(row)
        row.message = nil
        local readings = 0
        return setmetatable(row, { __index = function(_, name)
            if name ~= "message" then return nil end
            readings = readings + 1
            return readings == 1 and "m" or 5
        end })
    end, "reading" },
    { "a list whose rows __index gives", function(row)
        row.status = 200
        return setmetatable({}, { __index = function(_, index) return index == 1 and row or nil end })
    end, "list" },
    { "a code of the vendor's", function(row) row.code = "RateLimit" return row end },
}

function steps.extend(world, pick)
    local extend, name = take(world, pick, "extend")
    local promise = world.promise
    local code, variant = "Sequence" .. pick(4), pick(2)
    if pick(2) == 1 then
        local what, change, how = unpack(choose(pick, wrong_rows))
        return name .. ": a row with " .. what, function()
            local wrong = "SequenceWrong" .. world.refused
            world.refused = world.refused + 1
            local row = change(new_row(wrong, 1))
            wrong = rawget(row, "code") or wrong
            local good, result = pcall(extend, how == "list" and row or { row })
            promise(good and how or not good and model.is_sentence(result),
                "a row with " .. what .. " is refused by a sentence", result)
            local added = world.errors.catalogue[wrong]
            promise(model.kinds[wrong] or not added or how == "reading" and added.message == "m",
                "a wrong row is not in the catalogue", what)
        end
    end
    return ("%s: %s, %d"):format(name, code, variant), function()
        local known = model.kinds[code]
        local good, wrong = pcall(extend, { new_row(code, variant) })
        if known and known.variant ~= variant then
            promise(not good and model.is_sentence(wrong),
                "a row that differs from the one there is refused", wrong)
        elseif known then
            promise(good, "a row that is there already changes nothing", wrong)
        else
            promise(good, "a row is added", wrong)
            local row = new_row(code, variant)
            row.variant = variant
            if good then model.add(row) end
        end
    end
end

-- Assigns to a public table: a sentence is raised, or nothing else changes.
function steps.assign(world, pick)
    local code, value = choose(pick, model.codes), maybe(pick, { 5, {}, "text", false })
    local name = pick(2) == 1 and code or choose(pick, { "foo", "Foo" })
    local holder = choose(pick, { "errors", "errors.catalogue" })
    return ("%s.%s = %s"):format(holder, name, type(value)), function()
        local errors, promise, kind = world.errors, world.promise, model.kinds[name]
        local changed = holder == "errors" and errors or errors.catalogue
        local before, original = kind and errors[name], rawget(changed, name)
        local good, wrong = pcall(function() changed[name] = value end)
        promise(good or model.is_sentence(wrong), "to assign to a public table raises a sentence", wrong)
        local found, now = pcall(function() return errors[name] end)
        local made = pcall(errors.new, name, { message = "m" })
        promise(found == (kind ~= nil) and (not kind or rawequal(now, before)) and made == found,
            "to assign to a public table breaks nothing", name)
        rawset(changed, name, original)
    end
end

function steps.damage(world, pick)
    local record, slot = choose(pick, world.records), pick(#world.records)
    local field = choose(pick, { "code", "message", "requestId", "status" })
    local value, name = new_odd(world, pick)
    return "a copy of an error, its " .. field .. " " .. name, function()
        local err = world.errors.parse '{"code":"AccessDenied"}'
        rawset(err, field, value)
        local damaged = model.record { code = "AccessDenied" }
        damaged.damaged, damaged[field] = true, value
        if value ~= value then return end
        keep(world, slot, damaged, err)
        world.records[slot] = record -- others are used in comparisons
    end
end

function steps.reload(world)
    return "load the library again", function() load(world) end
end

-- Of each loading but the last, only one function stays.
function steps.forget(world, pick)
    local name = choose(pick, { "parse", "parse", choose(pick, names) })
    return ("of all loadings but the last keep only %s"):format(name), function()
        for index = 1, #world.kept - 1 do
            local loading = world.kept[index]
            world.kept[index] = { number = loading.number, [name] = loading[name] }
        end
        -- what is compiled holds the functions that it calls
        if package.loaded.jit then package.loaded.jit.flush() end
    end
end

-- How long a full collection takes at best, in seconds of this processor.
local function collection()
    local best = math.huge
    for _ = 1, 3 do
        local start = os.clock()
        collectgarbage()
        best = math.min(best, os.clock() - start)
    end
    return best
end

-- A chain of errors, or of plain tables; and a table that holds its end as long as somebody does.
local function new_chain(errors, length)
    local chain = errors and errors.new "AccessDenied" or {}
    local weak = setmetatable({ chain }, { __mode = "v" })
    for index = 1, length do
        chain = errors and errors.new("InternalError", { cause = chain }) or { { cause = chain, index } }
    end
    return chain, weak
end

-- A long chain of causes, beside one of plain tables that is as long.
function steps.chain(world, pick)
    local length = 1000 * (2 + pick(3))
    if world.has_chained then return "nothing", function() end end
    world.has_chained = true
    return "a chain of " .. length .. " causes", function()
        local errors, promise, holder = world.errors, world.promise, {}
        collectgarbage "stop"
        holder[1] = new_chain(nil, length)
        local least = collection()
        holder[1], holder[2] = new_chain(errors, length)
        local took = collection()
        promise(rawequal(errors.find(holder[1], "AccessDenied"), holder[2][1]),
            "find goes to the end of a long chain")
        local record = model.record { code = "InternalError", cause = holder[1]:cause(), value = holder[1],
            message = model.kinds.InternalError.message }
        model.observe(errors, record, promise)
        promise(took < 20 * least, "a long chain of causes is collected about as fast as one of tables",
            ("%.1f ms, tables %.1f ms"):format(took * 1e3, least * 1e3))
        record.cause, record.value, holder[1] = nil, nil, nil
        for _ = 1, 4 do collectgarbage() end
        promise(holder[2][1] == nil, "a long chain that nobody holds is freed", length)
        collectgarbage "restart"
    end
end

-- An error and its cause that refer to each other.
function steps.circle(world)
    return "a cause that refers to its error", function()
        local weak = setmetatable({}, { __mode = "v" })
        local function make()
            local cause = {}
            cause.err = world.errors.new("InternalError", { cause = cause })
            weak[1] = cause
        end
        make()
        for _ = 1, 4 do collectgarbage() end
        world.promise(weak[1] == nil, "an error and a cause that refer to each other are freed", weak[1])
    end
end

-- The place of a table that the core shows, or of a metatable: its holder, its key, and what to call it.
local function find_place(world, pick)
    local holder, path = require "cfs.errors.core", "core"
    if pick(4) == 1 then
        holder, path = getmetatable(choose(pick, world.records).value), "getmetatable(err)"
    end
    while true do
        local keys, wants_table = {}, pick(4) > 1
        for name, value in pairs(holder) do
            if type(name) ~= "table" and (type(value) == "table" or not wants_table) then
                keys[#keys + 1] = name
            end
        end
        if #keys == 0 then return holder, 1, path .. ".1" end
        table.sort(keys, function(left, right) return tostring(left) < tostring(right) end)
        local key = choose(pick, keys)
        path = path .. "." .. tostring(key)
        if type(holder[key]) ~= "table" or pick(3) == 1 then return holder, key, path end
        holder = holder[key]
    end
end

-- Changes what the core shows, then uses every code. All may go wrong from here on, but a crash.
function steps.tamper(world, pick)
    local good, holder, key, path = pcall(find_place, world, pick)
    if not good then return "nothing: the core cannot be loaded any more", function() end end
    local value = maybe(pick, { 5, {}, "text", true, type })
    local parse = take(world, pick, "parse")
    return path .. " = " .. type(value), function()
        print "note\ttampered"
        world.promise.is_off = true
        holder[key] = value
        for _, code in ipairs(model.codes) do
            pcall(parse, '{"code":"' .. code .. '","message":"m"}')
            pcall(world.errors.raise, code, { requestId = "r-1" })
        end
    end
end

function steps.collect(_, pick)
    local size = pick(20)
    return "collect", function()
        collectgarbage()
        collectgarbage("step", size)
        litter()
    end
end

-- How often each is chosen.
local weights = { parse = 8, from_response = 4, make = 6, raise = 6, odd = 4, misuse = 5, odd_response = 3,
    forget_colon = 1, advice = 2, match = 3, find = 3, extend = 4, assign = 1, damage = 2, reload = 4,
    forget = 3, chain = 1, circle = 1, collect = 3 }
local weighted = {}
for name in pairs(weights) do weighted[#weighted + 1] = name end
table.sort(weighted)
for index = 1, #weighted do
    for _ = 2, weights[weighted[index]] do weighted[#weighted + 1] = weighted[index] end
end

--- What a program works on. Every fourth may tamper.
---@param promise table called with what must be true, a sentence, and what was found
---@param seed integer
function steps.new_world(promise, seed)
    local world = { promise = promise, loadings = 0, kept = {}, records = {}, matchers = {}, refused = 0,
        may_tamper = seed % 4 == 0 }
    load(world)
    for place = 1, 8 do
        keep(world, place, model.record { code = "AccessDenied", message = model.kinds.AccessDenied.message },
            world.errors.new "AccessDenied")
    end
    collectgarbage("setpause", 0)
    if seed % 4 == 1 then pcall(collectgarbage, "generational") end -- which Lua 5.4 alone has
    return world
end

--- Chooses a step. It is followed, often, by a collection, and by a look at some error.
---@return string text
---@return function act
function steps.choose(world, pick)
    local name = choose(pick, weighted)
    if world.may_tamper and pick(10) == 1 then name = "tamper" end
    local place, collects = pick(#world.records), pick(3) == 1
    local text, act = steps[name](world, pick)
    return text, function()
        local good, wrong = pcall(act)
        if not good and not world.promise.is_off then error(wrong, 0) end
        if collects then
            collectgarbage()
            litter()
        end
        if not world.promise.is_off then model.observe(world.errors, world.records[place], world.promise)
        else pcall(model.observe, world.errors, world.records[place], world.promise) end
    end
end

return steps
