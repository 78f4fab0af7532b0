std = "min"
max_line_length = 110
files["spec"].std = "max+busted"
files["bench"].std = "max"
files["tools"].std = "max"
files["examples"].std = "max"
files["examples/tour.lua"].allow_defined = true -- its paragraphs share globals
