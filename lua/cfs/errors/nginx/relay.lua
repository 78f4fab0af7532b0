--- Relaying an upstream's errors, in the filters behind `proxy_pass`.
---
--- nginx sends the headers before the body has come. So the headers settle what becomes of the body:
--- it passes as it comes, and is only watched; or it is held back, up to the limit, and an envelope
--- of ours takes its place.

local answer = require "cfs.errors.nginx.handler"
local errors = require "cfs.errors"
local misuse = require "cfs.errors.base.misuse"
local metrics = require "cfs.errors.nginx.metrics"

local ngx = ngx
local concat = table.concat
local find, lower = string.find, string.lower
local error, ipairs, pairs, rawget = error, ipairs, pairs, rawget
local tonumber, tostring, type = tonumber, tostring, type

local relay = {}

local default_limit = 65536

-- What relay takes beside the options of err:response: name → type.
local option_types = { limit = "number", map = "function" }

-- The headers that errors.from_response reads.
local sources = { "x-bce-request-id", "x-bce-error-code", "x-bce-error-message" }

-- Those that are true of the upstream's body alone, or that ours take the place of.
local replaced = {
    "Content-Length", "Content-MD5", "Digest", "ETag", "Last-Modified",
    "x-bce-error-message", "x-bce-request-id",
}


local function read_headers()
    local headers = {}
    for _, name in ipairs(sources) do headers[name] = ngx.header[name] end
    return headers
end


-- What the gateway's own function makes of an error.
local function apply(map, err)
    local mapped = map(err)
    if mapped == nil then return err end
    if not errors.is(mapped) then error("map returned a " .. type(mapped) .. ", not an error", 0) end
    return mapped
end


-- The envelope that takes the place of the upstream's body. Its status was sent already.
local function replace(state, err, map)
    if map then
        state.options.request_id = rawget(err, "requestId") or state.options.request_id
        local good, mapped = errors.pcall(apply, map, err)
        if not good then answer.log(mapped, ngx.ERR) end
        err = mapped
    end
    local status, _, body = err:response(state.options)
    if status ~= state.answered then
        answer.log(err, ngx.WARN, "the client gets the status " .. state.answered .. " with this: ")
    end
    return body
end


-- An empty chunk that is not the last only flushes. nginx sends one when the headers have come by
-- themselves, and one when it has lost the upstream: then it knows how long that took.
local function is_lost()
    return find(ngx.var.upstream_response_time or "-", "%d$") ~= nil
end


-- All that will come of the body is here: the error is known and counted.
local function conclude(state, limit)
    local body = concat(state.chunks)
    local err = errors.from_response(
        { status = state.status, headers = state.headers, body = body }, { limit = limit })
    state.chunks = nil
    ngx.ctx.cfs_error = err
    metrics.count(err, ngx.var.upstream_status and "upstream" or "raised")
    return err, body
end


-- The headers of the answer whose body will be ours.
local function rewrite_headers(headers, length, map)
    for _, name in ipairs(replaced) do ngx.header[name] = nil end
    local code = ngx.header["x-bce-error-code"]
    if map or type(code) ~= "string" or find(code, "[^\33-\126]") then
        ngx.header["x-bce-error-code"] = nil
    end
    headers["Retry-After"] = ngx.header["Retry-After"] or headers["Retry-After"]
    -- what has no length may turn out to be too large, and pass under the type that it has
    if not length or find(lower(tostring(ngx.header["Content-Type"])), "json", 1, true) then
        headers["Content-Type"] = nil
    end
    for name, value in pairs(headers) do ngx.header[name] = value end
end


--- Filters for the location of a `proxy_pass`. They read the upstream's errors, count them, and give
--- the client an envelope in which no host is shown. Answers below 400 stream through untouched.
---
---     app.relay = nginx.relay { standard = true }
---
---     header_filter_by_lua_block { require("app").relay.header_filter() }
---     body_filter_by_lua_block { require("app").relay.body_filter() }
---     log_by_lua_block { local err = require("app").relay.error() }
---
--- Options: those of err:response, and `map`, a function that gets the error and returns another for
--- the client, or nil; `limit`, in bytes (65536), above which a body passes as it is, its origin
--- `too_large`. With `hide = false` and no `map`, no body is changed.
---
--- The status is the upstream's, or what `standard` makes of it: it is sent before the code is known.
---@param options table?
---@return { header_filter: function, body_filter: function, error: fun(): cfs.error? }
function relay.relay(options)
    if options ~= nil and type(options) ~= "table" then
        error("bad argument #1 to 'relay' (table expected, got " .. type(options) .. ")", 2)
    end
    options = options or {}
    local limit, map = options.limit, options.map
    local _, wrong = misuse.read("option", { limit = limit, map = map }, option_types)
    if wrong then misuse.argument(1, "relay", wrong) end
    limit = limit or default_limit
    local response_options = {}
    for name, value in pairs(options) do
        if name ~= "limit" and name ~= "map" then response_options[name] = value end
    end
    answer.check_options(response_options, "#1 to 'relay'")
    local changes = map ~= nil or options.hide ~= false
    local self = {}

    function self.header_filter()
        local status = ngx.status
        if status < 400 or ngx.ctx.cfs_error then return end -- what handler answered is right as it is
        local state = { status = status, headers = read_headers(), chunks = {}, size = 0 }
        state.options = answer.own_options(response_options)
        local length = tonumber(ngx.header["Content-Length"])
        state.holds = changes and (not length or length <= limit) and not ngx.header["Content-Encoding"]
        local told = errors.from_response { status = status, headers = state.headers }
        local headers
        state.answered, headers = told:response(state.options)
        if state.holds then rewrite_headers(headers, length, map) end
        if state.holds or options.standard then ngx.status = state.answered end
        ngx.ctx.cfs_relay = state
        if ngx.req.get_method() == "HEAD" then conclude(state, limit) end -- no body will come
    end

    function self.body_filter()
        if ngx.status < 400 then return end
        local state = ngx.ctx.cfs_relay
        if not state or not state.chunks then return end
        local chunk, is_last = ngx.arg[1], ngx.arg[2]
        state.chunks[#state.chunks + 1] = chunk
        state.size = state.size + #chunk
        if state.size > limit then
            local _, body = conclude(state, limit)
            if state.holds then ngx.arg[1] = body end
        elseif is_last or chunk == "" and is_lost() then
            local err = conclude(state, limit)
            if state.holds then ngx.arg[1], ngx.arg[2] = replace(state, err, map), true end
        elseif state.holds then
            ngx.arg[1] = nil
        end
    end

    --- The error of this request, for log_by_lua: the upstream's, or what handler or exit has
    --- answered; nil if there is none.
    function self.error()
        local state = ngx.ctx.cfs_relay
        if state and state.chunks then conclude(state, limit) end -- the client was gone before its end
        return ngx.ctx.cfs_error
    end

    return self
end


return relay
