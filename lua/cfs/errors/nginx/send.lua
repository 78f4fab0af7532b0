--- Responses with an error, each under one request id: their parts; sending them, and ending the request.

local headers = require "cfs.errors.nginx.headers"
local kept = require "cfs.errors.object.kept"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local make_error = require("cfs.errors.object.make").make
local metrics = require "cfs.errors.nginx.metrics"
local options = require "cfs.errors.nginx.options"
local records = require "cfs.errors.nginx.record"
local respond = require "cfs.errors.show.respond"

local ngx = ngx
local http_version, HTTP_OK, INFO = ngx.req.http_version, ngx.HTTP_OK, ngx.INFO
local filter_level = require("ngx.errlog").get_sys_filter_level
local byte, find, match = string.byte, string.find, string.match
local error, pcall, rawget, select, type = error, pcall, rawget, select, type
local has_any, is_token, passes, parts = kept.any, respond.is_token, respond.passes, respond.parts

local send = {}

-- What stands for the request id in a response that is made once for many.
local placeholder = "cfsErrorsRequestId"

-- What may have been said of the response that was to come, its body aside.
local stale = { ["cache-control"] = true, expires = true, ["x-bce-error-code"] = true }

-- The response to errors of a kind that have the kind's own message and status, and nothing beside them:
-- it differs in the request id alone. nil where no error of the kind can be made.
local function new_shape(kind, read)
    local err = make_error(kind, { message = kind.message })
    if not err then return nil end
    local status, content_type, _, retry_after, body = parts(err, kind, read, nil, placeholder)
    local before, behind = match(body, "^(.-)" .. placeholder .. "(.*)$")
    read.shapes[kind] = {
        status = status, content_type = content_type, retry_after = retry_after,
        before = before, behind = behind,
    }
    return read.shapes[kind]
end

-- Is a request id of letters, digits and hyphens, as most are? Such an id passes. LuaJIT compiles a loop, but
-- no pattern.
local function is_plain(id)
    if type(id) ~= "string" or #id == 0 or #id > 40 then return false end
    for index = 1, #id do
        local character = byte(id, index)
        if not (character >= 97 and character <= 122 or character >= 48 and character <= 57
            or character >= 65 and character <= 90 or character == 45) then
            return false
        end
    end
    return true
end

-- The error's own request id, if it is one that the client may see and that stays.
local function own_id(err, read)
    local id = not read.replace_request_id and rawget(err, "requestId") or nil
    if id == nil or is_plain(id) then return id end
    return (read.hide == false and is_token(id) or passes(id)) and id or nil
end

-- An id for the client of this request: that of the option `request_id`, or nginx's. Without
-- `$request_id` in nginx's configuration each call gives another.
local function new_id(read)
    local id = read.request_id
    if type(id) == "function" then id = options.call("request_id", id, "a string") end
    return is_token(id) and id or ngx.var.request_id
end

--- The parts of the response to the client: status, type, request id, Retry-After and body. The id, a token,
--- is one for header, body and log: the one given; or the error's own; or a new one. `sent` is the status if
--- that was sent already.
function send.parts(err, read, id, sent)
    local kind, shapes = kind_of(err), read.shapes
    id = id or own_id(err, read) or new_id(read)
    if shapes and rawget(err, "message") == kind.message and rawget(err, "status") == nil
        and rawget(err, "code") == kind.code and not has_any(err) and not find(id, "&", 1, true) then
        local shape = shapes[kind] or new_shape(kind, read)
        if shape then
            return shape.status, shape.content_type, id, shape.retry_after, shape.before .. id .. shape.behind
        end
    end
    return parts(err, kind, read, sent, id)
end

-- Ends the request, and never returns. nginx refuses that as long as another light thread waits for a
-- subrequest. Then the response ends here, so that the client has all of it, and the phase with the thread.
local function finish(status)
    local good, reason = pcall(ngx.exit, status) -- if nginx agrees, this is the end
    while not good and find(reason, "pending subrequests", 1, true) do
        ngx.eof()
        ngx.sleep(0.1)
        good, reason = pcall(ngx.exit, status)
    end
    if not good then error(reason, 0) end
end

--- Counts and logs the error of a record. Most log no client's fault, and to find that out is quicker than to
--- make a line: what nginx filters, `lua_capture_error_log` would not get either.
function send.settle(record, read, level)
    local err = record.err
    local kind = kind_of(err)
    if not record.is_counted then metrics.count(err, kind, "raised") end
    record.is_counted, record.is_logged = true, true
    if level or read.log or kind.fault ~= "client" or filter_level() >= INFO then
        records.log(record, read, level)
    end
end

-- Ends a response that has begun: the client gets what was sent, and sees that it is not all.
local function break_off(record, read)
    local is_complete = select(2, ngx.flush(true)) == "seen eof"
    record.note = is_complete and "the response was complete before this: "
        or "the response had begun and breaks off here: "
    records.keep(record)
    send.settle(record, read, ngx.ERR)
    if is_complete then return finish(HTTP_OK) end
    -- 444 closes the connection, and resets it where `reset_timedout_connection` is on; a subrequest
    -- would take its request with it
    return finish(ngx.is_subrequest and ngx.ERROR or 444)
end

-- The parts of the response to the client. The record notes what the client gets.
local function make(record, read, id)
    local err = record.err
    local shown = options.map(read, err)
    if id or shown ~= err then id = own_id(shown, read) or own_id(err, read) or id end
    local status, content_type, request_id, retry_after, body = send.parts(shown, read, id)
    record.request_id, record.status = request_id, status
    return status, content_type, request_id, retry_after, body
end

--- Responds with the error and ends the request. What can fail comes after the response.
function send.send(read, err, place)
    if read.send then return read.send(send.prepare(read, err, place)) end
    local record = { -- has room for all at once
        err = err, place = place, is_counted = nil, is_logged = nil, request_id = nil, status = nil,
    }
    local is_old = http_version() == 1
    -- over HTTP/1.0 nginx holds output back, and only a flush tells, which does nothing then
    local has_begun = ngx.headers_sent or is_old and select(2, ngx.flush()) == "buffering"
    if has_begun then return break_off(record, read) end
    local refusal = records.refusal()
    record.is_counted = refusal ~= nil -- each request is counted once
    local status, content_type, request_id, retry_after, body =
        make(record, read, refusal and refusal.request_id)
    headers.write(content_type, request_id, retry_after, stale)
    ngx.header["Content-Length"] = #body
    ngx.status = status
    local sent, reason = records.print(record, body, is_old)
    if not sent and reason ~= "header only" then record.note = "the client had gone before this: " end
    send.settle(record, read)
    return finish(HTTP_OK)
end

--- Makes a response that somebody else sends: as nginx.prepare.
function send.prepare(read, err, place)
    local record = { err = err, place = place }
    local status, content_type, request_id, retry_after, body = make(record, read)
    records.keep(record)
    send.settle(record, read)
    return status, {
        ["Content-Type"] = content_type, ["x-bce-request-id"] = request_id, ["Retry-After"] = retry_after,
    }, body
end

return send
