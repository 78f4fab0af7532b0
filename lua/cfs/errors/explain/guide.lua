--- The short guide that `errors` shows at Lua's prompt.

return [=====[
cfs-errors: the errors of Baidu AI Cloud's file storage (CFS)

return errors.catalogue          every code, by service and status
return errors.categories         what kinds of failure there are
return errors.InstanceNotFound   a code: what it means, whose fault, what to do
return errors.search "mount"     the codes in whose texts a word occurs
return errors.explain(text)      explains a code, a body, or what curl printed

errors.parse(body)               makes an error of a body
errors.from_response(response)   makes one of a response: status, headers, body
errors.new(code, fields)         makes one of the catalogue, to be raised
errors.is(err, "not_found")      asks by code, category or status

An error has code, message, requestId, status, category, retry, remedy and more.
`return` shows the value of an expression in every Lua, also of several lines:
return errors.explain [==[ what you paste ]==]]=====]
