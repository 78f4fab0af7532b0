--- The headers and trailers of a response whose body is ours: what was said of another body is taken back.

local base = require "resty.core.base"
local ffi = require "ffi"

local ngx = ngx
local C, cast, new, get_request = ffi.C, ffi.cast, ffi.new, base.get_request
local gmatch, pairs, sub = string.gmatch, pairs, string.sub

local headers = {}

local function set(names)
    local members = {}
    for name in gmatch(names, "%S+") do members[name] = true end
    return members
end

-- Headers that describe a body, or its bytes on their way: RFC 9110, sections 6.6, 8, 10.2.2 and 14.3;
-- RFC 9112, section 6.1; RFC 3229; RFC 9421. Those with "content-" or "digest" in their names (RFC 9530)
-- and the service's own are found by their names, below; those of_document describe none. The message has
-- the same words as a body.
local of_body = set [[accept-ranges delta-base etag im last-modified location signature signature-input
    trailer transfer-encoding x-bce-error-message]]
local of_document = set "content-security-policy content-security-policy-report-only"

-- Headers by which a service tells which of its machines responded, or how it is built; and parts of the
-- names of others, which begin with "x-".
local of_inside = set "forwarded proxy-status server-timing sourcemap via warning x-cache"
local inside_parts = set [[backend debug forwarded host hostname instance lookup node origin pod powered real
    served server sourcemap upstream]]

ffi.cdef "void ngx_http_clean_header(ngx_http_request_t *r);"

local function tells_of_inside(name)
    if of_inside[name] or sub(name, 1, 2) ~= "x-" then return of_inside[name] end
    if sub(name, 1, 7) == "x-kong-" or sub(name, 1, 9) == "x-apisix-" then return end -- the gateway's own
    for part in gmatch(name, "[^-]+") do
        if inside_parts[part] then return true end
    end
end

-- Where a request has what nginx is to send (ngx_http_headers_out_t), of which Lua reaches neither trailers
-- nor charset: the first word of the list of trailers, counted from the beginning of the request. This is not
-- guessed: nginx's own function that empties all of it does that here in memory of ours. Then there are two
-- lists, of headers and of trailers, each of seven words (ngx_list_t), whose first is the address of the
-- second. Returns nil for another layout.
local function find_trailers()
    local words = new("uintptr_t[1024]") -- a request has about 200
    local function is_list(at) return words[at] == cast("uintptr_t", words + at + 1) end
    C.ngx_http_clean_header(cast("ngx_http_request_t *", words))
    for at = 7, 1023 do
        if is_list(at) and is_list(at - 7) then return at end
    end
end

local trailers = find_trailers()

-- nginx keeps the charset of another body's type apart from it, and would add it to ours. The words are the
-- length without parameters; length and address of the type; length and address of the charset: all within
-- the 60 that follow the trailers. No two others side by side are the type's length: what is there are
-- addresses, the status and numbers that stand alone.
local function clear_charset(content_type)
    if not trailers then return end
    local words, length = cast("uintptr_t *", get_request()) + trailers, #content_type
    for at = 7, 60 do
        if words[at] == length and words[at + 1] == length then
            words[at + 3] = 0
            return
        end
    end
end

--- Takes back the trailers of the body that ours replaces, which come behind it, as nginx's function does.
function headers.drop_trailers()
    if not trailers then return end
    local list = cast("uintptr_t *", get_request()) + trailers
    list[0], list[2], list[3] = cast("uintptr_t", list + 1), 0, 0
end

--- Takes back the headers that tell of the inside of a service.
function headers.hide_inside()
    for name in pairs(ngx.resp.get_headers(0)) do
        if tells_of_inside(name) then ngx.header[name] = nil end
    end
end

--- Sets the headers of a response whose body is ours.
function headers.write(content_type, request_id, retry_after, stale)
    local header, has_type = ngx.header, false
    for name in pairs(ngx.resp.get_headers(0)) do
        if name == "content-type" then
            has_type = true
        elseif name ~= "connection" -- each response has it
            and (stale[name] or of_body[name] or sub(name, 1, 8) == "content-" and not of_document[name]
            or sub(name, -6) == "digest" or sub(name, 1, 14) == "x-bce-content-") then
            header[name] = nil
        end
    end
    header["Content-Type"] = content_type
    if has_type then clear_charset(content_type) end
    header["x-bce-request-id"] = request_id
    if retry_after then header["Retry-After"] = retry_after end
end

return headers
