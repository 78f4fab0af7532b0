-- What people paste, and what must be found in it: spec/data/pastes. A text stands below its head:
--
--     === kind: code=CODE status=404 requestId=ID transport=WORD also=CODE retry=yes|no|unknown as=utf16le
--
-- `code=none` where no code of the service stands in the text. `retry` is that of a GET. `as` is how the text
-- is encoded.

local command = require "spec.helpers.command"
local files = require "spec.helpers.files"

local pastes = {}

local encodings = {}

function encodings.crlf(text) return (text:gsub("\n", "\r\n")) end

function encodings.bom(text) return "\239\187\191" .. text end

-- Characters up to U+FFFF.
local function utf16(text, mark, order)
    return mark .. text:gsub("[^\128-\191][\128-\191]*", function(character)
        local first, second, third = character:byte(1, 3)
        local point = first
        if third then
            point = (first - 224) * 4096 + (second - 128) * 64 + third - 128
        elseif second then
            point = (first - 192) * 64 + second - 128
        end
        local high, low = string.char(math.floor(point / 256)), string.char(point % 256)
        return order == "be" and high .. low or low .. high
    end)
end

function encodings.utf16le(text) return utf16(text, "\255\254", "le") end

function encodings.utf16be(text) return utf16(text, "\254\255", "be") end

-- "code=A status=404" as a table; `also` is a list.
local function read_want(words)
    local want = { also = {} }
    for name, value in words:gmatch("(%w+)=(%S+)") do
        if name == "also" then table.insert(want.also, value) else want[name] = value end
    end
    return want
end

--- All of them: a list of { name, text, want }.
function pastes.all()
    local list = {}
    for path in command.must("ls spec/data/pastes/*.txt"):gmatch("%S+") do
        for kind, words, text in (files.read(path) .. "=== "):gmatch("(%S+): ([^\n]*)\n(.-)\n%f[=]=== ") do
            local want = read_want(words)
            text = want.as and encodings[want.as](text) or text
            list[#list + 1] = { path:match("([%w-]+)%.txt$") .. ", " .. kind .. " " .. #list + 1, text, want }
        end
    end
    return list
end

--- What was found, in the form of `want`.
---@param about cfs.subject
---@param retry string
function pastes.found(about, retry)
    local err, kind = about.err, about.kind
    return {
        code = err and err.code or kind and kind.code or "none",
        status = tostring(about.status or (err or kind) and (err or kind).status),
        requestId = err and err.requestId or about.request_id,
        transport = err and err:transport() or nil,
        also = about.also or {},
        retry = retry,
    }
end

return pastes
