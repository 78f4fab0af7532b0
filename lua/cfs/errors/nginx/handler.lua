--- Responding to a request with an error: the envelope to the client, one line to nginx's log.

local make = require "cfs.errors.object.make"
local metrics = require "cfs.errors.nginx.metrics"
local misuse = require "cfs.errors.base.misuse"
local request = require "cfs.errors.nginx.request"
local response = require "cfs.errors.nginx.response"

local ngx = ngx
local error, rawget, xpcall = error, rawget, xpcall
local kind_of = require("cfs.errors.catalogue.kind").of_error
local on_error = request.on_error

local handler = {}

-- The phases in which a body can be sent.
local phases = { rewrite = true, server_rewrite = true, access = true, content = true }

-- What may have been said of the response that was to come, its body aside.
local stale = {
    ["cache-control"] = true, expires = true, ["x-bce-error-code"] = true, ["x-bce-error-message"] = true,
}


local function check_phase(name)
    local phase = ngx.get_phase()
    if not phases[phase] then
        error("'" .. name .. "' cannot respond in the phase '" .. phase .. "', but in rewrite, access"
            .. " and content; nginx.guard is for the others", 3)
    end
end


-- Has output begun? Over HTTP/1.0 nginx holds it back, and only a flush tells, which does nothing then.
local function has_begun(is_old)
    if ngx.headers_sent then return true end
    if not is_old then return false end
    local _, reason = ngx.flush()
    return reason == "buffering"
end


-- Ends a response that has begun: the client gets what was sent, and sees that it is not all.
local function break_off(record, kind, options)
    local _, reason = ngx.flush(true)
    local is_complete = reason == "seen eof"
    record.note = is_complete and "the response was complete before this: "
        or "the response had begun and breaks off here: "
    request.keep(record)
    metrics.count(record.err, kind, "raised")
    request.log(record, ngx.ERR, options.log)
    if is_complete then return ngx.exit(ngx.OK) end
    -- 444 closes the connection, and resets it where `reset_timedout_connection` is on; a subrequest
    -- would take its request with it
    return ngx.exit(ngx.is_subrequest and ngx.ERROR or 444)
end


local function new_record(err, place)
    return { err = err, place = place, is_counted = true, is_logged = true, request_id = nil, status = nil }
end


-- The parts of the response to the client. The record notes what the client gets.
local function make_response(record, options)
    local err, shown, id = record.err, record.err, nil
    if options.map then
        shown = request.map(options.map, err)
        if not options.replace_request_id then
            id = rawget(shown, "requestId") or rawget(err, "requestId")
        end
    end
    local status, content_type, request_id, retry_after, body =
        request.respond(shown, kind_of(shown), options, id)
    record.request_id, record.status = request_id, status
    return status, content_type, request_id, retry_after, body
end


-- Counts and logs the error.
local function settle(record, options)
    local kind = kind_of(record.err)
    metrics.count(record.err, kind, "raised")
    request.log(record, kind.fault == "client" and ngx.INFO or ngx.ERR, options.log)
end


-- Makes a response for another sender, and says that it is the response to this request.
local function hand_over(record, options)
    local status, content_type, request_id, retry_after, body = make_response(record, options)
    request.keep(record)
    settle(record, options)
    return status, {
        ["Content-Type"] = content_type, ["x-bce-request-id"] = request_id, ["Retry-After"] = retry_after,
    }, body
end


-- Responds with the error and ends the request. What can fail comes after the response.
local function send(err, options, place)
    local record = new_record(err, place)
    if options.send then return options.send(hand_over(record, options)) end
    local is_old = ngx.var.server_protocol == "HTTP/1.0"
    if has_begun(is_old) then return break_off(record, kind_of(err), options) end
    local status, content_type, request_id, retry_after, body = make_response(record, options)
    response.write_headers(content_type, request_id, retry_after, stale)
    ngx.header["Content-Length"] = #body
    ngx.status = status
    request.print(record, body, is_old)
    settle(record, options)
    return ngx.exit(ngx.HTTP_OK)
end


--- Makes a function for the phases rewrite, access and content. It calls f, and responds to the request with
--- the error that f raises, or returns after nil or false. If f raises anything else, the client gets an
--- InternalError; what was raised, and where, is only logged. The function returns other results as they are.
--- Raises if an argument is wrong; the function, if it is called in another phase.
---
---     function app.describe() errors.raise("InstanceNotFound") end
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
    local read, wrong = request.options(options, { send = "function" })
    if not read then misuse.argument(2, "handler", wrong) end
    read.shapes = {}

    local function finish(good, ...)
        if not good then
            local err, place = request.caught((...))
            return send(err, read, place)
        end
        local first, second = ...
        if not first and kind_of(second) then return send(second, read) end
        return ...
    end

    return function(...)
        check_phase("handler")
        return finish(xpcall(f, on_error, ...))
    end
end


-- The error and the options of a call of `name`, checked. The raised sentences blame the caller of `name`.
local function read_call(name, target, given)
    local err, wrong = target, nil
    if not kind_of(target) then err, wrong = make.make(target) end
    if not err then misuse.argument(1, name, wrong, 3) end
    local options
    options, wrong = request.options(given)
    if not options then misuse.argument(2, name, wrong, 3) end
    check_phase(name)
    return err, options
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
    local err, read = read_call("exit", target, options)
    return send(err, read, err.fault ~= "client" and request.place(1) or nil)
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
    local err, read = read_call("prepare", target, options)
    return hand_over(new_record(err, err.fault ~= "client" and request.place(1) or nil), read)
end


--- Makes a function for the phases that cannot respond (timers, log, balancer, ssl_certificate,
--- init_worker). It calls f and returns what f returns. If f raises, it counts that, logs it in one line,
--- and returns nil. Raises if f is no function.
---
---     ngx.timer.every(60, nginx.guard(function() errors.raise("ServiceUnavailable") end))
---
---@param f function
---@return function
function handler.guard(f)
    misuse.expect(1, "guard", f, "function")

    local function finish(good, ...)
        if good then return ... end
        local err, place = request.caught((...))
        metrics.count(err, kind_of(err), "raised")
        request.log({ err = err, place = place }, ngx.ERR)
        return nil
    end

    return function(...) return finish(xpcall(f, on_error, ...)) end
end


return handler
