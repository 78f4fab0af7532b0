--- The parts of a response to the client, under one request id.

local kept = require "cfs.errors.object.kept"
local make = require "cfs.errors.object.make"
local options = require "cfs.errors.nginx.options"
local respond = require "cfs.errors.show.respond"

local ngx = ngx
local byte, find, sub = string.byte, string.find, string.sub
local rawget, rawset, type = rawget, rawset, type
local has_any = kept.any
local is_token, longest_token, parts = respond.is_token, respond.longest_token, respond.parts

local response = {}


--- An id for the client of this request: that of the option `request_id`, or nginx's. Without
--- `$request_id` in nginx's configuration each call gives another.
function response.new_id(read)
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


--- Calls f with the error, which has another request id meanwhile. An error may be one that the program
--- keeps and raises again, so its own id is put back. f has five results at most.
function response.with_id(err, id, f, ...)
    local own = rawget(err, "requestId")
    if own == id or not id then return f(err, ...) end
    rawset(err, "requestId", id)
    local first, second, third, fourth, fifth = f(err, ...)
    rawset(err, "requestId", own)
    return first, second, third, fourth, fifth
end


-- Stands for the request id in a response that is made once for many.
local placeholder = "cfs-errors-request-id"


-- The response to errors of a kind that have the kind's own message and status, and nothing beside them:
-- it differs in the request id alone. false where it does not.
local function new_shape(kind, read)
    local err = make.make(kind, { message = kind.message, requestId = placeholder })
    if not err then return false end
    local status, content_type, _, retry_after, body = parts(err, kind, read.response)
    local first, last = find(body, placeholder, 1, true)
    if not first or find(body, placeholder, last, true) then return false end
    return {
        status = status, content_type = content_type, retry_after = retry_after,
        before = sub(body, 1, first - 1), behind = sub(body, last + 1),
    }
end


-- Letters, digits and hyphens, as most request ids have, are a token, and need no escapes in JSON. A loop
-- is compiled by LuaJIT; a pattern is not.
local function is_plain(id)
    if type(id) ~= "string" or #id > longest_token or id == "" then return false end
    for index = 1, #id do
        local character = byte(id, index)
        if not (character >= 97 and character <= 122 or character >= 48 and character <= 57
            or character == 45 or character >= 65 and character <= 90) then
            return false
        end
    end
    return true
end


--- The parts of the response to the client: status, type, request id, Retry-After and body. The id is one for
--- header, body and log: the one given; or the error's own, if it is a token; or a new one. `sent` is the
--- status if that was sent already.
function response.make(err, kind, read, id, sent)
    id = id or not read.replace_request_id and rawget(err, "requestId") or response.new_id(read)
    local shapes = read.shapes
    if shapes and rawget(err, "message") == kind.message and rawget(err, "status") == nil
        and rawget(err, "code") == kind.code and not has_any(err) and is_plain(id) then
        local shape = shapes[kind]
        if shape == nil then
            shape = new_shape(kind, read)
            shapes[kind] = shape
        end
        if shape then
            return shape.status, shape.content_type, id, shape.retry_after, shape.before .. id .. shape.behind
        end
    end
    if not is_token(id) then id = response.new_id(read) end
    return response.with_id(err, id, parts, kind, read.response, sent)
end


return response
