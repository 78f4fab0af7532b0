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
local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub
local ipairs, pairs, pcall, rawget, rawset = ipairs, pairs, pcall, rawget, rawset
local setmetatable, tonumber, type = setmetatable, tonumber, type
local kind_of = state.kind_of

local request = {}


-- Options ------------------------------------------------------------------------------------------

-- What err:response takes, too, is false: show/respond checks it.
local option_types = {
    standard = false, hide = false, retry_after = false, format = false, type_base = false,
    request_id = false, map = "function", log = "function",
}
local own_options = { "request_id", "map", "log", "limit" }


--- Reads the options of handler, exit or relay, and checks them.
---@param given table?
---@param more table<string, string>? further options: name → type; none may be below 0
---@return table? options those of err:response in `response`, for request.respond; the others by name
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
---@param options table
---@param err cfs.error
---@return cfs.error
function request.map(options, err)
    if not options.map then return err end
    local mapped = call("map", options.map, err)
    if mapped == nil then return err end
    if kind_of[getmetatable(mapped)] then return mapped end
    complain("map", "it returned a " .. type(mapped) .. ", not an error")
    return err
end


-- The id of the request -----------------------------------------------------------------------------

-- What a request id must be to go into a header: a token of RFC 9110, section 5.6.2, this long. Most
-- are of letters, digits and hyphens, which is tried first.
local token, longest_token = "^[A-Za-z0-9!#$%%&'*+.^_`|~-]+$", 128


local function is_token(value)
    return type(value) == "string" and value ~= "" and #value <= longest_token
        and (not find(value, "[^%w-]") or find(value, token) ~= nil)
end


--- The id that the client of the request is told: the error's own; or that of the option
--- `request_id`; or nginx's. In nginx's configuration without `$request_id` each call gives another.
---@param options table
---@param own any the error's id
---@return string id a token
function request.id(options, own)
    if is_token(own) then return own end
    local id = options.request_id
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


--- The parts of the response to the client, under this request id.
---@param err cfs.error
---@param id string? nil leaves the error's own
---@param options table
---@return integer status
---@return string content_type
---@return string request_id
---@return string? retry_after
---@return string body
function request.respond(err, id, options)
    return with_id(err, id, respond.parts, kind_of[getmetatable(err)], options.response)
end


-- Its errors ----------------------------------------------------------------------------------------

-- A record is what is known of the error of a request: `err`; `request_id`, the client's; `is_counted`
-- and `is_logged`. A subrequest may share the table ngx.ctx with its request and with other
-- subrequests, so that each has a name of its own there.
local function key()
    return ngx.is_subrequest and tonumber(cast("uintptr_t", get_request())) or "cfs_errors"
end


--- The record of this request, or nil.
---@return table?
function request.record()
    return ngx.ctx[key()]
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
    ngx.ctx[key()] = record
    if ngx.is_subrequest then asides[main_name()] = record end
end


--- The record of a subrequest that made nginx respond with this status: `auth_request` passes 401 and
--- 403 on and makes a page with 500 of other errors, as do most who capture a response to decide on
--- access. An error that a program wrote itself, in JSON, is another one.
---@param status integer
---@param is_json boolean
---@return table? record
function request.refusal(status, is_json)
    if status ~= 401 and status ~= 403 and status ~= 500 or ngx.is_subrequest then return nil end
    local record = asides[main_name()]
    local refused = record and record.status
    if is_json or not refused then return nil end
    if refused == status or status == 500 and refused ~= 401 and refused ~= 403 then
        return record
    end
    return nil
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
    return self.note .. line
        .. field("receivedRequestId", received, longest_value)
        .. field("response", self.response, longest_value)
        .. field("at", self.place, longest_value)
        .. field("traceback", show_traceback(kept.get(err, "traceback")), longest_traceback)
end

-- ngx.log asks for the text only if it logs that level.
local entry = { __tostring = to_line }


--- The level at which an error is logged.
---@param err cfs.error
---@return integer
function request.level(err)
    return err.fault == "client" and ngx.INFO or ngx.ERR
end


--- Logs an error in one line, or has the option `log` do so.
---@param fields { err: cfs.error, request_id: string?, place: string?, response: string?, note: string? }
---@param level integer
---@param log function? the option
function request.log(fields, level, log)
    fields.note = fields.note or ""
    if log then
        local _, good = call("log", log, fields.err, level, to_line(fields))
        if good then return end
    end
    ngx.log(level, setmetatable(fields, entry))
end


return request
