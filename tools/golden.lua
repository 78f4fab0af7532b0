-- Writes what the library advises for every error of the catalogue: `make golden`, to be run on
-- purpose only, and every row that changed to be judged. A spec compares.

local errors = require "cfs.errors"

local cases = {
    { method = "GET" },
    { method = "POST" },
    { method = "POST", client_token = "token" },
    {},
}

local file = assert(io.open("spec/data/advice.tsv", "w"))
file:write("code\tmethod\ttoken\taction\twhy\n")
for kind in errors.each() do
    local err = kind { message = "any" }
    for _, call in ipairs(cases) do
        local advice = err:advice(call)
        local row = { err.code, call.method or "-", call.client_token or "-", advice.action,
            (advice.why:gsub("^%w+: ", "")) }
        file:write(table.concat(row, "\t"), "\n")
    end
end
file:close()
