--- Matching: is this value that error? Targets are codes ("InstanceNotFound"), kinds
--- (errors.InstanceNotFound), categories ("not_found") and statuses (404).

local catalogue = require "cfs.errors.catalogue.kind"
local kept = require "cfs.errors.object.kept"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"

local getmetatable = debug.getmetatable
local of_error = catalogue.of_error
local lower = require("cfs.errors.base.text").lower
local say = require("cfs.errors.catalogue.words").say
local rawget, select, type = rawget, select, type
local categories, metatables, kind_of = state.categories, state.metatables, state.kind_of

local match = {}

-- What a string is if it is a value of another column, or a status in words; nil if it is neither.
local function other_meaning(target)
    if status.normalize(target) then
        return "'" .. target .. "' is a status, and a status is a number: " .. target
    elseif lower(target) == "default" then
        return "'" .. target .. "' is no target; in errors.match it is the key 'default'"
    end
    for kind in catalogue.each() do
        for column, name in pairs { retry = "a word of retry", fault = "a fault", service = "a service",
            canonical = "a gRPC status" } do
            if kind[column] == target then
                return "'" .. target .. "' is " .. name .. ", not a category: compare err." .. column
            end
        end
    end
    local teller = say("origin", target) and "origin" or say("transport", target) and "transport"
    if teller then
        return "'" .. target .. "' is what err:" .. teller .. "() tells, not a category: compare that"
    end
    local number = status.of_reason((target:gsub("^%d%d%d ", "")))[1]
    return number and "'" .. target .. "' is a reason phrase: the status is the number " .. number
end

--- nil if the value can be a target, else what is wrong with it.
function match.problem(target)
    if type(target) == "number" then
        return not status.normalize(target) and "no HTTP status: " .. target or nil
    elseif categories[target] or catalogue.is_kind(target) or status.of_code(target) then
        return nil
    elseif type(target) ~= "string" then
        return "code, kind, category or status expected, got " .. type(target)
    end
    local word = target:find("^[%l_]+$") and "category" or "code"
    local sentence, nearest = suggest.unknown(word, target, word == "code" and state.kinds or categories)
    return other_meaning(target) or nearest and sentence or sentence .. "; errors.extend can add it"
end

-- Raises a sentence if the value is a kind, which someone forgot to call.
local function check_value(name, value, level)
    if catalogue.is_kind(value) then
        local code = tostring(value.code) -- nil of the kind of a status
        misuse.argument(1, name, "error expected, got a kind: " .. code .. "() makes one", level)
    end
end

-- Raises a sentence if the value is a kind, or a target names nothing.
local function check(name, value, ...)
    if select("#", ...) > 0 then check_value(name, value, 4) end
    for index = 1, select("#", ...) do
        local target = select(index, ...)
        local wrong = not (categories[target] or metatables[target]) and match.problem(target)
        if wrong then misuse.argument(index + 1, name, wrong, 3) end
    end
end

-- The code is the kind's, not the value's: a received code may be any text, even "not_found".
local function hits(value, kind, target)
    return target == kind.code or target == kind or target == kind.category
        or target == (rawget(value, "status") or kind.status)
end

local function is_any(value, ...)
    local kind = of_error(value)
    if not kind then return false end
    local count = select("#", ...)
    for index = 1, count do
        if hits(value, kind, (select(index, ...))) then return true end
    end
    return count == 0
end

--- Tells whether the value is an error that one of the targets names; without a target, whether it is an
--- error of the library. Raises if a target names no code, kind, category or status, whatever the value is.
---
---     errors.is(err, "InstanceNotFound", "MountTargetNotFound")
---
---@param value any none of its metamethods is called
---@param ... string|integer|cfs.kind codes, kinds, categories or statuses
---@return boolean
function match.is(value, ...)
    local target = ...
    if select("#", ...) == 1 and (categories[target] or metatables[target]) then -- what most calls need
        local kind = kind_of[getmetatable(value)]
        if kind then return target == kind.code or target == kind.category or target == kind end
        check_value("is", value, 3)
        return false
    end
    check("is", value, ...)
    return is_any(value, ...)
end

local function find(value, ...)
    while of_error(value) and not is_any(value, ...) do value = kept.cause(value) end
    return of_error(value) and value or nil
end

--- Finds the first error that a target names, in the chain that begins with the value and goes on
--- with its cause, the cause's cause, and so on. Raises as errors.is does.
---
---     local inner = errors.find(err, "not_found", "RateLimit")
---
---@param value any
---@param ... string|integer|cfs.kind as for errors.is
---@return cfs.error? err
function match.find(value, ...)
    check("find", value, ...)
    return find(value, ...)
end

--- Tells whether one of the targets names the error. Raises if a target names nothing.
---
---     err:is("InstanceNotFound", "MountTargetNotFound")
---
---@param ... string|integer|cfs.kind codes, kinds, categories or statuses
---@return boolean
function match.err_is(err, ...)
    local kind, target = misuse.self(err, "is"), ...
    if select("#", ...) == 1 and (categories[target] or metatables[target]) then
        return hits(err, kind, target)
    end
    check("is", err, ...)
    return is_any(err, ...)
end

--- Finds the first error that a target names, in the chain that begins with this one and goes on with its
--- cause, the cause's cause, and so on. Raises if a target names nothing.
---
---     local inner = err:find("not_found")
---
---@param ... string|integer|cfs.kind as for err:is
---@return cfs.error? found
function match.err_find(err, ...)
    misuse.self(err, "find")
    check("find", err, ...)
    return find(err, ...)
end

-- nil if each key can be matched and each value called, else what is wrong.
local function handlers_problem(handlers)
    if type(handlers) ~= "table" then return "table expected, got " .. type(handlers) end
    if of_error(handlers) or catalogue.is_kind(handlers) then
        return "handlers expected, got an error, which comes first"
    end
    for target, handler in pairs(handlers) do
        local wrong = target ~= "default" and match.problem(target)
        if wrong then return wrong end
        if type(handler) ~= "function" and not (getmetatable(handler) or {}).__call then
            local name = type(target) == "table" and target.code or target
            return "function expected for '" .. tostring(name) .. "', got " .. type(handler)
        end
    end
end

-- To index by nil gives nil.
local function dispatch(value, handlers)
    local kind = of_error(value)
    local handler = kind and (handlers[kind] or handlers[kind.code] or handlers[kind.category]
        or handlers[rawget(value, "status") or kind.status]) or handlers.default
    if not handler then error(value, 0) end
    return handler(value)
end

--- Calls the handler that fits the value, with the value. A code or kind comes before a category, a category
--- before a status, a status before `default`, which fits any value. A value that no handler fits is raised
--- again as it is. Raises if a key names nothing or its value cannot be called.
---
---     errors.match(err, {
---         InstanceNotFound = function() return "gone" end,
---         throttle = function(e) return "slow down: " .. e.message end,
---         [409] = function() return "wait" end,
---         default = function(e) return tostring(e) end,
---     })
---
---@param value any
---@param handlers table<string|integer|cfs.kind, function>
---@return any ... what the handler returns
function match.match(value, handlers)
    local wrong = handlers_problem(handlers)
    if wrong then misuse.argument(2, "match", wrong) end
    check_value("match", value, 3)
    return dispatch(value, handlers)
end

--- Checks handlers once and makes a function that does what errors.match does. A handler that is added later
--- does not count. Raises as errors.match does.
---
---     local decide = errors.matcher { throttle = wait, default = give_up }
---     decide(err)
---
---@param handlers table<string|integer|cfs.kind, function>
---@return fun(value: any): any
function match.matcher(handlers)
    local wrong = handlers_problem(handlers)
    if wrong then misuse.argument(1, "matcher", wrong) end
    local copy = {}
    for target, handler in pairs(handlers) do copy[target] = handler end
    return function(value) return dispatch(value, copy) end
end

return match
