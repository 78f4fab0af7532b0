--- Looking for kinds by words.

local catalogue = require "cfs.errors.catalogue.kind"
local misuse = require "cfs.errors.base.misuse"
local state = require "cfs.errors.base.state"

local find, lower = string.find, require("cfs.errors.base.text").lower

local search = {}


--- Finds kinds: see cfs.errors.show.person. An error blames the caller of its caller.
---@param wanted string
---@param each (fun(): fun(): cfs.kind?)? walks the kinds; errors.each if not given
---@return cfs.kind[] list in the vendor's order; prints as a table
function search.search(wanted, each)
    if type(wanted) ~= "string" then
        misuse.argument(1, "search", "string expected, got " .. type(wanted), 3)
    end
    wanted = lower(wanted)
    local found = {}
    for candidate in (each or catalogue.each)() do
        local row = candidate.code .. "\n" .. candidate.message .. "\n" .. candidate.description
        if find(lower(row), wanted, 1, true) then found[#found + 1] = candidate end
    end
    return setmetatable(found, state.list_metatable)
end


return search
