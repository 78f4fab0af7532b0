--- What `errors` does with names that are no functions: a code gives its kind, any other name is a mistake.

local state = require "cfs.errors.base.state"
local suggest = require "cfs.errors.base.suggest"
local text = require "cfs.errors.base.text"

local kinds = state.kinds

local names = {}

-- What other languages call what functions of this library do.
local synonyms = {
    throw = "raise", error = "raise", try = "pcall", catch = "match", rescue = "match", switch = "match",
    wrap = "new", create = "new", from_json = "parse", decode = "parse", instanceof = "is", As = "find",
    Is = "is", describe = "explain",
}


--- The kind that is called so: the metamethod `__index` of `errors`.
---@param name any
---@return cfs.kind? kind nil if the name is no string
function names.find(_, name)
    if kinds[name] then return kinds[name] end
    if type(name) ~= "string" then return nil end
    local known = {}
    for code in pairs(kinds) do known[code] = true end
    for public in pairs(state.public) do known[public] = true end
    local sentence, nearest = suggest.unknown(name:find("^%u") and "code" or "name", name, known)
    if not nearest and synonyms[name] then
        sentence = sentence .. ", did you mean '" .. synonyms[name] .. "'?"
    end
    error(sentence, 2)
end


--- Refuses a new field: the metamethod `__newindex` of `errors` and of `errors.catalogue`.
function names.refuse(_, name)
    error("no field '" .. text.describe(name) .. "' can be added; errors.extend adds codes", 2)
end


return names
