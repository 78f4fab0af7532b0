--- The headers of a response whose body is ours: what was said of another body is taken back.

local base = require "resty.core.base"
local ffi = require "ffi"

local ngx = ngx
local find, lower, pairs, sub = string.find, string.lower, pairs, string.sub
local C, get_request = ffi.C, base.get_request

local response = {}

-- nginx's own, which it exports for its modules: takes back all that is to be sent but the body.
ffi.cdef "void ngx_http_clean_header(ngx_http_request_t *r);"

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

-- What ngx.resp.get_headers has that nginx writes by itself.
local by_nginx = { connection = true, ["content-length"] = true, ["content-type"] = true,
    ["transfer-encoding"] = true }


local function describes_body(name)
    return of_body[name] or sub(name, 1, 8) == "content-" and not of_document[name]
        or sub(name, -6) == "digest" or sub(name, 1, 14) == "x-bce-content-"
end


-- nginx keeps the charset of an upstream's Content-Type apart from it, and adds it to any other that is
-- set, even if that has none.
local function clear_charset()
    local was = ngx.var.upstream_http_content_type
    if not was or not find(lower(was), "charset", 1, true) then return end
    local header, headers, status = ngx.header, ngx.resp.get_headers(0, true), ngx.status
    C.ngx_http_clean_header(get_request())
    for name, value in pairs(headers) do
        if not by_nginx[lower(name)] then header[name] = value end
    end
    ngx.status = status
end


--- Sets the headers of a response whose body is ours.
---@param content_type string
---@param request_id string?
---@param retry_after string?
---@param stale table<string, true> names in lower case of others to take back
function response.write_headers(content_type, request_id, retry_after, stale)
    local header, has_type = ngx.header, false
    for name in pairs(ngx.resp.get_headers(0)) do
        if name == "content-type" then
            has_type = true
        elseif stale[name] or describes_body(name) then
            header[name] = nil
        end
    end
    if has_type then clear_charset() end
    header["Content-Type"] = content_type
    header["x-bce-request-id"] = request_id
    if retry_after then header["Retry-After"] = retry_after end
end


return response
