-- Sends the requests of combinations, one after the other, by curl, and gathers what came of each.

local command = require "spec.helpers.command"
local configuration = require "spec.matrix.configuration"
local dimensions = require "spec.matrix.dimensions"
local files = require "spec.helpers.files"
local metrics = require "spec.nginx.metrics"

local client = {}

local protocols = { ["1.0"] = "http1.0", ["1.1"] = "http1.1", ["2"] = "http2-prior-knowledge" }

local function query(combination, number)
    local parts = { "number=" .. number, "family=" .. combination.family }
    for _, dimension in ipairs(dimensions.families[combination.family]) do
        parts[#parts + 1] = dimension[1] .. "=" .. combination[dimension[1]]
    end
    return table.concat(parts, "&")
end

-- A request in the words of curl's configuration file.
local function transfer(url, options)
    local lines = { "next", "silent", "max-time = 120", ('url = "%s"'):format(url) }
    for _, option in ipairs(options) do lines[#lines + 1] = option end
    return table.concat(lines, "\n") .. "\n"
end

-- The requests of one combination: before and after the one that is judged, the counts are read,
-- and nginx marks its log.
local function transfers(nginx, combination, number)
    local file = nginx.directory .. "/" .. number
    local port = combination.version == "2" and nginx.port + 2 or nginx.port
    local path = configuration.path(combination) .. "?" .. query(combination, number)
    local how = { protocols[combination.version], ('connect-to = "::127.0.0.1:%d"'):format(port) }
    if combination.front == "stream" then
        how[2] = ('unix-socket = "%s/front%s.sock"'):format(nginx.directory, combination.version)
    end
    if combination.trailers == "on" then how[#how + 1] = 'header = "TE: trailers"' end
    if combination.method == "HEAD" then how[#how + 1] = "head" end
    if combination.page == "too_large" then how[#how + 1] = 'data = "too large"' end
    local function counts(moment)
        return transfer(("http://127.0.0.1:%d/counts?%s.%d"):format(nginx.port, moment, number),
            { ('output = "%s.%s"'):format(file, moment) })
    end
    -- a host's name of its own means a connection of its own
    local list = {}
    if combination.cache == "hit" then -- somebody has asked before
        list[1] = transfer("http://earlier-" .. number .. path, { 'output = "/dev/null"', unpack(how) })
    end
    list[#list + 1] = counts "before"
    list[#list + 1] = transfer("http://judged-" .. number .. path, {
        ('output = "%s.body"'):format(file),
        ('dump-header = "%s.head"'):format(file),
        ('write-out = "%d %%{http_code} %%{exitcode}\\n"'):format(number),
        unpack(how),
    })
    list[#list + 1] = counts "after"
    return table.concat(list)
end

local function read(path)
    local file = io.open(path, "rb")
    local text = file and file:read("*a") or ""
    if file then file:close() end
    return text
end

-- Name in lower case → the values, in their order.
local function read_headers(head)
    local headers = {}
    for name, value in head:gmatch("\n([^\r\n:]+): ?([^\r\n]*)") do
        local lower = name:lower()
        headers[lower] = headers[lower] or {}
        table.insert(headers[lower], value)
    end
    return headers
end

-- The samples that grew: { labels =, value = by how much }.
local function growth(before, after)
    if before == after then return {} end
    local old, grown = {}, {}
    local function key(sample)
        local labels = sample.labels
        return table.concat({ sample.name, tostring(labels.code), tostring(labels.category),
            tostring(labels.status), tostring(labels.side) }, "\n")
    end
    for _, sample in ipairs(metrics.read(before)) do old[key(sample)] = sample.value end
    for _, sample in ipairs(metrics.read(after)) do
        local more = sample.value - (old[key(sample)] or 0)
        if more ~= 0 then grown[#grown + 1] = { labels = sample.labels, value = more } end
    end
    return grown
end

-- Number → the lines of the log between its marks.
local function read_log(text)
    local log, current = {}, nil
    for line in text:gmatch("[^\n]+") do
        local moment, number = line:match("matrix: (%a+)%.(%d+)")
        if moment then
            current = moment == "before" and tonumber(number) or nil
            if current then log[current] = {} end
        elseif current then
            table.insert(log[current], line)
        end
    end
    return log
end

--- Sends the requests of the combinations `first` to `last`. What came has `status`; `exit`, the exit
--- status of curl, which is 0 if all of it came; `head`, `headers` (name in lower case → values) and
--- `body`; `counts`, the samples that grew; and `log`, lines.
---@return table[] # by number
function client.send(nginx, combinations, first, last)
    local requests = {}
    for number = first, last do
        requests[#requests + 1] = transfers(nginx, combinations[number], number)
    end
    local path = nginx.directory .. "/requests"
    files.write(path, (table.concat(requests):gsub("^next\n", "")))
    nginx:clear_log()
    local _, output = command.run("curl -K " .. path)
    local log, responses = read_log(nginx:log()), {}
    for number, status, exit in output:gmatch("(%d+) (%d+) (%d+)\n") do
        local file = nginx.directory .. "/" .. number
        local head = read(file .. ".head")
        number = tonumber(number)
        responses[number] = {
            status = tonumber(status),
            exit = tonumber(exit),
            head = head,
            headers = read_headers(head),
            body = combinations[number].method == "HEAD" and "" or read(file .. ".body"),
            counts = growth(read(file .. ".before"), read(file .. ".after")),
            log = log[number],
        }
        for _, part in ipairs { "head", "body", "before", "after" } do os.remove(file .. "." .. part) end
    end
    for number = first, last do
        if not responses[number] then error("curl ended before " .. combinations[number].name) end
    end
    return responses
end

return client
