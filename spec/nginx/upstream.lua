-- An upstream that responds byte by byte as it is told: what the specs ask for, and what nginx runs.
--
--     location / { content_by_lua_block { require("spec.nginx.upstream").serve() } }
--
-- The argument `name` tells the response; `framing` how its end is marked: "length", "chunked", "trailers" or
-- "close"; `split` of how many bytes its pieces are, each sent by itself, and `hold` the seconds before the
-- first, `pause` those in between; `cut` after how many bytes of the body the connection breaks off.

local upstream = {}

local hostile = "a\r\nSet-Cookie: b=1\r\n\r\n\27[31m\0\255\226\128\168z"

-- The same within JSON: escaped where JSON wants that, and raw where a broken server writes it.
local hostile_json = "a\\r\\nSet-Cookie: b=1\\r\\n\\r\\n\\u001b[31m\\u0000\255\226\128\168z"

local function envelope(request_id, code, message, more)
    return ('{"requestId":"%s","code":"%s","message":"%s"%s}'):format(request_id, code, message, more or "")
end

-- An envelope of so many bytes.
local function sized(size)
    local frame = envelope("4db2b34d", "InvalidFSName", "")
    return envelope("4db2b34d", "InvalidFSName", ("x"):rep(size - #frame))
end

upstream.hostile = hostile

--- name → { status =, headers = lines, body = }; no type means application/json.
upstream.responses = {
    fine = { status = 200, headers = { 'ETag: "1"' }, body = '{"fileSystems":[]}' },
    large_and_fine = { status = 200, headers = {}, body = ("0123456789abcdef"):rep(65536) },
    envelope = {
        status = 404,
        headers = { 'ETag: "1"', "Last-Modified: Tue, 24 Nov 2026 23:47:07 GMT", "X-Kept: yes",
            "x-bce-request-id: 7e0c3b52" },
        body = envelope("7e0c3b52", "InstanceNotFound", "The specified CFS instance does not exist.",
            ',"at":"cfs-7.internal"'),
    },
    limited = {
        status = 421,
        headers = { "x-bce-request-id: 4db2b34d", "Retry-After: 30" },
        body = envelope("4db2b34d", "RateLimit", "There are too many connections. The host is 10.0.3.7"),
    },
    dependency = {
        status = 424,
        headers = { "x-bce-request-id: 4db2b34d" },
        body = envelope("4db2b34d", "ServiceError", "the dependency service is unavailable, host is nd7.bj"),
    },
    told = { status = 421, headers = { "X-Bce-Error-Code: InstanceNotFound", "x-bce-request-id: 7e0c3b52" },
        body = envelope("7e0c3b52", "InstanceNotFound", "The specified CFS instance does not exist.") },
    late = { status = 500, headers = {}, body = envelope("4db2b34d", "RateLimit", "many") },
    unknown = {
        status = 409,
        headers = {},
        body = envelope("ae2225f7", "BucketNotEmpty", "The bucket on db7.cfs.internal:8080 is not empty"),
    },
    html = {
        status = 502,
        type = "text/html",
        headers = { "x-bce-request-id: 1b6d3a0e" },
        body = "<html><title>502 Bad Gateway</title><p>no route to cfs-7.internal</p></html>",
    },
    empty = { status = 500, headers = {}, body = "" },
    malformed = { status = 500, headers = {}, body = '{"requestId":"4db2b34d","code":"InternalErr' },
    headers_only = {
        status = 403,
        headers = { "x-bce-request-id: 4db2b34d", "X-Bce-Error-Code: SignatureDoesNotMatch",
            "X-Bce-Error-Message: refused by 10.0.3.7" },
        body = "",
    },
    odd_code = { status = 404, headers = { "X-Bce-Error-Code: 10.0.0.1:80" }, body = "{}" },
    hostile = {
        status = 500,
        headers = {
            "x-bce-request-id: a\27[31m\255\226\128\168z",
            "X-Bce-Error-Code: b\27[31m\255\226\128\168z",
            "X-Bce-Error-Message: c\27[31m\255\226\128\168z",
        },
        body = envelope(hostile_json, hostile_json, hostile_json),
    },
    zipped = {
        status = 500,
        headers = { "Content-Encoding: gzip", 'ETag: "1"', "X-Bce-Error-Code: InternalError" },
        body = "\31\139\8\0\0\0\0\0\0\3\171\174\5\0\67\191\166\163\2\0\0\0",
    },
    at_the_limit = { status = 400, headers = {}, body = sized(65536) },
    above_the_limit = { status = 400, headers = { 'ETag: "1"' }, body = sized(65537) },
    nul_in_a_header = { status = 404, headers = { "x-bce-request-id: a\0b" }, body = "{}" },
    cr_in_a_header = { status = 404, headers = { "x-bce-request-id: a\rX-Forged: b" }, body = "{}" },
    challenges = {
        status = 401, type = "text/html; charset=gbk", body = "<html>",
        headers = { "WWW-Authenticate: Basic realm=a", "WWW-Authenticate: Bearer realm=b",
            "Link: <a>; rel=b", "Link: <c>; rel=d" },
    },
    two_types = {
        status = 404, type = "text/html; charset=gbk",
        headers = { "Content-Type: application/xml" }, body = "<html>",
    },
    machine = {
        status = 404, headers = { "x-bce-request-id: 10.0.3.7" },
        body = envelope("10.0.3.7", "InstanceNotFound", "The specified CFS instance does not exist."),
    },
    odd_status = { status = 777, headers = {}, body = envelope("4db2b34d", "Odd", "odd") },
}
upstream.responses.many_headers = { status = 404, headers = {}, body = upstream.responses.envelope.body }
for index = 1, 150 do upstream.responses.many_headers.headers[index] = "X-" .. index .. ": 1" end
table.insert(upstream.responses.many_headers.headers, "x-bce-request-id: 7e0c3b52")

local function head_of(response, framing)
    local lines = { "HTTP/1.1 " .. response.status .. " Reason", "Connection: close",
        "Content-Type: " .. (response.type or "application/json"), unpack(response.headers) }
    if framing == "length" then lines[#lines + 1] = "Content-Length: " .. #response.body end
    if framing ~= "length" and framing ~= "close" then lines[#lines + 1] = "Transfer-Encoding: chunked" end
    return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

--- Answers the request of nginx that is being served.
---@param response { status: integer, headers: string[], type: string?, body: string }
---@param how { framing: string?, split: integer?, pause: number?, cut: integer? }
function upstream.send(response, how)
    local framing, split, cut = how.framing or "length", how.split, how.cut
    local has_chunks = framing == "chunked" or framing == "trailers"
    local socket = assert(ngx.req.socket(true))
    if how.hints then assert(socket:send("HTTP/1.1 103 Early Hints\r\nX-Hint: yes\r\n\r\n")) end
    if how.continues then assert(socket:send("HTTP/1.1 100 Continue\r\n\r\n")) end
    assert(socket:send(head_of(response, framing)))
    if split then ngx.sleep(how.hold or 0.005) end -- so that the head comes by itself
    if ngx.req.get_method() == "HEAD" then return end
    local body = response.body:sub(1, cut)
    for first = 1, #body, split or #body do
        local piece = body:sub(first, first + (split or #body) - 1)
        if has_chunks then piece = ("%x\r\n%s\r\n"):format(#piece, piece) end
        assert(socket:send(piece))
        if split then ngx.sleep(how.pause or 0) end
    end
    if framing == "chunked" and not cut then assert(socket:send("0\r\n\r\n")) end
    if framing == "trailers" and not cut then
        assert(socket:send("0\r\nContent-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n"))
        assert(socket:send("X-Host: nas7.bj.internal\r\n\r\n"))
    end
end

--- Answers as the arguments of the request say.
function upstream.serve()
    local arguments = ngx.req.get_uri_args()
    upstream.send(upstream.responses[arguments.name], {
        framing = arguments.framing,
        continues = arguments.continues,
        split = tonumber(arguments.split),
        pause = tonumber(arguments.pause),
        hold = tonumber(arguments.hold),
        cut = tonumber(arguments.cut),
    })
end

return upstream
