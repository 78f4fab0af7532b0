--- Errors for people. `cfs.errors` loads this module when a person asks for the first time.

local lists = require "cfs.errors.explain.lists"
local render = require "cfs.errors.explain.render"
local search = require "cfs.errors.explain.search"
local version = require "cfs.errors.explain.version"

-- After an upgrade the files on the disk are newer than what is loaded.
local loaded = require "cfs.errors.base.version"
if version ~= loaded then
    error("cfs.errors " .. loaded .. " found cfs.errors.explain " .. version .. ": restart the program", 0)
end

---@class cfs.errors.explain
return {
    explain = render.explain,
    search = search.search,
    list = lists.kinds,
    catalogue = lists.catalogue,
    categories = lists.categories,
    retries = lists.retries,
    guide = function() return require "cfs.errors.explain.guide" end,
}
