--- Dates of HTTP: RFC 9110, section 5.6.7, and what servers make of it.

local lower = require("cfs.errors.base.text").lower

local find, floor, match = string.find, math.floor, string.match

local date = {}

local months = "   jan feb mar apr may jun jul aug sep oct nov dec" -- each at four times its number

-- Days from 1970-01-01 to a date, whose month may be 13. Years begin in March, so that 29 February is the
-- last day of a year.
local function days_since_epoch(year, month, day)
    if month <= 2 then year, month = year - 1, month + 12 end
    local leap_days = floor(year / 4) - floor(year / 100) + floor(year / 400)
    return 365 * year + leap_days + floor((153 * month - 457) / 5) + day - 719469
end

-- What stands for the zone, in seconds east of Greenwich; nil if it is none.
local function zone_offset(zone)
    if zone == "gmt" or zone == "utc" or zone == "ut" or zone == "z" then return 0 end
    local sign, hours, minutes = match(zone, "^([+-])(%d%d):?([0-5]%d)$")
    return sign and tonumber(sign .. hours) * 3600 + tonumber(sign .. minutes) * 60
end

-- The day, month, year, time and zone, in lower case, of
--   Sun, 06 Nov 1994 08:49:37 GMT    as RFC 9110 wants it; the day of the week may be missing
--   Sunday, 06-Nov-94 08:49:37 GMT   as RFC 850 had it
--   Sun Nov  6 08:49:37 1994         as asctime of C has it
--   1994-11-06T08:49:37Z             as x-bce-date has it, by ISO 8601
local function fields(text)
    local rest = match(text, "^%a+, ?(.*)$") or text
    local day, month, year, time, zone = match(rest, "^(%d%d?)[ -](%a%a%a)[ -](%d+) (%S+) (%S+)$")
    if not day then
        year, month, day, time, zone = match(text, "^(%d%d%d%d)-(%d%d)-(%d%d)[t ]([%d:]+)%.?%d*(%S+)$")
        if year then return day, tonumber(month), year, time, zone end
        month, day, time, year = match(text, "^%a%a%a (%a%a%a)  ?(%d%d?) (%S+) (%d%d%d%d)$")
        zone = "gmt"
    end
    month = month and find(months, month)
    return day, month and month / 4, year, time, zone
end

--- Reads a date in any of these forms, or in one that is written with less care: a day of one digit, a
--- year of two, no day of the week, another zone, another letter case. The day of the week does not count.
--- Unix time `now` tells the century of a year of two digits. Returns whole seconds since 1970-01-01 00:00:00
--- UTC; nil if the text is no date.
function date.parse(text, now)
    if #text > 64 then return nil end -- no date is as long
    local day, month, year, time, zone = fields(lower(text))
    local hour, minute, second = match(time or "", "^(%d%d?):(%d%d):(%d%d)$")
    local offset = hour and month and zone_offset(zone)
    if not offset or #year ~= 4 and #year ~= 2 then return nil end
    if #year == 2 then -- the last one that ends in them and is not more than 50 mean years ahead
        local latest = floor(2020 + (now or os.time()) / 31556952)
        year = latest - (latest - tonumber(year)) % 100
    end
    day, year, hour = tonumber(day), tonumber(year), tonumber(hour)
    minute, second = tonumber(minute), tonumber(second)
    local is_time = hour <= 23 and minute <= 59 and second <= 60 -- a leap second
    if not is_time or month < 1 or month > 12 or day < 1 then return nil end
    local days = days_since_epoch(year, month, day)
    if day > 28 and days >= days_since_epoch(year, month + 1, 1) then return nil end
    return days * 86400 + hour * 3600 + minute * 60 + second - offset
end

return date
