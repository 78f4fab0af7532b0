--- The options of handler, exit, prepare and relay: reading them, and calling the functions among them.

local kind_of = require("cfs.errors.catalogue.kind").of_error
local misuse = require "cfs.errors.base.misuse"
local respond = require "cfs.errors.show.respond"
local text = require "cfs.errors.base.text"

local ngx = ngx
local find, gsub = string.find, string.gsub
local ipairs, pairs, pcall, type = ipairs, pairs, pcall, type

local options = {}

-- The type of each: `request_id` may be a function here; false for those that show/respond checks.
local option_types = {
    map = "function", log = "function", replace_request_id = "boolean", request_id = false,
    standard = false, hide = false, retry_after = false, format = false, type_base = false,
}
local of_response = { "standard", "hide", "retry_after", "format", "type_base" }

-- How much is logged of why a function of the program failed, in bytes.
local longest_reason = 600


--- Reads the options and checks them. `types` has further ones, and gets all. Returns a table, to which the
--- caller adds a table `shapes` if they are for many errors; or nil and what is wrong.
function options.read(given, types)
    for name, wanted in pairs(option_types) do types[name] = wanted end
    local read, wrong = misuse.read("option", given == nil and {} or given, types, { limit = 0 })
    if not read then return nil, wrong end
    local id_type, shown = type(read.request_id), {}
    if not find("nil string function", id_type, 1, true) then
        return nil, "option 'request_id' must be a string or a function, got " .. id_type
    end
    for _, name in ipairs(of_response) do shown[name] = read[name] end
    shown, wrong = respond.options(shown)
    return shown and read, wrong
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
