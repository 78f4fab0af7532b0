-- An upstream that is another service: relay { service = ... }, and the label `service` of the counts.

local cjson = require "cjson"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = { init = [[
    bos = errors.service("bos", {
        { code = "ServiceUnavailable", status = 503, category = "throttle", retry = "throttle",
          message = "Please reduce your request rate." },
        { code = "NoSuchBucket", status = 404, category = "not_found", message = "No such bucket." },
    })
    relays = { bos = nginx.relay { service = bos }, cfs = nginx.relay() }
]], locations = [[
    default_type application/json;
    location = /raised { content_by_lua_block { nginx.exit(bos.NoSuchBucket) } }
    location = /misuse {
        content_by_lua_block { ngx.print(select(2, pcall(nginx.relay, { service = {} }))) }
    }
    location ~ ^/(bos|cfs)/(\d+)/(\w+)$ {
        set $relay $1;
        proxy_pass http://127.0.0.1:PORT1/upstream/$2/$3;
        FILTERS(relays[ngx.var.relay])
    }
    location ~ ^/upstream/(\d+)/(\w+)$ {
        content_by_lua_block {
            ngx.status = tonumber(ngx.var[1])
            ngx.say('{"code":"', ngx.var[2], '","message":"the host nd7.gz.internal:99 is slow",'
                .. '"requestId":"r"}')
        }
    }
]] }

-- Path; status, message of the client's envelope, Retry-After; what is counted; its service.
local rows = {
    { "/bos/503/ServiceUnavailable", 503, "Please reduce your request rate.", "1",
      "ServiceUnavailable throttle 503 upstream", "bos" },
    { "/cfs/503/ServiceUnavailable", 503, "Service or dependent service is unavailable.", "1",
      "ServiceUnavailable unavailable 503 upstream", "cfs" },
    { "/bos/500/InternalError", 500, "We encountered an internal error. Please try again.", nil,
      "InternalError internal 500 upstream", "global" },
    { "/bos/421/RateLimit", 421, nil, nil, "RateLimit unknown 421 upstream", nil },
    { "/bos/502/BadGateway", 502, "Bad Gateway", "1", "BadGateway unavailable 502 upstream", nil },
    { "/raised", 404, "No such bucket.", nil, "NoSuchBucket not_found 404 raised", "bos" },
}

describe("An upstream of another service", function()
    local nginx = server.during(getfenv(), conf)

    for _, row in ipairs(rows) do
        it("is relayed and counted by its own kinds: " .. row[1], function()
            local response = nginx:get(row[1])
            local envelope = cjson.decode(response.body)
            assert.same({ row[2], row[4] }, { response.status, response.headers["retry-after"] })
            assert.equal(row[3] or envelope.message, envelope.message)
            assert.is_nil(envelope.message:find("nd7", 1, true))
            local text = nginx:get("/metrics").body
            assert.equal(1, metrics.counts(text)[row[5]])
            for _, sample in ipairs(metrics.read(text)) do
                local key = ("%s %s"):format(sample.labels.code, sample.labels.category)
                if row[5]:find(key, 1, true) == 1 then assert.equal(row[6], sample.labels.service) end
            end
        end)
    end

    it("must be of errors.service", function()
        assert.equal("bad argument #1 to 'relay' (option 'service' must be of errors.service)",
            nginx:get("/misuse").body)
    end)
end)
