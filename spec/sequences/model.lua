--- The model: what the library must do, told without it. The catalogue is that of
--- spec/data/catalogue.tsv; an error is a record of what it must have; `observe` compares the two.

local pack = table.pack or function(...) return { n = select("#", ...), ... } end

local model = { kinds = {}, codes = {}, pack = pack }

-- How the vendor writes a parameter, its name, and a value that it takes.
local parameters = {
    { "parameterName", "parameterName", "fsName" },
    { "{host}", "host", "nd7" },
    { "{http}", "protocol", "nfs" },
    { "XXX", "date", "2026-11-25T14:00:00Z" },
}

-- What `advice` may say, and what it says of a kind whose calls may be repeated.
local actions = { never = true, backoff = true, throttle = true, same_token = true, resign = true,
    poll = true, reread = true }

--- Adds a kind: code, status and message, category, fault and retry if they are known.
function model.add(row)
    for _, parameter in ipairs(parameters) do
        local first, last = row.message:find(parameter[1], 1, true)
        if first then row.parameter, row.first, row.last = parameter, first, last end
    end
    model.kinds[row.code] = row
    model.codes[#model.codes + 1] = row.code
end

for line in io.lines "spec/data/catalogue.tsv" do
    local _, code, status, _, message, _, fault, category, retry = line:match(
        "^(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t(.-)\t")
    if code ~= "code" then
        model.add { code = code, status = tonumber(status), message = message, fault = fault,
            category = category, retry = retry }
    end
end

--- The message that a kind makes of the value of its parameter.
function model.fill(row, value)
    if not row.parameter then return row.message end
    return row.message:sub(1, row.first - 1) .. tostring(value) .. row.message:sub(row.last + 1)
end

--- A record of an error: what it must have. `status` is what it came with, nil where nothing told.
function model.record(fields)
    fields.kind = model.kinds[fields.code]
    fields.status = fields.status or fields.kind and fields.kind.status
    fields.damaged = false
    return fields
end

--- The record of the first error in the chain of causes that has the code.
function model.find(record, code)
    while record and record.code ~= code do record = record.cause_record end
    return record
end

-- Where a coroutine has died of an error, what it leaves beside the error is what somebody who takes
-- all of its stack gets, as ngx.thread.wait does.
local function leftovers(thread)
    local count = 0
    while debug.getlocal(thread, 0, count + 1) do count = count + 1 end
    return count
end

local function raise_plainly() error({}, 0) end
local plain_thread = coroutine.create(raise_plainly)
coroutine.resume(plain_thread)
local least = leftovers(plain_thread)

--- Runs f in a coroutine: what coroutine.resume returns, and how many values are left there beyond
--- those that Lua's own `error` leaves.
function model.in_coroutine(f)
    local thread = coroutine.create(f)
    local results = pack(coroutine.resume(thread))
    if coroutine.status(thread) == "suspended" then return { n = 2, false, "it yielded" }, 0 end
    return results, results[1] and 0 or math.max(0, leftovers(thread) - least)
end

--- Is it a sentence that a programmer is told? Not if Lua made it of a fault inside of the library.
function model.is_sentence(value)
    return type(value) == "string" and not value:find "attempt to" and not value:find "stack overflow"
        and not value:find "number has no integer" and value:find "%a+ %a+" ~= nil
end

--- A value for a report: one short line, whatever it is.
function model.show(value)
    if type(value) ~= "string" then
        return type(value) == "table" and "a table" or type(value) == "number" and tostring(value)
            or type(value) == "boolean" and tostring(value) or type(value)
    end
    local line = #value > 150 and value:sub(1, 150) .. "..." or value
    return '"' .. line:gsub("%c", " ") .. '"'
end

-- Text that a terminal or a log takes for one line.
local function is_line(value) return type(value) == "string" and not value:find "%c" end

-- The methods of errors that never raise: name → arguments, and is the result what it must be?
local handling = {
    { "tostring", nil, function(_, line) return is_line(line) end },
    { "to_log", nil, function(_, line) return is_line(line) and #line <= 1024 end },
    { "to_table", nil, function(_, facts)
        for _, fact in pairs(facts) do
            if type(fact) ~= "string" and type(fact) ~= "number" then return false end
        end
        return true
    end },
    { "explain", nil, function(_, text) return type(text) == "string" and #text > 0 end },
    { "advice", { attempt = 1, method = "GET" }, function(_, advice)
        return actions[advice.action] and type(advice.why) == "string"
    end },
    { "response", nil, function(errors, status, headers, body)
        return status >= 400 and status <= 599 and headers["Content-Type"] and errors.parse(body)
    end },
    { "kind", nil, function(_, kind) return type(kind) == "table" end },
    { "origin", nil, function() return true end },
    { "params", nil, function(_, values) return values == nil or type(values) == "table" end },
    { "status_differs", nil, function(_, differs) return type(differs) == "boolean" end },
}

--- Compares an error with its record, and uses it in every way that must never fail.
---@param errors table the library
---@param record table
---@param promise fun(good: any, sentence: string, detail: any)
function model.observe(errors, record, promise)
    local err, kind = record.value, record.kind
    promise(errors.is(err) == true, "what the library made is an error", err)
    for _, name in ipairs { "code", "message", "requestId" } do
        promise(rawequal(rawget(err, name), record[name]),
            "an error has the " .. name .. " that it came with", rawget(err, name))
    end
    if not record.damaged then
        promise(err.status == record.status, "an error has the status that it came with", err.status)
        local body = promise.try(function() return err:to_json() end, "to_json returns an envelope")
        local again = body and record.code and errors.parse(body)
        promise(not body or not record.code or again and again.code == record.code
            and rawget(again, "message") == record.message and again.requestId == record.requestId,
            "to_json is read back as the same", body)
    else
        local good, wrong = pcall(function() return err:to_json() end)
        promise(good or model.is_sentence(wrong), "to_json of a damaged error raises a sentence", wrong)
    end
    if kind then
        promise(rawequal(err:kind(), errors[kind.code]), "an error of a code has the code's kind", kind.code)
        for _, name in ipairs { "category", "fault", "retry" } do
            promise(kind[name] == nil or err[name] == kind[name], "an error inherits from its kind", name)
        end
        promise(err:is(kind.code) and errors.is(err, err.category, 599) and err:is(errors[kind.code]),
            "an error is its code, its category and its kind", kind.code)
    end
    promise(rawequal(err:cause(), record.cause) or record.cause ~= record.cause,
        "an error has the cause that it was given", err:cause())
    for _, case in ipairs(handling) do
        local name, argument, is_right = case[1], case[2], case[3]
        local results = model.in_coroutine(function()
            if name == "tostring" then return tostring(err) end
            return err[name](err, argument)
        end)
        promise(results[1], name .. " returns, whatever " .. (record.damaged and "an error's fields are"
            or "an error's cause is"), results[2])
        promise(not results[1] or is_right(errors, (unpack or table.unpack)(results, 2, results.n)),
            name .. " gives what it promises", results[2])
    end
    if record.others and not record.damaged then
        local details = promise.try(function() return err:details() end, "details returns")
        promise(not details or details.bucket == record.others, "details has the envelope's other members")
    end
end

return model
