--- Sending a response with an error, and ending the request.

local headers = require "cfs.errors.nginx.headers"
local metrics = require "cfs.errors.nginx.metrics"
local options = require "cfs.errors.nginx.options"
local records = require "cfs.errors.nginx.record"
local response = require "cfs.errors.nginx.response"
local kind_of = require("cfs.errors.catalogue.kind").of_error

local ngx = ngx
local http_version, HTTP_OK, INFO = ngx.req.http_version, ngx.HTTP_OK, ngx.INFO
local filter_level = require("ngx.errlog").get_sys_filter_level
local error, find, min, pcall, select = error, string.find, math.min, pcall, select
local make_parts, own_id = response.make, response.own_id

local send = {}

-- The phases in which a body can be sent; no other's name is within these words.
local phases = "server_rewrite, rewrite, access, precontent and content"

-- What may have been said of the response that was to come, its body aside.
local stale = {
    ["cache-control"] = true, expires = true, ["x-bce-error-code"] = true, ["x-bce-error-message"] = true,
}


--- Raises a sentence in a phase in which no response can be sent.
function send.check_phase(name, level)
    local phase = ngx.get_phase()
    if find(phases, phase, 1, true) then return end
    error("'" .. name .. "' cannot respond in the phase '" .. phase .. "', but in " .. phases
        .. "; nginx.guard is for the others", level + 1)
end


-- Ends the request, and never returns. nginx refuses that as long as another light thread waits for a
-- subrequest. Then the response ends here, so that the client has all of it, and the phase with the thread.
local function finish(status)
    local good, reason = pcall(ngx.exit, status) -- if nginx agrees, this is the end
    local pause, longest_pause = 0.01, 1 -- seconds
    while not good and find(reason, "pending subrequests", 1, true) do
        ngx.eof()
        ngx.sleep(pause)
        pause = min(pause * 2, longest_pause)
        good, reason = pcall(ngx.exit, status)
    end
    if not good then error(reason, 0) end
end


-- Has output begun? Over HTTP/1.0 nginx holds it back, and only a flush tells, which does nothing then.
local function has_begun(is_old)
    return ngx.headers_sent or is_old and select(2, ngx.flush()) == "buffering"
end


-- Counts and logs the error. Most log no client's fault, and to find that out is quicker than to make a line:
-- what nginx filters, `lua_capture_error_log` would not get either.
local function settle(record, read, level)
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
    local _, reason = ngx.flush(true)
    local is_complete = reason == "seen eof"
    record.note = is_complete and "the response was complete before this: "
        or "the response had begun and breaks off here: "
    records.keep(record)
    settle(record, read, ngx.ERR)
    if is_complete then return finish(ngx.OK) end
    -- 444 closes the connection, and resets it where `reset_timedout_connection` is on; a subrequest
    -- would take its request with it
    return finish(ngx.is_subrequest and ngx.ERROR or 444)
end


-- The parts of the response to the client. The record notes what the client gets.
local function make(record, read, id)
    local err = record.err
    local shown = options.map(read, err)
    if id or shown ~= err then id = own_id(shown, read) or own_id(err, read) or id end
    local status, content_type, request_id, retry_after, body = make_parts(shown, kind_of(shown), read, id)
    record.request_id, record.status = request_id, status
    return status, content_type, request_id, retry_after, body
end


--- Responds with the error and ends the request. What can fail comes after the response.
function send.send(err, read, place)
    if read.send then return read.send(send.prepare(err, read, place)) end
    local record = { -- has room for all at once
        err = err, place = place, is_counted = false, is_logged = true, request_id = nil, status = nil,
    }
    local is_old = http_version() == 1
    if has_begun(is_old) then return break_off(record, read) end
    local refusal = records.refusal()
    if refusal then record.is_counted = true end -- each request is counted once
    local status, content_type, request_id, retry_after, body =
        make(record, read, refusal and refusal.request_id)
    headers.write(content_type, request_id, retry_after, stale)
    ngx.header["Content-Length"] = #body
    ngx.status = status
    local sent, reason = records.print(record, body, is_old)
    if not sent and reason ~= "header only" then record.note = "the client had gone before this: " end
    settle(record, read)
    return finish(HTTP_OK)
end


--- Makes a response that somebody else sends: as nginx.prepare.
function send.prepare(err, read, place)
    local record = { err = err, place = place }
    local status, content_type, request_id, retry_after, body = make(record, read)
    records.keep(record)
    settle(record, read)
    return status, {
        ["Content-Type"] = content_type, ["x-bce-request-id"] = request_id, ["Retry-After"] = retry_after,
    }, body
end


return send
