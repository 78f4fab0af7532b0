-- The plugins in Kong and APISIX themselves; `make test-gateways` runs this.

local promises = require "spec.gateways.promises"
local rig = require "spec.gateways.rig"

local rows = {
    { "/up?name=envelope", 404, "InstanceNotFound", "InstanceNotFound not_found 404 upstream", "upstream",
        arguments = "--http2-prior-knowledge" },
    { "/up?how=raise", 404, "InstanceNotFound", "InstanceNotFound not_found 404 raised", "own",
        arguments = "--http2-prior-knowledge" },
    -- the upstream is too slow, for the headers or for the rest of the body
    { "/up?name=late", 504, "ServiceUnavailable", "ORIGIN unavailable 504 upstream", "none" },
    { "/up?name=envelope&split=50&pause=2", 404, "ResourceNotExists", "empty unknown 404 upstream",
        "upstream" },
    -- another plugin changes the envelope; or has it that the gateway holds the whole response first
    { "/changed?name=envelope", 404, "Gone", "InstanceNotFound not_found 404 upstream" },
    { "/buffered?name=limited", 429, "RateLimit", "RateLimit throttle 421 upstream" },
    { "/buffered?name=fine", 200 },
    -- what docs/gateways.md warns of
    { "/up?how=uncaught", 500 },
}

local words = {
    kong = { upstream = "service", own = "exit", none = "error", id = "x-kong-request-id",
        origin = "not_envelope", rows = {
            { "/up?how=unwrapped&name=fine", 200 },
            -- what Kong's cache keeps is the envelope
            { "/cached?name=envelope", 404, "InstanceNotFound", "InstanceNotFound not_found 404 upstream",
                headers = { ["x-cache-status"] = "Miss" } },
            { "/cached?name=envelope", 404, "InstanceNotFound", "InstanceNotFound not_found 404 raised",
                headers = { ["x-cache-status"] = "Hit" } },
        } },
    apisix = { upstream = "upstream", own = "apisix", none = "nginx", id = "x-request-id", origin = "html",
        rows = { { "/up?how=unwrapped&name=fine", 500 } } },
}

for _, kind in ipairs { "kong", "apisix" } do
    for _, row in ipairs(rows) do table.insert(words[kind].rows, row) end
    promises.describe(getfenv(), kind, words[kind], function() return rig.start(kind) end, rig.stop)
end
