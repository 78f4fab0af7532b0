--- What only a person calls. The module that does it, `cfs.errors.explain`, is loaded at the first use: a
--- server does not need it.

local pcall, require, tostring = pcall, require, tostring

local person = {}


-- The module; or nil and a sentence.
local function load()
    local good, explain = pcall(require, "cfs.errors.explain")
    if good then return explain end
    return nil, "cfs.errors.explain, which explains errors to a person, cannot be loaded: "
        .. tostring(explain)
end


-- The same; raises the sentence, and blames the caller of its caller.
local function must_load()
    local explain, reason = load()
    return explain or error(reason, 3)
end


--- Explains an error to a person, within 80 columns: what it means, whose fault it is, what to do, and
--- whether to repeat the call. A text is a code, a status, a category, a word of retry, a body, a whole
--- response as `curl -i` or `curl -v` prints it, or lines of a log, an SDK or any client. Raises if it is
--- given anything else, an option is wrong, or `cfs.errors.explain` cannot be loaded.
---
---     > return errors.explain "InstanceNotFound"
---
--- Options: `language` is "en" or "zh"; without it the locale decides: LC_ALL, LC_MESSAGES, LANG.
---@param given string|integer|cfs.error|cfs.kind
---@param options { language: "en"|"zh"? }?
---@return string
function person.explain(given, options)
    return (must_load().explain(given, options)) -- no tail call: an error blames the caller of this
end


--- Finds the kinds in whose code, message or description the text occurs; if there is none, those that have
--- all of its words, in whatever is said of them, in English or Chinese. Letter case does not count. Raises
--- if the text is no string, or `cfs.errors.explain` cannot be loaded.
---
---     errors.search "mount target"
---
---@param wanted string
---@return cfs.kind[] list in the vendor's order; prints as a table
function person.search(wanted)
    return (must_load().search(wanted))
end


--- The same among the kinds of a service.
---@param wanted string
---@param each fun(): fun(): cfs.kind? walks them
---@return cfs.kind[] list in their order; prints as a table
function person.search_among(wanted, each)
    return (must_load().search(wanted, each))
end


--- A metamethod `__tostring` of what only a person prints.
---@param name string the function of cfs.errors.explain
---@return fun(value: any): string
function person.shown_by(name)
    return function(value)
        local explain, reason = load()
        return explain and explain[name](value) or reason
    end
end


return person
