--- Counting errors in memory that nginx's workers share, and Prometheus' text of the counts.
---
--- The memory is `lua_shared_dict cfs_errors`. Its keys are "count SIDE STATUS CATEGORY CODE", one
--- for each series, or "count:SERVICE SIDE ..." for a kind of errors.service; "place NUMBER", each
--- holding one unknown code; and "dropped". Nothing in it is ever evicted, and every step is one atomic
--- operation, so that counts are exact whatever other workers do.

local errors = require "cfs.errors"
local kept = require "cfs.errors.object.kept"
local misuse = require "cfs.errors.base.misuse"
local normalize = require("cfs.errors.catalogue.status").normalize
local state = require "cfs.errors.base.state"
local say = require("cfs.errors.catalogue.words").say

local ngx = ngx
local dict = ngx.shared.cfs_errors
local concat, find, rawget, type = table.concat, string.find, rawget, type

local metrics = {}

-- How many codes that are not in the catalogue have series of their own; the rest is "other". A label is
-- ASCII that can be printed, this long. Beside the origins, two labels are no codes.
local most_unknown, printable, longest = 100, "^[\32-\126]+$", 100
local reserved = { other = true, none = true }

local page = [[
# HELP cfs_errors_total Errors, by the side that they come from: raised here, or upstream.
# TYPE cfs_errors_total counter
%s# HELP cfs_errors_dropped_total Errors that cfs_errors_total lacks, because the shared memory is full.
# TYPE cfs_errors_dropped_total counter
cfs_errors_dropped_total %.0f
]]

-- Unknown codes with a series of their own, as cached by this worker. A series is never given up. And: kind →
-- the key of its errors that have the kind's own status.
local places, looked, keys = {}, 0, { raised = {}, upstream = {} }

if dict then dict:safe_add("dropped", 0) end -- while there is room for it

-- The label `code`: the origin if there is no code; "other" for a code that has the name of an origin, or for
-- which no place is left.
local function label(err, kind)
    if kind.code then return kind.code end -- those of src/seen.def are few, too
    local code = rawget(err, "code")
    if code == nil then return kept.get(err, "origin") or "none" end
    local is_label = type(code) == "string" and #code <= longest and find(code, printable)
    if not is_label or reserved[code] or say("origin", code) then return "other" end
    while not places[code] and looked < most_unknown do
        local key = "place " .. looked + 1
        local holder = dict:safe_add(key, code) and code or dict:get(key)
        if not holder then break end -- the memory is full
        places[holder], looked = true, looked + 1
    end
    return places[code] and code or "other"
end

local function key_of(err, kind, side)
    local is_usual = kind.known and rawget(err, "status") == nil
    local key = is_usual and keys[side][kind]
    if key then return key end
    local number = normalize(rawget(err, "status") or kind.status) or "none"
    local service = kind.known and state.services[kind.service] and ":" .. kind.service or ""
    key = concat({ "count" .. service, side, number, kind.category, label(err, kind) }, " ")
    if is_usual then keys[side][kind] = key end
    return key
end

--- Counts an error, which has the kind, on a side, if there is memory to count in.
function metrics.count(err, kind, side)
    if not dict then return end
    local key = key_of(err, kind, side)
    if dict:incr(key, 1) then return end
    local good, reason = dict:safe_add(key, 1) -- another worker may be quicker; or the memory is full
    if not good then dict:incr(reason == "exists" and key or "dropped", 1) end
end

local function check_dict(name)
    if dict then return end
    error("'" .. name .. "' needs memory to count in: put `lua_shared_dict cfs_errors 1m;` into nginx's block"
        .. " http", 3)
end

--- Counts an error that no other function of the module has counted. Raises if an argument is wrong, or there
--- is no `lua_shared_dict cfs_errors`.
---
---     local response, reason = httpc:request_uri(url)
---     local err = response and errors.from_response(response)
---     if err then nginx.record(err, "upstream") end
---
---@param err cfs.error
---@param side "raised"|"upstream"? where it comes from; raised here, if not given
function metrics.record(err, side)
    if not errors.is(err) then
        misuse.argument(1, "record", "error expected, got " .. type(err))
    elseif side ~= nil and side ~= "raised" and side ~= "upstream" then
        misuse.argument(2, "record", "'raised' or 'upstream' expected")
    end
    check_dict("record")
    metrics.count(err, err:kind(), side or "raised")
end

--- Writes the counts in the text format of Prometheus, version 0.0.4. Raises if there is no
--- `lua_shared_dict cfs_errors`.
---
---     location = /metrics {
---         default_type "text/plain; version=0.0.4";
---         content_by_lua_block { ngx.print(require("cfs.errors.nginx").metrics()) }
---     }
---
---@return string text
function metrics.metrics()
    check_dict("metrics")
    local lines = {}
    for _, key in ipairs(dict:get_keys(0)) do
        local service, side, status, category, code = key:match "^count:?(%S*) (%S+) (%S+) (%S+) (.*)$"
        if side then
            local kind = service == "" and state.kinds[code]
            if kind and kind.category == category then service = kind.service end -- else another's code
            local more = state.services[1] and service ~= "" and ',service="' .. service .. '"' or ""
            lines[#lines + 1] = ('cfs_errors_total{code="%s",category="%s",status="%s",side="%s"%s} %.0f\n')
                :format(code:gsub('["\\]', "\\%0"), category, status, side, more, dict:get(key))
        end
    end
    table.sort(lines)
    return page:format(concat(lines), dict:get("dropped") or 0)
end

return metrics
