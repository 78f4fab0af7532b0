--- Other services of the vendor, each with kinds of its own beside the global codes that all services share.
---
---@class cfs.service
---@field name string
---@field [string] cfs.kind by its code
---@field parse fun(body: string): cfs.error?, string?, string?, integer? as errors.parse
---@field from_response fun(response: any, ...: any): cfs.error? as errors.from_response
---@field check fun(response: any, ...: any): any ... as errors.check
---@field new fun(target: string|cfs.kind, fields: table?): cfs.error as errors.new
---@field raise fun(target: string|cfs.kind|cfs.error, fields: table?) as errors.raise
---@field each fun(): fun(): cfs.kind? the shared kinds, then its own
---@field search fun(wanted: string): cfs.kind[] as errors.search

local catalogue = require "cfs.errors.catalogue.kind"
local envelope = require "cfs.errors.wire.envelope"
local extend = require "cfs.errors.catalogue.extend"
local make = require "cfs.errors.object.make"
local misuse = require "cfs.errors.base.misuse"
local names = require "cfs.errors.catalogue.names"
local later = require "cfs.errors.show.later"
local raise = require "cfs.errors.object.raise"
local receive = require "cfs.errors.wire.receive"
local state = require "cfs.errors.base.state"
local status = require "cfs.errors.catalogue.status"
local suggest = require "cfs.errors.base.suggest"

local services = {}

-- Walks the shared kinds, then the service's own.
local function each(home)
    local index, list = 0, {}
    for kind in catalogue.each() do
        if home.kinds[kind.code] == kind then list[#list + 1] = kind end
    end
    for _, kind in ipairs(home.order) do list[#list + 1] = kind end
    return function()
        index = index + 1
        return list[index]
    end
end

-- The functions of a service; they are made anew where the library is loaded again.
local function functions(home)
    local service = { name = home.name, parse = envelope.reader(home.metatables, status.metatable(nil)) }

    -- What a code is in the service; other values are left to errors.new and errors.raise.
    local function target_of(target, name)
        if type(target) ~= "string" then return target end
        return home.kinds[target] or misuse.argument(1, name, suggest.unknown("code", target, home.kinds), 3)
    end

    function service.new(target, fields) return make.new(target_of(target, "new"), fields) end
    function service.raise(target, fields) return raise.raise(target_of(target, "raise"), fields) end

    -- Reads what a client's call returned, as wire/receive does; an existing error stays what it is.
    local function read(name, first, second, third)
        local err, wrong, argument = receive.read(first, second, third)
        if wrong then misuse.argument(argument, name, wrong, 3) end
        return (rawequal(err, first) or rawequal(err, second)) and err or make.adopt(home, err)
    end

    function service.from_response(...) return (read("from_response", ...)) end

    function service.check(...)
        local err = read("check", ...)
        if err then error(err, 0) end
        return ...
    end

    function service.each() return each(home) end

    function service.search(wanted)
        misuse.expect(1, "search", wanted, "string")
        return (later.search_among(wanted, service.each))
    end
    return service
end

--- Makes a service: see cfs.errors.show.later. An error blames the caller of its caller.
function services.service(name, rows)
    misuse.expect(1, "service", name, "string", 4)
    if not name:find "^%l[%l%d_-]*$" or name == "cfs" or name == "global" or name == "other" then
        misuse.argument(1, "service", "a name has lower-case letters, digits, '_' and '-', and is not cfs,"
            .. " global or other", 3)
    elseif rows == nil and not state.services[name] then
        misuse.argument(2, "service", "table expected, got nil", 3)
    end
    local home = state.services[name] or { name = name, kinds = {}, metatables = {}, order = {}, public = {} }
    for kind in catalogue.each() do
        if kind.service == "global" and not state.services[name] then
            home.kinds[kind.code], home.metatables[kind.code] = kind, state.metatables[kind]
        end
    end
    for key, value in pairs(functions(home)) do rawset(home.public, key, value) end
    if rows ~= nil then extend.add(rows, home, "service", 2, 4) end
    home.place = home.place or #state.services + 1
    state.services[name] = home -- first: if memory ends behind it, the next call does the rest
    state.services[home.place] = home
    return setmetatable(home.public, { home = home, __index = names.finder(home), __newindex = names.refuse })
end

return services
