std = "min"
max_line_length = 110
files["lua/cfs/errors/nginx*"].globals = { "ngx" }
files["spec/nginx/upstream.lua"].std = "ngx_lua"
files["spec"].std = "max+busted"
files["tools"].std = "max"
files["examples"].std = "max"
files["examples/tour.lua"].allow_defined = true -- its paragraphs share globals
