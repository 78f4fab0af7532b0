--- Answering a request with an error: the envelope to the client, one line to nginx's log.

local errors = require "cfs.errors"
local metrics = require "cfs.errors.nginx.metrics"

local ngx = ngx
local gsub, match, sub = string.gsub, string.match, string.sub
local error, pairs, pcall = error, pairs, pcall
local rawget, setmetatable, type = rawget, setmetatable, type

local answer = {}

-- The phases in which a body can be sent.
local phases = { rewrite = true, server_rewrite = true, access = true, content = true }

-- What may have been said of the body that was to come, and is not true of the error's.
local representation = {
    ["accept-ranges"] = true, ["cache-control"] = true, ["content-disposition"] = true,
    ["content-encoding"] = true, ["content-language"] = true, ["content-range"] = true, etag = true,
    expires = true, ["last-modified"] = true,
}

-- nginx cuts a line at 2,048 bytes, of which an error takes 1,024, and the request what it needs.
local longest_traceback = 600


-- A stack traceback as a value of err:to_log's line.
local function show_traceback(traceback)
    if not traceback then return "" end
    traceback = gsub(gsub(traceback, "^stack traceback:%s*", ""), "%s*\n%s*", "; ")
    traceback = gsub(gsub(traceback, "[^\32-\126]", "?"), "[\"\\]", "'")
    return " traceback=\"" .. sub(traceback, 1, longest_traceback) .. "\""
end


-- ngx.log asks for the text only if it logs that level.
local entry = {
    __tostring = function(self)
        local id = self.request_id and " request_id=" .. self.request_id or ""
        return self.note .. self.err:to_log() .. id .. show_traceback(self.err:traceback())
    end,
}


--- Logs an error in one line.
---@param err cfs.error
---@param level integer
---@param note string? what to say before it
---@param request_id string? the id that the client gets, if not the error's own
function answer.log(err, level, note, request_id)
    ngx.log(level, setmetatable({ err = err, note = note or "", request_id = request_id }, entry))
end


--- Raises a sentence for the caller's caller unless err:response takes the options.
---@param options table?
---@param call string the argument and the function it is passed to: "#2 to 'handler'"
function answer.check_options(options, call)
    local err = errors.InternalError()
    local good, problem = pcall(err.response, err, options)
    if not good then error("bad argument " .. call .. " " .. match(problem, "%(.*%)$"), 3) end
end


--- Options of err:response of one's own, with the id of the request where they give none.
---@param options table?
---@return table
function answer.own_options(options)
    local own = { request_id = ngx.var.request_id }
    for name, value in pairs(options or {}) do own[name] = value end
    return own
end


local function check_phase(name)
    local phase = ngx.get_phase()
    if not phases[phase] then
        error("'" .. name .. "' cannot answer in the phase '" .. phase .. "', but in rewrite, access"
            .. " and content", 3)
    end
end


-- Answers with the error and ends the request.
local function send(err, options)
    ngx.ctx.cfs_error = err
    metrics.count(err, "raised")
    if ngx.headers_sent then
        -- the client gets what was sent, and sees that it is not all
        answer.log(err, ngx.ERR, "the answer had begun and breaks off here: ")
        ngx.flush(true)
        return ngx.exit(ngx.ERROR)
    end
    local level = err.fault == "client" and ngx.INFO or ngx.ERR
    local status, headers, body
    if rawget(err, "requestId") == nil then
        status, headers, body = err:response(answer.own_options(options))
        answer.log(err, level, nil, headers["x-bce-request-id"])
    else
        status, headers, body = err:response(options)
        answer.log(err, level)
    end
    local header = ngx.header
    for name in pairs(ngx.resp.get_headers(0)) do
        if representation[name] then header[name] = nil end
    end
    for name, value in pairs(headers) do header[name] = value end
    header["Content-Length"] = #body
    ngx.status = status
    ngx.print(body)
    return ngx.exit(ngx.HTTP_OK)
end


--- A function for the phases rewrite, access and content: it calls f, and answers the request with
--- the error that f raises. Anything else that is raised is answered as InternalError; what it was,
--- and where, is only logged. What f returns is returned.
---
---     function app.describe() errors.raise("InstanceNotFound") end
---     app.serve = nginx.handler(app.describe)
---
---     location /v1/ { content_by_lua_block { require("app").serve() } }
---
---@param f function may yield, and may call ngx.exit and the like
---@param options table? those of err:response
---@return function
function answer.handler(f, options)
    if type(f) ~= "function" then
        error("bad argument #1 to 'handler' (function expected, got " .. type(f) .. ")", 2)
    end
    answer.check_options(options, "#2 to 'handler'")

    local function finish(good, ...)
        if good then return ... end
        return send((...), options)
    end

    return function(...)
        check_phase("handler")
        return finish(errors.pcall(f, ...))
    end
end


--- Answers the request with the error and ends it, as ngx.exit does.
---
---     nginx.exit(errors.AccessDenied())
---
---@param err cfs.error
---@param options table? those of err:response
function answer.exit(err, options)
    if not errors.is(err) then
        error("bad argument #1 to 'exit' (error expected, got " .. type(err) .. ")", 2)
    end
    if options ~= nil then answer.check_options(options, "#2 to 'exit'") end
    check_phase("exit")
    return send(err, options)
end


return answer
