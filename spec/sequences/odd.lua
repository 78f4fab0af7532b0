--- Odd values, such as programs raise, pass and give as causes: each is made anew by a function, which
--- gets an error. `odd.touched` counts calls of their metamethods.

local odd = { touched = 0 }

-- What a metamethod raises.
odd.marker = setmetatable({}, { __tostring = function() return "raised by an odd value" end })

local function touch(f)
    return function(...)
        odd.touched = odd.touched + 1
        return f(...)
    end
end

local function raise() error(odd.marker, 0) end

local function with(name, value)
    return function() return setmetatable({}, { [name] = value }) end
end

odd.values = {
    { "a table whose __tostring returns a number", with("__tostring", touch(function() return 7 end)) },
    { "a table whose __tostring returns a table", with("__tostring", touch(function() return {} end)) },
    { "a table whose __tostring raises", with("__tostring", touch(raise)) },
    { "a table whose __tostring yields", with("__tostring", touch(function()
        coroutine.yield()
        return "y"
    end)) },
    { "a table whose __eq raises", with("__eq", touch(raise)) },
    { "a table whose __index raises", with("__index", touch(raise)) },
    { "a table whose __call and __concat raise", function()
        return setmetatable({}, { __call = touch(raise), __concat = touch(raise), __len = touch(raise) })
    end },
    { "a proxy whose __metatable is an error's", function(err)
        return setmetatable({}, { __index = err, __metatable = getmetatable(err) })
    end },
    { "a table whose __metatable is false", with("__metatable", false) },
    { "a table whose __metatable is a text", with("__metatable", "cfs.error") },
    { "a table whose __name is a number", with("__name", 5) },
    { "a table that holds itself", function() local t = {} t[1] = t t.cause = t return t end },
    { "an error's metatable", function(err) return getmetatable(err) end },
    { "a file", function() return io.stdout end },
    { "a function", function() return type end },
    { "a coroutine", function() return coroutine.create(print) end },
    { "not a number", function() return 0 / 0 end },
    { "a huge number", function() return 1e300 end },
    { "a negative number", function() return -1 end },
    { "a half", function() return 404.5 end },
    { "a text with control bytes", function() return "a\0b\27[2J\r\n\226\128\174\255" end },
    { "a long text", function() return ("long "):rep(20000) end },
    { "an empty text", function() return "" end },
    { "true", function() return true end },
    { "false", function() return false end },
    { "a 64-bit integer", function()
        return package.loaded.jit and require "ffi".new "int64_t" or 2 ^ 53
    end },
}

return odd
