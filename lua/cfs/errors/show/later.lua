--- What only a person calls, or a program while it starts. The modules that do it are loaded at the first
--- use: a server that serves does not need them.

local state = require "cfs.errors.base.state"

local error, find, loaded, pairs, pcall, require, tostring, type =
    error, string.find, package.loaded, pairs, pcall, require, tostring, type

local later = {}

-- A module; or nil and a sentence.
local function load(name, what)
    local good, module = pcall(require, name)
    if good then return module end
    for key, value in pairs(loaded) do -- Lua 5.1 marks what failed to load, and would not try again
        if type(value) ~= "table" and find(key, "^cfs%.errors") then loaded[key] = nil end
    end
    return nil, name .. ", which " .. what .. ", cannot be loaded: " .. tostring(module)
end

-- The module, or raises the sentence, and blames the caller of its caller.
local function must(name, what)
    local module, reason = load(name, what)
    return module or error(reason, 3)
end

local explain, explains = "cfs.errors.explain", "explains errors to a person"

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
function later.explain(given, options)
    return (must(explain, explains).explain(given, options)) -- no tail call: misuse blames this one's caller
end

--- Finds the kinds in whose code, message or description the text occurs; if there is none, those that have
--- all of its words, in whatever is said of them, in English or Chinese. Letter case does not count. Raises
--- if the text is no string, or `cfs.errors.explain` cannot be loaded.
---
---     errors.search "mount target"
---
---@param wanted string
---@return cfs.kind[] list in the vendor's order; prints as a table
function later.search(wanted)
    return (must(explain, explains).search(wanted))
end

--- The same among the kinds that `each` walks.
function later.search_among(wanted, each)
    return (must(explain, explains).search(wanted, each))
end

--- Adds rows to the catalogue: all of them or, if one is wrong, none. A row that is there already,
--- the same in each column, changes nothing. Raises a sentence that names the wrong row.
---
---     errors.extend {
---         { code = "NoSuchKey", status = 404, category = "not_found", service = "bos",
---           message = "The resource you requested does not exist" },
---     }
---
--- `code`, `status` (400 to 599) and `message` are required. A code must not be a public name of this
--- library, such as "parse". A message may have parameters, with text between them: "No key {name}"; they
--- must not be called requestId, message, status or cause. A category may be new, but must not look like a
--- misspelt known one. reason, fault, category, retry, canonical and remedy default to what errors of the
--- status have, service to "other", description to the message.
---@param rows table[]
function later.extend(rows)
    must("cfs.errors.catalogue.extend", "adds rows").add(rows, state, "extend", 1)
end

--- Makes another service of the vendor known, or adds rows to it. It has kinds of its own, and the global
--- codes, which all services share; a row for one of these makes a kind of its own only if it is judged
--- otherwise. The same code may mean another thing than in CFS. Raises if the name or a row is wrong.
---
---     local bos = errors.service("bos", {
---         { code = "NoSuchBucket", status = 404, category = "not_found", message = "No such bucket." },
---     })
---     local err = bos.from_response(httpc:request_uri(url))
---     if errors.is(err, bos.NoSuchBucket) then create() end
---
---@param name string lower-case letters, digits, "_" and "-"; one that is there gives the same service
---@param rows table[]? as for errors.extend
---@return cfs.service service
function later.service(name, rows)
    return (must("cfs.errors.services", "knows other services").service(name, rows))
end

--- A metamethod `__tostring` of what only a person prints: a function of cfs.errors.explain.
function later.shown_by(name)
    return function(value)
        local module, reason = load(explain, explains)
        return module and module[name](value) or reason
    end
end

return later
