--- The request that nginx serves: the options of those that respond to it, its id, the errors of it
--- and of its subrequests, and its log lines.

local base = require "resty.core.base"
local ffi = require "ffi"
local kept = require "cfs.errors.object.kept"
local misuse = require "cfs.errors.base.misuse"
local raise = require "cfs.errors.object.raise"
local respond = require "cfs.errors.show.respond"
local state = require "cfs.errors.base.state"
local text = require "cfs.errors.base.text"

local ngx = ngx
local cast, get_request = ffi.cast, base.get_request
local getinfo, getmetatable, traceback = debug.getinfo, debug.getmetatable, debug.traceback
local byte, find, gsub, match, sub = string.byte, string.find, string.gsub, string.match, string.sub
local ipairs, pairs, pcall, rawget, rawset = ipairs, pairs, pcall, rawget, rawset
local setmetatable, tonumber, type = setmetatable, tonumber, type
local beside, kind_of = state.kept, state.kind_of
local is_token, longest_token, parts = respond.is_token, respond.longest_token, respond.parts

local request = {}


-- Options ------------------------------------------------------------------------------------------

-- What err:response takes, too, is false: show/respond checks it.
local option_types = {
    standard = false, hide = false, retry_after = false, format = false, type_base = false,
    request_id = false, replace_request_id = "boolean", map = "function", log = "function",
}
local own_options = { "request_id", "replace_request_id", "map", "log", "limit", "send" }


--- Reads the options of handler, exit or relay, and checks them.
---@param given table?
---@param more table<string, string>? further options: name → type; none may be below 0
---@return table? options those of err:response in `response`, for request.respond; the others by name;
---where they are for many errors, the caller adds a table `shapes`, for request.respond
---@return string? sentence what is wrong with them, if anything is
function request.options(given, more)
    local types, options = {}, {}
    for name, wanted in pairs(option_types) do types[name] = wanted end
    for name, wanted in pairs(more or {}) do types[name] = wanted end
    local all, wrong = misuse.read("option", given == nil and {} or given, types, { limit = 0 })
    if not all then return nil, wrong end
    local kind = type(all.request_id)
    if kind ~= "nil" and kind ~= "string" and kind ~= "function" then
        return nil, "option 'request_id' must be a string or a function, got " .. kind
    end
    for _, name in ipairs(own_options) do options[name], all[name] = all[name], nil end
    options.response, wrong = respond.options(all)
    if not options.response then return nil, wrong end
    return options
end


-- What a program gave ------------------------------------------------------------------------------

-- How much is logged of why a function of the program failed, in bytes.
local longest_reason = 600


local function complain(name, problem)
    local reason = text.printable(sub(text.describe(problem), 1, longest_reason))
    ngx.log(ngx.ERR, "cfs.errors.nginx goes on without the option '", name, "', which failed: ", reason)
end


-- Calls a function that the program gave as an option. If it raises, that is logged; so it is if it
-- yields, which is an error across gsub, a C function.
local function call(name, f, ...)
    local first, second, third = ...
    local result
    local good, problem = pcall(gsub, ".", ".", function() result = f(first, second, third) end)
    if not good then complain(name, problem) end
    return result, good
end


--- What the option `map` makes of an error: the error for the client.
---@param map function
---@param err cfs.error
---@return cfs.error
function request.map(map, err)
    local mapped = call("map", map, err)
    if mapped == nil then return err end
    if kind_of[getmetatable(mapped)] then return mapped end
    complain("map", "it returned a " .. type(mapped) .. ", not an error")
    return err
end


-- The id of the request -----------------------------------------------------------------------------

--- An id for the client of this request: that of the option `request_id`, or nginx's. Without
--- `$request_id` in nginx's configuration each call gives another.
---@param options table
---@return string id a token
function request.new_id(options)
    local id = options.request_id
    if id == nil then return ngx.var.request_id end
    if type(id) == "function" then
        id = call("request_id", id)
        if id ~= nil and type(id) ~= "string" then
            complain("request_id", "it returned a " .. type(id) .. ", not a string")
        end
    end
    return is_token(id) and id or ngx.var.request_id
end


-- Calls f with the error, which has another request id meanwhile. An error may be one that the program
-- keeps and raises again, so its own id is put back.
local function with_id(err, id, f, ...)
    local own = rawget(err, "requestId")
    if own == id or not id then return f(err, ...) end
    rawset(err, "requestId", id)
    local first, second, third, fourth, fifth = f(err, ...)
    rawset(err, "requestId", own)
    return first, second, third, fourth, fifth
end


-- Stands for the request id in a response that is made once for many.
local placeholder = "cfs-errors-request-id"


-- The response to errors of a kind that have the kind's own message and status, and nothing beside them:
-- it differs in the request id alone. false where it does not.
local function new_shape(kind, options)
    local metatable = state.metatables[kind]
    if not metatable then return false end
    local err = { code = kind.code, message = kind.message, requestId = placeholder }
    local status, content_type, _, retry_after, body =
        parts(setmetatable(err, metatable), kind, options.response)
    local first, last = find(body, placeholder, 1, true)
    if not first or find(body, placeholder, last, true) then return false end
    return {
        status = status, content_type = content_type, retry_after = retry_after,
        before = sub(body, 1, first - 1), behind = sub(body, last + 1),
    }
end


-- Letters, digits and hyphens, as most request ids have, are a token, and need no escapes in JSON. A loop
-- is compiled by LuaJIT; a pattern is not.
local function is_plain(id)
    if type(id) ~= "string" or #id > longest_token or id == "" then return false end
    for index = 1, #id do
        local character = byte(id, index)
        if not (character >= 97 and character <= 122 or character >= 48 and character <= 57
            or character == 45 or character >= 65 and character <= 90) then
            return false
        end
    end
    return true
end


--- The parts of the response to the client, under an id that is one for header, body and log: the one
--- given; or the error's own, if it is a token; or a new one.
---@param err cfs.error
---@param kind cfs.kind the error's
---@param options table
---@param id string? a token
---@return integer status
---@return string content_type
---@return string request_id
---@return string? retry_after
---@return string body
function request.respond(err, kind, options, id)
    local own = rawget(err, "requestId")
    id = id or not options.replace_request_id and own or request.new_id(options)
    local shapes = options.shapes
    if shapes and rawget(err, "message") == kind.message and rawget(err, "status") == nil
        and rawget(err, "code") == kind.code and not beside[err] and is_plain(id) then
        local shape = shapes[kind]
        if shape == nil then
            shape = new_shape(kind, options)
            shapes[kind] = shape
        end
        if shape then
            return shape.status, shape.content_type, id, shape.retry_after, shape.before .. id .. shape.behind
        end
    end
    if not is_token(id) then id = request.new_id(options) end
    return with_id(err, id, parts, kind, options.response)
end


-- Its errors ----------------------------------------------------------------------------------------

-- A record is what is known of the error of a request: `err`; `request_id`, the client's; `is_counted`
-- and `is_logged`; and what else its log line has. A subrequest may share the table ngx.ctx with its
-- request and with other subrequests, so that each has a name of its own there.
local function own_name()
    return ngx.is_subrequest and tonumber(cast("uintptr_t", get_request())) or "cfs_errors"
end


-- The record of the handler that is just sending, which runs the header filters of its request.
local sending

--- Is there a relay, which needs records? If there is none, ngx.ctx is not touched, which takes time.
request.has_relay = false


--- The record of this request, or nil.
---@return table?
function request.record()
    if sending then
        local record = sending
        sending = nil
        request.keep(record)
        return record
    end
    return ngx.ctx[own_name()]
end


-- The records of subrequests by the name of the request that they belong to. They live as long as
-- ngx.ctx of the subrequest does, which ends with the request.
local asides = setmetatable({}, { __mode = "v" })


-- No two requests that are served at a time have the same.
local function main_name()
    return ngx.var.connection .. " " .. ngx.var.connection_requests
end


--- Keeps the record of this request.
---@param record table
function request.keep(record)
    local name = own_name()
    ngx.ctx[name] = record
    if name ~= "cfs_errors" then asides[main_name()] = record end
end


--- Sends a body of ours. What the header filters find is the record.
---@param record table
---@param body string
---@param is_old boolean is it a request of HTTP/1.0, for which nothing is sent before ngx.exit?
function request.print(record, body, is_old)
    if ngx.is_subrequest then
        local _, reason = ngx.flush() -- it does nothing, but tells
        record.is_header_only = reason == "header only"
        request.keep(record)
        ngx.print(body)
    elseif request.has_relay or is_old then
        request.keep(record)
        ngx.print(body)
    else
        sending = record
        ngx.print(body)
        sending = nil
    end
end


--- The record of a subrequest that made nginx respond with this status. `auth_request` passes 401 and 403
--- on, as those do who capture a response to decide on access; it alone makes 500 of other errors, and
--- wants no body of the subrequest.
---@param status integer
---@return table? record
function request.refusal(status)
    if status ~= 401 and status ~= 403 and status ~= 500 or ngx.is_subrequest then return nil end
    local record = asides[main_name()]
    local refused = record and record.status
    if not refused then return nil end
    if status ~= 500 then return refused == status and record or nil end
    local has_no_body = record.is_header_only or record.chunks ~= nil
    return has_no_body and refused ~= 401 and refused ~= 403 and record or nil
end


-- Where an error was raised --------------------------------------------------------------------------

-- The files of the library, as debug.getinfo has them.
local library = match(getinfo(1, "S").source, "^(.*)nginx[/\\]request%.lua$") or "\n"

-- How many calls are looked at in search of one that is not the library's.
local deepest = 16


--- The line of the program that called the library, as "app.lua:7"; or nil.
---@param level integer where to begin
---@return string?
function request.place(level)
    for depth = level + 1, level + deepest do
        local info = getinfo(depth, "Sl")
        if not info then return nil end
        if info.currentline > 0 and not find(info.source, library, 1, true) then
            return info.short_src .. ":" .. info.currentline
        end
    end
end

local place_of = request.place

-- Set where an error is raised, and read by request.catch, before anything else can run.
local place


local function on_error(value)
    local kind = kind_of[getmetatable(value)]
    if kind then
        -- a client's fault is in no line of the program
        place = kind.fault ~= "client" and place_of(2) or nil
        return value
    end
    place = nil
    return raise.wrap(value, (gsub(traceback("", 2), "^\n", "")))
end


--- What xpcall with this gives is what errors.pcall gives.
request.on_error = on_error


--- The error out of a failed xpcall with request.on_error, and where it was raised, if known.
---@param value any
---@return cfs.error err
---@return string? place
function request.caught(value)
    local where = place
    place = nil
    -- on a memory error, or one in on_error, Lua gives a plain value
    if not kind_of[getmetatable(value)] then return raise.wrap(value), nil end
    return value, where
end


-- Log lines ------------------------------------------------------------------------------------------

-- nginx cuts a line at 2,048 bytes, of which an error takes 1,024, and the request what it needs.
local longest_traceback = 600
local longest_value = 200


-- A value as err:to_log has it, in ASCII.
local function field(name, value, longest)
    if value == nil then return "" end
    if #value <= longest and find(value, "^[A-Za-z0-9._~/+@:-]+$") then return " " .. name .. "=" .. value end
    value = gsub(gsub(sub(value, 1, longest), "[^\32-\126]", "?"), "[\"\\]", "'")
    return " " .. name .. '="' .. value .. '"'
end


local function show_traceback(stack)
    return stack and gsub(gsub(stack, "^stack traceback:%s*", ""), "%s*\n%s*", "; ")
end


local function to_line(self)
    local err, id = self.err, self.request_id
    local own = rawget(err, "requestId")
    local line = with_id(err, id, err.to_log)
    local received = id and own ~= id and own ~= nil and text.describe(own) or nil
    return (self.note or "") .. line
        .. field("receivedRequestId", received, longest_value)
        .. field("response", self.response, longest_value)
        .. field("at", self.place, longest_value)
        .. field("traceback", show_traceback(kept.get(err, "traceback")), longest_traceback)
end

-- ngx.log asks for the text only if it logs that level.
local entry = { __tostring = to_line }


--- Logs the error of a record in one line, or has the option `log` do so. The line has the record's
--- `note`, `request_id`, `response` and `place`, as far as there are any.
---@param record table
---@param level integer
---@param log function? the option
function request.log(record, level, log)
    if log then
        local _, good = call("log", log, record.err, level, to_line(record))
        if good then return end
    end
    ngx.log(level, setmetatable(record, entry))
end


return request
