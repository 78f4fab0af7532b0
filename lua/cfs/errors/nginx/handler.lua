--- Functions of a program that fail: the error goes to the client, and one line to nginx's log.

local failure = require "cfs.errors.nginx.failure"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local log = require "cfs.errors.nginx.log"
local make = require "cfs.errors.object.make"
local metrics = require "cfs.errors.nginx.metrics"
local misuse = require "cfs.errors.base.misuse"
local read_options = require("cfs.errors.nginx.options").read
local send = require "cfs.errors.nginx.send"

local ngx = ngx
local xpcall = xpcall
local caught, on_error, returned = failure.caught, failure.on_error, failure.returned
local respond = send.send

local handler = {}


--- Makes a function for the phases rewrite, access, precontent and content. It calls f, and responds to the
--- request with the error that f returns or raises; other results it returns as they are. An error, a kind or
--- false is a failure; so is nil or false with anything behind it, where an error, a kind or a code stands
--- for itself, and anything else is the cause of an InternalError, of which the client sees nothing. nil
--- alone and what nginx's functions of output return are none. Raises if an argument is wrong; the function,
--- if it is called in another phase.
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
        if not good then
            local err, place = caught((...))
            return respond(err, read, place)
        end
        local first, second = ...
        if first ~= true then
            local err = returned(first, second)
            if err then return respond(err, read) end
        end
        return ...
    end

    return function(...)
        send.check_phase("handler", 2)
        return finish(xpcall(f, on_error, ...))
    end
end


-- The error and the options of a call of `name`, checked; and the line of the program, if the log has it. The
-- raised sentences blame the caller of `name`.
local function read_call(name, target, options)
    local err, wrong = target, nil
    if not kind_of(target) then err, wrong = make.make(target) end
    if not err then misuse.argument(1, name, wrong, 3) end
    local read
    read, wrong = read_options(options)
    if not read then misuse.argument(2, name, wrong, 3) end
    send.check_phase(name, 3)
    return err, read, err.fault ~= "client" and failure.place(2) or nil
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
    local err, read, place = read_call("exit", target, options)
    return respond(err, read, place)
end


--- Makes a response for a sender of somebody else's, such as a gateway's, and counts and logs its error. It
--- has one request id, as those of handler have, and a relay on the same route leaves it as it is. Raises if
--- an argument is wrong, or in a phase in which no response can be sent.
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
    local err, read, place = read_call("prepare", target, options)
    return send.prepare(err, read, place)
end


--- Makes a function for the phases that cannot respond (timers, log, balancer, init_worker). It calls f and
--- returns what f returns. If f raises, it counts that, logs it in one line, and returns nil. Raises if f is
--- no function.
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
        metrics.count(err, kind_of(err), "raised")
        log.log({ err = err, place = place }, nil, ngx.ERR)
        return nil
    end

    return function(...) return finish(xpcall(f, on_error, ...)) end
end


return handler
