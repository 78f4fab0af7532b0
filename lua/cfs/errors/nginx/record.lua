--- What is known of the errors of the requests that nginx serves, and their log lines.
---
--- A record has `err`; `request_id`, the client's; `status`, what it was sent with; `is_counted` and
--- `is_logged`; and what else its log line has. A subrequest may share the table ngx.ctx with its request
--- and with other subrequests, so that each has a name of its own there.

local base = require "resty.core.base"
local ffi = require "ffi"
local field = require("cfs.errors.show.log").field
local kept = require "cfs.errors.object.kept"
local options = require "cfs.errors.nginx.options"

local ngx = ngx
local cast, get_request = ffi.cast, base.get_request
local rawget, rawset, setmetatable, tonumber = rawget, rawset, setmetatable, tonumber

local records = {}

--- Is there a relay, which needs records? If there is none, ngx.ctx is not touched, which takes time.
records.has_relay = false

-- The record of the error that a handler is just sending: its own header filters run inside ngx.print, and
-- find it here.
local sending

-- The last record of a subrequest by the name of the request that it belongs to; `earlier` leads to the one
-- before. They live as long as ngx.ctx of the subrequest does, which ends with the request.
local asides, has_asides = setmetatable({}, { __mode = "v" }), false

local function own_name()
    return ngx.is_subrequest and tonumber(cast("uintptr_t", get_request())) or records
end

-- No two requests that are served at a time have the same.
local function main_name()
    return ngx.var.connection .. " " .. ngx.var.connection_requests
end

--- Keeps the record of this request.
function records.keep(record)
    if ngx.is_subrequest then
        local main = main_name()
        if asides[main] ~= record then record.earlier, asides[main] = asides[main], record end
        has_asides = true
    end
    ngx.ctx[own_name()] = record
end

--- The record of this request, or nil.
function records.get()
    if sending then records.keep(sending) end
    return ngx.ctx[own_name()]
end

--- Sends a body of ours. What the header filters find is the record.
function records.print(record, body, is_old)
    if ngx.is_subrequest then
        local _, reason = ngx.flush() -- it does nothing, but tells
        record.is_header_only = reason == "header only"
    end
    if is_old or records.has_relay or ngx.is_subrequest then records.keep(record) else sending = record end
    local sent, reason = ngx.print(body)
    sending = nil
    if is_old then return ngx.eof() end
    return sent, reason
end

--- The last record of the subrequests of this request, if they had any error.
function records.aside()
    return has_asides and not ngx.is_subrequest and asides[main_name()] or nil
end

-- Did nginx respond with the status because of a subrequest? `auth_request` passes 401 and 403 on, as those
-- do who capture a response to decide on access; it alone makes 500 of other errors, and wants no body of
-- the subrequest, which is unread then. Without a status: did nginx go to an error_page because of that?
local function explains(record, status)
    local passes = record.status == 401 or record.status == 403
    if status == 401 or status == 403 then return record.status == status end
    if not status then return record.is_header_only or passes and record.chunks end
    return status == 500 and (record.is_header_only or record.chunks)
end

--- The record of the subrequest that made nginx respond with this status; or, without a status, that made it
--- go where this request is now.
function records.refusal(status)
    local record = records.aside()
    if record and not status and not ngx.req.is_internal() then return nil end
    while record and not explains(record, status) do record = record.earlier end
    return record
end

-- nginx cuts a line at 2,048 bytes, of which an error takes 1,024, and the request what it needs.
local longest_traceback, longest_value = 600, 200

local function to_line(self)
    local err, id = self.err, self.request_id
    local own, stack = rawget(err, "requestId"), kept.get(err, "traceback")
    rawset(err, "requestId", id or own) -- for now: the program may keep the error, and raise it again
    local line = (self.note or "") .. err:to_log()
    rawset(err, "requestId", own)
    if id and own ~= id then line = field(line, "receivedRequestId", own, longest_value) end
    line = field(line, "response", self.response, longest_value)
    line = field(line, "at", self.place, longest_value)
    stack = stack and stack:gsub("^stack traceback:%s*", ""):gsub("%s*\n%s*", "; ")
    return field(line, "traceback", stack, longest_traceback)
end

local entry = { __tostring = to_line } -- ngx.log asks for the text only if it logs that level

--- Logs the error of a record in one line, or has the option `log` do so; without a level, a client's fault
--- at the level info.
function records.log(record, read, level)
    level = level or record.err.fault == "client" and ngx.INFO or ngx.ERR
    if read.log then
        local _, good = options.call("log", read.log, nil, record.err, level, to_line(record))
        if good then return end
    end
    ngx.log(level, setmetatable(record, entry))
end

return records
