--- What `errors` does with names that are no functions: a code gives its kind, any other name is a mistake.

local suggest = require "cfs.errors.base.suggest"
local text = require "cfs.errors.base.text"

local names = {}

-- What other languages call what functions of this library do.
local synonyms = {
    throw = "raise", error = "raise", try = "pcall", catch = "match", wrap = "new", from_json = "parse",
    instanceof = "is", As = "find", describe = "explain",
}

--- Makes the metamethod `__index` of `errors` or of a service, a home (see catalogue/extend): it gives the
--- kind that is called so, nil if the name is no string.
function names.finder(home)
    return function(_, name)
        local kind = home.kinds[name]
        if kind or type(name) ~= "string" then return kind end
        local known = {}
        for _, named in ipairs { home.kinds, home.public } do
            for key in pairs(named) do known[key] = key end
        end
        local sentence, nearest = suggest.unknown(name:find("^%u") and "code" or "name", name, known)
        if not nearest and synonyms[name] then
            sentence = sentence .. ", did you mean '" .. synonyms[name] .. "'?"
        end
        error(sentence, 2)
    end
end

--- The service that a value is; nil if it is none.
function names.home(value)
    local metatable = debug.getmetatable(value)
    return type(metatable) == "table" and rawget(metatable, "home") or nil
end

--- Refuses a new field: the metamethod `__newindex` of `errors`, of `errors.catalogue` and of services.
function names.refuse(_, name)
    error("no field '" .. text.describe(name) .. "' can be added; errors.extend adds codes", 2)
end

return names
