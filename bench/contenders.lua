-- What people do today to make an error of a body, each as careful as it can be: the same table of
-- three strings, with a metatable, or nil.

local cjson = require "cjson"

local has_dkjson, dkjson = pcall(require, "dkjson")

local metatable = { __index = { status = 404 } }

local contenders = {}


local function is_text(value, may_be_absent)
    return type(value) == "string" and value ~= "" or may_be_absent and value == nil
end


local function make(decoded)
    if type(decoded) ~= "table" or not is_text(decoded.code) or not is_text(decoded.message, true)
        or not is_text(decoded.requestId, true) then return nil end
    return setmetatable({
        code = decoded.code, message = decoded.message, requestId = decoded.requestId,
    }, metatable)
end


function contenders.cjson(body)
    local good, decoded = pcall(cjson.decode, body)
    return good and make(decoded) or nil
end


contenders.dkjson = has_dkjson and function(body)
    return make((dkjson.decode(body, 1, nil, nil)))
end


-- Neither unescapes nor notices what is broken, or nested: the least that people write.
function contenders.patterns(body)
    local code = body:match '"code"%s*:%s*"([^"]*)"'
    if not code then return nil end
    return setmetatable({
        code = code,
        message = body:match '"message"%s*:%s*"([^"]*)"',
        requestId = body:match '"requestId"%s*:%s*"([^"]*)"',
    }, metatable)
end


return contenders
