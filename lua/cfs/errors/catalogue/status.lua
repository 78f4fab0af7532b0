--- Kinds of the errors whose code is not in the catalogue, one for each code of src/seen.def and each status,
--- so that each error has a category and a word for "may I repeat it?"; and kinds for no response at all.

local core = require "cfs.errors.core"
local kind = require "cfs.errors.catalogue.kind"
local state = require "cfs.errors.base.state"
local words = require "cfs.errors.catalogue.words"

local match = string.match
local lower = require("cfs.errors.base.text").lower
local metatables = state.status_metatables

local status = {}

-- Category, retry and the canonical name that google.rpc.Code gives; the statuses that have them, with their
-- reason phrases (RFC 9110, section 15, and RFC 6585). 404 and 405 are no `not_found`: an unknown code may as
-- well mean a wrong path.
local rows = [[

invalid never INVALID_ARGUMENT: 400 Bad Request, 411 Length Required, 414 URI Too Long,
  415 Unsupported Media Type, 422 Unprocessable Content
authentication never UNAUTHENTICATED: 401 Unauthorized
account never FAILED_PRECONDITION: 402 Payment Required
permission never PERMISSION_DENIED: 403 Forbidden
unknown never NOT_FOUND: 404 Not Found, 410 Gone
unknown never UNIMPLEMENTED: 405 Method Not Allowed, 501 Not Implemented
unavailable backoff DEADLINE_EXCEEDED: 408 Request Timeout, 504 Gateway Timeout
conflict never ABORTED: 409 Conflict
conflict never FAILED_PRECONDITION: 412 Precondition Failed
unknown never OUT_OF_RANGE: 413 Content Too Large
unknown never UNKNOWN: 421 Misdirected Request, 424 Failed Dependency
throttle throttle RESOURCE_EXHAUSTED: 429 Too Many Requests
internal backoff INTERNAL: 500 Internal Server Error
unavailable backoff UNAVAILABLE: 502 Bad Gateway, 503 Service Unavailable
]]

--- A status from anywhere: a whole number from 100 to 999, as a number or as three digits; nil if the value
--- is none.
function status.normalize(value)
    if type(value) == "string" then value = match(value, "^%d%d%d$") and tonumber(value) end
    if type(value) ~= "number" or not (value >= 100 and value <= 999 and value % 1 == 0) then return nil end
    return math.floor(value) -- an integer, where Lua has them
end

--- The statuses that a reason phrase stands for, letter case aside, in their order: { 404 } of "not found".
function status.of_reason(reason)
    local statuses, seen = {}, {}
    local function add(number, phrase)
        if phrase and lower(phrase) == lower(reason) and not seen[number] then
            seen[number], statuses[#statuses + 1] = true, number
        end
    end
    for number, phrase in string.gmatch(rows, "(%d%d%d) (%a[%a ]*)") do add(tonumber(number), phrase) end
    for candidate in kind.each() do add(candidate.status, candidate.reason) end
    table.sort(statuses)
    return statuses
end

-- Makes a kind without a code. Its words for people have these names. Returns the metatable of its errors.
local function make(key, row, description, remedies)
    local number = row.status
    row.fault = not number and "unknown" or number >= 500 and "server" or "client"
    row.description = words.say("sentence", description)
    row.remedy = words.say(remedies, row.retry)
    row.known = false
    metatables[key] = kind.make(row)
    return metatables[key]
end

--- The metatable of the errors that came with this status, or with none, and no code of the catalogue.
function status.metatable(number)
    local key = number or false
    if metatables[key] then return metatables[key] end
    local row = { status = number, category = "unknown", retry = "never", canonical = "UNKNOWN" }
    row.reason = number and match(rows, number .. " (%a[%a ]*)")
    -- a status without a row is judged by its class: RFC 9110, section 15
    local judged = row.reason and number or number and number >= 400 and (number >= 500 and 500 or 400)
    if judged then
        row.category, row.retry, row.canonical = match(rows, "\n(%l+) (%l+) (%S+):[^:]*" .. judged)
    end
    return make(key, row, "description", "status_remedy")
end

--- Their kind.
function status.kind(number)
    return state.kind_of[status.metatable(number)]
end

--- The kind of a code: of the catalogue, else of the first service that has it, else of src/seen.def.
function status.of_code(code)
    local found = state.kinds[code]
    for _, home in ipairs(state.services) do found = found or home.kinds[code] end
    return found or state.seen[code] and state.kind_of[state.seen[code]]
end

--- The metatable of the errors of calls that got no response; `retry` is "never" where the same call would
--- fail again, else "backoff".
function status.no_response(retry)
    if metatables[retry] then return metatables[retry] end
    local row = { category = "unavailable", retry = retry, canonical = "UNAVAILABLE" }
    return make(retry, row, "no_response_came", "no_response_remedy")
end

-- Codes that were seen, though the catalogue lacks them, are judged by rows of their own.
setmetatable(state.seen, { __index = function(seen, code)
    local row = core.seen(code)
    if not row then return nil end
    row.reason, row.known = status.kind(row.status).reason, false
    row.description = words.say("sentence", "seen")
    rawset(seen, code, kind.make(row))
    return seen[code]
end })

-- Their categories can be matched from the start.
for category in string.gmatch(rows, "\n(%l+)") do state.categories[category] = true end

return status
