--- The options of handler, exit, prepare and relay: reading them, and calling the functions among them.

local kind_of = require("cfs.errors.catalogue.kind").of_error
local misuse = require "cfs.errors.base.misuse"
local respond = require "cfs.errors.show.respond"
local text = require "cfs.errors.base.text"

local ngx = ngx
local pairs, pcall, type = pairs, pcall, type

local options = {}

-- `request_id` may be a function here.
local option_types = {
    standard = "boolean", hide = "boolean", retry_after = "number", format = "string", type_base = "string",
    request_id = false, replace_request_id = "boolean", map = "function", log = "function",
}

-- How much is logged of why a function of the program failed, in bytes.
local longest_reason = 600

--- Reads the options and checks them. `types` has further ones, and gets all. Returns a table, to which the
--- caller adds a table `shapes` if they are for many errors; or nil and what is wrong.
function options.read(given, types)
    for name, wanted in pairs(option_types) do types[name] = wanted end
    local read, wrong = misuse.read("option", given == nil and {} or given, types, { limit = 0 })
    if not read then return nil, wrong end
    local id_type = type(read.request_id)
    if id_type ~= "nil" and id_type ~= "string" and id_type ~= "function" then
        return nil, "option 'request_id' must be a string or a function, got " .. id_type
    end
    local good, problem = respond.options { retry_after = read.retry_after, format = read.format }
    return good and read, problem
end

--- Calls a function that the program gave as an option, with three arguments at most. Returns its result and
--- true. Logs if that raises, yields (a yield across gsub, which is C, raises) or returns something else than
--- nil and what is wanted, "an error" or "a string"; then the result is nil.
function options.call(name, f, wanted, first, second, third)
    local result
    local good, problem = pcall(string.gsub, ".", ".", function() result = f(first, second, third) end)
    local got = type(result)
    local is_right = wanted == "an error" and kind_of(result) or wanted == "a " .. got
    if wanted and got ~= "nil" and not is_right then
        good, problem, result = false, "it returned a " .. got .. ", not " .. wanted, nil
    end
    if not good then
        problem = text.printable(text.cut(text.describe(problem), longest_reason))
        ngx.log(ngx.ERR, "cfs.errors.nginx goes on without the option '", name, "', which failed: ", problem)
    end
    return result, good
end

--- What the option `map`, if there is one, makes of an error: the error for the client.
function options.map(read, err)
    return read.map and options.call("map", read.map, "an error", err) or err
end

return options
