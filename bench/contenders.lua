-- What people do today to make an error of a body, each as careful as it can be: the same table of
-- three strings, with a metatable, or nil. Each is made by a function, so that a process loads only the
-- one that it measures.

local contenders = {}

local metatable = { __index = { status = 404 } }

local function is_text(value, may_be_absent)
    return type(value) == "string" and value ~= "" or may_be_absent and value == nil
end

-- Makes a contender of a function that decodes JSON, and raises or returns no table for what is broken.
local function checked(decode)
    return function(body)
        local good, decoded = pcall(decode, body)
        if not good or type(decoded) ~= "table" or not is_text(decoded.code)
            or not is_text(decoded.message, true) or not is_text(decoded.requestId, true) then
            return nil
        end
        return setmetatable({
            code = decoded.code, message = decoded.message, requestId = decoded.requestId,
        }, metatable)
    end
end

function contenders.ours()
    return require("cfs.errors").parse
end

function contenders.cjson()
    return checked(require("cjson").decode)
end

function contenders.dkjson()
    return checked(require("dkjson").decode)
end

-- Neither unescapes nor notices what is broken, or nested: the least that people write.
function contenders.patterns()
    return function(body)
        local code = body:match '"code"%s*:%s*"([^"]*)"'
        if not code then return nil end
        return setmetatable({
            code = code,
            message = body:match '"message"%s*:%s*"([^"]*)"',
            requestId = body:match '"requestId"%s*:%s*"([^"]*)"',
        }, metatable)
    end
end

--- Other modules that read JSON, and the function of each that does: { module, function }. They are
--- looked for in the directory that the environment variable PEERS names, then wherever Lua looks.
contenders.peers = {
    { "cjson.safe", "decode" },
    { "json", "decode" },
    { "ljson", "decode" },
    { "lunajson", "decode" },
    { "rapidjson", "decode" },
    { "rapidjson.safe", "decode" },
    { "simdjson", "parse" },
    { "yyjson", "decode" },
}

-- Both a directory of files and a tree of LuaRocks will do.
local function look_in(directory)
    local version = _VERSION:match "%d.%d"
    local libraries, modules = directory .. "/lib/lua/" .. version, directory .. "/share/lua/" .. version
    package.path = ("%s/?.lua;%s/?/init.lua;%s/?.lua;%s/?/init.lua;%s"):format(
        directory, directory, modules, modules, package.path)
    package.cpath = ("%s/?.so;%s/?.so;%s"):format(directory, libraries, package.cpath)
end

--- The contender that a peer makes.
---@param index integer in contenders.peers
---@return function? contender
---@return string? reason why there is none: "not found", or a sentence
function contenders.peer(index)
    local name, field = contenders.peers[index][1], contenders.peers[index][2]
    look_in(os.getenv "PEERS" or ".")
    local good, peer = pcall(require, name)
    if not good then
        local reason = tostring(peer)
        if reason:find("module '" .. name .. "' not found", 1, true) then return nil, "not found" end
        return nil, "cannot be loaded: " .. reason:match "[^\n]*"
    end
    if type(peer) ~= "table" or not peer[field] then return nil, "has no function " .. field end
    local contender = checked(peer[field])
    local read = contender '{"code":"A","message":"\\u00e4","requestId":"B"}'
    if not read or read.code ~= "A" or read.message ~= "\195\164" or read.requestId ~= "B" then
        return nil, "reads an envelope otherwise"
    end
    return contender
end

return contenders
