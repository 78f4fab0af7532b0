local command = require "spec.helpers.command"
local server = require "spec.nginx.server"

-- How the gateway of `make demo` ends, beside Ctrl-C: a line of a shell in which DEMO runs it.
local ends = {
    { "a reader ends early", "DEMO demo | head -n 3" },
    { "a reader ends early, and the signal is ignored", "trap '' PIPE; DEMO demo | head -n 3" },
    { "the device is full", "DEMO demo >/dev/full" },
    { "the terminal is closed", "DEMO & until curl -s -o /dev/null 127.0.0.1:PORT; do sleep 0.1; done; "
        .. "kill -HUP $!; wait $!" },
}

describe("The gateway of the demo leaves nothing behind where", function()
    for _, case in ipairs(ends) do
        it(case[1], function()
            local home, port = command.new_directory(), server.free_ports()
            local names = {
                DEMO = ("env --default-signal=HUP TMPDIR=%s PORT=%d LUA_PATH='lua/?.lua;;' "
                    .. "LUA_CPATH='build/luajit/?.so;;' examples/gateway/run"):format(home, port),
                PORT = port,
            }
            command.run(case[2]:gsub("%u+", names))
            server.wait("the end of nginx", function()
                return command.run(("curl -s 127.0.0.1:%d; [ $? = 7 ]"):format(port))
            end)
            server.wait("an empty directory", function() return command.must("ls " .. home) == "" end)
            command.remove(home)
        end)
    end
end)
