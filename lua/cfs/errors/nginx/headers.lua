--- The headers and trailers of a response whose body is ours: what was said of another body is taken back.

local base = require "resty.core.base"
local ffi = require "ffi"

local ngx = ngx
local cast, ffi_string, get_request = ffi.cast, ffi.string, base.get_request
local pairs, sub = pairs, string.sub

local headers = {}

-- Headers that describe a body, or its bytes on their way: RFC 9110, sections 6.6, 8, 10.2.2 and 14.3;
-- RFC 9112, section 6.1; RFC 3229; RFC 9421. Those with "content-" or "digest" in their names (RFC 9530)
-- and the service's own are found by their names, below.
local of_body = {
    ["accept-ranges"] = true, ["delta-base"] = true, etag = true, im = true, ["last-modified"] = true,
    location = true, signature = true, ["signature-input"] = true, trailer = true,
    ["transfer-encoding"] = true,
}

-- These describe no body, though their names begin so.
local of_document = {
    ["content-security-policy"] = true, ["content-security-policy-report-only"] = true,
}

-- Headers by which a service tells which of its machines responded, or how it is built.
local of_inside = {
    ["x-bce-debug-id"] = true, ["x-backend"] = true, ["x-backend-host"] = true, ["x-backend-server"] = true,
    ["x-debug-id"] = true, ["x-host"] = true, ["x-hostname"] = true, ["x-node"] = true,
    ["x-powered-by"] = true, ["x-real-server"] = true, ["x-served-by"] = true, ["x-server"] = true,
    ["x-server-name"] = true, ["x-upstream"] = true, ["x-upstream-addr"] = true,
    ["x-upstream-host"] = true, ["x-upstream-server"] = true,
}

-- How many words of nginx's request are looked at; it has more.
local most_words = 120

-- An address is above this, all other numbers that stand in these words below.
local least_address = 65536


local function describes_body(name)
    return of_body[name] or sub(name, 1, 8) == "content-" and not of_document[name]
        or sub(name, -6) == "digest" or sub(name, 1, 14) == "x-bce-content-"
end


-- Finds what nginx is to send (ngx_http_headers_out_t), which the Lua module does not show: a list of
-- headers and one of trailers, of seven words each (last part; first part's elements, their count, next
-- part; an element's size, elements in a part, pool), and then the status. Some subrequests have zeros in
-- place of the second list. Returns the words of the request, and the place of the status, or nil.
local function find_output()
    local words = cast("uintptr_t *", get_request())
    for at = 14, most_words do
        local size, pool = words[at - 10], words[at - 8]
        if size > 16 and size < 256 and pool > least_address and words[at - 13] > least_address
            and (words[at - 3] == size and words[at - 1] == pool and words[at - 6] > least_address
                or words[at - 3] == 0 and words[at - 1] == 0 and words[at - 6] == 0)
            and words[at] < 1000 then
            return words, at
        end
    end
end


-- nginx keeps the charset of another body's type apart from it, and would add it to ours. The words are the
-- length without parameters; length and address of the type; length and address of the charset.
local function clear_charset(content_type)
    local words, status = find_output()
    for at = status or most_words + 1, most_words do
        if words[at] == #content_type and words[at + 1] == #content_type and words[at + 2] > least_address
            and ffi_string(cast("const char *", words[at + 2]), #content_type) == content_type then
            words[at + 3] = 0
            return
        end
    end
end


--- Takes back the trailers of the body that ours replaces. nginx sends them behind the last of it.
function headers.drop_trailers()
    local words, status = find_output()
    if not status or words[status - 1] == 0 then return end
    words[status - 7], words[status - 5], words[status - 4] = cast("uintptr_t", words + status - 6), 0, 0
end


--- Takes back the headers that tell of the inside of a service.
function headers.hide_inside()
    for name in pairs(ngx.resp.get_headers(0)) do
        if of_inside[name] then ngx.header[name] = nil end
    end
end


--- Sets the headers of a response whose body is ours.
function headers.write(content_type, request_id, retry_after, stale)
    local header, has_type = ngx.header, false
    for name in pairs(ngx.resp.get_headers(0)) do
        if name == "content-type" then
            has_type = true
        elseif name ~= "connection" and (stale[name] or describes_body(name)) then
            header[name] = nil
        end
    end
    header["Content-Type"] = content_type
    if has_type then clear_charset(content_type) end
    header["x-bce-request-id"] = request_id
    if retry_after then header["Retry-After"] = retry_after end
end


return headers
