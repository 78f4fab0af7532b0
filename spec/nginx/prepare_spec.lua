-- nginx.prepare: what somebody else's sender, such as a gateway's, is given to send.

local cjson = require "cjson"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = { init = [[
    relay = nginx.relay()

    -- Sends as kong.response.exit does.
    function exit(status, headers, body)
        ngx.status = status
        for name, value in pairs(headers) do ngx.header[name] = value end
        ngx.print(body)
        return ngx.exit(status)
    end

    function other() return errors.new("InvalidVersion") end
]], locations = [[
    FILTERS(relay)
    location = /code { access_by_lua_block { exit(nginx.prepare "AccessDenied") } }
    location = /kind { access_by_lua_block { exit(nginx.prepare(errors.AccessDenied)) } }
    location = /rewrite { rewrite_by_lua_block { exit(nginx.prepare "AccessDenied") } }
    location = /bare {
        header_filter_by_lua_block { return }
        body_filter_by_lua_block { return }
        log_by_lua_block { return }
        content_by_lua_block { exit(nginx.prepare "AccessDenied") }
    }
    location = /options {
        content_by_lua_block {
            exit(nginx.prepare(errors.RateLimit { host = "nd7" }, {
                standard = true, retry_after = 7, request_id = "edge-1",
                log = function(err, level, line) ngx.log(level, "mine: ", line) end,
            }))
        }
    }
    location = /map { content_by_lua_block { exit(nginx.prepare("InstanceNotFound", { map = other })) } }
    location = /own_id {
        content_by_lua_block { exit(nginx.prepare(errors.AccessDenied { requestId = "7e0c3b52" })) }
    }
]] }

-- Path; status, code; what is counted; Retry-After; requestId, if it is none of nginx's.
local rows = {
    { "/code", 403, "AccessDenied", "AccessDenied permission 403 raised" },
    { "/kind", 403, "AccessDenied", "AccessDenied permission 403 raised" },
    { "/rewrite", 403, "AccessDenied", "AccessDenied permission 403 raised" },
    { "/bare", 403, "AccessDenied", "AccessDenied permission 403 raised" },
    { "/options", 429, "RateLimit", "RateLimit throttle 421 raised", "7", "edge-1" },
    { "/map", 404, "InvalidVersion", "InstanceNotFound not_found 404 raised" },
    { "/own_id", 403, "AccessDenied", "AccessDenied permission 403 raised", nil, "7e0c3b52" },
}

describe("nginx.prepare", function()
    local nginx = server.during(getfenv(), conf)
    local counted = metrics.meter(nginx)
    before_each(function() nginx:clear_log() end)

    for _, row in ipairs(rows) do
        it("gives one response to send, with a relay on its route, too: " .. row[1], function()
            local response
            assert.same({ [row[4]] = 1 }, counted(function() response = nginx:get(row[1]) end))
            local envelope = cjson.decode(response.body)
            local id = response.headers["x-bce-request-id"]
            assert.same({ row[2], row[3], 0 }, { response.status, envelope.code, response.exit })
            assert.equal("application/json", response.headers["content-type"])
            assert.equal(row[5], response.headers["retry-after"])
            assert.equal(id, envelope.requestId)
            assert.equal(row[6] or id:match("^" .. ("%x"):rep(32) .. "$"), id)
            assert.equal(1, #nginx:lines())
            assert.truthy(nginx:lines()[1]:find(" requestId=" .. id .. " ", 1, true))
        end)
    end
end)
