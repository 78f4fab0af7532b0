-- Commands of the system, for the specs that build and install.

local command = {}

--- The Lua that runs the specs, without its options.
command.interpreter = arg[0]
for index = -1, -20, -1 do command.interpreter = arg[index] or command.interpreter end

--- Runs a command.
---@return boolean good did it exit with 0?
---@return string output what it printed, errors included
function command.run(line)
    local pipe = assert(io.popen("{ " .. line .. "; } 2>&1; echo \"status $?\"")) -- 5.1 returns none
    local output, status = pipe:read("*a"):match("^(.*)status (%d+)\n$")
    pipe:close()
    return status == "0", output
end

--- Runs a command that must exit with 0, and returns what it printed.
function command.must(line)
    local good, output = command.run(line)
    if not good then error(line .. "\n" .. output, 2) end
    return output
end

--- A text as one word of a shell's line.
function command.quote(text)
    return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- A new, empty directory, whose path is one word for a shell and for nginx, whatever TMPDIR is.
function command.new_directory()
    local directory = command.must("mktemp -d"):gsub("\n", "")
    if not directory:find("[^%w/._-]") then return directory end
    command.must("rmdir " .. command.quote(directory))
    return (command.must("TMPDIR=/tmp mktemp -d"):gsub("\n", ""))
end

--- Removes what new_directory made, or a part of it.
function command.remove(directory)
    command.must("rm -rf " .. command.quote(directory))
end

return command
