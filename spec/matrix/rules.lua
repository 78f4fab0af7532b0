-- What holds for every response: a list of rules, each a name and a function that says in what the
-- response breaks it, or nil.

local cjson = require "cjson.safe"
local dimensions = require "spec.matrix.dimensions"
local errors = require "cfs.errors"

local rules = {}

-- The headers that describe another body than an envelope of ours.
local untrue = {
    "content-md5", "digest", "content-digest", "repr-digest", "etag", "last-modified", "location",
    "content-location", "content-range", "content-disposition", "content-encoding", "trailer",
    "x-bce-content-crc32", "x-bce-content-sha256",
}

local function add(name, broken)
    rules[#rules + 1] = { name = name, broken = broken }
end

--- What must come: "success"; "error", an envelope; "begun", where output was begun before the
--- failure; "ended", where it was even ended; or "cut", where a success breaks off.
local function expected(combination)
    if dimensions.successes[combination.failure] then return "success" end
    if combination.failure == "cut_success" then return "cut" end
    if combination.begun == "eof" then return "ended" end
    if combination.begun and combination.begun ~= "none" then return "begun" end
    return "error"
end

-- The body as an envelope, or nil.
local function envelope(response)
    local value = cjson.decode(response.body)
    if type(value) ~= "table" then return nil end
    for _, name in ipairs { "requestId", "code", "message" } do
        if type(value[name]) ~= "string" then return nil end
    end
    return value
end

-- Did an error of ours come, in whole?
local function is_error(response)
    return response.status >= 400 and response.exit == 0
end

-- What has to do with the error of a subrequest that the request survived.
local function is_aside(text) return text:find(dimensions.aside, 1, true) end

local function error_lines(response)
    local lines = {}
    for _, line in ipairs(response.log) do
        if line:find("[lua]", 1, true) and line:find(" category=", 1, true) and not is_aside(line) then
            lines[#lines + 1] = line
        end
    end
    return lines
end

-- The counts of the request's own error, as text, and their sum.
local function own_counts(response)
    local parts, sum = {}, 0
    for _, sample in ipairs(response.counts) do
        local labels = sample.labels
        if labels.code ~= dimensions.aside then
            sum = sum + sample.value
            parts[#parts + 1] = ("%s %s %s %s: %d"):format(labels.code, labels.category, labels.status,
                labels.side, sample.value)
        end
    end
    return table.concat(parts, ", "), sum
end

-- The value of error_page, where it takes effect.
local function redirects(combination)
    if combination.family == "own" and not combination.failure:find("^ngx_exit") then return nil end
    return combination.error_page ~= "none" and combination.error_page or nil
end

-- The side on which the error is counted, or nil where either is right.
local function right_side(combination)
    local target = redirects(combination)
    if target == "print" or target == "print_flush" then return nil end
    if combination.failure == "accel_missing" or combination.place == "relay" then return nil end
    if target == "handler" or combination.failure == "accel_handler" then return "raised" end
    if target == "named" or combination.family == "upstream" then return "upstream" end
    return "raised"
end

-- The code that the failing side gave, or nil.
local function given_code(combination)
    if combination.options == "map" then return nil end
    if combination.place == "relay" then return nil end -- nginx does not read the body
    local failing = redirects(combination) or combination.failure or combination.page
    if combination.method == "HEAD" and dimensions.in_body[failing] then return nil end
    local code = dimensions.codes[failing]
    if code and combination.family == "auth" and failing ~= "handler"
        and (code ~= "InternalError" or failing == "received") then
        return "AccessDenied"
    end
    return code
end

-- The status that must come with an error, or nil where several are right.
local function given_status(combination)
    local target, options = redirects(combination), combination.options
    if target == "file" then target = nil end
    if combination.place == "relay" and not target then return 403 end
    local failing = target or combination.failure or combination.page
    local code = dimensions.codes[failing]
    if code and combination.family == "auth" and not target then
        return (code ~= "InternalError" or failing == "received") and 403 or 500
    end
    local status = dimensions.statuses[failing] or errors.catalogue[code].status
    if target or failing == "exec" then return status end -- they have no options
    if options == "map" and (status == 404 or failing == "raise_status")
        and (combination.family == "own" or failing == "accel_handler") and code == "InstanceNotFound" then
        return errors.InvalidVersion.status
    end
    if options == "standard" and (code == "RateLimit" or code == "ServiceError") then
        if combination.headers == "gbk" then return nil end -- a page has no code
        return code == "RateLimit" and 429 or 503
    end
    return status
end

add("a whole envelope, or a broken connection", function(combination, response)
    local kind = expected(combination)
    local text = ("status %d, curl's exit status %d, %d bytes: %s"):format(response.status, response.exit,
        #response.body, response.body:sub(1, 200))
    if kind == "success" then
        local has_body = response.status == 200 and combination.method ~= "HEAD"
        local whole = response.exit == 0 and response.status < 400
            and (not has_body or response.body == dimensions.protected)
        return not whole and text or nil
    elseif kind == "ended" then
        return (response.exit ~= 0 or response.body ~= "the beginning") and text or nil
    elseif kind == "cut" then
        return response.exit == 0 and combination.method ~= "HEAD" and text or nil
    elseif response.exit ~= 0 then
        return kind == "error" and text or nil
    end
    local whole = response.status >= 400 and (combination.method == "HEAD" or envelope(response))
    return not whole and text or nil
end)

add("the status that was given", function(combination, response)
    if expected(combination) ~= "error" or response.exit ~= 0 then return nil end
    local status = given_status(combination)
    return status and response.status ~= status and ("%d for %d"):format(response.status, status) or nil
end)

add("no way in where access failed", function(combination, response)
    if expected(combination) == "success" then return nil end
    return response.body:find(dimensions.protected, 1, true) and "the protected content came" or nil
end)

add("a true Content-Length", function(combination, response)
    local lengths = response.headers["content-length"] or {}
    if response.exit ~= 0 or combination.method == "HEAD" or #lengths == 0 then return nil end
    if #lengths == 1 and tonumber(lengths[1]) == #response.body then return nil end
    return ("%s for %d bytes"):format(table.concat(lengths, " and "), #response.body)
end)

add("the type application/json", function(_, response)
    if not is_error(response) then return nil end
    local types = response.headers["content-type"] or {}
    if #types == 1 and types[1] == "application/json" then return nil end
    return #types == 0 and "no type" or table.concat(types, " and ")
end)

add("no header of another body", function(_, response)
    if not is_error(response) then return nil end
    local found = {}
    for _, name in ipairs(untrue) do
        if response.headers[name] then found[#found + 1] = name .. ": " .. response.headers[name][1] end
    end
    local coding = response.headers["transfer-encoding"]
    if coding and (#coding > 1 or coding[1] ~= "chunked" or response.headers["content-length"]) then
        found[#found + 1] = "transfer-encoding: " .. table.concat(coding, ", ")
    end
    return #found > 0 and table.concat(found, "; ") or nil
end)

add("one request id", function(_, response)
    if not is_error(response) then return nil end
    local ids = response.headers["x-bce-request-id"] or {}
    if #ids ~= 1 then return #ids .. " headers: " .. table.concat(ids, ", ") end
    local body = envelope(response)
    if not body or body.requestId == ids[1] then return nil end
    return "header " .. ids[1] .. ", body " .. body.requestId
end)

add("the request id that was given", function(combination, response)
    local id = (response.headers["x-bce-request-id"] or {})[1]
    local target = redirects(combination)
    if combination.options ~= "request_id" or not is_error(response) or not id then return nil end
    if target == "handler" or combination.failure == "exec" then return nil end -- they have no options
    return id ~= dimensions.edge_id and not dimensions.given_ids[id] and id or nil
end)

add("no host", function(combination, response)
    if expected(combination) == "success" then return nil end
    for _, host in ipairs(dimensions.hosts) do
        for where, text in pairs { head = response.head, body = response.body } do
            local first = text:find(host, 1, true)
            if first then return where .. ": " .. text:sub(math.max(1, first - 60), first + 60) end
        end
    end
end)

add("the code that was given", function(combination, response)
    local code, body = given_code(combination), envelope(response)
    if expected(combination) ~= "error" or not code or not body or body.code == code then return nil end
    return body.code .. " for " .. code
end)

add("one count", function(combination, response)
    local text, sum = own_counts(response)
    local kind = expected(combination)
    local wanted = (kind == "success" or kind == "cut") and 0 or 1
    return sum ~= wanted and ("%d: %s"):format(sum, text) or nil
end)

add("a count of the code that was given", function(combination, response)
    local code = given_code(combination)
    -- of a refusal, the first is counted
    if combination.family == "auth" and combination.error_page == "handler" then return nil end
    -- a page of nginx is counted as one, whatever code stands for it
    if not code or code == "html" or combination.page and not redirects(combination) then return nil end
    for _, sample in ipairs(response.counts) do
        local label = sample.labels.code
        if label ~= code and label ~= dimensions.aside then return label .. " for " .. code end
    end
end)

add("one count of the subrequest", function(combination, response)
    local sum, side = 0, nil
    for _, sample in ipairs(response.counts) do
        if sample.labels.code == dimensions.aside then sum, side = sum + sample.value, sample.labels.side end
    end
    local kind = combination.subrequest or "none"
    if kind == "none" or kind == "auth_passes" then return sum ~= 0 and "counted" or nil end
    local wanted = kind:find("^capture") and "raised" or "upstream"
    return (sum ~= 1 or side ~= wanted) and ("%d %s"):format(sum, tostring(side)) or nil
end)

add("the right side", function(combination, response)
    local side = right_side(combination)
    for _, sample in ipairs(response.counts) do
        local labels = sample.labels
        if side and labels.code ~= dimensions.aside and labels.side ~= side then
            return ("%s, not %s: %s"):format(labels.side, side, own_counts(response))
        end
    end
end)

add("a status for a label", function(_, response)
    for _, sample in ipairs(response.counts) do
        local status = sample.labels.status
        if status and status ~= "none" and not status:find("^[1-9]%d%d$") then return status end
    end
end)

-- Series → name of a combination, by whether the failing side gave a code.
local series = { given = {}, none = {} }

add("a series for codes, or for what had none", function(combination, response)
    local target = redirects(combination)
    if expected(combination) ~= "error" or target or combination.method == "HEAD"
        or combination.family == "auth" or combination.family == "page" then
        return nil
    end
    if combination.failure:find("^accel") or dimensions.cuts[combination.failure] then return nil end
    local mine, other = series.none, series.given
    if dimensions.codes[combination.failure] then mine, other = other, mine end
    local text, sum = own_counts(response)
    if sum ~= 1 then return nil end
    mine[text] = mine[text] or combination.name
    return other[text] and text .. ", as of " .. other[text] or nil
end)

add("one log line", function(combination, response)
    local lines = error_lines(response)
    local kind = expected(combination)
    local wanted = (kind == "success" or kind == "cut") and 0 or 1
    -- one tells what was refused, one what the handler of error_page sent
    if combination.family == "auth" and combination.error_page == "handler" then wanted = 2 end
    return #lines ~= wanted and ("%d\n        "):format(#lines) .. table.concat(lines, "\n        ") or nil
end)

add("one log line of the subrequest", function(combination, response)
    local count, kind = 0, combination.subrequest or "none"
    for _, line in ipairs(response.log) do
        if line:find("[lua]", 1, true) and line:find("code=" .. dimensions.aside, 1, true) then
            count = count + 1
        end
    end
    -- nginx has no log phase for a subrequest, so a relay cannot log in it
    local least, most = kind:find("^capture") and 1 or 0, kind:find("^[cr]") and 1 or 0
    return (count < least or count > most) and tostring(count) or nil
end)

add("the request id in the log line", function(_, response)
    local lines = error_lines(response)
    local id = (response.headers["x-bce-request-id"] or {})[1]
    if not is_error(response) or not id or #lines == 0 then return nil end
    for _, line in ipairs(lines) do
        for found in line:gmatch('[^%w_]requestId="?([^%s",]+)') do
            if found == id then return nil end
        end
    end
    return id .. ", but: " .. lines[1]
end)

add("no failure of the library in the log", function(_, response)
    for _, line in ipairs(response.log) do
        if line:find("%[%l+%]") and (line:find("lua entry thread aborted", 1, true)
            or line:find("failed to run", 1, true) or line:find("[alert]", 1, true)
            or line:find("[emerg]", 1, true)) then
            return line
        end
    end
end)

add("a cached response, where one was arranged", function(combination, response)
    local words = response.headers["x-cache-status"] or {}
    if combination.cache ~= "hit" or redirects(combination) or words[1] == "HIT" then return nil end
    return words[1] or "no cache"
end)

return rules
