-- What is measured: the rows of each table. A row has ways, of which the first is the library's; a way
-- is a function that makes what is measured, and returns it with its argument. Only the process that
-- measures a way calls it.

local contenders = require "bench.contenders"
local inputs = require "bench.inputs"

local rows = { reading = {}, targets = {}, borders = {}, bytes = {} }

local is_jit = package.loaded.jit ~= nil

local example, known, escapes = inputs[1][2], inputs[3][2], inputs[5][2]

-- Makes a way of a contender and the body that it reads.
local function reads(contender, body)
    return function() return contender(), type(body) == "function" and body() or body end
end

-- The ways of reading: the library, lua-cjson, patterns, dkjson, then all peers.
for _, input in ipairs(inputs) do
    local body = input[2]
    local ways = {
        reads(contenders.ours, body),
        reads(contenders.cjson, body),
        reads(contenders.patterns, body),
        reads(contenders.dkjson, body),
    }
    for index = 1, #contenders.peers do
        ways[#ways + 1] = reads(function() return contenders.peer(index) end, body)
    end
    rows.reading[#rows.reading + 1] = { name = input[1], ways = ways, is_huge = type(body) == "function" }
end

-- The least that the C API can do: the same table of three new strings, out of constants.
local function c_floor()
    return require "bench_floor" { __index = {} }, example
end

-- The least that LuaJIT can do by its FFI.
local function ffi_floor()
    local ffi = require "ffi"
    local metatable = { __index = {} }
    local texts = { "NoSuchKey", "The resource you requested does not exist",
        "ae2225f7-1c2e-427a-a1ad-5413b762957d" }
    local bytes = ffi.new("char[?]", 200)
    ffi.copy(bytes, table.concat(texts))
    local one, two, three = #texts[1], #texts[2], #texts[3]
    return function()
        return setmetatable({
            code = ffi.string(bytes, one),
            message = ffi.string(bytes + one, two),
            requestId = ffi.string(bytes + one + two, three),
        }, metatable)
    end
end

-- errors.parse without the FFI.
local function c_parse()
    require "cfs.errors"
    local state = require "cfs.errors.base.state"
    local unknown = require("cfs.errors.catalogue.status").metatable(nil)
    return require("cfs.errors.object.kept").reader(state.metatables, unknown), example
end

local function raise_ours()
    local errors = require "cfs.errors"
    return function()
        local _, err = pcall(errors.raise, "InstanceNotFound")
        return errors.is(err, "InstanceNotFound")
    end
end

local function raise_bare()
    local function raise()
        error({ code = "InstanceNotFound", message = "The specified CFS instance does not exist.",
            requestId = nil })
    end
    return function()
        local _, err = pcall(raise)
        return err.code == "InstanceNotFound"
    end
end

local function raise_ours_with_id()
    local errors = require "cfs.errors"
    local function raise()
        errors.raise("InstanceNotFound", { requestId = "7e0c3b52" })
    end
    return function()
        local _, err = pcall(raise)
        return errors.is(err, "InstanceNotFound")
    end
end

local function raise_bare_with_id()
    local function raise()
        error({ code = "InstanceNotFound", message = "The specified CFS instance does not exist.",
            requestId = "7e0c3b52" })
    end
    return function()
        local _, err = pcall(raise)
        return err.code == "InstanceNotFound"
    end
end

local function write_ours()
    local err = require("cfs.errors").parse(known)
    return function() return err:to_json() end
end

local function write_cjson()
    local cjson, err = require "cjson", require("cfs.errors").parse(known)
    local same = { code = err.code, message = err.message, requestId = err.requestId }
    return function() return cjson.encode(same) end
end

local function no_response()
    local from_response = require("cfs.errors").from_response
    return function() return from_response(nil, "connection refused") end
end

-- `at_least`: how many times as long the second way takes; `at_most`: how many times as long the first
-- takes, or where there is no second, how many seconds. Without either, the row only informs. `drawn` is what
-- the two ways are called in a picture.
local function target(name, ways, limits)
    limits = limits or {}
    rows.targets[#rows.targets + 1] = {
        name = name, ways = ways, at_least = limits.at_least, at_most = limits.at_most,
        drawn = limits.drawn,
    }
end

target("parse the vendor's example, lua-cjson and checks",
    { reads(contenders.ours, example), reads(contenders.cjson, example) }, { at_least = is_jit and 4 or 3 })
target("parse a known code, lua-cjson and checks",
    { reads(contenders.ours, known), reads(contenders.cjson, known) }, { at_least = is_jit and 4 or 3 })
target("parse a body with escapes, lua-cjson and checks",
    { reads(contenders.ours, escapes), reads(contenders.cjson, escapes) }, { at_least = 2.3 })
target("parse the vendor's example, the floor by the C API", { reads(contenders.ours, example), c_floor })
if is_jit then
    target("parse the vendor's example, the floor by the FFI",
        { reads(contenders.ours, example), ffi_floor })
    target("parse by the FFI, by the C API", { reads(contenders.ours, example), c_parse },
        { at_least = 1.3 })
end
target("raise, pcall, is; a bare table, pcall, ==", { raise_ours, raise_bare },
    { at_most = is_jit and 1.1 or 1.6, drawn = { "errors.raise", "error(table)" } })
target("the same with a request id", { raise_ours_with_id, raise_bare_with_id },
    { at_most = is_jit and 1.15 or 2,
      drawn = { "errors.raise, request id", "error(table), request id" } })
target("to_json, cjson.encode of the same members", { write_ours, write_cjson }, { at_least = 1.5 })
target("from_response of a transport failure", { no_response }, { at_most = is_jit and 1e-6 or 2e-6 })

-- Objects whose size is compared.
rows.bytes = {
    function()
        local parse = require("cfs.errors").parse
        local body = '{"requestId":"7e0c3b52","code":"InstanceNotFound","message":"m"}'
        return function() return parse(body) end
    end,
    function()
        return function()
            return { code = "InstanceNotFound", message = "m", requestId = "7e0c3b52" }
        end
    end,
}

-- The borders: what people pay where a text of some size comes in or goes out.

rows.sizes = { { "1 KiB", 1024 }, { "8 KiB", 8192 }, { "64 KiB", 65536 } }

local words = "The quick brown fox jumps over a lazy dog. "
local chinese = "\230\150\135\228\187\182\231\179\187\231\187\159\228\184\141\229\173\152\229\156\168, "
local hosts = "no route from cfs-7.bj.internal to 10.0.0.7:2049 or http://nd7.local/v1/x?y=1, "

-- A text of the size: a first part, then as many pieces as are needed.
local function fill(size, piece, first)
    first = first or ""
    return (first .. piece:rep(math.ceil((size - #first) / #piece))):sub(1, size)
end

-- The fault of InvalidHTTPRequest is the client's, so its message reaches the client.
local function err_with(message)
    local fields = { message = message, requestId = "7e0c3b52" }
    return require("cfs.errors").new("InvalidHTTPRequest", fields)
end

-- What people paste: a log, and somewhere in it the response.
local function paste(size)
    local line = '10.0.0.7 - - [25/Nov/2026:15:16:34 +0000] "GET /v1/fs/cfs-1a2b HTTP/1.1" 404 141 "-"\n'
    return fill(size - #example, line) .. example
end

local function response_headers(count)
    local headers = {
        ["Content-Type"] = "application/json; charset=utf-8",
        ["Date"] = "Wed, 25 Nov 2026 15:16:34 GMT",
        ["x-bce-request-id"] = "ae2225f7-1c2e-427a-a1ad-5413b762957d",
        ["Retry-After"] = "3",
        ["Server"] = "BWS",
    }
    for index = 6, count do headers["X-Header-" .. index] = "value of header " .. index end
    return headers
end

local function border(name, has_sizes, make)
    local ways = {}
    for index, size in ipairs(rows.sizes) do
        if index == 1 or has_sizes then ways[index] = function() return make(size[2]) end end
    end
    rows.borders[#rows.borders + 1] = { name = name, ways = ways, has_sizes = has_sizes }
end

border("explain a paste", true, function(size)
    return require("cfs.errors").explain, paste(size)
end)
for _, text in ipairs { { "words", words }, { "Chinese", chinese }, { "hosts", hosts } } do
    border("to_log, a message of " .. text[1], true, function(size)
        local err = err_with(fill(size, text[2]))
        return err.to_log, err
    end)
end
border("to_table, a message of Chinese", true, function(size)
    local err = err_with(fill(size, chinese))
    return err.to_table, err
end)
border("tostring, a message of Chinese", true, function(size)
    return tostring, err_with(fill(size, chinese))
end)
border("to_json, a message of Chinese", true, function(size)
    local err = err_with(fill(size, chinese))
    return err.to_json, err
end)
for _, text in ipairs { { "words", words }, { "Chinese", chinese }, { "hosts", hosts } } do
    border("response that hides, a message of " .. text[1], true, function(size)
        local err = err_with(fill(size, text[2]))
        return err.response, err
    end)
end
border("from_response, HTML with 502 and 10 headers", true, function(size)
    local page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    local response = {
        status = 502, headers = response_headers(10), body = fill(size, "<!-- padding -->\r\n", page),
    }
    response.headers["Content-Type"] = "text/html"
    return require("cfs.errors").from_response, response
end)
border("from_response, the vendor's example, 30 headers", false, function()
    return require("cfs.errors").from_response,
        { status = 404, headers = response_headers(30), body = example }
end)
border("from_response, a transport failure", false, no_response)
border("advice", false, function()
    local err = require("cfs.errors").new("RateLimit", { host = "nd7" })
    local call = { method = "GET", attempt = 1 }
    return function() return err:advice(call) end
end)

return rows
