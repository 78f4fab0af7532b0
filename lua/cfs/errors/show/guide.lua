--- What `errors` says of itself at Lua's prompt.

return [=====[
cfs-errors: the errors of Baidu AI Cloud's file storage (CFS)

errors.catalogue              every code, by service and status
errors.InstanceNotFound       a code: what it means, whose fault, what to do
errors.search "mount"         the codes that speak of something
errors.explain(text)          explains a code, a body, or what `curl -i` printed

errors.parse(body)            makes an error of a body
errors.from_response(answer)  makes one of an answer: status, headers and body
errors.new(code, fields)      makes one of the catalogue; errors.raise raises it
errors.is(err, "not_found")   asks by code, category or status

An error has code, message, requestId, status, category, retry, remedy and more.
An equals sign in front shows the value of what takes several lines, and in Lua
5.1, 5.2 and LuaJIT of any expression: =errors.explain [==[ what you paste ]==]]=====]
