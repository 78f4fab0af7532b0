-- What the library makes of what a client's call returned, in the words of the cases of spec.clients.rig. It
-- runs within nginx, too.

local errors = require "cfs.errors"

local function expect(wanted, actual, what)
    if wanted ~= actual then
        error(("%s is %s, not %s"):format(what, tostring(actual), tostring(wanted)), 0)
    end
end

-- What holds for each error without a response; returns what is told of it.
local function tell_transport(err, value, reason)
    local word, sent = err:transport()
    expect("transport", err:origin(), "the origin")
    expect("unavailable", err.category, "the category")
    expect(nil, err.code, "the code")
    expect(nil, err.status, "the status")
    expect(value and "the response was cut short" or reason, err:cause(), "the cause")
    local get = err:advice({ method = "GET" }).action ~= "never"
    local certificate = word == "tls" and not get
    expect(word ~= "local" and not certificate, get, "whether a GET may be repeated")
    return word .. " " .. sent .. (certificate and " certificate" or "")
end

return function(...)
    local err = errors.from_response(...)
    if not err then return "success" end
    if err:transport() then return tell_transport(err, ...) end
    if err.code == "InstanceNotFound" then expect("c0ffee", err.requestId, "the request id") end
    local get = err:advice({ method = "GET" }).action ~= "never"
    expect(err.status >= 500, get, "whether a GET may be repeated")
    return err.status .. " " .. (err.code or err:origin())
end
