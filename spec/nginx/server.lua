-- A real nginx for the specs: it runs in a directory of its own, on 127.0.0.1 and free ports.
--
--     local nginx = server.start { http = "server { listen 127.0.0.1:PORT1; ... }" }
--     local response = nginx:get("/path")
--     nginx:stop()

local busted = require "busted"
local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

local server = {}
server.__index = server

local running = {}

-- The nginx that runs: Debian's, or that of the variable CFS_NGINX, whose Lua files are in ../lualib or, as
-- in OpenResty, in ../../lualib. (nginx itself takes a variable NGINX for sockets that it inherits.) The
-- library is this tree's, or that of LIBRARY.
local binary, library = os.getenv("CFS_NGINX"), os.getenv("LIBRARY")
if binary == "" then binary = nil end
if library == "" or library == "." then library = nil end

--- Does it know precontent_by_lua, early_hints, proxy_pass_trailers and `proxy_http_version 2`?
local _, told = command.run((binary or "nginx") .. " -v")
local minor = tonumber(told and told:match("nginx/1%.(%d+)")) or 0
server.is_newest = minor >= 30

--- Must the Lua module be loaded, as in Debian's?
server.has_modules = not binary

local modules = binary and "" or [[
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
]]
local above = binary and binary:match("^(.*)/[^/]+/[^/]+$")
local lualib = above and (above:match("^(.*)/nginx$") or above) .. "/lualib"

local preamble = modules .. [[
worker_processes WORKERS;
user root;
pid nginx.pid;
error_log error.log info;
events { worker_connections 512; }
http {
    access_log off;
    lua_package_path "ROOT/?.lua;LIBRARY/lua/?.lua;LUALIB;;";
    lua_package_cpath "LIBRARY/build/luajit/?.so;LUALIC;;";
    client_body_temp_path temp;
    proxy_temp_path temp;
    fastcgi_temp_path temp;
    uwsgi_temp_path temp;
    scgi_temp_path temp;
]]

--- Waits until f returns something true, and returns that; raises after two minutes: the machine may
--- have much other work.
function server.wait(what, f)
    local last = os.time() + 120
    repeat
        local result = f()
        if result then return result end
        os.execute("sleep 0.05")
    until os.time() > last
    error("waited for " .. what .. " in vain", 2)
end

--- A port that is free, and so are the four behind it, as far as one can tell.
function server.free_ports()
    local random = tonumber(command.must("od -An -N2 -tu2 /dev/urandom"))
    local port = 20000 + random % 2000 * 5
    for offset = 0, 4 do -- curl's status 7: nobody listens
        local probe = "curl -s --max-time 60 127.0.0.1:" .. port + offset .. "; [ $? = 7 ]"
        if not command.run(probe) then return server.free_ports() end
    end
    return port
end

local usual = [[
lua_shared_dict cfs_errors %s;
init_by_lua_block { errors, nginx = require "cfs.errors", require "cfs.errors.nginx"
%s}
%s
server {
    listen 127.0.0.1:PORT1;
    location = /metrics { content_by_lua_block { ngx.print(nginx.metrics()) } }
%s}
]]

-- What FILTERS(relay) stands for.
local filters = [[
header_filter_by_lua_block { %s.header_filter() }
body_filter_by_lua_block { %s.body_filter() }
log_by_lua_block { %s.log() }]]

-- The configuration, but for words that stand for others.
local function text_of(options)
    local http = options.http
    if options.init then
        http = usual:format(options.size or "1m", options.init, http or "", options.locations)
    end
    local text = options.whole or preamble .. http .. "\n}\n" .. (options.beside or "")
    return text:gsub("FILTERS(%b())", function(relay)
        relay = relay:sub(2, -2)
        return filters:format(relay, relay, relay)
    end)
end

--- Starts nginx, and returns once it listens.
--- In a configuration PORT1 to PORT5 stand for ports, ROOT for this project, DIRECTORY for nginx's own, and
--- FILTERS(relay) for the filters of a relay.
---@param options table `init`, Lua that follows after `errors` and `nginx`, `locations`, what the server at
--- PORT1 has beside /metrics, and `size` of the memory for counts; `http`, what is beside these, or all that
--- this block has, and `beside`, what is beside that; or `whole`, all of a configuration, and `files` to lie
--- beside it; `workers`, how many; `tree`, the tree that has the library, if not this one; `runner`, a
--- program that runs nginx, which is one process then
---@param self table? becomes the nginx
function server.start(options, self)
    self = setmetatable(self or {}, server)
    self.directory, self.port, self.count = command.new_directory(), server.free_ports(), options.workers or 1
    local text = text_of(options):gsub("PORT(%d)", function(digit) return self.port + digit - 1 end)
    local root = command.must("pwd -P"):gsub("\n", "")
    local names = {
        DIRECTORY = self.directory, ROOT = root, LIBRARY = options.tree or library or root,
        WORKERS = options.workers or 1,
        LUALIB = lualib and lualib .. "/?.lua" or "", LUALIC = lualib and lualib .. "/?.so" or "",
    }
    text = text:gsub("%u+", names)
    files.write(self.directory .. "/nginx.conf", text)
    for _, path in ipairs(options.files or {}) do command.must("cp " .. path .. " " .. self.directory) end
    local line = ("%s -e error.log -c nginx.conf -p %s"):format(binary or "nginx", self.directory)
    if options.runner then
        line = ("(%s %s -g 'daemon off; master_process off;' >/dev/null 2>&1 &)"):format(options.runner, line)
    end
    local good, output = command.run(line)
    if good and options.runner then
        server.wait("nginx", function()
            return not command.run("curl -s --max-time 60 127.0.0.1:" .. self.port .. "; [ $? = 7 ]")
        end)
    end
    if not good then
        command.remove(self.directory)
        error(output, 2)
    end
    running[self] = true
    return self
end

--- Has an nginx run while the tests of a `describe` do, whose environment is given. It can be asked within
--- the tests.
function server.during(environment, options)
    local self = {}
    environment.setup(function() server.start(options, self) end)
    environment.teardown(function() self:stop() end)
    return self
end

function server:pid()
    return tonumber(files.read(self.directory .. "/nginx.pid"))
end

--- The processes that serve, without those that are about to end, once all of them do.
function server:workers()
    local line = "pgrep -f '^nginx: worker process$' -P " .. self:pid()
    return server.wait("the workers", function()
        local _, output = command.run(line) -- a worker that has just begun has no title yet
        local pids = {}
        for pid in output:gmatch("%d+") do pids[#pids + 1] = tonumber(pid) end
        return #pids == self.count and pids
    end)
end

--- Loads the configuration again, and returns once new workers serve.
function server:reload()
    local before = table.concat(self:workers(), " ")
    command.must("kill -HUP " .. self:pid())
    server.wait("new workers", function()
        return not table.concat(self:workers(), " "):find(before, 1, true)
    end)
end

--- Stops nginx and removes what it wrote.
function server:stop()
    local pid, pid_file = self:pid(), self.directory .. "/nginx.pid"
    server.wait("the end of nginx", function() -- which may have been about to sleep when the signal came
        os.execute("kill -TERM " .. pid .. " 2>/dev/null")
        return not io.open(pid_file)
    end)
    command.remove(self.directory)
    running[self] = nil
end

function server:log()
    return files.read(self.directory .. "/error.log")
end

--- The lines of error.log that our own code wrote, without nginx's part.
function server:lines()
    local lines = {}
    for line in self:log():gmatch("[^\n]*") do
        if line:find("[lua]", 1, true) then lines[#lines + 1] = line end
    end
    return lines
end

--- Those of them that tell of an error.
function server:error_lines()
    local lines = {}
    for _, line in ipairs(self:lines()) do
        if line:find(" category=", 1, true) then lines[#lines + 1] = line end
    end
    return lines
end

--- Forgets what error.log has.
function server:clear_log()
    files.write(self.directory .. "/error.log", "")
end

--- Asks with curl. A response has `status`, `head` (the headers as they came), `headers` (by their
--- names in lower case), `body`, and `exit`, the exit status of curl: 0 if all of the response came. Of
--- several responses, where the arguments have another URL, it is the last.
---@param path string
---@param arguments string? further ones for curl
function server:get(path, arguments)
    local head, body = self.directory .. "/head", self.directory .. "/body"
    files.write(head, "")
    files.write(body, "")
    local _, output = command.run(table.concat({
        "curl -s --max-time 120 -D", head, "-o", body, "-w '\n%{http_code} %{exitcode}'",
        arguments or "", command.quote("http://127.0.0.1:" .. self.port .. path),
    }, " "))
    local status, exit = output:match("(%d+) (%d+)$")
    local response = { status = tonumber(status), exit = tonumber(exit), headers = {} }
    response.head, response.body = files.read(head), files.read(body)
    for name, value in response.head:gmatch("([^\r\n:]+): ?([^\r\n]*)\r\n") do
        response.headers[name:lower()] = value
    end
    return response
end

-- What nginx had to say is shown with what failed.
local function show_logs()
    for self in pairs(running) do
        print("error.log of nginx in " .. self.directory .. ":\n" .. self:log():sub(-4000))
    end
end

-- What a test that failed has left running ends with the suite.
local function stop_all()
    for self in pairs(running) do self:stop() end
end

if busted.subscribe then -- run by busted, not by a benchmark
    busted.subscribe({ "suite", "end" }, stop_all)
    busted.subscribe({ "failure" }, show_logs)
    busted.subscribe({ "error" }, show_logs)
end

return server
