--- Relaying an upstream's errors, in the filters behind `proxy_pass`.
---
--- nginx sends the headers before the body has come. So the headers settle what becomes of the body: it
--- passes as it comes, and is only watched; or it is held back, up to the limit, and an envelope of ours
--- takes its place. An encoded body is replaced unread: else a client could ask for an encoding to see it.

local headers = require "cfs.errors.nginx.headers"
local kept = require "cfs.errors.object.kept"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local lower = require("cfs.errors.base.text").lower
local make = require "cfs.errors.object.make"
local metrics = require "cfs.errors.nginx.metrics"
local misuse = require "cfs.errors.base.misuse"
local names = require "cfs.errors.catalogue.names"
local map = require("cfs.errors.nginx.options").map
local passes = require("cfs.errors.show.respond").passes
local read_options = require("cfs.errors.nginx.options").read
local receive = require "cfs.errors.wire.receive"
local records = require "cfs.errors.nginx.record"
local make_parts = require("cfs.errors.nginx.send").parts

local ngx = ngx
local concat = table.concat
local find, gsub, match = string.find, string.gsub, string.match
local ipairs, pairs, rawget, tonumber, tostring, type = ipairs, pairs, rawget, tonumber, tostring, type

local relay = {}

-- The functions of a relay; their first parameter are its options.
local functions = {}

-- The header that goes where `map`, or that the code is none, may change the code; else none does.
local with_code, nothing = { ["x-bce-error-code"] = true }, {}

-- The codes that CFS sends with its own statuses.
local likely_codes = { [421] = "RateLimit", [424] = "ServiceError" }

-- A header, in lower case; joined, if it came several times.
local function header_text(name)
    local value = ngx.header[name]
    return lower(type(value) == "table" and concat(value) or value or "")
end

-- Where the response comes from; and is an upstream just sending it? nginx notes how long an upstream
-- took when it is done with it, and notes "-" as long as it is not.
local function source()
    if find(ngx.var.upstream_response_time or "", "%-$") then return "upstream", true end
    local last = tonumber(match(ngx.var.upstream_status or "", "%d+$"))
    local is_upstreams = ngx.var.upstream_cache_status
    if last then is_upstreams = last >= 400 or last < 200 end -- 103 came before
    return is_upstreams and "upstream" or "raised", false
end

-- Reads the error: of a whole body, or as far as the headers tell.
local function read_error(record, ...)
    local err, home = record.finish(...), record.read.home
    return home and make.adopt(home, err) or err
end

-- All that will come of the body is here, unless that was so before: the error is known and counted. A body
-- whose end nobody has seen, for HEAD, say, or where the client has gone, is not said to be empty.
local function conclude(record, is_whole)
    if not record.chunks then return end
    local body = concat(record.chunks)
    record.chunks = nil
    if not record.err then
        record.err = read_error(record, body, record.read.limit)
        local is_unread = not is_whole and kept.get(record.err, "origin") == "empty"
        if is_unread then kept.keep(record.err, "origin", nil) end
    end
    if not record.is_counted then metrics.count(record.err, kind_of(record.err), record.side) end
    record.is_counted = true
    return body
end

-- Readies the headers: for an envelope whose body will be ours, or for a body that passes as it is. Until the
-- body comes, 421 and 424 are taken for RateLimit and ServiceError, unless it is empty or a page.
local function announce(record, length, content_type)
    local read, told = record.read, record.err or read_error(record)
    local likely = not record.err and not read.home and length ~= 0 and likely_codes[record.status]
    if likely and rawget(told, "code") == nil and not find(content_type, "html") then
        told = read_error(record, nil, nil, likely)
    end
    local status, own_type, request_id, retry_after = make_parts(told, read, record.request_id)
    if not record.holds then
        if length and length > read.limit then -- nobody reads the request id in it
            record.request_id, ngx.header["x-bce-request-id"] = request_id, request_id
        end
        if read.standard then ngx.status = status end
        return
    end
    record.request_id, record.sent = request_id, status
    -- what has no length may turn out to be too large, and passes then, if it has our type
    record.passes_large = not length and not record.is_encoded and own_type == "application/json"
        and find(content_type, "^application/[%w.+-]*json%s*%f[;%z]")
    local code = ngx.header["x-bce-error-code"]
    local is_shown = passes(code)
        or read.hide == false and type(code) == "string" and not find(code, "[^\33-\126]")
    headers.write(own_type, request_id, ngx.header["Retry-After"] == nil and retry_after or nil,
        (read.map or not is_shown) and with_code or nothing)
    ngx.status = status
end

local function new_record(read, status, told)
    local values, side, is_sending = {}, source()
    for _, name in ipairs(receive.headers) do values[name] = ngx.header[name] end
    local encoding = gsub(header_text("Content-Encoding"), "identity", "")
    local record = {
        read = read, finish = receive.begin(status, values), status = status, chunks = {}, size = 0,
        side = told or side, is_sending = is_sending, is_encoded = find(encoding, "[^%s,]") ~= nil,
    }
    local refusal = record.side == "raised" and records.refusal(status)
    if refusal then
        conclude(refusal) -- its body never came
        record.is_counted, record.is_logged, refusal.is_logged = true, refusal.is_logged, true
        record.request_id = refusal.request_id
        record.err = refusal.status == status and refusal.err or nil
    end
    return record
end

-- A gateway knows better where some responses come from: `told`.
function functions.header_filter(read, told)
    local status = ngx.status
    local is_interim = status < 200 -- nginx takes it for the response, and what follows for its body
    if status < 400 and not is_interim or records.get() then return end -- what handler has sent is right
    if read.upstream_only and (told or source()) == "raised" then return end
    local record = new_record(read, status, told)
    local content_type, length = header_text("Content-Type"), tonumber(ngx.header["Content-Length"])
    record.holds = is_interim or read.changes and (record.is_encoded or not length or length <= read.limit)
    if is_interim then
        record.err = make.no_response("protocol", "maybe", "backoff", "an interim response came, " .. status)
    end
    records.keep(record)
    announce(record, length, content_type)
    if read.hide ~= false then headers.hide_inside() end
    if ngx.req.get_method() == "HEAD" then conclude(record) end -- no body will come
end

-- The envelope that takes the place of the upstream's body. Its status was sent already.
local function replacement(record)
    local err, read, sent = record.err, record.read, record.sent
    local mapped = map(read, err)
    local status, _, _, _, body = make_parts(mapped, read, record.request_id)
    if status ~= sent then _, _, _, _, body = make_parts(mapped, read, record.request_id, sent) end
    if status ~= sent or mapped ~= err then
        record.response = sent .. " " .. tostring(rawget(mapped, "code"))
    end
    headers.drop_trailers()
    return body
end

function functions.body_filter(read)
    local record = ngx.status >= 400 and records.get()
    if not record or not record.chunks then return end
    local chunk, is_last = ngx.arg[1], ngx.arg[2]
    record.chunks[#record.chunks + 1] = chunk
    record.size = record.size + #chunk
    local is_large = record.size > read.limit
    -- An empty chunk only flushes. nginx sends one when the headers have come by themselves, and one when it
    -- has lost the upstream that was sending: then it is done with that.
    local is_lost = chunk == "" and record.is_sending and find(ngx.var.upstream_response_time or "-", "%d$")
    if not is_large and not is_last and not is_lost then
        if record.holds then ngx.arg[1] = nil end
        return
    end
    local body = conclude(record, true)
    if not record.holds then return end
    if is_large and record.passes_large then
        ngx.arg[1] = body
    else
        ngx.arg[1], ngx.arg[2] = replacement(record), true
    end
end

-- The error of this request: the upstream's, or what handler or exit has sent; nil if there is none, or the
-- body that tells of it has not come.
function functions.error()
    local record = records.get()
    if record and ngx.get_phase() == "log" then conclude(record) end -- the client was gone before its end
    return record and record.err
end

local function log(record, read)
    conclude(record)
    if not record.is_logged then records.log(record, read) end
    record.is_logged = true
end

-- Logs the error of this request in one line, unless that is done, and returns it. nginx has no log phase for
-- subrequests, and nobody reads the body of some, so that theirs are logged, too.
function functions.log(read)
    local record, own = records.aside(), records.get()
    while record do
        log(record, read)
        record = record.earlier
    end
    if own then log(own, read) end
    return own and own.err
end

--- Makes filters for the location of a `proxy_pass`. They read the upstream's errors, count them, and send
--- the client an envelope that shows no host. Responses with a status below 400 pass untouched. Raises if an
--- option is wrong.
---
---     app.relay = nginx.relay { standard = true }
---
---     header_filter_by_lua_block { require("app").relay.header_filter() }
---     body_filter_by_lua_block { require("app").relay.body_filter() }
---     log_by_lua_block { require("app").relay.log() }
---
--- Options: those of nginx.handler; `limit`, in bytes (65536), above which a body passes as it is, its
--- origin `too_large`; `service`, what errors.service returned, if the upstream is that service; and
--- `upstream_only`: true lets pass what this nginx itself responds. With `hide = false`, and neither `map`
--- nor `format`, no body is changed.
---
--- The status is the upstream's, or what `standard` makes of it: it is sent before the code is known.
---@param options table?
---@return { header_filter: function, body_filter: function, log: function, error: function }
function relay.relay(options)
    local types = { limit = "number", upstream_only = "boolean", service = "table" }
    local read, wrong = read_options(options, types)
    if read then
        read.home, read.limit = names.home(read.service), read.limit or 65536
        read.changes = read.map ~= nil or read.hide ~= false or read.format ~= nil
        if read.service and not read.home then wrong = "option 'service' must be of errors.service" end
    end
    if wrong then misuse.argument(1, "relay", wrong) end
    records.has_relay = true
    local self = {}
    for name, f in pairs(functions) do
        self[name] = function(...) return f(read, ...) end
    end
    return self
end

return relay
