--- Functions of a program that fail, by what they raise or return: the error goes to the client, and one
--- line to nginx's log.

local catalogue = require "cfs.errors.catalogue.kind"
local make = require "cfs.errors.object.make"
local misuse = require "cfs.errors.base.misuse"
local read_options = require("cfs.errors.nginx.options").read
local send = require "cfs.errors.nginx.send"
local state = require "cfs.errors.base.state"
local wrap = require("cfs.errors.object.raise").wrap

local ngx = ngx
local find, sub, type, xpcall = string.find, string.sub, type, xpcall
local error_of, is_kind, kind_of, respond = make.of, catalogue.is_kind, catalogue.of_error, send.send

local handler = {}

-- What nginx's own functions return after nil where they put out nothing: the client has gone, wants no
-- body, or has all of it. "timeout" is not here: a socket of the program says that, too.
local no_output = {
    ["nginx output filter error"] = true, ["client aborted"] = true, ["connection broken"] = true,
    ["header only"] = true, ["seen eof"] = true, ["buffering"] = true, ["nothing to flush"] = true,
    ["raw request socket acquired"] = true,
}

-- The files of the library, as debug.getinfo has them. The phases in which a body can be sent; no other's
-- name is within these words.
local library = debug.getinfo(1, "S").source:match("^(.*)nginx[/\\]handler%.lua$") or "\n"
local phases = "server_rewrite, rewrite, access, precontent and content"

-- Where the last error was raised. It is set there, and read by `caught` before anything else can run.
local raised_at

-- The error that a function's first two results stand for; nil if they are a success.
local function returned(first, second)
    local is_null = (type(first) == "userdata" or type(first) == "cdata") and error_of(second) -- ngx.null
    if first and not is_null then return error_of(first) or is_kind(first) and wrap(first) or nil end
    -- a null pointer of LuaJIT equals nil
    if type(second) == "nil" then return first == false and wrap(false) or nil end
    if type(second) == "string" then
        if state.kinds[second] then return error_of(state.kinds[second]) end
        if first == nil and no_output[second] then return nil end
    end
    return error_of(second) or wrap(second)
end

-- The line of the program that called the library, as "app.lua:7"; or nil.
local function place_of()
    local level, info = 0
    repeat
        level = level + 1
        info = debug.getinfo(level, "Sl")
        if info and info.currentline > 0 and sub(info.source, 1, #library) ~= library then
            return info.short_src .. ":" .. info.currentline
        end
    until not info
end

-- Raises a sentence in a phase in which no response can be sent.
local function check_phase(name, level)
    local phase = ngx.get_phase()
    if find(phases, phase, 1, true) then return end
    error("'" .. name .. "' cannot respond in the phase '" .. phase .. "', but in " .. phases
        .. "; nginx.guard is for the others", level + 1)
end

-- What xpcall with this gives is what errors.pcall gives.
local function on_error(value)
    local err = error_of(value)
    raised_at = err and err.fault ~= "client" and place_of() or nil -- a client's fault is in no line of it
    return err or wrap(value, (debug.traceback("", 2):gsub("^\n", "")))
end

-- The error out of a failed xpcall with on_error, and where it was raised, or nil.
local function caught(value)
    if kind_of(value) then return value, raised_at end
    return wrap(value) -- on a memory error, or one in on_error, Lua gives a plain value
end

--- Makes a function for the phases rewrite, access, precontent and content. It calls f, and responds to the
--- request with the error that f returns or raises; other results it returns as they are. An error, a kind or
--- false is a failure; so is anything behind nil or false: an error, a kind or a code stands for itself, all
--- else is the cause of an InternalError, which the client does not see. nil alone and what nginx's functions
--- of output return are none. Raises if an argument is wrong; the function, if it is called in another phase.
---
---     function app.describe() return nil, errors.InstanceNotFound() end
---     app.serve = nginx.handler(app.describe)
---
---     location /v1/ { content_by_lua_block { require("app").serve() } }
---
--- Options: those of err:response. `request_id`, a string or a function that is called for each request,
--- is used where the error has none, in place of nginx's. `map` gets the error and returns another for
--- the client, or nil. `log(err, level, line)` is called in place of logging the line.
--- `send(status, headers, body)` sends what `prepare` makes; the function returns what it returns.
---@param f function may yield, and may call ngx.exit and the like
---@param options table?
---@return function
function handler.handler(f, options)
    misuse.expect(1, "handler", f, "function")
    local read, wrong = read_options(options, { send = "function" })
    if not read then misuse.argument(2, "handler", wrong) end
    read.shapes = {}

    local function finish(good, ...)
        if not good then return respond(read, caught((...))) end
        local err = (...) ~= true and returned(...)
        if err then return respond(read, err) end
        return ...
    end

    return function(...)
        check_phase("handler", 2)
        return finish(xpcall(f, on_error, ...))
    end
end

-- The options and the error of a call of `name`, checked; and the line of the program, if the log has it.
-- The raised sentences blame the caller of `name`.
local function read_call(name, target, options)
    local err, wrong = target, nil
    if not kind_of(target) then err, wrong = make.make(target) end
    if not err then misuse.argument(1, name, wrong, 3) end
    local read, unread = read_options(options, {})
    if not read then misuse.argument(2, name, unread, 3) end
    check_phase(name, 3)
    return read, err, err.fault ~= "client" and place_of() or nil
end

--- Responds to the request with an error and ends it, as ngx.exit does. Raises if an argument is wrong, or in
--- another phase.
---
---     nginx.exit "AccessDenied"
---     nginx.exit(errors.RateLimit { host = "nd7" }, { standard = true })
---
---@param target string|cfs.kind|cfs.error a code, a kind or an error
---@param options table? as for handler
function handler.exit(target, options)
    return respond(read_call("exit", target, options))
end

--- Makes a response for a sender of somebody else's, such as a gateway's, and counts and logs its error. A
--- relay on the same route leaves it as it is. Raises if an argument is wrong, or in another phase.
---
---     local status, headers, body = nginx.prepare("AccessDenied")
---     return kong.response.exit(status, body, headers)
---
---@param target string|cfs.kind|cfs.error a code, a kind or an error
---@param options table? as for handler
---@return integer status
---@return table<string, string> headers Content-Type, x-bce-request-id and, for some errors, Retry-After
---@return string body
function handler.prepare(target, options)
    return send.prepare(read_call("prepare", target, options))
end

--- Makes a function for the phases that cannot respond (timers, log, balancer, init_worker). It returns what
--- f returns. If f raises, it counts that, logs it in one line, and returns nil. Raises if f is no function.
---
---     ngx.timer.every(60, nginx.guard(function() errors.raise("ServiceUnavailable") end))
---
---@param f function
---@return function
function handler.guard(f)
    misuse.expect(1, "guard", f, "function")

    local function finish(good, ...)
        if good then return ... end
        local err, place = caught((...))
        send.settle({ err = err, place = place }, {}, ngx.ERR)
        return nil
    end

    return function(...) return finish(xpcall(f, on_error, ...)) end
end

return handler
