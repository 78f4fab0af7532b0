--- The log lines of nginx.

local field = require("cfs.errors.show.log").field
local kept = require "cfs.errors.object.kept"
local options = require "cfs.errors.nginx.options"
local with_id = require("cfs.errors.nginx.response").with_id

local ngx = ngx
local gsub = string.gsub
local rawget, setmetatable = rawget, setmetatable

local log = {}

-- nginx cuts a line at 2,048 bytes, of which an error takes 1,024, and the request what it needs.
local longest_traceback = 600
local longest_value = 200


local function to_line(self)
    local err, id = self.err, self.request_id
    local own, stack = rawget(err, "requestId"), kept.get(err, "traceback")
    local line = (self.note or "") .. with_id(err, id, err.to_log)
    if id and own ~= id then line = field(line, "receivedRequestId", own, longest_value) end
    line = field(line, "response", self.response, longest_value)
    line = field(line, "at", self.place, longest_value)
    if not stack then return line end
    stack = gsub(gsub(stack, "^stack traceback:%s*", ""), "%s*\n%s*", "; ")
    return field(line, "traceback", stack, longest_traceback)
end

-- ngx.log asks for the text only if it logs that level.
local entry = { __tostring = to_line }


--- Logs the error of a record in one line, or has the option `log` do so. The line has the record's
--- `note`, `request_id`, `response` and `place`, as far as there are any. If no level is given, a client's
--- fault is logged at the level info.
function log.log(record, read, level)
    level = level or record.err.fault == "client" and ngx.INFO or ngx.ERR
    if read and read.log then
        local _, good = options.call("log", read.log, record.err, level, to_line(record))
        if good then return end
    end
    ngx.log(level, setmetatable(record, entry))
end


return log
