--- Error objects: plain tables whose own fields are the envelope's members, `code`, `message` and
--- `requestId`, and, where it differs from the kind's, `status`. The rest is inherited from the
--- kind, or kept beside the object.
---
---@class cfs.error: cfs.kind
---@field code string? nil where a response had none
---@field message string?
---@field requestId string?

local arguments = require "cfs.errors.arguments"
local kind = require "cfs.errors.kind"
local state = require "cfs.errors.state"
local status = require "cfs.errors.status"
local suggest = require "cfs.errors.suggest"
local template = require "cfs.errors.template"
local text = require "cfs.errors.text"

local kinds, metatables, templates = state.kinds, state.metatables, state.templates
local kind_of, methods, side = state.kind_of, state.methods, state.side

local object = {}

-- What an error may be made with, beside its template's parameters: name → type, false for any.
object.field_types = { requestId = "string", message = "string", status = false, cause = false }

-- The same with the parameters, which template.fill checks: kind → name → type.
local types_of = setmetatable({}, { __index = function(all, of)
    local parts, types = templates[of], object.field_types
    if parts then
        types = {}
        for name, wanted in pairs(object.field_types) do types[name] = wanted end
        for _, name in ipairs(template.names(parts)) do types[name] = false end
    end
    all[of] = types
    return types
end })


-- An error of the kind; or nil and what is wrong with the fields.
local function make(of, fields)
    local err = { code = of.code, message = of.message, requestId = nil }
    if fields == nil and not templates[of] then return setmetatable(err, metatables[of]) end
    if fields == nil then fields = {} end
    local wrong = arguments.objection("field", fields, types_of[of])
    if wrong then return nil, wrong end
    err.requestId = fields.requestId
    if fields.message then
        err.message = fields.message
    elseif templates[of] then
        err.message, wrong = template.fill(templates[of], fields)
        if wrong then return nil, wrong end
    end
    if fields.status ~= nil then
        local received = status.normalize(fields.status)
        if not received then return nil, "field 'status' must be a whole number from 100 to 999" end
        if received ~= of.status then err.status = received end
    end
    if fields.cause ~= nil then side[err] = { cause = fields.cause } end
    return setmetatable(err, metatables[of])
end


--- Makes an error, or says why it cannot be made.
---@param target any a code or a kind
---@param fields table? requestId, message, status, cause, and the template's parameters
---@return cfs.error? err
---@return string? problem a sentence for an argument error
---@return integer? argument 1 or 2: which one is wrong
function object.make(target, fields)
    local of = kinds[target] or kind.is_kind(target) and target.known and target
    if not of then
        if type(target) ~= "string" then
            return nil, "code or kind expected, got " .. type(target), 1
        end
        return nil, suggest.unknown("code", target, kinds), 1
    end
    local err, wrong = make(of, fields)
    return err, wrong, wrong and 2
end


--- Makes an error of the catalogue.
---
---     errors.new("InstanceNotFound", { requestId = id })
---     errors.InstanceNotFound { requestId = id }
---
--- A message is made of the kind's template, whose parameters must be given, unless there is a
--- `message`.
---@param target string|cfs.kind a code or a kind
---@param fields table? requestId, message, status, cause, and the template's parameters
---@return cfs.error err
function object.new(target, fields)
    local err, wrong, argument = object.make(target, fields)
    if not err then error("bad argument #" .. argument .. " to 'new' (" .. wrong .. ")", 2) end
    return err
end


-- errors.InstanceNotFound { requestId = id }
function state.kind_metatable.__call(self, fields)
    local err, wrong = object.make(self, fields)
    if not err then
        error("bad argument #1 to '" .. tostring(rawget(self, "code")) .. "' (" .. wrong .. ")", 2)
    end
    return err
end


--- Makes the error that something else than an envelope tells of. Nothing is checked.
---@param code string? as received
---@param message string?
---@return cfs.error err
function object.receive(code, message)
    local err = { code = code, message = message, requestId = nil }
    return setmetatable(err, metatables[code] or metatables[false])
end


--- Notes the HTTP status that a received error came with.
---@param err cfs.error which has none yet
---@param received integer? what status.normalize gives
function object.set_status(err, received)
    local of = object.kind(err)
    if not of.known then
        setmetatable(err, status.metatable(received))
    elseif received ~= of.status then
        err.status = received
    end
end


--- Keeps something beside an error, where no encoder sees it.
---@param err cfs.error
---@param name string
---@param value any
function object.keep(err, name, value)
    side[err] = side[err] or {}
    side[err][name] = value
end


--- The kind of an error; nil for any other value.
---@return cfs.kind?
function object.kind(value)
    return kind_of[getmetatable(value)]
end


--- Raises a sentence for the caller of a method unless it was called on an error.
---@param value any
---@param name string the method's
function object.check(value, name)
    if kind_of[getmetatable(value)] then return end
    error("calling '" .. name .. "' on bad self (error expected, got "
        .. (kind.is_kind(value) and "kind" or type(value)) .. ")", 3)
end


local function kept(name)
    return function(err)
        local beside = side[err]
        return beside and beside[name]
    end
end


--- The kind of the error, to be compared or used as a key.
methods.kind = object.kind

--- What was raised or received first and led to this error: any value, or nil.
---@return any cause
methods.cause = kept "cause"

--- Where an unexpected error was raised: a stack traceback, or nil.
---@return string? traceback
methods.traceback = kept "traceback"

--- Where a received error's code comes from, if not from an envelope: "headers"; or, where there
--- is no code, why: "html", "empty", "malformed", "too_deep", "not_envelope" or "too_large".
---@return string? origin
methods.origin = kept "origin"

--- The beginning of a body that could not be read, 512 bytes at most, as received; or nil.
---@return string? body
methods.body = kept "body"


--- Did the error come with another status than the catalogue's?
---@return boolean
function methods.status_differs(err)
    object.check(err, "status_differs")
    return rawget(err, "status") ~= nil
end


--- The values of the template's parameters, read out of the error's message.
---
---     errors.RateLimit({ host = "10.0.0.1" }):params().host
---
---@return table? values nil if the kind has no parameters, or the message is not of its template
function methods.params(err)
    object.check(err, "params")
    local parts, message = templates[object.kind(err)], rawget(err, "message")
    local values = parts and type(message) == "string" and template.read(parts, message)
    return values and text.readable(values) or nil
end


return object
