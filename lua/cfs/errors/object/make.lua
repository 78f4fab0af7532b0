--- Error objects: plain tables whose own fields are the envelope's members, `code`, `message` and
--- `requestId`, and, where it differs from the kind's, `status`. The rest is inherited from the
--- kind, or kept beside the object.
---
---@class cfs.error: cfs.kind
---@field code string? nil where a response had none
---@field message string?
---@field requestId string?

local kept = require "cfs.errors.object.kept"
local catalogue = require "cfs.errors.catalogue.kind"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"
local template = require "cfs.errors.catalogue.template"
local text = require "cfs.errors.base.text"

local kinds, metatables, seen = state.kinds, state.metatables, state.seen
local template_of = catalogue.template
local setmetatable, type = setmetatable, type

local make = {}

-- The fields that an error may be made with: kind → name → type, false for any. template.fill checks
-- the parameters, which are among them.
local types_of = setmetatable({}, { __index = function(all, kind)
    local types = {}
    for name, wanted in pairs(template.field_types) do types[name] = wanted end
    local parts = template_of(kind)
    for _, name in ipairs(parts and parts.names or {}) do types[name] = false end
    all[kind] = types
    return types
end })

-- An error of a kind, without what a request adds; room for that is taken at once.
local function new(kind, message)
    return setmetatable({ code = kind.code, message = message, requestId = nil }, metatables[kind])
end

-- Makes an error of the kind; or returns nil and what is wrong with the fields.
local function fill(kind, given)
    local err, parts = new(kind, kind.message), template_of(kind)
    if given == nil and not parts then return err end
    local fields, wrong = misuse.read("field", given == nil and {} or given, types_of[kind])
    if not fields then return nil, wrong end
    err.requestId = fields.requestId
    if fields.message then
        err.message = fields.message
    elseif parts then
        err.message, wrong = template.fill(parts, fields)
        if wrong then return nil, wrong end
    end
    if fields.status ~= nil then
        local received = status.normalize(fields.status)
        if not received then return nil, "field 'status' must be a whole number from 100 to 999" end
        if received ~= kind.status then err.status = received end
    end
    kept.set_cause(err, fields.cause)
    return err
end

-- What is wrong with a text that is no code.
local function unknown_code(target)
    if not state.categories[target] then return (suggest.unknown("code", target, kinds)) end
    local codes = {}
    for kind in catalogue.each() do
        if kind.category == target then codes[#codes + 1] = kind.code end
    end
    return "'" .. target .. "' is a category; its codes are " .. table.concat(codes, ", ")
end

--- Makes an error of a code or a kind; or returns nil, what is wrong, and which argument it is: 1 or 2.
function make.make(target, fields)
    local kind = kinds[target] or catalogue.is_kind(target) and target.known and target
    if not kind then
        local is_code = type(target) == "string"
        return nil, is_code and unknown_code(target) or "code or kind expected, got " .. type(target), 1
    end
    local err, wrong = fill(kind, fields)
    return err, wrong, wrong and 2
end

--- The error that a value stands for: the error itself, or that of a kind, which a program may raise or
--- return in place of one; nil for any other value.
function make.of(value)
    if catalogue.of_error(value) then return value end
    if not catalogue.is_kind(value) or not value.known then return nil end
    return new(value, not template_of(value) and value.message or nil)
end

--- Makes an error of the catalogue. Raises if there is no such code, or a field is unknown, missing or of
--- another type.
---
---     errors.new("InstanceNotFound", { requestId = id })
---     errors.InstanceNotFound { requestId = id }
---
--- A message is made of the kind's template, whose parameters must be given, unless there is a
--- `message`.
---@param target string|cfs.kind a code or a kind
---@param fields table? requestId, message, status, cause, and the template's parameters
---@return cfs.error err
function make.new(target, fields)
    local err, wrong, argument = make.make(target, fields)
    if not err then misuse.argument(argument, "new", wrong) end
    return err
end

--- The metamethod `__call` of kinds: errors.InstanceNotFound { requestId = id }
function make.call(self, fields)
    local err, wrong = make.make(self, fields)
    if not err then misuse.argument(1, text.describe(rawget(self, "code")), wrong) end
    return err
end

--- Gives an error that has no cause the kind of its code, else that of the received status, a number or nil,
--- and notes a status that is not the kind's. The codes are those of CFS, or of the service `home`.
function make.set_status(err, received, home)
    local code = rawget(err, "code")
    local known = code and ((home or state).metatables[code] or seen[code])
    err.status = known and received ~= known.__index.status and received or nil
    return setmetatable(err, known or status.metatable(received))
end

--- Makes the error of a response without an envelope. Nothing is checked.
function make.receive(code, message, request_id, received)
    return make.set_status({ code = code, message = message, requestId = request_id }, received)
end

--- Makes an error that was read as one of CFS an error of a service.
function make.adopt(home, err)
    if not err or not rawget(err, "code") then return err end
    return make.set_status(err, rawget(err, "status") or catalogue.of_error(err).status, home)
end

--- Makes the error of a call that got no response: `word` tells why, as err:transport() does, `sent` is "no"
--- or "maybe", `retry` is "backoff" or "never". What the client said, `reason`, becomes the cause.
function make.no_response(word, sent, retry, reason)
    local err = setmetatable({}, status.no_response(retry))
    kept.set_cause(err, reason)
    kept.keep_all(err, { origin = "transport", word = word, sent = sent })
    return err
end

--- Returns the kind of the error, which can be compared and used as a key.
---
---     err:kind() == errors.RateLimit
---
---@return cfs.kind kind
function make.kind(err)
    local kind = misuse.self(err, "kind") -- no tail call: an error blames the caller of this
    return kind
end

--- Returns the value that led to this error: what was raised, a client's reason, or what `cause` was given;
--- or nil.
---
---     errors.new("InternalError", { cause = "no row" }):cause()  --> no row
---
---@return any cause
function make.cause(err)
    misuse.self(err, "cause")
    return kept.cause(err)
end

--- Returns the stack traceback of the place that raised, if errors.pcall made this InternalError; else nil.
---
---     local good, err = errors.pcall(handle)
---     if not good then log(err:traceback()) end
---
---@return string? traceback
function make.traceback(err)
    misuse.self(err, "traceback")
    return kept.get(err, "traceback")
end

--- Returns "headers" if a received error's code comes from the headers; if it has no code, the reason:
--- "html", "xml", "empty", "compressed", "malformed", "too_deep", "not_envelope", "too_large", or
--- "transport" if no response came; else nil.
---
---     errors.from_response({ status = 502, headers = {}, body = "<html>" }):origin()  --> html
---
---@return string? origin
function make.origin(err)
    misuse.self(err, "origin")
    return kept.get(err, "origin")
end

--- Tells why no response came: "resolve", "connect", "tls", "timeout", "closed", "protocol", "local" or
--- "other"; and whether the request may have reached the service.
---
---     local word, sent = errors.from_response(nil, "connection refused"):transport()
---     --> connect  maybe
---
---@return string? word nil if a response came
---@return string? sent "no" if the request was certainly not sent, else "maybe"
function make.transport(err)
    misuse.self(err, "transport")
    return kept.get(err, "word"), kept.get(err, "sent")
end

--- Returns the beginning of a body that could not be read, 512 bytes at most, as received; or nil.
---
---     errors.from_response({ status = 502, headers = {}, body = "<html>" }):body()  --> <html>
---
---@return string? body
function make.body(err)
    misuse.self(err, "body")
    return kept.get(err, "body")
end

--- Tells whether the error came with another status than the catalogue's.
---
---     if err:status_differs() then log(err.status, err:kind().status) end
---
---@return boolean
function make.status_differs(err)
    misuse.self(err, "status_differs")
    return rawget(err, "status") ~= nil
end

--- Reads the values of the parameters out of the error's message.
---
---     errors.RateLimit({ host = "10.0.0.1" }):params().host
---
---@return table<string, string>? values nil without parameters, or if the message does not fit the template
function make.params(err)
    local parts, message = template_of(misuse.self(err, "params")), rawget(err, "message")
    local values = parts and type(message) == "string" and template.read(parts, message)
    return values and text.readable(values) or nil
end

return make
