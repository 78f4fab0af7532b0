--- Dates of HTTP: RFC 9110, section 5.6.7, and what servers make of it.

local lower = require("cfs.errors.base.text").lower

local floor, match = math.floor, string.match

local date = {}

local months = {
    jan = 1, feb = 2, mar = 3, apr = 4, may = 5, jun = 6,
    jul = 7, aug = 8, sep = 9, oct = 10, nov = 11, dec = 12,
}

local month_days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

-- The mean of the Gregorian calendar.
local year_seconds = 31556952


local function days_in(year, month)
    local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
    return month_days[month] + (leap and month == 2 and 1 or 0)
end


-- Days from 1970-01-01 to a date. Years begin in March, so that 29 February is the last day of a year.
local function days_since_epoch(year, month, day)
    if month <= 2 then year, month = year - 1, month + 12 end
    local leap_days = floor(year / 4) - floor(year / 100) + floor(year / 400)
    return 365 * year + leap_days + floor((153 * (month - 3) + 2) / 5) + day - 1 - 719468
end


-- The year that two digits mean: the last one that ends in them and is not more than 50 years ahead.
local function full_year(digits, now)
    local latest = floor(1970 + (now or os.time()) / year_seconds) + 50
    return latest - (latest - digits) % 100
end


-- What stands for the zone, in seconds east of Greenwich; nil if it is none.
local function zone_offset(zone)
    if zone == "gmt" or zone == "utc" or zone == "ut" or zone == "z" then return 0 end
    local sign, hours, minutes = match(zone, "^([+-])(%d%d):?([0-5]%d)$")
    if not sign then return nil end
    local seconds = tonumber(hours) * 3600 + tonumber(minutes) * 60
    return sign == "-" and -seconds or seconds
end


-- The day, month, year, time and zone, in lower case, of
--   Sun, 06 Nov 1994 08:49:37 GMT    as RFC 9110 wants it; the day of the week may be missing
--   Sunday, 06-Nov-94 08:49:37 GMT   as RFC 850 had it
--   Sun Nov  6 08:49:37 1994         as asctime of C has it
--   1994-11-06T08:49:37Z             as x-bce-date has it, by ISO 8601
local function fields(text)
    local rest = match(text, "^%a+, ?(.*)$") or text
    local day, month, year, time, zone = match(rest, "^(%d%d?)[ -](%a%a%a)[ -](%d+) (%S+) (%S+)$")
    if day then return day, months[month], year, time, zone end
    year, month, day, time, zone = match(text, "^(%d%d%d%d)-(%d%d)-(%d%d)[t ]([%d:]+)%.?%d*(%S+)$")
    if year then return day, tonumber(month), year, time, zone end
    month, day, time, year = match(text, "^%a%a%a (%a%a%a)  ?(%d%d?) (%S+) (%d%d%d%d)$")
    return day, months[month or ""], year, time, "gmt"
end


-- A date is shorter than this, in bytes.
local longest = 64


--- Reads a date in any of these forms, or in one that is written with less care: a day of one digit, a
--- year of two, no day of the week, another zone, another letter case. The day of the week does not count.
---@param text string
---@param now number? Unix time, to tell the century of a year of two digits; else the clock's
---@return integer? time seconds since 1970-01-01 00:00:00 UTC; nil if the text is no date
function date.parse(text, now)
    if #text > longest then return nil end
    local day, month, year, time, zone = fields(lower(text))
    local hour, minute, second = match(time or "", "^(%d%d?):(%d%d):(%d%d)$")
    local offset = hour and month and zone_offset(zone)
    if not offset or #year ~= 4 and #year ~= 2 then return nil end
    day, hour, minute, second = tonumber(day), tonumber(hour), tonumber(minute), tonumber(second)
    year = #year == 4 and tonumber(year) or full_year(tonumber(year), now)
    -- 60 is a leap second
    if month < 1 or month > 12 or day < 1 or day > days_in(year, month)
        or hour > 23 or minute > 59 or second > 60 then
        return nil
    end
    return days_since_epoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
end


return date
