-- Writes the files that are made of the catalogue: `make docs`.

for path, content in pairs(require "tools.generated") do
    local file = assert(io.open(path, "w"))
    file:write(content)
    file:close()
end
