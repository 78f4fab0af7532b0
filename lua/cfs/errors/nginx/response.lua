--- The parts of a response to the client, under one request id.

local kept = require "cfs.errors.object.kept"
local make = require "cfs.errors.object.make"
local options = require "cfs.errors.nginx.options"
local respond = require "cfs.errors.show.respond"

local ngx = ngx
local byte, find, sub = string.byte, string.find, string.sub
local has_any, rawget, type = kept.any, rawget, type
local is_token, parts, passes = respond.is_token, respond.parts, respond.passes

local response = {}

-- What show/passing shows of a word without further marks. What stands for the request id in a response that
-- is made once for many.
local longest_plain, placeholder = 40, "cfs-errors-request-id"


-- The response to errors of a kind that have the kind's own message and status, and nothing beside them:
-- it differs in the request id alone. false where it does not.
local function new_shape(kind, read)
    local err = make.make(kind, { message = kind.message })
    if not err then return false end
    local status, content_type, _, retry_after, body = parts(err, kind, read, nil, placeholder)
    local first, last = find(body, placeholder, 1, true)
    if not first or find(body, placeholder, last, true) then return false end
    return {
        status = status, content_type = content_type, retry_after = retry_after,
        before = sub(body, 1, first - 1), behind = sub(body, last + 1),
    }
end


-- Letters and digits in groups of at least four, as most request ids have, are a token that may be shown and
-- needs no escapes in JSON: no address has such. A loop is compiled by LuaJIT; a pattern is not.
local function is_plain(id)
    if type(id) ~= "string" or #id > longest_plain then return false end
    local least = 5
    for index = 1, #id do
        local character = byte(id, index)
        if character == 45 then
            if index < least then return false end
            least = index + 5
        elseif not (character >= 97 and character <= 122 or character >= 48 and character <= 57
            or character >= 65 and character <= 90) then
            return false
        end
    end
    return #id >= least - 1
end


--- The error's own request id, if it is one that the client may see and that stays; and is it plain?
function response.own_id(err, read)
    local id = not read.replace_request_id and rawget(err, "requestId") or nil
    if id == nil or is_plain(id) then return id, true end
    local may_pass = read.hide == false and is_token(id) or passes(id)
    return may_pass and id or nil, false
end


-- An id for the client of this request: that of the option `request_id`, or nginx's. Without
-- `$request_id` in nginx's configuration each call gives another.
local function new_id(read)
    local id = read.request_id
    if id == nil then return ngx.var.request_id end
    if type(id) == "function" then
        id = options.call("request_id", id)
        if id ~= nil and type(id) ~= "string" then
            options.complain("request_id", "it returned a " .. type(id) .. ", not a string")
        end
    end
    return is_token(id) and id or ngx.var.request_id
end


--- The parts of the response to the client: status, type, request id, Retry-After and body. The id is one for
--- header, body and log: the one given; or the error's own; or a new one. `sent` is the status if that was
--- sent already.
function response.make(err, kind, read, id, sent)
    local shapes, is_known = read.shapes, false
    if not id then id, is_known = response.own_id(err, read) end
    if not id then id, is_known = new_id(read), false end
    if shapes and rawget(err, "message") == kind.message and rawget(err, "status") == nil
        and rawget(err, "code") == kind.code and not has_any(err) and (is_known or is_plain(id)) then
        local shape = shapes[kind]
        if shape == nil then
            shape = new_shape(kind, read)
            shapes[kind] = shape
        end
        if shape then
            return shape.status, shape.content_type, id, shape.retry_after, shape.before .. id .. shape.behind
        end
    end
    return parts(err, kind, read, sent, id)
end


return response
