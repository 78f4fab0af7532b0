-- What the matrix combines: for each family of requests its dimensions, and the values of each.
--
-- The first value of a dimension is the usual one. A value that has directives stands in the location
-- of nginx; all others travel in the query, where spec/matrix/served.lua reads them.

local dimensions = {}

--- Parts of the names of hosts that no client may see.
dimensions.hosts = { "nas7.bj.internal", "10.0.3.7" }

--- What messages of the failing side say.
dimensions.told = "no route from 10.0.3.7 to nas7.bj.internal:80"

--- What only a client that was let in may see.
dimensions.protected = "PROTECTED"

--- The code of the error of a subrequest that the request itself survives.
dimensions.aside = "MountTargetNotFound"

--- The id that the option `request_id` gives, and those that errors bring along.
dimensions.edge_id = "edge-7"
dimensions.given_ids = { ["7e0c3b52"] = true, ["4db2b34d"] = true, ["0f9e8d7c"] = true }

--- What headers say of another body than the error's: value → lines.
dimensions.headers = {
    digests = {
        { "Content-MD5", "Q2hlY2sgSW50ZWdyaXR5IQ==" },
        { "Digest", "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=" },
        { "Content-Digest", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:" },
        { "Repr-Digest", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:" },
    },
    validators = {
        { "ETag", '"1"' },
        { "Last-Modified", "Tue, 24 Nov 2026 23:47:07 GMT" },
    },
    checksums = {
        { "x-bce-content-crc32", "3421780262" },
        { "x-bce-content-sha256", "5f8f04f6a3a892aaabbddb6cf273894493773960d4a325b105fee46eef4304f1" },
    },
    places = {
        { "Location", "http://nas7.bj.internal:80/v1/cfs" },
        { "Content-Location", "http://nas7.bj.internal:80/v1/cfs" },
    },
    parts = {
        { "Content-Range", "bytes 0-9/10" },
        { "Content-Disposition", "attachment; filename=10.0.3.7.log" },
    },
    trailer = { { "Trailer", "x-checksum" } },
    transfer = { { "Transfer-Encoding", "chunked" } },
    length = { { "Content-Length", "1000" } },
    gzip = { { "Content-Encoding", "gzip" } },
    identity = { { "Content-Encoding", "identity" } },
    uncoded = { { "Content-Encoding", "" } },
    latin = { { "Content-Type", "application/json; charset=iso-8859-1" } },
    gbk = { { "Content-Type", "text/html; charset=gbk" } },
    problem = { { "Content-Type", "application/problem+json" } },
    jsonp = { { "Content-Type", "application/jsonp" } },
    lines = { { "Content-Type", "application/x-ndjson" } },
    second_id = { { "x-bce-request-id", "0f9e8d7c" } },
}

--- What the failing side calls its error: value of `failure`, `page` or `error_page` → code. The
--- others give no code.
dimensions.codes = {}
for code, names in pairs {
    InstanceNotFound = "raise raise_late raise_status returned_nil returned_false exit exit_inside exit_kind"
        .. " exit_code exec envelope accel_handler",
    InternalError = "foreign foreign_table foreign_hostile received envelope_server",
    ServiceError = "raise_server", RateLimit = "captured limited", BucketNotEmpty = "unknown",
    html = "named_html", SignatureDoesNotMatch = "headers_only", AccessDenied = "deny",
    RequestEntityTooLargeException = "too_large", CreateOrderFail = "print print_flush",
    ServiceUnavailable = "handler", FSNotInService = "named",
} do
    for name in names:gmatch("%S+") do dimensions.codes[name] = code end
end

--- The statuses of those that no code has.
dimensions.statuses = {
    raise_status = 500, -- that of the error is a broken number
    print = 500, print_flush = 500, ngx_exit = 502, ngx_exit_500 = 500, named_html = 502, unknown = 409,
    named = 409, page = 502, xml = 500, empty = 500, malformed = 500, headers_only = 403, zipped = 500,
    cut = 500, cut_page = 502, stalled = 502, silent = 504, dead = 502, accel_missing = 404,
    deny = 403, missing = 404, returned = 503, too_large = 413,
}

--- Values whose code is in the body alone, which no response to HEAD has.
dimensions.in_body = {
    envelope = true, envelope_server = true, limited = true, unknown = true, named_html = true,
    print = true, print_flush = true, named = true,
}

--- Values that are no failure.
dimensions.successes = { fine = true, no_content = true, not_modified = true }

--- Values of `failure` whose upstream breaks off, and after how many bytes of the body. One that is
--- `stalled` or `silent` sends nothing more, and nginx gives up.
dimensions.cuts = { cut = 20, cut_page = 20, cut_success = 5000, stalled = 20, silent = 0 }

-- Directives that several families share: value → text.
local error_pages = {
    file = "error_page CODES /page.html;",
    print = "error_page CODES = @print;",
    print_flush = "error_page CODES = @print_flush;",
    handler = "error_page CODES = @handler;",
    named = "error_page CODES = @named;",
}
for name, text in pairs(error_pages) do
    error_pages[name] = "proxy_intercept_errors on; " .. text:gsub("CODES",
        "400 401 403 404 409 413 421 424 500 502 503 504")
end

local served = 'require("spec.matrix.served")'

--- Directives of a location without the relay.
dimensions.without = [[
        header_filter_by_lua_block { return }
        body_filter_by_lua_block { return }
        log_by_lua_block { return }]]

local filters = { without = dimensions.without }

local subrequests = { auth_passes = "auth_request /passes;" }

local buffering = { off = "proxy_buffering off;" }

-- Does $request_id occur in the configuration of nginx? Only then is it one for all of a request.
local request_id = { "request_id", { "kept", "loose" } }

local version = { "version", { "1.1", "1.0", "2" } }
local method = { "method", { "GET", "HEAD" } }

-- A subrequest, which the request survives: captured, with a table ngx.ctx of its own or the
-- request's; one that a handler sends, or a relay.
local subrequest = { "subrequest", { "none", "capture", "capture_ctx", "relay", "relay_ctx", "auth_passes" },
    subrequests }

-- The options of the handler and the relay; the last three have functions that fail, each in its way.
local options = { "options", { "none", "standard", "map", "request_id", "log", "raising", "yielding",
    "odd" } }

--- Family → a list of dimensions: { name, values, directives }.
dimensions.families = {
    -- What this nginx itself does fails.
    own = {
        version,
        request_id,
        { "phase", { "content", "access", "rewrite" }, {
            content = "content_by_lua_block { " .. served .. ".serve() }",
            access = "access_by_lua_block { " .. served .. ".serve() } proxy_pass http://$target;",
            rewrite = "rewrite_by_lua_block { " .. served .. ".serve() } proxy_pass http://$target;",
        } },
        { "failure", { "raise", "fine", "raise_late", "raise_server", "raise_status", "returned_nil",
            "returned_false", "foreign", "foreign_table", "foreign_hostile", "received", "captured",
            "exit", "exit_inside", "exit_kind", "exit_code", "print", "print_flush", "ngx_exit",
            "ngx_exit_500", "exec" } },
        method,
        { "begun", { "none", "header", "print", "flush", "length", "eof" } },
        { "buffered10", { "on", "off" }, {
            off = "lua_http10_buffering off; reset_timedout_connection on;",
        } },
        { "headers", { "none", "digests", "validators", "checksums", "places", "parts", "trailer",
            "transfer", "length", "gzip", "identity", "uncoded", "latin", "problem", "second_id" } },
        subrequest,
        { "filters", { "with", "without" }, filters },
        { "error_page", { "none", "file", "handler" }, error_pages },
        options,
    },
    -- What is behind proxy_pass fails.
    upstream = {
        version,
        request_id,
        { "failure", { "envelope", "fine", "no_content", "not_modified", "envelope_server", "limited",
            "unknown", "named_html", "page", "xml", "empty", "malformed", "headers_only", "zipped", "cut",
            "cut_page", "cut_success", "stalled", "silent", "dead", "accel_handler",
            "accel_missing" } },
        method,
        { "framing", { "length", "chunked", "close" } },
        { "pieces", { "one", "many" } },
        { "buffering", { "on", "off" }, buffering },
        { "cache", { "none", "miss", "hit" }, {
            miss = "proxy_cache responses;",
            hit = "proxy_cache responses;",
        } },
        { "headers", { "none", "digests", "validators", "checksums", "places", "parts", "trailer",
            "identity", "uncoded", "latin", "gbk", "problem", "jsonp", "lines", "second_id" } },
        subrequest,
        { "error_page", { "none", "file", "print", "print_flush", "handler", "named" }, error_pages },
        { "upstreams", { "one", "second" } }, -- the first of two is dead
        options,
    },
    -- A subrequest of auth_request refuses.
    auth = {
        version,
        request_id,
        { "place", { "content", "rewrite", "relay" }, {
            content = "auth_request /auth/content;",
            rewrite = "auth_request /auth/rewrite;",
            relay = "auth_request /auth/relay;",
        } },
        { "failure", { "raise", "raise_late", "returned_nil", "returned_false", "foreign", "foreign_table",
            "received", "exit", "exit_inside", "exit_kind", "exit_code" } },
        method,
        { "headers", { "none", "digests", "places", "transfer", "second_id" } },
        { "buffering", { "on", "off" }, buffering },
        { "error_page", { "none", "file", "handler" }, error_pages },
    },
    -- nginx responds with a page of its own.
    page = {
        version,
        request_id,
        { "page", { "deny", "missing", "returned", "too_large" }, {
            deny = "deny all;",
            missing = "root none;",
            returned = "return 503;",
            too_large = "client_max_body_size 1; proxy_pass http://$target;",
        } },
        method,
        { "subrequest", { "none", "capture", "capture_ctx", "relay", "relay_ctx" } },
        { "error_page", { "none", "file", "print", "print_flush", "handler", "named" }, error_pages },
    },
}

--- What stands in every location of a family.
dimensions.common = {
    own = "",
    upstream = "access_by_lua_block { " .. served .. ".before() } proxy_pass http://$target/$is_args$args; "
        .. "add_header X-Cache-Status $upstream_cache_status always;",
    auth = "proxy_pass http://$target;",
    page = "rewrite_by_lua_block { " .. served .. ".before() }",
}

--- Adds what only a newer nginx knows than Debian's.
function dimensions.add_newest()
    dimensions.is_newest = true
    local own, upstream = dimensions.families.own, dimensions.families.upstream
    local phase = own[3]
    table.insert(phase[2], "precontent")
    phase[3].precontent = "precontent_by_lua_block { " .. served .. ".serve() } proxy_pass http://$target;"
    table.insert(upstream[5][2], "trailers")
    table.insert(upstream, { "protocol", { "1.1", "2" }, { ["2"] = "proxy_http_version 2;" } })
    table.insert(upstream, { "trailers", { "off", "on" }, { on = "proxy_pass_trailers on;" } })
    table.insert(upstream, { "hints", { "none", "103" }, { ["103"] = "early_hints 1;" } })
    for _, family in pairs { own, upstream } do table.insert(family, { "front", { "none", "stream" } }) end
end

-- The client of HEAD has its response, and asks for the counts, while the program still writes.
local function still_runs(c)
    return c.method == "HEAD" and (c.failure == "print_flush" or c.error_page == "print_flush")
end

-- Headers by which a program forbids the client to read what it writes itself.
local framing_headers = { transfer = true, length = true, gzip = true }

local no_error = { fine = true, no_content = true, not_modified = true, cut_success = true }

-- Debian's Lua module captures nothing for a request of HTTP/2, none anything in the phase precontent.
local function captures_in_vain(c)
    if (c.version ~= "2" or dimensions.is_newest) and c.phase ~= "precontent" then return false end
    return c.failure == "captured" or c.subrequest ~= "none" and c.subrequest ~= "auth_passes"
end

--- Family → functions that tell which combinations make no sense, or do not differ from others.
dimensions.excluded = {
    own = {
        captures_in_vain,
        -- A response to HEAD has no body to break off.
        function(c) return c.begun ~= "none" and c.method == "HEAD" end,
        -- These headers belong to what was begun.
        function(c) return c.begun ~= "none" and c.headers ~= "none" end,
        -- After the output began, nothing can be captured and no other location takes over.
        function(c) return c.begun ~= "none" and (c.failure == "captured" or c.failure == "exec") end,
        -- The location that takes over has the relay.
        function(c) return c.failure == "exec" and c.filters == "without" end,
        still_runs,
        -- The client has all of it, and asks for the counts, before this fails.
        function(c) return c.begun == "eof" and c.failure == "raise_late" end,
        -- Errors that the program writes by hand, or leaves to nginx, are the relay's.
        function(c)
            return c.failure:find("^print") and (c.phase ~= "content" or c.filters ~= "with"
                or c.begun ~= "none" or framing_headers[c.headers])
        end,
        function(c)
            return c.failure:find("^ngx_exit") and (c.filters ~= "with" or c.begun ~= "none"
                or c.headers ~= "none")
        end,
        -- Over HTTP/1.0 headers that are out cannot be followed by a break, unless nginx may reset.
        function(c) return c.version == "1.0" and c.begun == "header" and c.buffered10 == "on" end,
        function(c) return c.failure == "fine" and (c.begun ~= "none" or c.headers ~= "none") end,
        function(c) return c.buffered10 == "off" and c.version ~= "1.0" end,
    },
    upstream = {
        captures_in_vain,
        -- Over HTTP/2 the upstream is nginx itself, which frames and cuts nothing by hand.
        function(c)
            return c.protocol == "2" and (c.framing ~= "length" or c.pieces ~= "one" or c.hints == "103"
                or c.trailers == "on" or dimensions.cuts[c.failure] or c.failure == "dead"
                or c.upstreams ~= "one" or c.headers == "trailer" or c.headers == "uncoded")
        end,
        function(c) return c.failure == "dead" and (c.hints == "103" or c.trailers == "on") end,
        function(c)
            return c.failure == "dead" and (c.framing ~= "length" or c.pieces ~= "one" or c.cache == "hit"
                or c.headers ~= "none" or c.upstreams ~= "one")
        end,
        -- What breaks off is not cached; where the end of the connection ends a body, nobody can tell.
        function(c) return dimensions.cuts[c.failure] and (c.framing == "close" or c.cache == "hit") end,
        -- nginx itself ends a chunked body over HTTP/1.0 by the end of the connection, whole or not.
        function(c)
            return c.failure == "cut_success" and c.version == "1.0" and c.framing ~= "length"
        end,
        still_runs,
        -- nginx caches nothing that it does not buffer.
        function(c) return c.buffering == "off" and c.cache ~= "none" end,
        -- The client of HEAD has its response before all of the body is in the cache.
        function(c) return c.method == "HEAD" and c.cache ~= "none" and c.pieces == "many" end,
        function(c) return no_error[c.failure] and c.headers ~= "none" end,
        -- Without a body there are no pieces, and without a response no headers.
        function(c) return c.failure == "stalled" and (c.pieces ~= "one" or c.method == "HEAD") end,
        function(c)
            return c.failure == "silent" and (c.framing ~= "length" or c.pieces ~= "one"
                or c.headers ~= "none" or c.upstreams ~= "one")
        end,
        -- What X-Accel-Redirect leads to stands in a location of its own.
        function(c)
            return c.failure:find("^accel_") and (c.headers ~= "none" or c.cache ~= "none"
                or c.error_page ~= "none")
        end,
        function(c)
            return c.failure:find("^no") and (c.framing ~= "length" or c.pieces ~= "one")
        end,
        function(c) return c.failure == "zipped" and (c.headers == "identity" or c.headers == "uncoded") end,
    },
    auth = {
        -- The upstream refuses in one way.
        function(c) return c.place == "relay" and (c.failure ~= "raise" or c.headers ~= "none") end,
    },
    page = {
        captures_in_vain,
        still_runs,
        -- `return` ends the request before a subrequest can be made; the size is refused before, too.
        function(c)
            return c.subrequest ~= "none" and (c.page == "returned" or c.page == "too_large")
        end,
        function(c) return c.page == "too_large" and c.method == "HEAD" end,
        -- Over HTTP/2 nginx resets what it has not read, sometimes before curl has read the response.
        function(c) return c.page == "too_large" and c.version == "2" end,
    },
}

return dimensions
