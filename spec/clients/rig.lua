-- The server of the specs of clients, what it does, and what the library makes of what a client's call
-- returns. A spec has its client call each case:
--
--     for _, case in ipairs(rig.cases { bad_status = "success" }) do -- where this client differs
--         it(case.title, function() rig.check(case, http.request(case:url())) end)
--     end
--     teardown(rig.stop)

local command = require "spec.helpers.command"
local luassert = require "luassert"
local outcome = require "spec.clients.outcome"

local rig = { outcome = outcome }

-- Seconds that a client waits: where a response is due, and where none will come.
local patient, impatient = 20, 1

-- What the service does: a name for it, the port, the path, and what is expected: "success"; the word for
-- why no response came, and whether the request may have been sent; or the status, and the code or the
-- origin. The titles go on "after a service that ...".
local plain = {
    { "ok", "plain", "/ok", "success", "responds well" },
    { "chunked", "plain", "/chunked", "success", "responds in chunks" },
    { "envelope", "plain", "/envelope", "404 InstanceNotFound", "responds with an envelope" },
    { "unavailable", "plain", "/unavailable", "503 empty", "responds with a status only" },
    { "page", "plain", "/page", "502 html", "responds with a page" },
    { "compressed", "plain", "/compressed", "502 compressed", "compresses its page" },
    { "redirect", "plain", "/redirect", "success", "redirects" },
    { "redirect_refused", "plain", "/redirect_refused", "connect maybe", "redirects to one that refuses" },
    { "refused", "refused", "/", "connect maybe", "refuses the connection" },
    { "resets", "resets", "/", "closed maybe", "resets the connection at once" },
    { "silent", "silent", "/", "timeout maybe", "never reads" },
    { "hang", "plain", "/hang", "timeout maybe", "never responds" },
    { "hang_body", "plain", "/hang_body", "timeout maybe", "stops within the body" },
    { "reset", "plain", "/reset", "closed maybe", "resets the connection after the request" },
    { "close", "plain", "/close", "closed maybe", "closes the connection after the request" },
    { "cut_status", "plain", "/cut_status", "closed maybe", "ends within the status line" },
    { "cut_head", "plain", "/cut_head", "closed maybe", "ends within the headers" },
    { "cut_body", "plain", "/cut_body", "closed maybe", "ends within the body" },
    { "cut_envelope", "plain", "/cut_envelope", "closed maybe", "ends within an envelope" },
    { "cut_chunk", "plain", "/cut_chunk", "closed maybe", "ends within a chunk" },
    { "garbage", "plain", "/garbage", "protocol maybe", "does not speak HTTP" },
    { "bad_status", "plain", "/bad_status", "protocol maybe", "has no number as its status" },
    { "bad_chunk", "plain", "/bad_chunk", "protocol maybe", "has no number as the length of a chunk" },
    { "unresolved", nil, "/", "resolve no", "has no address" },
}

local tls = {
    { "ok", "tls", "/ok", "success", "responds well" },
    { "envelope", "tls", "/envelope", "404 InstanceNotFound", "responds with an envelope" },
    { "page", "tls", "/page", "502 html", "responds with a page" },
    { "refused", "refused", "/", "connect maybe", "refuses the connection" },
    { "resets", "resets", "/", "closed maybe", "resets the connection at once" },
    { "silent", "silent", "/", "timeout maybe", "never takes part in the handshake" },
    { "not_tls", "plain", "/", "tls no", "does not speak TLS" },
    { "untrusted", "untrusted", "/ok", "tls no certificate", "has a certificate that it signed itself" },
    { "other_host", "other_host", "/ok", "tls no certificate", "has a certificate for another host" },
    { "hang", "tls", "/hang", "timeout maybe", "never responds" },
    { "close", "tls", "/close", "closed maybe", "closes the connection after the request" },
    { "cut_head", "tls", "/cut_head", "closed maybe", "ends within the headers" },
    { "unresolved", nil, "/", "resolve no", "has no address" },
}

-- Cases in which nothing comes.
local waits = { silent = true, hang = true, hang_body = true }

-- A name that nobody has, for which the system need not ask the network: one part is too long.
local no_host = ("x"):rep(64) .. ".invalid"

local server -- what runs: `ports`, `pid`, `pipe`, `directory`

--- Ends the server, if it runs: the last thing in each file of specs.
function rig.stop()
    if not server then return end
    command.run("kill " .. server.pid)
    server.pipe:close()
    command.remove(server.directory)
    server = nil
end

local function start()
    local directory = command.new_directory()
    command.must("spec/clients/certificates " .. directory)
    local program = "echo $$; exec " .. command.interpreter .. " spec/clients/server.lua "
    local pipe = assert(io.popen(program .. directory .. " 2>" .. directory .. "/log"))
    local pid, ports = pipe:read "*l", {}
    for name, port in (pipe:read "*l" or ""):gmatch "([%w_]+)=(%d+)" do ports[name] = tonumber(port) end
    assert(ports.plain, "the server did not start")
    server = { pipe = pipe, pid = pid, ports = ports, directory = directory }
    return server
end

--- The server's ports: name → number. It is started when first asked for.
function rig.ports()
    return (server or start()).ports
end

--- The file of the authority that signed the server's certificates.
function rig.authority()
    return (server or start()).directory .. "/ca.pem"
end

--- The URL of a behaviour of the plain server.
function rig.url(path)
    return "http://127.0.0.1:" .. rig.ports().plain .. path
end

local function case_url(case)
    local host = case.port and "127.0.0.1:" .. rig.ports()[case.port] or no_host
    return case.scheme .. "://" .. host .. case.path
end

--- The cases.
---@param differs table<string, string> what is expected where this client differs, by the case's name
---@param scheme string? "https"; else "http"
---@return table[] cases each has `name`, `title`, `expected`, `path`, `timeout` and the method `url`
function rig.cases(differs, scheme)
    local cases, left = {}, {}
    for name in pairs(differs) do left[name] = true end
    for _, row in ipairs(scheme == "https" and tls or plain) do
        local name = row[1]
        local expected = differs[name] or row[4]
        cases[#cases + 1] = {
            name = name, port = row[2], path = row[3], expected = expected, scheme = scheme or "http",
            timeout = waits[name] and impatient or patient, url = case_url,
            title = "is " .. expected .. " after a service that " .. row[5],
        }
        left[name] = nil
    end
    assert(next(left) == nil, next(left))
    return cases
end

--- Asserts that the library makes of what a call returned what the case expects: one of what stands
--- between " or ", where the outcome is a matter of chance.
function rig.check(case, ...)
    rig.compare(case, outcome(...))
end

--- The same, where the outcome is known.
function rig.compare(case, actual)
    for expected in (case.expected .. " or "):gmatch("(.-) or ") do
        if expected == actual then return end
    end
    luassert.equal(case.expected, actual)
end

--- What a recipe of the guide does: a list of { path, expected, what the service does }.
rig.recipes = {
    { "/ok", '{"fsId":"cfs-1"}', "responds well" },
    { "/envelope", "InstanceNotFound at attempt 1", "responds with an envelope" },
    { "/page", "html at attempt 3", "responds with a page" },
    { "/reset", "closed at attempt 3", "resets the connection" },
    { "/recovers", '{"fsId":"cfs-1"}', "resets the connection, is unavailable, and recovers" },
}

local key = 0

--- The URL of a path, for requests that are counted from one.
function rig.new_url(path, port)
    key = key + 1
    local scheme = port == "tls" and "https" or "http"
    return ("%s://127.0.0.1:%d%s?key=%s%d"):format(scheme, rig.ports()[port or "plain"], path, scheme, key)
end

return rig
