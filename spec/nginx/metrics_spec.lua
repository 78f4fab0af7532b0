local command = require "spec.helpers.command"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local conf = [[
lua_shared_dict cfs_errors SIZE;
init_by_lua_block {
    errors, nginx = require "cfs.errors", require "cfs.errors.nginx"

    local rows = {}
    for index = 1, 1000 do
        rows[index] = { code = "Extended" .. index, status = 409, category = "state", message = "no" }
    end
    errors.extend(rows)
    errors.extend { { code = 'a"b\\c', status = 409, message = "quoted" } }
}
server {
    listen 127.0.0.1:PORT1;

    location = /record {
        content_by_lua_block {
            local arguments = ngx.req.get_uri_args()
            nginx.record(errors.from_response {
                status = arguments.status or 500,
                headers = { ["x-bce-error-code"] = arguments.code },
            }, arguments.side)
        }
    }
    location = /many { # COUNT errors whose codes begin so
        content_by_lua_block {
            for index = 1, tonumber(ngx.var.arg_count) do
                nginx.record(errors.from_response {
                    status = 500, headers = { ["x-bce-error-code"] = ngx.var.arg_code .. index },
                }, "upstream")
            end
        }
    }
    location = /metrics {
        default_type "text/plain; version=0.0.4";
        content_by_lua_block { ngx.print(nginx.metrics()) }
    }
    location = /misuse {
        content_by_lua_block {
            local calls = {
                function() nginx.record("InstanceNotFound") end,
                function() nginx.record(errors.AccessDenied(), "downstream") end,
                function() nginx.record(errors.AccessDenied()) end,
                function() nginx.metrics() end,
            }
            for _, call in ipairs(calls) do ngx.say(select(2, pcall(call))) end
        }
    }
    location = /run { # what the request has
        content_by_lua_block {
            ngx.req.read_body()
            assert(loadstring(ngx.req.get_body_data()))()
        }
    }
    location = /exit { content_by_lua_block { nginx.exit(errors.AccessDenied()) } }
}
]]

describe("The metrics", function()
    local nginx

    local function start(size, workers)
        nginx = server.start { http = conf:gsub("SIZE", size), workers = workers }
    end

    after_each(function() nginx:stop() end)

    local function counts()
        local response = nginx:get("/metrics")
        assert.equal("text/plain; version=0.0.4", response.headers["content-type"])
        return metrics.counts(response.body)
    end

    it("are Prometheus' text, in one order, and say where nothing was counted", function()
        start("1m")
        assert.equal([[
# HELP cfs_errors_total Errors, by the side that they come from: raised here, or upstream.
# TYPE cfs_errors_total counter
# HELP cfs_errors_dropped_total Errors that cfs_errors_total lacks, because the shared memory is full.
# TYPE cfs_errors_dropped_total counter
cfs_errors_dropped_total 0
]], nginx:get("/metrics").body)
        for _, query in ipairs {
            "code=RateLimit&status=421&side=upstream",
            "code=AccessDenied&status=403&side=raised",
            "status=502&side=upstream",
            "code=RateLimit&status=421&side=upstream",
            "code=RateLimit&status=429",
        } do
            assert.equal(200, nginx:get("/record?" .. query).status)
        end
        assert.equal([[
# HELP cfs_errors_total Errors, by the side that they come from: raised here, or upstream.
# TYPE cfs_errors_total counter
cfs_errors_total{code="AccessDenied",category="permission",status="403",side="raised"} 1
cfs_errors_total{code="RateLimit",category="throttle",status="421",side="upstream"} 2
cfs_errors_total{code="RateLimit",category="throttle",status="429",side="raised"} 1
cfs_errors_total{code="empty",category="unavailable",status="502",side="upstream"} 1
# HELP cfs_errors_dropped_total Errors that cfs_errors_total lacks, because the shared memory is full.
# TYPE cfs_errors_dropped_total counter
cfs_errors_dropped_total 0
]], nginx:get("/metrics").body)
    end)

    it("escape labels, and put codes that are no text for one under 'other'", function()
        start("1m")
        for _, code in ipairs { 'x"y\\z', 'a"b\\c', "two words" } do
            nginx:get("/record", "-G --data-urlencode 'code=" .. code .. "'")
        end
        for _, code in ipairs {
            "a%0Ab", "a%0Db", "%1B%5B31m", "a%00b", "%FF", "%E2%80%A8", ("x"):rep(101),
        } do
            nginx:get("/record?code=" .. code)
        end
        nginx:get("/record?code=" .. ("x"):rep(100))
        assert.same({
            ['x"y\\z internal 500 raised'] = 1,
            ['a"b\\c conflict 500 raised'] = 1,
            ["two words internal 500 raised"] = 1,
            [("x"):rep(100) .. " internal 500 raised"] = 1,
            ["other internal 500 raised"] = 7,
        }, (counts()))
    end)

    it("tell codes from what stands for none, whatever they are called", function()
        start("1m")
        for _, code in ipairs {
            "html", "xml", "empty", "malformed", "too_deep", "not_envelope", "too_large", "compressed",
            "transport", "headers", "none", "other",
        } do
            nginx:get("/record?code=" .. code)
        end
        nginx:get("/record?code=HTML")
        nginx:get("/record")
        assert.same({
            ["other internal 500 raised"] = 12,
            ["HTML internal 500 raised"] = 1,
            ["empty internal 500 raised"] = 1,
        }, (counts()))
    end)

    it("have a status of HTTP or none, whatever a program makes of it", function()
        start("1m")
        local lua = [=[
            for _, status in ipairs { 404, "404", 404.5, 0/0, 1e300, -1, {}, 'a" b', 777 } do
                local err = errors.InstanceNotFound()
                err.status = status
                nginx.record(err)
            end
            nginx.record(errors.InstanceNotFound())]=]
        assert.equal(200, nginx:get("/run", "--data-binary '" .. lua:gsub("'", "'\\''") .. "'").status)
        assert.same({
            ["InstanceNotFound not_found 404 raised"] = 3,
            ["InstanceNotFound not_found 777 raised"] = 1,
            ["InstanceNotFound not_found none raised"] = 6,
        }, (counts()))
    end)

    it("count codes that are no strings under 'other', what another worker counts first, and from 0 again",
        function()
            start("1m")
            local lua = [=[
                local dict = ngx.shared.cfs_errors
                for _, code in ipairs { 7, true, {} } do
                    local err = errors.from_response { status = 500 }
                    err.code = code
                    nginx.record(err)
                end
                local methods = getmetatable(dict).__index
                local incr = methods.incr
                function methods.incr(...)
                    methods.incr = incr
                    local _, key = ...
                    dict:safe_add(key, 1)
                    return nil, "not found"
                end
                nginx.record(errors.AccessDenied())]=]
            assert.equal(200, nginx:get("/run", "--data-binary '" .. lua .. "'").status)
            local found, dropped = counts()
            assert.same({ ["other internal 500 raised"] = 3,
                ["AccessDenied permission 403 raised"] = 2 }, found)
            assert.equal(0, dropped)
            nginx:get("/run", "-d 'ngx.shared.cfs_errors:flush_all()'")
            found, dropped = counts()
            assert.same({ {}, 0 }, { found, dropped })
        end)

    it("have series for 100 unknown codes at most, whichever workers count them", function()
        start("1m", 2)
        -- both workers meet the same new codes at the same time
        local urls = {}
        for _ = 1, 8 do
            urls[#urls + 1] = "'http://127.0.0.1:" .. nginx.port .. "/many?code=New&count=150'"
        end
        command.must("curl -s -Z " .. table.concat(urls, " "))
        local found = counts()
        local distinct = 0
        for labels, count in pairs(found) do
            local number = tonumber(labels:match("^New(%d+) "))
            if number then
                distinct = distinct + 1
                assert.is_true(number <= 100)
                assert.equal(8, count)
            end
        end
        assert.equal(100, distinct)
        local place = "ngx.print(ngx.shared.cfs_errors:get \"place 1\")"
        assert.truthy(nginx:get("/run", "-d '" .. place .. "'").body:find("^New%d+$"))
        assert.equal(8 * 50, found["other internal 500 upstream"])
        -- a code that has its series keeps it; those of the catalogue need none
        nginx:reload()
        nginx:get("/many?code=New&count=101")
        nginx:get("/record?code=RateLimit&status=421")
        found = counts()
        assert.equal(9, found["New100 internal 500 upstream"])
        assert.equal(8 * 50 + 1, found["other internal 500 upstream"])
        assert.equal(1, found["RateLimit throttle 421 raised"])
    end)

    it("say how many errors had no room, and lose no other", function()
        start("12k", 2)
        for _ = 1, 3 do nginx:get("/many?code=Extended&count=1000") end
        local found, dropped = counts()
        assert.is_true(dropped > 0)
        assert.equal(3000, metrics.sum(found) + dropped)
        assert.equal(3, found["Extended1 state 500 upstream"])
        nginx:get("/many?code=New&count=100") -- unknown codes find no place either
        nginx:get("/record?code=Extended1&side=upstream")
        local before = dropped
        found, dropped = counts()
        assert.equal(before + 100, dropped)
        assert.equal(4, found["Extended1 state 500 upstream"])
        assert.equal(3101, metrics.sum(found) + dropped)
    end)

    it("need memory, and say so; responses do not", function()
        nginx = server.start { http = (conf:gsub("lua_shared_dict[^\n]*", "")) }
        local text = nginx:get("/misuse").body:gsub("content_by_lua%(nginx.conf:%d+%)", "at")
        assert.equal([[
at:3: bad argument #1 to 'record' (error expected, got string)
at:4: bad argument #2 to 'record' ('raised' or 'upstream' expected)
at:5: 'record' needs memory to count in: put `lua_shared_dict cfs_errors 1m;` into nginx's block http
at:6: 'metrics' needs memory to count in: put `lua_shared_dict cfs_errors 1m;` into nginx's block http
]], text)
        assert.equal(403, nginx:get("/exit").status)
    end)
end)
