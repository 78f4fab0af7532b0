-- Calls by retry.run whose responses are lost; it runs within nginx, too. Returns the number of attempts and
-- what the error tells.

local errors = require "cfs.errors"
local recipe = require "spec.clients.recipe"
local retry = require "cfs.errors.retry"

local calls = {}

function calls.request(url)
    local http = require "socket.http"
    http.TIMEOUT = 60
    return errors.check(http.request(url, "{}"))
end

function calls.reason(url)
    local http = require "socket.http"
    http.TIMEOUT = 60
    local body, reason = http.request(url, "{}")
    return body, reason
end

function calls.request_uri(url)
    local http = require "resty.http"
    return errors.check(http.new():request_uri(url, { method = "POST", body = "{}" }))
end

local headings = { LuaSocket = "LuaSocket", resty = "lua-resty-http" }

return function(name, url)
    local call = calls[name] or select(2, recipe.load(headings[name]))
    local policy = retry.policy { sleep = function() end }
    local _, err, attempts = retry.run(function() return call(url) end, policy, { method = "POST" })
    local word, sent = err:transport()
    return ("%d %s %s"):format(attempts, word, sent)
end
