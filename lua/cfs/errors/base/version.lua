--- The version of these files, which is that of the core that they need. Written by
--- `make docs`.
return "0.3.0"
