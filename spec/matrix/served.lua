-- What nginx runs for the matrix: handlers that fail as the query says, and the upstream.

local dimensions = require "spec.matrix.dimensions"
local errors = require "cfs.errors"
local nginx = require "cfs.errors.nginx"
local upstream = require "spec.nginx.upstream"

local served = {}

local told = dimensions.told

-- The query of the client, in subrequests and behind internal redirects, too.
local function client_arguments()
    return ngx.decode_args(ngx.var.request_uri:match("%?(.*)") or "")
end

-- The code that a failing handler gives.
local function code()
    return client_arguments().family == "auth" and "AccessDenied" or "InstanceNotFound"
end

local function new_error()
    return errors.new(code(), { message = told })
end

local function envelope(name)
    return ('{"requestId":"7e0c3b52","code":"%s","message":"%s","at":"nas7.bj.internal"}'):format(name, told)
end

--- Writes an error by hand, in pieces; they are flushed, if that is wanted.
function served.print(flushes)
    ngx.status = 500
    ngx.header["Content-Type"] = "application/json"
    local body = envelope(dimensions.codes.print)
    ngx.print(body:sub(1, 20))
    if flushes then ngx.flush(true) end
    ngx.print(body:sub(21, 40))
    if flushes then ngx.sleep(0.001) ngx.flush(true) end
    ngx.print(body:sub(41))
end

-- Value of `failure` → the function that fails so. The first list runs within a handler.
local within = {
    fine = function() ngx.print(dimensions.protected) return true end,
    raise = function() errors.raise(new_error()) end,
    raise_late = function() ngx.sleep(0.001) errors.raise(new_error()) end,
    raise_server = function()
        errors.raise("ServiceError", { host = "nas7.bj.internal:80", message = told })
    end,
    raise_status = function()
        local err = new_error()
        err.status = 404.5
        errors.raise(err)
    end,
    returned_nil = function() return nil, new_error() end,
    returned_false = function() return false, new_error() end,
    foreign = function() error(told) end,
    foreign_table = function() error { host = "nas7.bj.internal" } end,
    foreign_hostile = function()
        error(setmetatable({}, { __tostring = function() error "no words" end }))
    end,
    received = function()
        local auth = code() == "AccessDenied"
        errors.raise(errors.from_response {
            status = auth and 403 or 500,
            body = envelope(auth and "AccessDenied" or "InternalError"),
        })
    end,
    captured = function() errors.raise(errors.from_response(ngx.location.capture "/origin")) end,
    exit_inside = function(given) nginx.exit(new_error(), given) end,
    exec = function() ngx.exec "/instead" end,
}
within.accel_handler = within.raise

local bare = {
    exit = function(given) nginx.exit(new_error(), given) end,
    exit_kind = function(given) nginx.exit(errors[code()], given) end,
    exit_code = function(given) nginx.exit(code(), given) end,
    ngx_exit = function() ngx.exit(502) end,
    ngx_exit_500 = function() ngx.exit(500) end,
    print = function() served.print(false) end,
    print_flush = function() served.print(true) end,
}

-- Value of `begun` → what is put out before the failure.
local begin = {
    header = function() ngx.send_headers() end,
    print = function() ngx.print("the beginning") end,
    flush = function() ngx.print("the beginning") ngx.flush(true) end,
    length = function() ngx.header["Content-Length"] = 100 ngx.print("the beginning") end,
    eof = function() ngx.print("the beginning") ngx.eof() end,
}

local function capture(kind)
    if not kind or not kind:find("^capture") and not kind:find("^relay") then return end
    local uri = kind:find("^capture") and "/aside/handler" or "/aside/relay"
    ngx.location.capture(uri, { ctx = kind:find("_ctx") and ngx.ctx or nil })
end

local function prepare(arguments)
    if arguments.family == "own" then capture(arguments.subrequest) end
    for _, line in ipairs(dimensions.headers[arguments.headers] or {}) do ngx.header[line[1]] = line[2] end
    if begin[arguments.begun] then begin[arguments.begun]() end
end

local function map(err)
    if err:is("not_found") then return errors.new("InvalidVersion", { cause = err }) end
end

local function raise() error(told) end

-- Value of `options` → the options of the handler and the relay.
local options = {
    standard = { standard = true },
    map = { map = map },
    request_id = { request_id = function() return dimensions.edge_id end },
    log = { log = function(_, level, line) ngx.log(level, "logged by the program: ", line) end },
    raising = { map = raise, request_id = raise, log = raise },
    yielding = { map = ngx.sleep, request_id = coroutine.yield, log = coroutine.yield },
    odd = {
        map = function() return "no error" end,
        request_id = function() return "two words\r\nX-Forged: yes" end,
        log = function(_, level, line) ngx.log(level, line) return nil, "no words" end,
    },
}

-- "failure options" → function
local handlers = {}

local function find_handler(arguments)
    local failure = arguments.failure
    if bare[failure] then
        return function()
            prepare(arguments)
            bare[failure](options[arguments.options])
        end
    end
    local name = failure .. " " .. tostring(arguments.options)
    handlers[name] = handlers[name] or nginx.handler(function(now)
        -- where another phase makes the content, `fine` says nothing
        if failure == "fine" and ngx.get_phase() ~= "content" then return capture(now.subrequest) end
        prepare(now)
        return within[failure](options[now.options])
    end, options[arguments.options])
    return handlers[name]
end

--- Fails as the query says.
function served.serve()
    local arguments = client_arguments()
    find_handler(arguments)(arguments)
end

--- Makes the subrequest that the query names.
function served.before()
    capture(client_arguments().subrequest)
end

--- Responds with an error to a subrequest that the request survives.
served.aside = nginx.handler(function() errors.raise(dimensions.aside, { message = told }) end)

--- Responds to what ngx.exec sends here.
served.instead = nginx.handler(function() errors.raise(new_error()) end)

--- Responds to what error_page sends here.
served.error_page = nginx.handler(function() errors.raise("ServiceUnavailable", { message = told }) end)

-- Value of `options` → relay
local relays = {}

local function relay()
    local name = client_arguments().options or "none"
    relays[name] = relays[name] or nginx.relay(options[name])
    return relays[name]
end

function served.header_filter() return relay().header_filter() end

function served.body_filter() return relay().body_filter() end

--- The log phase: the relay's own log line, where it has one.
function served.log()
    local self = relay()
    if self.log then self.log() else self.error() end
end

-- Value of `failure` → the response of the upstream.
local page = "<html><title>502 Bad Gateway</title><p>" .. told .. "</p></html>"
local json_headers = { "x-bce-request-id: 7e0c3b52" }
local responses = {
    fine = { status = 200, headers = json_headers, body = dimensions.protected },
    no_content = { status = 204, headers = {}, body = "" },
    not_modified = { status = 304, headers = { 'ETag: "1"' }, body = "" },
    envelope = { status = 404, headers = json_headers, body = envelope "InstanceNotFound" },
    envelope_server = { status = 500, headers = json_headers, body = envelope "InternalError" },
    limited = { status = 421, headers = { "Retry-After: 30" }, body = envelope "RateLimit" },
    unknown = { status = 409, headers = {}, body = envelope "BucketNotEmpty" },
    named_html = { status = 502, headers = {}, body = envelope "html" },
    page = { status = 502, type = "text/html", headers = json_headers, body = page },
    xml = {
        status = 500,
        type = "application/xml",
        headers = {},
        body = "<Error><Code>InternalError</Code><Message>" .. told .. "</Message></Error>",
    },
    empty = { status = 500, headers = {}, body = "" },
    malformed = { status = 500, headers = {}, body = '{"requestId":"4db2b34d","message":"' .. told },
    headers_only = {
        status = 403,
        headers = { "x-bce-request-id: 4db2b34d", "X-Bce-Error-Code: SignatureDoesNotMatch",
            "X-Bce-Error-Message: " .. told },
        body = "",
    },
    zipped = {
        status = 500,
        headers = { "Content-Encoding: gzip" },
        body = upstream.responses.zipped.body,
    },
    cut_success = { status = 200, headers = {}, body = ("x"):rep(10000) },
    accel_handler = { status = 200, headers = { "X-Accel-Redirect: /accel/handler" }, body = "" },
    accel_missing = { status = 200, headers = { "X-Accel-Redirect: /accel/missing" }, body = "" },
    aside = { status = 404, headers = json_headers, body = envelope(dimensions.aside) },
    refused = { status = 403, headers = json_headers, body = envelope "AccessDenied" },
    named = { status = 409, headers = json_headers, body = envelope "FSNotInService" },
}
responses.cut, responses.cut_page = responses.envelope_server, responses.page
responses.stalled = responses.page

-- Longer than the gateway waits.
local long = 0.3

--- The upstream: responds as the query of the request to it says.
function served.respond()
    local arguments = ngx.req.get_uri_args()
    if arguments.failure == "silent" then return ngx.sleep(long) end
    local told_response = responses[arguments.failure] or responses.fine
    local response = {
        status = told_response.status,
        type = told_response.type,
        body = told_response.body,
        headers = { unpack(told_response.headers) },
    }
    for _, line in ipairs(dimensions.headers[arguments.headers] or {}) do
        if line[1] == "Content-Type" then
            response.type = line[2]
        else
            table.insert(response.headers, line[1] .. ": " .. line[2])
        end
    end
    if ngx.req.http_version() == 2 then
        ngx.status = response.status
        ngx.header["Content-Type"] = response.type or "application/json"
        for _, line in ipairs(response.headers) do
            local name, value = line:match("^([^:]+): ?(.*)$")
            ngx.header[name] = value
        end
        return ngx.print(response.body)
    end
    upstream.send(response, {
        hints = arguments.hints == "103",
        framing = arguments.framing,
        split = arguments.pieces == "many" and math.ceil(#response.body / 3) or nil,
        pause = 0.002,
        cut = dimensions.cuts[arguments.failure],
    })
    if arguments.failure == "stalled" then ngx.sleep(long) end
end

return served
