-- Responses of every sort, and the error that each one tells of. Of `expect`, these are compared
-- always, nil included: code, message and requestId, which are the error's own fields, status,
-- origin and body; where they are given: category, retry, known, differs. Without `expect`, the
-- response is no error.

local bom = "\239\187\191"
local fffd = "\239\191\189"

local envelope = '{"requestId":"r-1","code":"InstanceNotFound","message":"gone"}'
local page = "<html><head><title>502 Bad Gateway</title></head></html>\r\n"
local gateway = '{"error_code":110,"error_msg":"Access token invalid or no longer valid"}'

-- Every byte there is, several times.
local all_bytes = {}
for byte = 0, 255 do all_bytes[byte + 1] = string.char(byte) end
all_bytes = table.concat(all_bytes)

local responses = {}

local function add(row)
    responses[#responses + 1] = row
end

-- A body that cannot be read, behind a gateway's status; and what it tells all the same.
local function add_unreadable(name, body, origin, message, request_id)
    add {
        name = name,
        response = { status = 502, headers = {}, body = body },
        expect = { status = 502, origin = origin, body = body:sub(1, 512), message = message,
            requestId = request_id,
            category = "unavailable", retry = "backoff", known = false, differs = false },
    }
end

-- A body that is not as Content-Encoding says, or is.
local function add_encoded(name, encoding, body, origin)
    add {
        name = name,
        response = { status = 502, headers = { ["Content-Encoding"] = encoding }, body = body },
        expect = { status = 502, origin = origin, body = body, retry = "backoff" },
    }
end

-- An envelope of an unknown code with a request id from the headers.
local function add_header(name, headers, request_id)
    add {
        name = name,
        response = { status = 400, headers = headers, body = '{"code":"A"}' },
        expect = { code = "A", requestId = request_id, status = 400, known = false },
    }
end

-- A response whose status is what counts, with a code that no catalogue has.
local function add_unknown(status, category, retry)
    add {
        name = "an unknown code at " .. status,
        response = { status = status, headers = {}, body = '{"code":"NoSuchThing"}' },
        expect = { code = "NoSuchThing", status = status, category = category, retry = retry,
            known = false, differs = false },
    }
    add {
        name = "no code at " .. status,
        response = { status = status, headers = {}, body = "" },
        expect = { status = status, origin = "empty", category = category, retry = retry,
            known = false, differs = false },
    }
end

-- The same envelope under a status that some client gives in its own way.
local function add_status(name, status, expected)
    add {
        name = "status " .. name,
        response = { status = status, headers = {}, body = envelope },
        expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1",
            status = expected, category = "not_found", retry = "never", known = true,
            differs = expected ~= 404 },
    }
end

-- Envelopes

add {
    name = "the envelope of a catalogue's code",
    response = { status = 404, headers = {}, body = envelope },
    expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1", status = 404,
        category = "not_found", retry = "never", known = true, differs = false },
}
add {
    name = "the envelope of a code that the catalogue lacks",
    response = { status = 404, headers = {}, body = '{"requestId":"r-1","code":"NoSuchKey",'
        .. '"message":"The resource you requested does not exist"}' },
    expect = { code = "NoSuchKey", message = "The resource you requested does not exist",
        requestId = "r-1", status = 404, category = "unknown", retry = "never", known = false,
        differs = false },
}
add {
    name = "an envelope as ngx.location.capture gives it",
    response = { status = 503, header = { ["X-Bce-Request-Id"] = "h-1" }, truncated = false,
        body = '{"code":"ServiceUnavailable"}' },
    expect = { code = "ServiceUnavailable", requestId = "h-1", status = 503,
        category = "unavailable", retry = "backoff", known = true, differs = false },
}
add {
    name = "an error that nginx cut short, which is one all the same",
    response = { status = 400, header = {}, truncated = true, body = "{" },
    expect = { status = 400, origin = "malformed", body = "{" },
}
add {
    name = "an envelope without any headers",
    response = { status = 403, body = '{"code":"AccessDenied"}' },
    expect = { code = "AccessDenied", status = 403, category = "permission", known = true },
}
add {
    name = "an envelope with a code only, which takes no message of the catalogue",
    response = { status = 421, headers = {}, body = '{"code":"RateLimit"}' },
    expect = { code = "RateLimit", status = 421, category = "throttle", retry = "throttle",
        known = true, differs = false },
}
add {
    name = "a code as a number",
    response = { status = 400, headers = {}, body = '{"code":12.50e3,"message":1,"requestId":7}' },
    expect = { code = "12.50e3", message = "1", requestId = "7", status = 400, known = false },
}
add {
    name = "a message that is null",
    response = { status = 404, headers = {}, body = '{"code":"InstanceNotFound","message":null}' },
    expect = { code = "InstanceNotFound", status = 404, known = true },
}
add {
    name = "a request id that is null, and one in the headers",
    response = { status = 404, headers = { ["x-bce-request-id"] = "h-1" },
        body = '{"code":"InstanceNotFound","requestId":null}' },
    expect = { code = "InstanceNotFound", requestId = "h-1", status = 404 },
}
add {
    name = "a request id in both places: the envelope's counts",
    response = { status = 404, headers = { ["x-bce-request-id"] = "h-1" }, body = envelope },
    expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1", status = 404 },
}
add {
    name = "a request id in the headers with blanks around it",
    response = { status = 404, headers = { ["x-bce-request-id"] = " h-1\t" },
        body = '{"code":"InstanceNotFound"}' },
    expect = { code = "InstanceNotFound", requestId = "h-1", status = 404 },
}
add {
    name = "a code in both places: the envelope's counts",
    response = { status = 404, body = envelope,
        headers = { ["x-bce-error-code"] = "AccessDenied", ["x-bce-error-message"] = "no" } },
    expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1", status = 404 },
}
add {
    name = "a request id spelt request_id",
    response = { status = 404, headers = {}, body = '{"code":"A","request_id":"r"}' },
    expect = { code = "A", requestId = "r", status = 404 },
}
add {
    name = "a request id spelt requestID",
    response = { status = 404, headers = {}, body = '{"code":"A","requestID":"r"}' },
    expect = { code = "A", requestId = "r", status = 404 },
}
add {
    name = "a code written with escapes",
    response = { status = 421, headers = {}, body = [[{"co\u0064e":"Rate\u004cimit"}]] },
    expect = { code = "RateLimit", status = 421, retry = "throttle", known = true },
}
add {
    name = "an envelope behind a byte order mark",
    response = { status = 404, headers = {}, body = bom .. envelope },
    expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1", status = 404 },
}
add {
    name = "an envelope behind 1 MiB of white space",
    response = { status = 404, headers = {}, body = (" \r\n\t"):rep(262144) .. envelope },
    expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1", status = 404 },
}
add {
    name = "a NUL in the envelope, as an escape",
    response = { status = 400, headers = {}, body = [[{"code":"A\u0000B","message":"\u0000"}]] },
    expect = { code = "A\0B", message = "\0", status = 400, known = false },
}
add {
    name = "an envelope that is no UTF-8",
    response = { status = 400, headers = {}, body = '{"code":"A","message":"\212\253\226\130"}' },
    expect = { code = "A", message = fffd .. fffd .. fffd, status = 400 },
}
add {
    name = "an envelope with other members, nested ones called code among them",
    response = { status = 404, headers = {}, body = '{"x":{"code":"B"},"code":"A","y":[null]}' },
    expect = { code = "A", status = 404 },
}
add {
    name = "a code that differs from the catalogue's in case",
    response = { status = 404, headers = {}, body = '{"code":"instanceNotFound"}' },
    expect = { code = "instanceNotFound", status = 404, category = "unknown", known = false },
}
add {
    name = "the catalogue's MalformedJSON, which is the service's word and not ours",
    response = { status = 400, headers = {}, body = '{"code":"MalformedJSON"}' },
    expect = { code = "MalformedJSON", status = 400, category = "invalid", known = true },
}

add {
    name = "a success, whatever its headers say of a status",
    response = { status = 200, headers = { [":status"] = "404" }, body = "" },
}
add {
    name = "an empty status, which no client gives for a reason",
    response = { status = "" },
    expect = { origin = "empty", category = "unknown", known = false },
}
add {
    name = "the status 1, which stands for no failure of a client's",
    response = { status = 1, headers = {} },
    expect = { origin = "empty", category = "unknown", known = false },
}

for body, message in pairs {
    ['{"code":"InvalidParameter","detail":"m"}'] = "m",
    ['{"code":"InvalidParameter","msg":"m"}'] = "m",
    ['{"code":"InvalidParameter","error_msg":"m"}'] = "m",
    ['{"code":"InvalidParameter","error_message":"m"}'] = "m",
    ['{"code":"InvalidParameter","errorMessage":"m"}'] = "m",
    ['{"code":"InvalidParameter","error_description":"m"}'] = "m",
    ['{"code":"InvalidParameter","Message":"m"}'] = "m",
    ['{"code":"InvalidParameter","title":"m"}'] = "m",
    ['{"code":"InvalidParameter","error":{"message":"m"}}'] = "m",
    ['{"code":"InvalidParameter","message":null,"errors":[{"msg":"m"}]}'] = "m",
    ['{"code":"InvalidParameter","message":"m","detail":"n"}'] = "m",
    ['{"code":"InvalidParameter","message":"Bad Request","detail":"n"}'] = "Bad Request",
    ['{"code":"InvalidParameter","bucket":"n"}'] = false,
} do
    add {
        name = "the message of " .. body,
        response = { status = 400, headers = {}, body = body },
        expect = { code = "InvalidParameter", message = message or nil, status = 400, known = true },
    }
end

add {
    name = "the status in the only line of a list, beside a client's own",
    response = { status = 200, headers = { "HTTP/1.1 404 Not Found" }, body = "" },
    expect = { status = 404, origin = "empty", known = false },
}

-- Bodies that are no envelope

add_unreadable("an HTML page", page, "html")
add_unreadable("an HTML page with its type before it", "<!DOCTYPE html>\n" .. page, "html")
add_unreadable("an HTML page behind white space", "\r\n  " .. page, "html")
add_unreadable("an HTML page behind a byte order mark", bom .. page, "html")
add_unreadable("an HTML page that begins as XML", '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC '
    .. '"-//W3C//DTD XHTML 1.0 Strict//EN">\n<html xmlns="http://www.w3.org/1999/xhtml"></html>', "html")
add_unreadable("an HTML page about an error", "<errors-page><HTML>", "html")
add_unreadable("a part of an HTML page", "<em>busy</em>", "html")
add_unreadable("XML", '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "xml")
add_unreadable("XML behind a byte order mark", bom .. '\r\n<?xml version="1.0"?><Error/>', "xml")
add_unreadable("XML without a declaration", "<Error><Code>NoSuchKey</Code></Error>", "xml")
add_unreadable("XHTML whose root begins in the first 1024 bytes",
    "<?xml ?>" .. (" "):rep(1011) .. "<html", "html")
add_unreadable("XML that has a page behind its first 1024 bytes",
    "<?xml ?>" .. (" "):rep(1012) .. "<html", "xml")
add_unreadable("XML whose root has attributes", '<ErrorResponse xmlns="x"><Error/></ErrorResponse>', "xml")
add_unreadable("plain text", "upstream connect error", "malformed")
add_unreadable("a single byte", "\0", "malformed")
add_unreadable("an envelope cut short", envelope:sub(1, 40), "malformed")
add_unreadable("an envelope without its last byte", envelope:sub(1, -2), "malformed")
add_unreadable("a NUL behind the envelope", envelope .. "\0", "malformed")
add_unreadable("a NUL in the envelope", '{"code":"A\0B"}', "malformed")
add_unreadable("a line feed in a string", '{"code":"A\nB"}', "malformed")
add_unreadable("two envelopes", envelope .. envelope, "malformed")
add_unreadable("names without quotes", '{code:"A"}', "malformed")
add_unreadable("a comma too many", '{"code":"A",}', "malformed")
add_unreadable("a function call around the envelope", "f(" .. envelope .. ")", "malformed")
add_unreadable("the bytes of gzip", "\31\139\8\0\0\0\0\0\0\3\171\86\74\206\79\73\85\178",
    "malformed")
add_unreadable("UTF-16", "\255\254{\0\"\0c\0o\0d\0e\0\"\0", "malformed")
add_unreadable("an array", '[{"code":"A"}]', "not_envelope")
add_unreadable("an empty array", "[]", "not_envelope")
add_unreadable("a string", '"InstanceNotFound"', "not_envelope")
add_unreadable("a number", "502", "not_envelope")
add_unreadable("null", "null", "not_envelope")
add_unreadable("true", "true", "not_envelope")
add_unreadable("an empty object", "{}", "not_envelope")
add_unreadable("an object without a code", '{"message":"m","requestId":"r"}', "not_envelope", "m", "r")
add_unreadable("the same behind a byte order mark", bom .. ' {"message":"m","request_id":"r"}',
    "not_envelope", "m", "r")
add_unreadable("a request id of two spellings", '{"requestID":"q","requestId":"r"}', "not_envelope")
add_unreadable("a request id and a message as numbers", '{"requestId":7,"message":8}', "not_envelope")
add_unreadable("a message with an escape of half a character", [[{"message":"\ud800!"}]], "not_envelope",
    fffd .. "!")
add_unreadable("a message that is no UTF-8", '{"message":"\212"}', "not_envelope", fffd)
add_unreadable("an object within an object, beside a request id", '{"error":{"code":"A","message":"m"},'
    .. '"requestId":"r9"}', "not_envelope", "m", "r9")
add_unreadable("an array of an object with a request id", '[{"message":"m","requestId":"r"}]', "not_envelope")
add_unreadable("members in upper case", '{"Code":"A","Message":"m"}', "not_envelope", "m")
for body, message in pairs {
    ['{"error_msg":"m"}'] = "m",
    ['{"code":null,"errors":[{"code":"A","detail":"m"},{"detail":"n"}]}'] = "m",
    ['{"errors":["m","n"]}'] = "m",
    ['{"errors":{"message":"m"}}'] = "m",
    ['{"error":{"error":{"error":{"message":"m"}}}}'] = "m",
    ['{"errors":[{"error":{"message":"m"}}]}'] = "m",
    ['{"errors":[[{"message":"m"}]]}'] = "m",
    ['{"errors":[[[{"message":"m"}]]]}'] = false,
    ['{"error":"invalid_grant","error_description":"m"}'] = "m",
    ['{"error":"m"}'] = "m",
    ['{"error":{"status":"A","code":404,"message":"m"}}'] = "m",
    ['{"timestamp":1,"status":502,"error":"Bad Gateway","message":"m"}'] = "m",
    ['{"status":502,"error":"Bad Gateway"}'] = false, -- which the status says
    ['{"detail":[{"loc":["a"],"msg":"m"}]}'] = "m",
    ['{"detail":"","msg":"m"}'] = "m",
    ['{"msg":"m","title":"t"}'] = "m",
    ['{"type":"about:blank","title":"Bad Gateway","status":502,"detail":"m"}'] = "m",
    ['{"type":"about:blank","title":"Bad Gateway","status":502}'] = false,
    ['{"type":"https://example.com/#x","title":"t"}'] = "t",
    ['{"message":{"en":"m"},"errors":[],"error":true,"msg":null}'] = false,
    ['{"error":{"error":{"error":{"error":{"message":"m"}}}}}'] = false, -- too deep
} do
    add_unreadable("the message of " .. body, body, "not_envelope", message or nil)
end
add_unreadable("a code that is empty", '{"code":"","message":"m"}', "not_envelope", "m")
add_unreadable("a code that is null", '{"code":null,"message":"m","requestId":"r"}', "not_envelope", "m", "r")
add_unreadable("a code that is an object", '{"code":{"value":"A"}}', "not_envelope")
add_unreadable("a message that is an object", '{"code":"A","message":{"en":"m"}}', "not_envelope")
add_unreadable("a message that is true", '{"code":"A","message":true}', "not_envelope")
add_unreadable("a code twice", '{"code":"A","code":"B"}', "not_envelope")
add_unreadable("a code twice, once with an escape", [[{"code":"A","co\u0064e":"A"}]],
    "not_envelope")
add_unreadable("a request id twice, spelt in two ways",
    '{"code":"A","requestId":"r","request_id":"r"}', "not_envelope")
add_unreadable("200,000 opening brackets", ("["):rep(200000), "too_deep")
add_unreadable("an array of 65 levels", ("["):rep(65) .. ("]"):rep(65), "too_deep")
add_unreadable("an array of 64 levels", ("["):rep(64) .. ("]"):rep(64), "not_envelope")

add {
    name = "a gateway's own object",
    response = { status = 401, headers = { ["Content-Type"] = "application/json" },
        body = gateway },
    expect = { status = 401, origin = "not_envelope", body = gateway,
        message = "Access token invalid or no longer valid",
        category = "authentication", retry = "never", known = false, differs = false },
}
add {
    name = "an HTML page at 403",
    response = { status = 403, headers = { ["X-Bce-Request-Id"] = "h-1" }, body = page },
    expect = { requestId = "h-1", status = 403, origin = "html", body = page,
        category = "permission", retry = "never", known = false, differs = false },
}
add {
    name = "an empty body",
    response = { status = 500, headers = { ["x-bce-request-id"] = "h-1" }, body = "" },
    expect = { requestId = "h-1", status = 500, origin = "empty", category = "internal",
        retry = "backoff", known = false, differs = false },
}
add {
    name = "no body",
    response = { status = 404, headers = { ["x-bce-request-id"] = "h-1" } },
    expect = { requestId = "h-1", status = 404, origin = "empty", category = "unknown",
        retry = "never", known = false, differs = false },
}
add {
    name = "nothing but white space",
    response = { status = 502, headers = {}, body = " \r\n\t" },
    expect = { status = 502, origin = "empty", retry = "backoff" },
}
add {
    name = "1 MiB of white space",
    response = { status = 502, headers = {}, body = (" "):rep(1048576) },
    expect = { status = 502, origin = "empty", retry = "backoff" },
}
add {
    name = "nothing but a byte order mark",
    response = { status = 502, headers = {}, body = bom },
    expect = { status = 502, origin = "empty", retry = "backoff" },
}
-- The snapshot of a body

for _, size in ipairs { 511, 512, 513, 1024 } do
    local body = "<" .. all_bytes:rep(4):sub(1, size - 1)
    add {
        name = "a page of " .. size .. " bytes of all values",
        response = { status = 502, headers = {}, body = body },
        expect = { status = 502, origin = "html", body = body:sub(1, 512) },
    }
end
add {
    name = "a body whose 512th byte is in the midst of a character",
    response = { status = 502, headers = {}, body = ("x"):rep(511) .. "\226\130\172" },
    expect = { status = 502, origin = "malformed", body = ("x"):rep(511) .. "\226" },
}

-- Headers

add {
    name = "a code in the headers only",
    response = { status = 403, body = "", headers = { ["X-Bce-Error-Code"] = "AccessDenied",
        ["X-Bce-Error-Message"] = "no", ["X-Bce-Request-Id"] = "h-1" } },
    expect = { code = "AccessDenied", message = "no", requestId = "h-1", status = 403,
        origin = "headers", category = "permission", retry = "never", known = true,
        differs = false },
}
add {
    name = "a code in the headers only, and no body",
    response = { status = 412, header = { ["x-bce-error-code"] = "PreconditionFailed" } },
    expect = { code = "PreconditionFailed", status = 412, origin = "headers",
        category = "conflict", retry = "reread", known = true },
}
add {
    name = "an unknown code in the headers",
    response = { status = 503, headers = { ["x-bce-error-code"] = "Busy" }, body = "" },
    expect = { code = "Busy", status = 503, origin = "headers", category = "unavailable",
        retry = "backoff", known = false },
}
add {
    name = "a code in the headers and an HTML page",
    response = { status = 403, headers = { ["x-bce-error-code"] = "AccessDenied" }, body = page },
    expect = { code = "AccessDenied", status = 403, origin = "headers", body = page,
        known = true },
}
add {
    name = "a code in the headers and an object that is no envelope",
    response = { status = 403, headers = { ["x-bce-error-code"] = "AccessDenied" },
        body = gateway },
    expect = { code = "AccessDenied", status = 403, origin = "headers", body = gateway },
}
add {
    name = "a code in the headers under another status than the catalogue's",
    response = { status = 400, headers = { ["x-bce-error-code"] = "AccessDenied" } },
    expect = { code = "AccessDenied", status = 400, origin = "headers",
        category = "permission", differs = true },
}
add {
    name = "a code and a message in the headers that are no UTF-8",
    response = { status = 400, headers = { ["x-bce-error-code"] = "A\255",
        ["x-bce-error-message"] = "\226\130!" } },
    expect = { code = "A" .. fffd, message = fffd .. "!", status = 400, origin = "headers" },
}
add {
    name = "a code in the headers that is empty",
    response = { status = 400, headers = { ["x-bce-error-code"] = "" }, body = "" },
    expect = { status = 400, origin = "empty" },
}
add {
    name = "a code and a message in the headers as lists",
    response = { status = 403, headers = { ["x-bce-error-code"] = { "AccessDenied", "B" },
        ["x-bce-error-message"] = { "no", "n" } } },
    expect = { code = "AccessDenied", message = "no", status = 403, origin = "headers" },
}

add_encoded("a compressed body", "gzip", "\31\139\8\0\0", "compressed")
add_encoded("a body that is compressed twice", "gzip, br", "\31\139\8\0\0", "compressed")
add_encoded("a compressed body whose encoding is a list", { "br" }, "\11\2\128", "compressed")
add_encoded("a body that is not encoded", "identity", "Bad Gateway", "malformed")
add_encoded("a body that is not encoded, twice", "identity, Identity", "Bad Gateway", "malformed")
add_encoded("a body of no encoding", "", "Bad Gateway", "malformed")
add_encoded("a page that the client decompressed", "gzip", page, "html")
add {
    name = "an envelope that the client decompressed",
    response = { status = 404, headers = { ["content-encoding"] = "gzip" }, body = envelope },
    expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1", status = 404 },
}
add {
    name = "an object without a code, and a code and a message in the headers",
    response = { status = 403, body = '{"message":"m","requestId":"r"}', headers = {
        ["x-bce-error-code"] = "AccessDenied", ["x-bce-error-message"] = "no",
        ["x-bce-request-id"] = "h-1" } },
    expect = { code = "AccessDenied", message = "no", requestId = "r", status = 403, origin = "headers",
        body = '{"message":"m","requestId":"r"}' },
}
add {
    name = "a code that came twice",
    response = { status = 403, headers = { ["x-bce-error-code"] = "AccessDenied, AccessDenied" } },
    expect = { code = "AccessDenied", status = 403, origin = "headers", known = true },
}

-- Headers in other forms

local iterated = { { "x-bce-request-id", "h-1" }, { "x-bce-request-id", "h-2" }, { "date", "today" } }

-- An iterator as lua-http's headers have it.
local function each()
    local index = 0
    return function()
        index = index + 1
        if iterated[index] then return iterated[index][1], iterated[index][2], false end
    end
end

local function refuse() error("a metamethod of the headers raised") end

for name, headers in pairs {
    ["a list of lines"] = { "Date: today", "X-Bce-Request-Id: h-1", "X-Bce-Request-Id: h-2" },
    ["a list of lines as they came"] = { "HTTP/1.1 502 No\r\n", "X-BCE-Request-Id:h-1 \r\n", "\r\n" },
    ["a list of lines of several responses"] = { "HTTP/1.1 100 Continue", "x-bce-request-id: h-0", "",
        "HTTP/2 502", "x-bce-request-id: h-1" },
    ["a list of pairs"] = { { "Date", "today" }, { "X-Bce-Request-Id", "h-1" },
        { "x-bce-request-id", "h-2" } },
    ["a list of named pairs"] = { { name = "X-Bce-Request-Id", value = "h-1" } },
    ["a raw block"] = "HTTP/1.1 502 Bad Gateway\r\nServer: x\r\nX-Bce-Request-Id: h-1\r\n\r\n",
    ["a raw block of line feeds"] = "x-bce-request-id:\th-1\ndate: today",
    ["a raw block with folded lines"] = "date: to\r\n day\r\nx-bce-request-id:\r\n\th-1\r\n",
    ["an object with __pairs"] = setmetatable({}, { __pairs = each }),
    ["an object with __pairs and a header beside them"] = setmetatable({ Date = "today" },
        { __pairs = each }),
    ["an object with a method each"] = setmetatable({}, { __index = { each = each } }),
    ["an object with a function each"] = { each = each },
    ["an object that raises while it tells them"] = setmetatable({}, { __pairs = function()
        local told = false
        return function()
            if told then refuse() end
            told = true
            return "x-bce-request-id", "h-1"
        end
    end }),
    ["a table that refuses all"] = setmetatable({ ["X-Bce-Request-Id"] = "h-1" }, { __index = refuse,
        __pairs = refuse, __len = refuse, __metatable = false }),
} do
    add_header(name, headers, "h-1")
end
for name, headers in pairs {
    ["an object whose __pairs is no function"] = setmetatable({}, { __pairs = 7 }),
    ["an object whose each is no function"] = setmetatable({}, { __index = { each = "h-1" } }),
    ["an object that iterates over nothing"] = setmetatable({}, { __pairs = function() end }),
    ["a list of lines without a colon"] = { "x-bce-request-id h-1", "x-bce-request-id", ":", "" },
    ["a list of lines whose name has a blank"] = { "x-bce request-id: h-1", " x-bce-request-id: h-1" },
    ["a list of values that are no pairs"] = { 7, true, {}, { "x-bce-request-id" }, { value = "h-1" },
        { 7, "h-1" } },
} do
    add_header(name, headers, nil)
end
add_header("a request id twice", { ["x-bce-request-id"] = "h-1, h-2" }, "h-1")
add_header("a request id twice, at first an empty one", { ["x-bce-request-id"] = " , h-2 ,h-1" }, "h-2")
add_header("a request id that is blank", { ["x-bce-request-id"] = " , " }, nil)
add_header("no request id", {}, nil)
for _, name in ipairs { "x-bce-request-id", "X-Bce-Request-Id", "X-BCE-REQUEST-ID",
        "x-Bce-rEQUEST-iD", "X-Bce-Request-ID" } do
    add_header("a header written " .. name, { [name] = "h-1" }, "h-1")
end
add_header("headers that are merely alike", { ["x-bce-request-id "] = "1", ["bce-request-id"] = "2",
    ["x_bce_request_id"] = "3", ["x-bce-request-id\0"] = "4" }, nil)
add_header("a request id as a list", { ["x-bce-request-id"] = { "h-1", "h-2" } }, "h-1")
add_header("a request id as a list of one", { ["x-bce-request-id"] = { "h-1" } }, "h-1")
add_header("a request id as a list of numbers", { ["x-bce-request-id"] = { 7, 8 } }, "7")
add_header("a request id as an empty list", { ["x-bce-request-id"] = {} }, nil)
add_header("a request id as a list of nothing", { ["x-bce-request-id"] = { "" } }, nil)
add_header("a request id as a list of a list", { ["x-bce-request-id"] = { { "h-1" } } }, nil)
add_header("a request id as a number", { ["x-bce-request-id"] = 12 }, "12")
add_header("a request id that is empty", { ["x-bce-request-id"] = "" }, nil)
add_header("a request id that is true", { ["x-bce-request-id"] = true }, nil)
add_header("a request id that is false", { ["x-bce-request-id"] = false }, nil)
add_header("a request id that is a function", { ["x-bce-request-id"] = print }, nil)
add_header("a request id that is no UTF-8", { ["x-bce-request-id"] = "a\255\226\130b" },
    "a" .. fffd .. fffd .. "b")
add_header("a request id with a NUL", { ["x-bce-request-id"] = "a\0b" }, "a\0b")
add_header("a request id twice, once of them empty",
    { ["X-Bce-Request-Id"] = "", ["x-bce-request-id"] = "h-1" }, "h-1")
add_header("a request id twice: the spelling that sorts first counts",
    { ["x-bce-request-id"] = "h-3", ["X-Bce-Request-Id"] = "h-2", ["X-BCE-REQUEST-ID"] = "h-1" },
    "h-1")
add_header("names that are no strings",
    { "x-bce-request-id", [true] = "1", [{}] = "2", [1.5] = "3" }, nil)
add {
    name = "headers that answer in every letter case by a metatable",
    response = { status = 400, body = '{"code":"A"}',
        headers = setmetatable({ ["X-Bce-Request-Id"] = "h-1" }, {
            __index = function(headers, name)
                return rawget(headers, (tostring(name):lower():gsub("%f[%a]%l", string.upper)))
            end,
        }) },
    expect = { code = "A", requestId = "h-1", status = 400 },
}

-- A raw block has the status of its last status line. A proxy's, a redirect's and interim ones are before it.

for name, block in pairs {
    ["100 Continue"] = "HTTP/1.1 100 Continue\r\n\r\n"
        .. "HTTP/1.1 403 Forbidden\r\nX-Bce-Request-Id: h-1\r\n\r\n",
    ["a proxy's status"] = "HTTP/1.0 200 Connection established\r\nx-bce-request-id: h-0\r\n\r\n"
        .. "HTTP/1.1 403 Forbidden\r\nX-Bce-Request-Id: h-1\r\n\r\n",
    ["a redirect"] = "HTTP/2 307\nlocation: /\nx-bce-request-id: h-0\n\nHTTP/2 403\nx-bce-request-id: h-1\n",
    ["lines of several responses"] = { "HTTP/1.1 103 Early Hints", "", "HTTP/2 403 ",
        "X-Bce-Request-Id: h-1" },
} do
    local first = type(block) == "table" and block[1] or block:match("^[^\r\n]*")
    local whole = type(block) == "table" and table.concat(block, "\r\n") or block
    for given, status in pairs { ["no status"] = false, ["the first line"] = first, ["the block"] = whole,
            ["its first number"] = tonumber(first:match(" (%d+)")), ["0"] = 0, ["403"] = 403 } do
        add {
            name = name .. " before the response's, and " .. given,
            response = { status = status or nil, headers = block, body = '{"code":"AccessDenied"}' },
            expect = { code = "AccessDenied", requestId = "h-1", status = 403, differs = false },
        }
    end
end
for _, last in ipairs { "HTTP/1.1 4", "HTTP/1.1", "HTTP/1.1 abc OK" } do
    for _, status in ipairs { 200, "HTTP/1.0 200 Connection established" } do
        add {
            name = "a proxy's " .. status .. " before a last status line that is cut or wrong, " .. last,
            response = { status = status, headers = "HTTP/1.0 200 Connection established\r\n\r\n" .. last },
            expect = { origin = "empty" },
        }
    end
end
for name, headers in pairs { ["a table of headers"] = { Server = "x" }, ["a block"] = "Server: x\r\n" } do
    add {
        name = "a first line that is no HTTP, before " .. name,
        response = { status = "connection refused", headers = headers, body = "" },
        expect = { origin = "empty" },
    }
end
add {
    name = "one line, which is a status line",
    response = { headers = { "HTTP/1.1 403 Forbidden" } },
    expect = { status = 403, origin = "empty" },
}
add {
    name = "a success behind a redirect",
    response = { headers = "HTTP/1.1 302 Found\r\n\r\nHTTP/1.1 200 OK\r\n", body = envelope },
}
add {
    name = "a status that the client knows better than a block",
    response = { status = 404, body = '{"code":"A"}',
        headers = "HTTP/1.1 200 OK\r\nx-bce-request-id: h-1" },
    expect = { code = "A", requestId = "h-1", status = 404 },
}
add {
    name = "a status among an object's headers, as lua-http has it",
    response = {
        headers = setmetatable({}, { __pairs = function() return next, { [":status"] = "403" } end }),
        body = '{"code":"AccessDenied"}' },
    expect = { code = "AccessDenied", status = 403 },
}
add {
    name = "headers as haproxy has them, in lists from 0",
    response = { status = 403, body = "", headers = { ["x-bce-request-id"] = { [0] = "h-0", "h-1" },
        ["x-bce-error-code"] = { [0] = "AccessDenied" } } },
    expect = { code = "AccessDenied", requestId = "h-0", status = 403, origin = "headers" },
}

-- Statuses

add { name = "200", response = { status = 200, headers = {}, body = envelope } }
add { name = "204 without a body", response = { status = 204, headers = {} } }
add { name = "304", response = { status = 304, headers = { ["x-bce-error-code"] = "A" } } }
add { name = "399", response = { status = 399, headers = {}, body = envelope } }
add { name = "399 as a string", response = { status = "399", headers = {}, body = envelope } }
add { name = "200 as a status line", response = { status = "HTTP/1.1 200 OK", headers = {}, body = "{" } }
add { name = "200 with its phrase", response = { status = "200 OK", headers = {}, body = "{" } }
add { name = "200 whose body is read later", response = { status = 200, headers = {}, has_body = true,
    read_body = print } }
add { name = "200.0", response = { status = 200.0, headers = {}, body = envelope } }
add_status("400", 400, 400)
add_status("404 as a string", "404", 404)
add_status("404 as a float", 404.0, 404)
add_status("503 as a string", "503", 503)
add_status("as a status line", "HTTP/1.1 503 Service Unavailable", 503)
add_status("as a status line without a phrase", "HTTP/2 503", 503)
add_status("as a status line of another letter case", "http/1.0  503 \r\n", 503)
add_status("with its phrase", "503 Service Unavailable", 503)
add_status("599", 599, 599)
add_status("999", 999, 999)
-- What is no status is not known: the error is that of its code, or of none.
add_status("1000", 1000, 404)
add_status("0, which is none", 0, 404)
add_status("503.5", 503.5, 404)
add_status("infinity", math.huge, 404)
add_status("that is not a number", 0 / 0, 404)
add_status("of letters", "5o3", 404)
add_status("of four digits", "0503", 404)
add_status("with white space", " 503", 404)
add_status("that is empty", "", 404)
add_status("as a status line without a number", "HTTP/1.1 abc", 404)
add_status("as a status line with too long a number", "HTTP/1.1 5030", 404)
add_status("with a phrase at once", "503Service", 404)
add_unknown(400, "invalid", "never")
add_unknown(401, "authentication", "never")
add_unknown(403, "permission", "never")
add_unknown(404, "unknown", "never")
add_unknown(408, "unavailable", "backoff")
add_unknown(409, "conflict", "never")
add_unknown(402, "account", "never")
add_unknown(418, "invalid", "never") -- from here on, some of a class: 4xx as 400, all from 505 as 500
add_unknown(451, "invalid", "never")
add_unknown(499, "invalid", "never")
for _, status in ipairs { 505, 507, 511, 520, 529, 530, 598, 599, 600, 999 } do
    add_unknown(status, "internal", "backoff")
end
add_unknown(421, "unknown", "never")
add_unknown(429, "throttle", "throttle")
add_unknown(500, "internal", "backoff")
add_unknown(502, "unavailable", "backoff")
add_unknown(503, "unavailable", "backoff")
add_unknown(504, "unavailable", "backoff")
add_unknown(501, "unknown", "never")

add {
    name = "RateLimit at 429",
    response = { status = 429, headers = {}, body = '{"code":"RateLimit"}' },
    expect = { code = "RateLimit", status = 429, category = "throttle", retry = "throttle",
        known = true, differs = true },
}
add {
    name = "ParseBodyException at 503, which repeating does not help",
    response = { status = 503, headers = {}, body = '{"code":"ParseBodyException"}' },
    expect = { code = "ParseBodyException", status = 503, category = "internal",
        retry = "never", known = true, differs = true },
}
add {
    name = "InternalError at 500 as a string, which is the catalogue's",
    response = { status = "500", headers = {}, body = '{"code":"InternalError"}' },
    expect = { code = "InternalError", status = 500, retry = "backoff", known = true,
        differs = false },
}

-- The option `limit`

add {
    name = "an envelope as long as the limit",
    response = { status = 404, headers = {}, body = envelope },
    options = { limit = #envelope },
    expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1", status = 404 },
}
add {
    name = "an envelope longer than the limit",
    response = { status = 404, headers = { ["x-bce-request-id"] = "h-1" }, body = envelope },
    options = { limit = #envelope - 1 },
    expect = { requestId = "h-1", status = 404, origin = "too_large", body = envelope,
        known = false },
}
add {
    name = "a page longer than the limit",
    response = { status = 502, headers = {}, body = page:rep(100) },
    options = { limit = 1024 },
    expect = { status = 502, origin = "too_large", body = page:rep(100):sub(1, 512),
        category = "unavailable", retry = "backoff" },
}
add {
    name = "a body longer than the limit, and a code in the headers",
    response = { status = 404, headers = { ["x-bce-error-code"] = "InstanceNotFound" },
        body = envelope },
    options = { limit = 10 },
    expect = { code = "InstanceNotFound", status = 404, origin = "headers", body = envelope,
        known = true },
}
add {
    name = "an empty body, which no limit excludes",
    response = { status = 502, headers = {}, body = "" },
    options = { limit = 0 },
    expect = { status = 502, origin = "empty" },
}

-- The option `any_status`

add {
    name = "any_status: a catalogue's code at 200",
    response = { status = 200, headers = {}, body = envelope },
    options = { any_status = true },
    expect = { code = "InstanceNotFound", message = "gone", requestId = "r-1", status = 200,
        category = "not_found", known = true, differs = true },
}
add {
    name = "any_status: a catalogue's code in the headers at 200",
    response = { status = 200, headers = { ["x-bce-error-code"] = "InternalError" } },
    options = { any_status = true },
    expect = { code = "InternalError", status = 200, origin = "headers", retry = "backoff",
        known = true, differs = true },
}
add {
    name = "any_status: an error is one as ever",
    response = { status = 502, headers = {}, body = page },
    options = { any_status = true },
    expect = { status = 502, origin = "html", body = page, retry = "backoff" },
}
add {
    name = "any_status: an unknown code at 200",
    response = { status = 200, headers = {}, body = '{"code":"OK","message":"fine"}' },
    options = { any_status = true },
}
add {
    name = "any_status: a code as a number at 200",
    response = { status = 200, headers = {}, body = '{"code":0}' },
    options = { any_status = true },
}
add {
    name = "any_status: HTML at 200",
    response = { status = 200, headers = {}, body = page },
    options = { any_status = true },
}
add {
    name = "any_status: no body at 204",
    response = { status = 204, headers = {} },
    options = { any_status = true },
}
add {
    name = "any_status: a catalogue's code at 200, longer than the limit",
    response = { status = 200, headers = {}, body = envelope },
    options = { any_status = true, limit = 10 },
}
add {
    name = "any_status that is false: a catalogue's code at 200",
    response = { status = 200, headers = {}, body = envelope },
    options = { any_status = false },
}

return responses
