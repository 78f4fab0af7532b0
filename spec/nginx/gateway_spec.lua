local cjson = require "cjson"
local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local files = require "spec.helpers.files"
local gateway = require "spec.nginx.gateway"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

-- A request that creates a file system, but for what is given.
local function creation(fields)
    local body = { fsName = "logs", zone = "zoneA", type = "cap", protocol = "nfs", vpcId = "vpc-1" }
    for name, value in pairs(fields) do body[name] = value end
    return "-d '" .. cjson.encode(body) .. "'"
end

-- What is asked, and the code of the error; of the response, if that has another. FS is a file system that
-- is available and has a mount target in the subnet sbn-1, NEW one that is being created.
local rows = {
    { "/v1/cfs/cfs-1", "", "InstanceNotFound" },
    { "/v1/cfs/FS/mt-1", "-X DELETE", "MountTargetNotFound" },
    { "/v2/cfs", "", "InvalidVersion" },
    { "/v1/buckets", "", "InvalidURI" },
    { "/v1/cfs", "-X PUT", "InvalidHTTPRequest" },
    { "/v1/cfs", "-X POST", "RequestEntityEmptyException" },
    { "/v1/cfs", "-d '{'", "MalformedJSON" },
    { "/v1/cfs", "-d 7", "InappropriateJSON" },
    { "/v1/cfs", "-d '[]'", "InappropriateJSON" },
    { "/v1/cfs", "-d '[{}]'", "InappropriateJSON" },
    { "/v1/cfs", "-d null", "InappropriateJSON" },
    { "/v1/cfs", "-d ' {}'", "MissingParameter" },
    { "/v1/cfs", creation { zone = 7 }, "InvalidParameter" },
    { "/v1/cfs", creation { fsName = "7 up" }, "InvalidFSName" },
    { "/v1/cfs", creation { type = "tape" }, "InvalidFSType" },
    { "/v1/cfs", creation { protocol = "ftp" }, "InvalidFSProtocol" },
    { "/v1/cfs", creation { zone = "zoneZ" }, "AvailabilityZoneNotFound" },
    { "/v1/cfs", creation { vpcId = "vpc-9" }, "InvalidVpcId" },
    { "/v1/cfs", creation { vpcId = "vpc-3" }, "ServiceError" },
    { "/v1/cfs", creation { vpcId = "vpc-4" }, "CreateOrderFail", "InternalError" },
    { "/v1/cfs?clientToken=" .. ("x"):rep(65), creation {}, "InvalidClientToken" },
    { "/v1/cfs?clientToken=one", creation { fsName = "other" }, "IdempotentParameterMismatch" },
    { "/v1/cfs/NEW", "-X DELETE", "DropCreatingFS" },
    { "/v1/cfs/NEW", "-d '{\"vpcId\":\"vpc-1\",\"subnetId\":\"sbn-1\"}'", "FSNotInService" },
    { "/v1/cfs/FS", "-d '{\"vpcId\":\"vpc-1\",\"subnetId\":\"sbn-9\"}'", "InvalidSubnetId" },
    { "/v1/cfs/FS", "-d '{\"vpcId\":\"vpc-2\",\"subnetId\":\"sbn-1\"}'", "InvalidVpcOrSubnet" },
    { "/v1/cfs/FS", "-d '{\"vpcId\":\"vpc-1\",\"subnetId\":\"sbn-1\"}'", "AlreadyMounted" },
    { "/v1/cfs/FS", "-X DELETE", "DropMountedFS" },
    { "/v1/cfs", "-H 'Authorization: Basic ZGVtbw=='", "InvalidHTTPAuthHeader" },
    { "/v1/cfs", "-H 'Authorization: bce-auth-v1/nobody/2026-11-24T23:47:07Z/1800//'", "InvalidAccessKeyId" },
}

describe("The example of a gateway", function()
    local nginx, full, new, mount_target

    local function create(query)
        local response = nginx:get("/v1/cfs" .. (query or ""), creation {})
        assert.equal(200, response.status, response.body)
        return cjson.decode(response.body).fsId
    end

    setup(function()
        nginx = gateway.start()
        full = create "?clientToken=one"
        local response = server.wait("the file system", function()
            local response = nginx:get("/v1/cfs/" .. full,
                "-d '{\"vpcId\":\"vpc-1\",\"subnetId\":\"sbn-1\"}'")
            return response.status == 200 and response
        end)
        mount_target = cjson.decode(response.body).mountId
    end)
    teardown(function() nginx:stop() end)

    for _, row in ipairs(rows) do
        it("responds with " .. row[3], function()
            if row[1]:find("NEW") then new = create() end
            local path = row[1]:gsub("%u%u+", { FS = full, NEW = new })
            local response = nginx:get(path, row[2])
            local err = errors.parse(response.body)
            assert.equal(row[4] or row[3], err.code)
            local status = errors.catalogue[row[3]].status
            assert.equal(status == 424 and 503 or status, response.status)
            assert.equal(err.requestId, response.headers["x-bce-request-id"])
            assert.is_nil(response.body:find(".internal", 1, true))
            server.wait("the log", function() return nginx:log():find("code=" .. row[3] .. " ", 1, true) end)
        end)
    end

    it("creates once for a client token, describes, unmounts and deletes", function()
        assert.equal(full, create "?clientToken=one")
        assert.equal("available", cjson.decode(nginx:get("/v1/cfs/" .. full).body).status)
        assert.equal(200, nginx:get("/v1/cfs/" .. full .. "/" .. mount_target, "-X DELETE").status)
        assert.equal(200, nginx:get("/v1/cfs/" .. full, "-X DELETE").status)
        assert.equal(404, nginx:get("/v1/cfs/" .. full).status)
    end)

    it("takes an empty client token for none", function()
        assert.not_equal(create "?clientToken=", create "?clientToken=")
    end)

    it("has a quota", function()
        local response
        for _ = 1, 11 do response = nginx:get("/v1/cfs", creation {}) end
        assert.equal(413, response.status)
        assert.equal("FsNumQuotaExceeded", errors.parse(response.body).code)
    end)

    it("has one id for a request: the edge's, the trace's, or one of its own", function()
        local trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        local rows_of_ids = {
            { "-H 'X-Request-Id: edge-7'", "edge-7" },
            { "-H 'traceparent: 00-" .. trace .. "-00f067aa0ba902b7-01'", trace },
            { "-H 'X-Request-Id: a b' -H 'traceparent: 00-" .. trace .. "-00f067aa0ba902b7-01'", trace },
            { "-H 'X-Request-Id: a b' -H 'traceparent: 00-0'" },
        }
        for _, row in ipairs(rows_of_ids) do
            for _, path in ipairs { "/v1/cfs/cfs-1", "/down/" } do
                nginx:clear_log()
                local response = nginx:get(path, row[1])
                local id = response.headers["x-bce-request-id"]
                assert.equal(row[2] or id:match("^" .. ("%x"):rep(32) .. "$"), id)
                assert.equal(id, errors.parse(response.body).requestId)
                local count = path == "/down/" and 1 or 2 -- the gateway's, and the API's
                server.wait("the log lines, which follow the response", function()
                    return #nginx:lines() >= count
                end)
                for _, line in ipairs(nginx:lines()) do
                    assert.truthy(line:find(" requestId=" .. id .. " ", 1, true), line)
                end
                assert.equal(count, #nginx:lines())
            end
        end
    end)

    it("responds with problems by RFC 9457 where that is wanted", function()
        local response = nginx:get("/problems/v1/cfs/cfs-1")
        assert.equal("application/problem+json", response.headers["content-type"])
        local problem = cjson.decode(response.body)
        assert.same({ "https://cloud.example/errors/InstanceNotFound", 404, "InstanceNotFound",
            response.headers["x-bce-request-id"] },
            { problem.type, problem.status, problem.code, problem.requestId })
    end)

    it("responds for an upstream that is down", function()
        local response = nginx:get("/down/")
        assert.equal(502, response.status)
        assert.equal("ServiceUnavailable", errors.parse(response.body).code)
    end)

    it("counts what the API raised and what the gateway got alike", function()
        local sums
        metrics.await(nginx, function(counts)
            sums = { raised = 0, upstream = 0 }
            for labels, count in pairs(counts) do
                local side = labels:match("%a+$")
                sums[side] = sums[side] + count
            end
            return sums.raised - 2 == sums.upstream - 5
        end)
        -- the gateway itself refused two, and five are nginx's own: nobody listens at /down/
        assert.equal(sums.raised - 2, sums.upstream - 5)
        assert.is_true(sums.raised > #rows)
    end)

    it("runs as a demonstration, and leaves nothing behind", function()
        local output = command.must("PORT=" .. nginx.port + 2 .. " examples/gateway/run demo")
        local _, requests = output:gsub("\n%$ curl ", "")
        assert.is_true(requests >= 12)
        for _, line in ipairs {
            "HTTP/1.1 404 Not Found",
            "HTTP/1.1 503 Service Temporarily Unavailable",
            "HTTP/1.1 502 Bad Gateway",
            'cfs_errors_total{code="ServiceError",category="unavailable",status="424",side="upstream"} 2',
            "Content-Type: application/problem+json",
            "x-bce-request-id: edge-7",
        } do
            assert.truthy(output:find("\n  | " .. line .. "\n", 1, true), line)
        end
        assert.is_nil(output:match("log says.*"):find("  | [^cu]"))
        assert.is_false((command.run("curl -s 127.0.0.1:" .. nginx.port + 2)))
    end)
end)

describe("The configuration of docs/openresty.md", function()
    local nginx

    setup(function()
        local text = files.read("docs/openresty.md")
        local conf, locations = text:match("\n```nginx\n(.-)\n```\n.*\n```nginx\n(.-)\n```\n")
        conf = conf:gsub("listen 127.0.0.1:8080;", function(listen) return listen .. "\n" .. locations end)
        conf = conf:gsub(":8080", ":PORT1"):gsub(":8081/?", ":PORT2/")
        nginx = server.start { http = conf .. [[
            server {
                listen 127.0.0.1:PORT2;
                location = /echo/this {
                    content_by_lua_block {
                        ngx.req.read_body()
                        ngx.status = 201
                        ngx.header["X-Kept"] = "yes"
                        local body = ngx.req.get_body_data()
                        ngx.print(ngx.req.get_method(), " ", ngx.var.request_uri, " ", body)
                    }
                }
                location / {
                    gzip on;
                    gzip_min_length 1;
                    gzip_types application/json;
                    if ($http_accept_encoding) { # nginx itself writes this, and encodes it
                        return 421 '{"requestId":"4db2b34d","code":"InstanceNotFound","message":"gone"}';
                    }
                    default_type application/json;
                    content_by_lua_block { require("spec.nginx.upstream").serve() }
                }
            }]] }
    end)
    teardown(function() nginx:stop() end)

    it("does what it says", function()
        local response = nginx:get("/v1/")
        assert.same({ 404, "InstanceNotFound" }, { response.status, errors.parse(response.body).code })
        response = nginx:get("/cfs/?name=limited")
        assert.same({ 403, "AccessDenied" }, { response.status, errors.parse(response.body).code })
        local arguments = "-H 'Authorization: any' -H 'X-Request-Id: edge-7'"
        assert.equal("edge-7", errors.parse(nginx:get("/cfs/?name=unknown", arguments).body).requestId)
        response = nginx:get("/cfs/?name=limited", arguments)
        assert.same({ 429, "RateLimit" }, { response.status, errors.parse(response.body).code })
        assert.is_nil(response.body:find("10.0.3.7", 1, true))
        assert.same({
            ["InstanceNotFound not_found 404 raised"] = 1,
            ["AccessDenied permission 403 raised"] = 1,
            ["RateLimit throttle 421 upstream"] = 1,
            ["BucketNotEmpty conflict 409 upstream"] = 1,
        }, (metrics.counts(nginx:get("/metrics").body)))
    end)

    it("holds a whole response, whatever encoding the client asks for", function()
        local response = nginx:get("/held/?name=envelope", "--compressed")
        assert.same({ 404, "InstanceNotFound", "7e0c3b52" },
            { response.status, errors.parse(response.body).code, response.headers["x-bce-request-id"] })
    end)

    it("holds it with its method, path, body, headers and status, and sends a standard one", function()
        local response = nginx:get("/held/echo/this?a=b", "-d text")
        assert.same({ 201, "POST /echo/this?a=b text", "yes" },
            { response.status, response.body, response.headers["x-kept"] })
        response = nginx:get("/held/?name=limited")
        assert.same({ 429, "RateLimit" }, { response.status, errors.parse(response.body).code })
    end)
end)
