-- Writes bodies into a directory, one a file: the vendor's example, and each shape in four sizes.
--
--     lua bench/shapes.lua DIRECTORY
--
-- A file's name is a number, for the order, and what the body is: "024 plain text, 16 MiB".

local directory = assert(arg[1], "usage: lua bench/shapes.lua DIRECTORY")

local sizes = { { "1 KiB", 1024 }, { "64 KiB", 65536 }, { "1 MiB", 1048576 }, { "16 MiB", 16777216 } }

-- What a body begins with, goes on with as often as fits, and ends with.
local message = { '{"code":"A","message":"', '"}' }
local list = { '{"code":"A","list":[0', "]}" }
local shapes = {
    { "envelopes", '{"code":"A","list":[{}', "]}",
      ',{"requestId":"ae2225f7-1c2e-427a-a1ad-5413b762957d","code":"NoSuchKey","message":"The resource '
      .. 'you requested does not exist"}' },
    { "plain text", message[1], message[2], "The quick brown fox jumps over a lazy dog. " },
    { "Chinese", message[1], message[2], "\230\150\135\228\187\182\231\179\187\231\187\159" },
    { "Chinese and ASCII", message[1], message[2], "\230\150\135\228\187\182, ab " },
    { "escapes", message[1], message[2], [[\n\u00e4\"x]] },
    { "surrogates", message[1], message[2], [[\ud83d\ude00]] },
    { "broken UTF-8", message[1], message[2], "\255\192" },
    { "members", '{"code":"A"', "}", ',"member":"value of it"' },
    { "numbers", list[1], list[2], ",-12.5e+3" },
    { "arrays", list[1], list[2], ",[]" },
    { "literals", list[1], list[2], ",null,true" },
    { "white space", list[1], list[2], " \n" },
}

local function write(number, name, ...)
    local file = assert(io.open(("%s/%03d %s"):format(directory, number, name), "wb"))
    file:write(...)
    file:close()
end

local example = require("bench.inputs")[1]
write(0, example[1], example[2])

for number, shape in ipairs(shapes) do
    local name, first, last, piece = shape[1], shape[2], shape[3], shape[4]
    for index, size in ipairs(sizes) do
        local times = math.floor((size[2] - #first - #last) / #piece)
        write(number * 10 + index, name .. ", " .. size[1], first, piece:rep(times), last)
    end
end
