-- What both plugins promise, tried on a gateway or what stands for one.

local cjson = require "cjson"
local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local metrics = require "spec.nginx.metrics"
local server = require "spec.nginx.server"

local promises = {}

local reading = "The specified CFS instance does not exist."

-- The request; status and code for the client (no code: the gateway's own body); what is counted; the source;
-- and what else there is: `arguments` of curl, what the log line `logs`, `exit` of curl, the `type`, headers.
local rows = {
    -- an upstream's errors
    { "/up?name=fine", 200, nil, nil, "upstream" },
    { "/up?name=envelope", 404, "InstanceNotFound", "InstanceNotFound not_found 404 upstream", "upstream",
        message = reading, logs = "receivedRequestId=7e0c3b52", headers = { ["x-kept"] = "yes" } },
    { "/up?name=envelope&framing=chunked&split=7", 404, "InstanceNotFound",
        "InstanceNotFound not_found 404 upstream", "upstream", message = reading },
    { "/up?name=envelope&framing=close", 404, "InstanceNotFound", "InstanceNotFound not_found 404 upstream",
        "upstream" },
    { "/up?name=limited", 429, "RateLimit", "RateLimit throttle 421 upstream", "upstream",
        logs = "10.0.3.7", headers = { ["retry-after"] = "30" } },
    { "/vendor?name=limited", 421, "RateLimit", "RateLimit throttle 421 upstream", "upstream" },
    { "/up?name=dependency", 503, "ServiceError", "ServiceError unavailable 424 upstream", "upstream" },
    { "/up?name=unknown", 409, "BucketNotEmpty", "BucketNotEmpty conflict 409 upstream", "upstream",
        message = "The bucket on {hidden} is not empty" },
    { "/problem?name=envelope", 404, "InstanceNotFound", "InstanceNotFound not_found 404 upstream",
        "upstream", type = "application/problem+json" },
    { "/up?name=html", 502, "ServiceUnavailable", "html unavailable 502 upstream", "upstream",
        logs = "receivedRequestId=1b6d3a0e" },
    { "/up?name=empty", 500, "InternalError", "empty internal 500 upstream", "upstream" },
    { "/up?name=headers_only", 403, "SignatureDoesNotMatch",
        "SignatureDoesNotMatch authentication 403 upstream", "upstream" },
    { "/up?name=zipped", 500, "InternalError", "InternalError internal 500 upstream", "upstream" },
    { "/up?name=hostile", 500, "InternalError", "other internal 500 upstream", "upstream" },
    { "/up?name=envelope", 404, nil, "none unknown 404 upstream", "upstream", arguments = "-I" },
    { "/up?name=limited", 429, "RateLimit", "RateLimit throttle 421 upstream", "upstream", arguments = "-0" },
    { "/up?name=at_the_limit", 400, "InvalidFSName", "InvalidFSName invalid 400 upstream", "upstream" },
    { "/up?name=above_the_limit", 400, nil, "too_large invalid 400 upstream", "upstream" },
    -- broken off
    { "/up?name=envelope&cut=20", 404, "ResourceNotExists", "malformed unknown 404 upstream", "upstream" },
    { "/up?name=envelope&cut=20&framing=chunked&split=7", 404, "ResourceNotExists",
        "malformed unknown 404 upstream", "upstream" },
    { "/up?name=html&cut=0", 502, "ServiceUnavailable", "empty unavailable 502 upstream", "upstream" },
    { "/seen?name=unknown", 409, nil, "BucketNotEmpty conflict 409 upstream", "upstream",
        body = "cfs%.internal" },
    -- refused
    { "/dead", 502, "ServiceUnavailable", "ORIGIN unavailable 502 upstream", "none" },

    -- a plugin's errors
    { "/up?how=raise", 404, "InstanceNotFound", "InstanceNotFound not_found 404 raised", "own" },
    { "/own?how=raise", 404, "InstanceNotFound", "InstanceNotFound not_found 404 raised", "own" },
    { "/up?how=fails", 403, "AccessDenied", "AccessDenied permission 403 raised", "own" },
    { "/up?how=bug", 500, "InternalError", "InternalError internal 500 raised", "own", logs = "a bug" },
    { "/up?how=yields", 503, "ServiceUnavailable", "ServiceUnavailable unavailable 503 raised", "own",
        logs = "at=" },
    { "/own?how=received", 429, "RateLimit", "RateLimit throttle 421 raised", "own",
        logs = "receivedRequestId=r-1" },
    { "/up?how=problem", 404, "InstanceNotFound", "InstanceNotFound not_found 404 raised", "own",
        type = "application/problem+json" },
    { "/up?how=passes&name=fine", 200, nil, nil, "upstream" },
    { "/up?how=inner", 409, nil, nil, "own", body = "inner" },
    { "/up?how=exit", 403, "AccessDenied", "AccessDenied permission 403 raised", "own" },
    { "/own?how=exit", 403, "AccessDenied", "AccessDenied permission 403 raised", "own" },
    { "/own?how=nested", 403, "AccessDenied", "AccessDenied permission 403 raised", "own" },
    { "/up?how=exit_kind", 403, "AccessDenied", "AccessDenied permission 403 raised", "own" },
    { "/own?how=exit_error", 503, "ServiceError", "ServiceError unavailable 424 raised", "own",
        logs = "receivedRequestId=r-1" },
    { "/own?how=exit", 403, nil, "AccessDenied permission 403 raised", "own", arguments = "-I" },
    { "/own?how=prepare", 403, "AccessDenied", "AccessDenied permission 403 raised", "own" },
    { "/up?how=misuse", 418, nil, nil, "own", body = "probe.lua:%d+: bad argument #1 to 'exit' %(" },
    { "/own?how=exit", 403, "AccessDenied", "AccessDenied permission 403 raised", "own", arguments = "-0" },
    { "/tenant", 403, "AccessDenied", "AccessDenied permission 403 raised", nil },

    -- the gateway's own refusals, left alone
    { "/key", 401, nil, nil, nil, body = "message", headers = { ["www-authenticate"] = true } },
    { "/stop", 403, nil, nil, nil, body = "so long" },
    { "/no/route", 404, nil, nil, nil, body = "oute" },
    { "/limit?name=fine", 200, nil, nil, nil },
    { "/limit?name=fine", 429, nil, nil, nil },
    -- or rewritten
    { "/own-key", 401, "InvalidHTTPAuthHeader", "not_envelope authentication 401 raised", nil,
        headers = { ["www-authenticate"] = true } },
    { "/own-stop", 403, "AccessDenied", "not_envelope permission 403 raised", nil, message = "so long" },
    { "/own-limit?name=fine", 200, nil, nil, nil },
    { "/own-limit?name=fine", 429, "RateLimit", "ORIGIN throttle 429 raised", nil },
}

--- Describes a gateway. `word` has what it calls the sources of responses (`upstream`; `own`; `none`, if no
--- upstream responded), the header of its request `id`, the `origin` of its own pages, and further `rows`.
---@param busted table the environment of the caller, which has busted's functions
---@param title string
---@param word table
---@param start function returns what has the methods of spec/nginx/server.lua
---@param stop function
---@param promise function? makes further promises; gets a function that returns what start has returned
function promises.describe(busted, title, word, start, stop, promise)
    local describe, it, setup, teardown = busted.describe, busted.it, busted.setup, busted.teardown
    local assert = busted.assert
    describe(title, function()
        local gateway
        local total = {}
        setup(function() gateway = start() end)
        teardown(function() stop(gateway) end)
        if promise then promise(function() return gateway end) end

        local function counts() return (metrics.counts(gateway:get("/cfs-metrics").body)) end

        -- Asserts what is counted beyond `before`, once it is: one worker counts while another tells.
        local function assert_counted(expected, before)
            local more
            for _ = 1, 100 do
                more = {}
                for name, count in pairs(counts()) do
                    if count ~= (before[name] or 0) then more[name] = count - (before[name] or 0) end
                end
                if pcall(assert.same, expected, more) then return end
                os.execute("sleep 0.05")
            end
            assert.same(expected, more)
        end

        -- The lines of a log that have the text.
        local function lines(name, text)
            local found = {}
            for line in files.read(gateway.directory .. "/" .. name):gmatch("[^\n]+") do
                if line:find(text, 1, true) then found[#found + 1] = line end
            end
            return found
        end

        local function try(row)
            local path, status, code, counted, source = unpack(row, 1, 5)
            counted = counted and counted:gsub("ORIGIN", word.origin)
            local request = path .. " " .. (row.arguments or "")
            it("gives one response, under one id, counted once, to " .. request, function()
                gateway:clear_log()
                local before = counts()
                local response = gateway:get(path, row.arguments)
                assert.equal(status, response.status)
                assert.equal(0, response.exit)
                local id = assert.truthy(response.headers[word.id])
                server.wait("the access log", function() -- which comes after the response
                    return #lines("access.log", path .. " " .. status .. " " .. id) == 1
                end)
                local logged = lines("error.log", "requestId=" .. id)
                if code then
                    local document = cjson.decode(response.body)
                    assert.equal(code, document.code)
                    assert.equal(id, document.requestId)
                    if row.message then assert.equal(row.message, document.message) end
                    assert.equal(row.type or "application/json", response.headers["content-type"])
                end
                if counted and path:find("^/seen") then
                    total[counted] = (total[counted] or 0) + 1
                elseif counted then
                    assert.equal(id, response.headers["x-bce-request-id"])
                    assert.equal(1, #logged)
                    assert.matches(row.logs or "", logged[1], 1, true)
                    total[counted] = (total[counted] or 0) + 1
                else
                    assert.same({}, logged)
                    assert.is_nil(response.headers["x-bce-request-id"])
                end
                if row.body then assert.matches(row.body, response.body) end
                if not path:find("^/seen") then assert.not_matches("10%.0%.3%.7", response.body) end
                for name, value in pairs(row.headers or {}) do
                    assert[value == true and "truthy" or "equal"](response.headers[name], value)
                end
                assert_counted({ [counted or "none"] = counted and 1 }, before)
                if source then assert.equal(1, #lines("error.log", "probe: " .. word[source])) end
            end)
        end

        for _, row in ipairs(rows) do try(row) end
        for _, row in ipairs(word.rows or {}) do try(row) end

        it("has counted nothing twice by now", function()
            assert.same(total, counts())
        end)

        it("counts each error once for 16 clients at a time, and over a reload", function()
            local paths = {
                ["/up?name=envelope"] = "InstanceNotFound not_found 404 upstream",
                ["/up?name=limited&framing=chunked&split=20"] = "RateLimit throttle 421 upstream",
                ["/up?name=html"] = "html unavailable 502 upstream",
                ["/dead"] = word.origin .. " unavailable 502 upstream",
                ["/up?how=raise"] = "InstanceNotFound not_found 404 raised",
                ["/own?how=exit"] = "AccessDenied permission 403 raised",
                ["/own-key"] = "not_envelope authentication 401 raised",
                ["/up?name=fine"] = false, ["/key"] = false, ["/no/route"] = false,
            }
            local before, expected, list = counts(), {}, {}
            for path, counted in pairs(paths) do
                if counted then expected[counted] = (expected[counted] or 0) + 50 end
                for _ = 1, 50 do
                    list[#list + 1] = "-o /dev/null http://127.0.0.1:" .. gateway.port .. path
                end
            end
            files.write(gateway.directory .. "/paths", table.concat(list, "\n") .. "\n")
            local ask = "cd " .. gateway.directory .. " && shuf --random-source=nginx.conf paths"
                .. " | xargs -P 16 -n 15 curl -s -m 30 -w '%{http_code}\\n'"
            local statuses = command.must(ask)
            assert.equal(#list, select(2, statuses:gsub("%d+\n", "")))
            assert_counted(expected, before)

            before = counts()
            local job = "(" .. ask .. " >statuses; echo done >>statuses) & sleep 0.2"
            command.must(job)
            gateway:reload()
            server.wait("the last response", function()
                return files.read(gateway.directory .. "/statuses"):find("done", 1, true)
            end)
            assert.equal(#list, select(2, files.read(gateway.directory .. "/statuses"):gsub("%d+\n", "")))
            assert_counted(expected, before)
            assert.equal(#lines("error.log", "[alert]") + #lines("error.log", "attempt to"), 0)
        end)
    end)
end

return promises
