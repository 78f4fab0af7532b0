--- The headers of a response whose body is ours: what was said of another body is taken back.

local ngx = ngx
local find, pairs = string.find, pairs

local response = {}

-- Headers that describe a body, or its bytes on their way: RFC 9110, sections 8, 6.5 and 14.3, RFC 9112,
-- section 6.1, RFC 3229, RFC 9421. Those with "content-" or "digest" in their names (RFC 9530) and the
-- service's own are found by their names, below; nginx sets Content-Type and Content-Length anew.
local of_body = {
    ["accept-ranges"] = true, ["delta-base"] = true, etag = true, im = true, ["last-modified"] = true,
    location = true, signature = true, ["signature-input"] = true, trailer = true,
    ["transfer-encoding"] = true,
}

-- These describe no body, though their names begin so.
local of_document = {
    ["content-security-policy"] = true, ["content-security-policy-report-only"] = true,
}

local function describes_body(name)
    return of_body[name] or find(name, "^content%-") and not of_document[name]
        or find(name, "digest$") or find(name, "^x%-bce%-content%-")
end


--- Sets the headers of a response whose body is ours.
---@param content_type string
---@param request_id string?
---@param retry_after string?
---@param stale table<string, true>? names in lower case of others to take back
function response.write_headers(content_type, request_id, retry_after, stale)
    local header = ngx.header
    for name in pairs(ngx.resp.get_headers(0)) do
        if describes_body(name) or stale and stale[name] then header[name] = nil end
    end
    header["Content-Type"] = content_type
    header["x-bce-request-id"] = request_id
    if retry_after then header["Retry-After"] = retry_after end
end


return response
