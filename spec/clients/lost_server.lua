-- A service whose responses are lost: see spec/clients/namespace. It writes the path of each request that it
-- had into FILE. To what the client sends again, the network responds with the ICMP message of that name.
--
--     lua spec/clients/lost_server.lua FILE

local socket = require "socket"

local listeners, held = {}, {} -- luacheck: ignore held
for port = 9003, 9005 do listeners[#listeners + 1] = assert(socket.bind("127.0.0.1", port, 64)) end

while true do
    for _, listener in ipairs((socket.select(listeners))) do
        local client = listener:accept()
        local _, port = client:getpeername()
        held[#held + 1] = client
        local path, length = (client:receive "*l" or ""):match "^%u+ /(%S+)", 0
        repeat
            local line = client:receive "*l"
            length = tonumber((line or ""):lower():match "^content%-length: *(%d+)") or length
        until not line or line == ""
        if length > 0 then client:receive(length) end
        local rule = "nft add rule inet lost input tcp sport %d reject with icmp %s"
        os.execute(rule:format(port, path:match "[^/]+$"))
        local file = assert(io.open(arg[1], "a"))
        file:write(path, "\n")
        file:close()
    end
end
