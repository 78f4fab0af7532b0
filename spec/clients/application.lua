-- What runs in nginx for the specs of clients: calls of cosockets and of ngx.location.capture.

local outcome = require "spec.clients.outcome"
local recipe = require "spec.clients.recipe"

local application = {}

-- The status line, the headers in one block, and the body, as far as its length or the end tells.
local function read_response(socket)
    local head, line, reason = {}, socket:receive "*l"
    if not line then return nil, reason end
    local status = line:match "^HTTP/%d%.%d (%d%d%d)"
    if not status then return nil, "malformed status line" end
    repeat
        line, reason = socket:receive "*l"
        if not line then return nil, reason end
        head[#head + 1] = line
    until line == ""
    local headers = table.concat(head, "\r\n")
    local body
    body, reason = socket:receive(tonumber(headers:lower():match "content%-length: (%d+)") or "*a")
    if not body then return nil, reason end
    return { status = status, headers = headers, body = body }
end

-- A response as a table, or what the cosocket's function returned that failed.
local function call(arguments)
    local socket = ngx.socket.tcp()
    socket:settimeout(arguments.timeout * 1000)
    local good, reason = socket:connect(arguments.host, tonumber(arguments.port))
    if not good then return nil, reason end
    if arguments.scheme == "https" then
        local whole, session, refusal = pcall(socket.sslhandshake, socket, nil, "localhost", true)
        if not whole then return nil, session end -- see the spec: "assertion failed!"
        if not session then return nil, refusal end
    end
    good, reason = socket:send("GET " .. arguments.path .. " HTTP/1.0\r\nHost: localhost\r\n\r\n")
    if not good then return nil, reason end
    return read_response(socket)
end

function application.cosocket()
    ngx.print(outcome(call(ngx.req.get_uri_args())))
end

function application.capture()
    local arguments = ngx.req.get_uri_args()
    local target = arguments.host .. ":" .. arguments.port .. arguments.path
    ngx.print(outcome(ngx.location.capture("/upstream", { args = "target=" .. target })))
end

function application.recipe()
    local arguments = ngx.req.get_uri_args()
    local get = recipe.load(arguments.heading)
    local url = arguments.url
    if arguments.heading == "ngx.location.capture" then
        url = "/upstream?target=" .. url:gsub("^http://", "")
    end
    ngx.print(recipe.outcome(get, url))
end

function application.judge()
    local arguments = ngx.req.get_uri_args()
    package.path = arguments.resty .. "/lib/?.lua;" .. package.path
    local _, recipe_call = recipe.load(arguments.heading)
    local outcomes = {}
    for number = 1, arguments.times do
        local url = arguments.url .. number
        if arguments.heading == "ngx.location.capture" then
            url = "/upstream?target=" .. url:gsub("^http://", "")
        end
        outcomes[number] = recipe.judge(recipe_call, url)
    end
    ngx.print(table.concat(outcomes, "\n"))
end

return application
