std = "min"
max_line_length = 110
files["lua/cfs/errors/nginx*"].globals = { "ngx" }
files["lua/kong"].globals = { "ngx", "kong" }
files["lua/apisix"].globals = { "ngx" }
files["spec/gateways/plugins"] = { std = "ngx_lua", globals = { "kong" } }
files["spec/gateways/standin.lua"] = { std = "ngx_lua", globals = { "kong" } }
files["spec/nginx/upstream.lua"].std = "ngx_lua"
files["spec"].std = "max+busted"
files["spec/clients/application.lua"].std = "ngx_lua"
files["spec/matrix/served.lua"].std = "ngx_lua"
files["bench"].std = "max"
files["bench/served.lua"] = { std = "max", globals = { "ngx" } }
files["tools"].std = "max"
files["examples"].std = "max"
files["examples/gateway/app.lua"].std = "ngx_lua"
files["examples/tour.lua"].allow_defined = true -- its paragraphs share globals
