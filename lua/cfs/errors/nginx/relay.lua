--- Relaying an upstream's errors, in the filters behind `proxy_pass`.
---
--- nginx sends the headers before the body has come. So the headers settle what becomes of the body: it
--- passes as it comes, and is only watched; or it is held back, up to the limit, and an envelope of ours
--- takes its place. An encoded body cannot be read, so it is replaced unread: otherwise a client could ask
--- for an encoding and see all of the body.

local headers = require "cfs.errors.nginx.headers"
local kind_of = require("cfs.errors.catalogue.kind").of_error
local lower = require("cfs.errors.base.text").lower
local passes = require("cfs.errors.show.respond").passes
local make_parts = require("cfs.errors.nginx.response").make
local map = require("cfs.errors.nginx.options").map
local metrics = require "cfs.errors.nginx.metrics"
local make = require "cfs.errors.object.make"
local misuse = require "cfs.errors.base.misuse"
local names = require "cfs.errors.catalogue.names"
local read_options = require("cfs.errors.nginx.options").read
local receive = require "cfs.errors.wire.receive"
local records = require "cfs.errors.nginx.record"

local ngx = ngx
local concat = table.concat
local find, gsub, match = string.find, string.gsub, string.match
local ipairs, rawget, tonumber, tostring, type = ipairs, rawget, tonumber, tostring, type

local relay = {}

-- Headers that the relay's own replace; and, where `map` or a code that is none may change it, the code.
local replaced = { ["x-bce-error-message"] = true }
local replaced_by_map = { ["x-bce-error-message"] = true, ["x-bce-error-code"] = true }

-- The codes that CFS sends with its own statuses.
local likely_codes = { [421] = "RateLimit", [424] = "ServiceError" }


-- A header that may have come several times, in lower case.
local function header_text(name)
    local value = ngx.header[name]
    if type(value) == "table" then value = concat(value, ",") end
    return lower(tostring(value or ""))
end


-- Where the response comes from; and is an upstream just sending it? nginx notes how long an upstream
-- took when it is done with it, and notes "-" as long as it is not.
local function source()
    local time, upstream_status = ngx.var.upstream_response_time, ngx.var.upstream_status
    if time and find(time, "%-$") then return "upstream", true end
    local last = upstream_status and tonumber(match(upstream_status, "(%d+)$"))
    if last then return (last >= 400 or last < 200) and "upstream" or "raised", false end -- 103 came before
    return ngx.var.upstream_cache_status and "upstream" or "raised", false
end


-- An empty chunk that is not the last only flushes. nginx sends one when the headers have come by
-- themselves, and one when it has lost the upstream that was sending: then it is done with that.
local function is_lost(record)
    return record.is_sending and find(ngx.var.upstream_response_time or "-", "%d$") ~= nil
end


-- All that will come of the body is here: the error is known and counted.
local function conclude(record)
    local body = concat(record.chunks)
    record.chunks = nil
    if not record.err then record.err = record.finish(body, record.limit) end
    if not record.is_counted then
        record.is_counted = true
        metrics.count(record.err, kind_of(record.err), record.side)
    end
    return body
end


-- What the headers alone tell of the error. Until the body comes, 421 and 424 are taken for RateLimit and
-- ServiceError, unless the body is empty or HTML.
local function foretell(record, length, content_type)
    local err = record.finish()
    local likely = not record.is_of_service and rawget(err, "code") == nil and likely_codes[record.status]
    local is_page = find(content_type, "html", 1, true) -- a proxy's, or nginx's own
    return likely and length ~= 0 and not is_page and record.finish(nil, nil, likely) or err
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
    local read, wrong = read_options(options, { limit = "number", upstream_only = "boolean",
        service = "table" })
    local home = read and names.home(read.service)
    if read and read.service and not home then wrong = "option 'service' must be of errors.service" end
    if wrong then misuse.argument(1, "relay", wrong) end
    records.has_relay = true
    local limit, shown = read.limit or 65536, read.response
    local changes = read.map ~= nil or shown.hide ~= false or shown.format ~= nil
    local self = {}


    -- Readies the headers: for an envelope whose body will be ours, or for a body that passes as it is.
    local function announce(record, length, content_type)
        local told = record.err or foretell(record, length, content_type)
        local status, own_type, request_id, retry_after =
            make_parts(told, kind_of(told), read, record.request_id)
        if not record.holds then
            -- nobody reads what is above the limit, so it has no request id but that of a header
            if length and length > limit then
                record.request_id, ngx.header["x-bce-request-id"] = request_id, request_id
            end
            if shown.standard then ngx.status = status end
            return
        end
        local code = ngx.header["x-bce-error-code"]
        local is_plain = shown.hide == false and type(code) == "string" and not find(code, "[^\33-\126]")
            or passes(code)
        record.request_id, record.sent = request_id, status
        -- What has no length may turn out to be too large. It passes then, if it has our type; else
        -- it is ours whatever its size.
        record.passes_large = not length and not record.is_encoded and own_type == "application/json"
            and find(content_type, "^%s*application/[%w.+-]*json%s*;?")
        headers.write(own_type, request_id, ngx.header["Retry-After"] == nil and retry_after or nil,
            (read.map or not is_plain) and replaced_by_map or replaced)
        ngx.status = status
    end


    local function new_record(status, side, is_sending)
        local values = {}
        for _, name in ipairs(receive.headers) do values[name] = ngx.header[name] end
        local finish = receive.begin(status, values)
        local encoding = gsub(header_text("Content-Encoding"), "identity", "")
        local record = {
            finish = home and function(...) return make.adopt(home, finish(...)) end or finish,
            is_of_service = home ~= nil, status = status, limit = limit, chunks = {}, size = 0,
            side = side, is_sending = is_sending, is_encoded = find(encoding, "[^%s,]") ~= nil,
        }
        local refusal = side == "raised" and not ngx.is_subrequest and records.refusal(status)
        if refusal then
            if refusal.chunks then conclude(refusal) end -- its body never came
            record.is_counted, record.is_logged = true, refusal.is_logged
            refusal.is_logged = true
            record.request_id = refusal.request_id
            record.err = refusal.status == status and refusal.err or nil
        end
        return record
    end


    -- A gateway knows better where some responses come from: `told`.
    function self.header_filter(told)
        local status = ngx.status
        local is_interim = status < 200 -- nginx takes it for the response, and what follows for its body
        if status < 400 and not is_interim or records.get() then return end -- what handler has sent is right
        local side, is_sending = source()
        side = told or side
        if side == "raised" and read.upstream_only then return end
        local content_type = header_text("Content-Type")
        local record = new_record(status, side, is_sending)
        local length = tonumber(ngx.header["Content-Length"])
        record.holds = is_interim or changes and (record.is_encoded or not length or length <= limit)
        if is_interim then
            local reason = "an interim response came, " .. status
            record.err = make.no_response("protocol", "maybe", "backoff", reason)
        end
        records.keep(record)
        announce(record, length, content_type)
        if shown.hide ~= false then headers.hide_inside() end
        if ngx.req.get_method() == "HEAD" then conclude(record) end -- no body will come
    end


    -- The envelope that takes the place of the upstream's body. Its status was sent already.
    local function replacement(record)
        local err = record.err
        local mapped = map(read, err)
        local status = make_parts(mapped, kind_of(mapped), read, record.request_id)
        local _, _, _, _, body = make_parts(mapped, kind_of(mapped), read, record.request_id, record.sent)
        if status ~= record.sent or mapped ~= err then
            record.response = record.sent .. " " .. tostring(rawget(mapped, "code"))
        end
        headers.drop_trailers()
        return body
    end


    function self.body_filter()
        if ngx.status < 400 then return end
        local record = records.get()
        if not record or not record.chunks then return end
        local chunk, is_last = ngx.arg[1], ngx.arg[2]
        record.chunks[#record.chunks + 1] = chunk
        record.size = record.size + #chunk
        local is_large = record.size > limit
        if not is_large and not is_last and not (chunk == "" and is_lost(record)) then
            if record.holds then ngx.arg[1] = nil end
            return
        end
        local body = conclude(record)
        if not record.holds then return end
        if is_large and record.passes_large then
            ngx.arg[1] = body
        else
            ngx.arg[1], ngx.arg[2] = replacement(record), true
        end
    end


    --- The error of this request: the upstream's, or what handler or exit has sent; nil if there is none.
    function self.error()
        local record = records.get()
        if not record then return nil end
        if record.chunks then conclude(record) end -- the client was gone before its end
        return record.err
    end


    local function log(record)
        if record.chunks then conclude(record) end
        if not record.is_logged then
            record.is_logged = true
            records.log(record, read)
        end
    end


    --- For log_by_lua: logs the error of this request in one line, unless that is done, and returns it. nginx
    --- has no log phase for subrequests, and nobody reads the body of some, so that theirs are logged, too.
    function self.log()
        local record = records.aside()
        while record do
            log(record)
            record = record.earlier
        end
        local err = self.error()
        if err then log(records.get()) end
        return err
    end

    return self
end


return relay
