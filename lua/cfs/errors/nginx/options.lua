--- The options of handler, exit, prepare and relay: reading them, and calling the functions among them.

local kind_of = require("cfs.errors.catalogue.kind").of_error
local misuse = require "cfs.errors.base.misuse"
local respond = require "cfs.errors.show.respond"
local text = require "cfs.errors.base.text"

local ngx = ngx
local find, gsub = string.find, string.gsub
local pairs, pcall, type = pairs, pcall, type

local options = {}

-- The type of each: false for those of err:response, which show/respond checks. `request_id` may be a
-- function here.
local option_types = {
    standard = false, hide = false, retry_after = false, format = false, type_base = false,
    request_id = false, replace_request_id = "boolean", map = "function", log = "function",
}

-- How much is logged of why a function of the program failed, in bytes.
local longest_reason = 600


--- Reads the options and checks them; `more` are further ones: name → type, no number below 0. Returns a
--- table with those of err:response in `response` and the others by name, to which the caller adds a table
--- `shapes` if they are for many errors; or nil and what is wrong.
function options.read(given, more)
    local types = {}
    for name, wanted in pairs(option_types) do types[name] = wanted end
    for name, wanted in pairs(more or {}) do types[name] = wanted end
    local all, wrong = misuse.read("option", given == nil and {} or given, types, { limit = 0 })
    if not all then return nil, wrong end
    local read, id_type = { request_id = all.request_id }, type(all.request_id)
    if not find("nil string function", id_type, 1, true) then
        return nil, "option 'request_id' must be a string or a function, got " .. id_type
    end
    all.request_id = nil
    for name, wanted in pairs(types) do
        if wanted then read[name], all[name] = all[name], nil end
    end
    read.response, wrong = respond.options(all)
    if not read.response then return nil, wrong end
    return read
end


--- Logs that an option is passed over.
function options.complain(name, problem)
    local reason = text.printable(text.cut(text.describe(problem), longest_reason))
    ngx.log(ngx.ERR, "cfs.errors.nginx goes on without the option '", name, "', which failed: ", reason)
end


--- Calls a function that the program gave as an option, with three arguments at most. Returns its result and
--- true; it logs if that raises or yields: a yield across gsub, which is C, raises.
function options.call(name, f, first, second, third)
    local result
    local good, problem = pcall(gsub, ".", ".", function() result = f(first, second, third) end)
    if not good then options.complain(name, problem) end
    return result, good
end


--- What the option `map`, if there is one, makes of an error: the error for the client.
function options.map(read, err)
    if not read.map then return err end
    local mapped = options.call("map", read.map, err)
    if kind_of(mapped) then return mapped end
    if mapped ~= nil then options.complain("map", "it returned a " .. type(mapped) .. ", not an error") end
    return err
end


return options
