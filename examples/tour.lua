-- A TOUR OF CFS-ERRORS
-- Each piece of code is followed by what it printed, behind a bar.

errors = require "cfs.errors"

-- 1. A service has sent an error of CFS. Reading it gives an error object that knows
-- what the catalogue knows of its code.

body = [[{
  "requestId" : "4db2b34d-654d-4d8a-b49b-3049ca786409",
  "code" : "DropMountedFS",
  "message" : "The fs has mount target , please drop before clear mount target."
}]]
err = errors.parse(body)
print(err)
print(err.code, err.status, err.category, err.retry)

-- 2. A person asks what that is, whose fault, and what to do.

print(err:explain())

-- 3. A program decides. Targets are codes, categories and statuses, and a misspelt one is an
-- error with a hint, not a branch that is never taken.

print(err:is("DropMountedFS"), err:is("state"), err:is(404))
print(errors.match(err, {
    not_found = function() return "gone already: done" end,
    DropMountedFS = function() return "delete its mount targets first" end,
    default = function(e) return "give up: " .. e end,
}))
print(pcall(errors.is, err, "DropMountedFs"))

-- 4. The example of the vendor's own page, as an HTTP response. Its code, NoSuchKey, is in neither
-- of the page's tables: it is kept as it is, and the status stands for it.

response = {
    status = 404,
    headers = { ["Content-Type"] = "application/json" },
    body = [[{
  "requestId" : "ae2225f7-1c2e-427a-a1ad-5413b762957d",
  "code" : "NoSuchKey",
  "message" : "The resource you requested does not exist"
}]],
}
unknown = errors.from_response(response)
print(unknown)
print(unknown.code, unknown.known, unknown.status, unknown.retry)
print(unknown:explain())

-- 5. A proxy has sent HTML. Nothing is made up: there is no code, but there are the status
-- and the request id, and the beginning of the page for the log.

page = errors.from_response {
    status = 502,
    headers = { ["X-BCE-Request-Id"] = "1b6d3a0e-5f7c-4c36-9b7e-0a7d3c7b9f10" },
    body = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>",
}
print(page)
print(page.code, page.status, page.requestId, page:origin(), page.retry)

-- 6. A body that breaks off is told apart from one that is no JSON at all.

print(errors.parse('{"requestId": "4db2b34d", "code": "InstanceNotFo'))

-- 7. A handler raises deep in a call; whoever is responsible catches and matches.

function find_instance(id)
    errors.raise("InstanceNotFound", { requestId = "7e0c3b52", cause = "no row for " .. id })
end
function describe(id) return find_instance(id) end
good, caught = pcall(describe, "cfs-ZpGzYvrnC9")
print(good, caught)
print(errors.is(caught, errors.InstanceNotFound), caught:cause())

-- 8. What was not expected becomes an InternalError. Its text and traceback are for the log; the
-- client sees nothing of them.

good, caught = errors.pcall(function() return ("password"):no_such_method() end)
print(caught:to_json())
print(caught:cause())

-- 9. Messages with parameters are filled in, and read back out of what a service said.

limited = errors.RateLimit { host = "10.0.3.7", requestId = "c0ffee" }
print(limited.message)
print(errors.parse(limited:to_json()):params().host)

-- 10. An error is a plain table: lua-cjson writes the envelope, and so does to_json, in the
-- vendor's order and safe for a page.

print(limited:to_json())
print(require("cjson").decode(require("cjson").encode(limited)).code)

-- 11. A gateway responds to its client in terms that any client knows, without the hosts behind it. Its
-- log gets one line.

status, headers, body = limited:response { standard = true }
print(status, headers["Retry-After"], headers["x-bce-request-id"])
print(body)
print(limited:to_log())

-- 12. May a call be repeated? That depends on more than the code.

failed = errors.new("CreateOrderFail")
for _, call in ipairs { { method = "POST" }, { method = "POST", client_token = "9f2c" } } do
    advice = failed:advice(call)
    print(advice.action, advice.why)
end

-- 13. By that advice, calls are repeated. Here time is only counted; under OpenResty it is nginx
-- that waits.

retry = require "cfs.errors.retry"
waited = 0
policy = retry.policy {
    sleep = function(seconds) waited = waited + seconds end,
    random = function() return 1 end,
}
print(retry.run(function(attempt)
    if attempt < 3 then errors.raise("ServiceUnavailable") end
    return ("done at attempt %d, after %.1f s at most"):format(attempt, waited)
end, policy, { method = "GET" }))

-- 14. The catalogue, searched.

print(errors.search "mount target")

