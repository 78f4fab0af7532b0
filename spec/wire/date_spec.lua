local http_date = require "cfs.errors.wire.date"

local now = 1764000000 -- 2025-11-24 16:00:00 UTC

describe("cfs.errors.wire.date.parse", function()
    local dates = {
        -- the example of RFC 9110 in its three forms
        { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
        { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
        { "Sun Nov  6 08:49:37 1994", 784111777 },
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
        { "Wed, 31 Dec 1969 23:59:59 GMT", -1 },
        { "Tue, 29 Feb 2000 12:00:00 GMT", 951825600 },
        { "Wed, 01 Mar 2000 00:00:00 GMT", 951868800 },
        { "Thu, 29 Feb 2024 23:59:59 GMT", 1709251199 },
        { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 }, -- a leap second
        { "Tue Nov 24 10:30:00 2026", 1795516200 },
        { "Tuesday, 24-Nov-26 10:30:00 GMT", 1795516200 },
        { "Tue, 19 Jan 2038 03:14:08 GMT", 2147483648 },
        { "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
        { "Sat, 01 Jan 0000 00:00:00 GMT", -62167219200 },
        { "Mon, 06 Nov 1994 08:49:37 GMT", 784111777 }, -- it was a Sunday
        -- the same, written with less care
        { "Sun, 6 Nov 1994 08:49:37 GMT", 784111777 },
        { "Sun, 06 Nov 94 08:49:37 GMT", 784111777 },
        { "Sunday, 6-Nov-94 8:49:37 GMT", 784111777 },
        { "Sunday, 06-Nov-1994 08:49:37 GMT", 784111777 },
        { "06 Nov 1994 08:49:37 GMT", 784111777 },
        { "6 Nov 94 08:49:37 UTC", 784111777 },
        { "Sun,06 Nov 1994 08:49:37 GMT", 784111777 },
        { "Sun Nov 6 08:49:37 1994", 784111777 },
        { "Sun Nov 06 8:49:37 1994", 784111777 },
        { "Sun, 06 Nov 1994 08:49:37 UTC", 784111777 },
        { "Sun, 06 Nov 1994 08:49:37 UT", 784111777 },
        { "Sun, 06 Nov 1994 08:49:37 Z", 784111777 },
        { "Sun, 06 Nov 1994 08:49:37 +0000", 784111777 },
        { "Sun, 06 Nov 1994 08:49:37 -0000", 784111777 },
        { "Sun, 06 Nov 1994 08:49:37 +00:00", 784111777 },
        { "Sun, 06 Nov 1994 16:49:37 +0800", 784111777 },
        { "Sun, 06 Nov 1994 03:19:37 -0530", 784111777 },
        { "sun, 06 nov 1994 08:49:37 gmt", 784111777 },
        { "SUNDAY, 06-NOV-94 08:49:37 UTC", 784111777 },
        { "SUN NOV  6 08:49:37 1994", 784111777 },
        { "1994-11-06T08:49:37Z", 784111777 },
        { "1994-11-06 16:49:37+08:00", 784111777 },
        { "1994-11-06t08:49:37.123z", 784111777 },
        { "1994-11-06T08:49:37." .. ("0"):rep(43) .. "Z", 784111777 }, -- 64 bytes
    }
    for _, case in ipairs(dates) do
        it("reads " .. case[1], function()
            assert.equal(case[2], http_date.parse(case[1], now))
            assert.is_nil(tostring(http_date.parse(case[1], now)):find(".", 1, true))
        end)
    end

    it("reads every day of four centuries", function()
        local names = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }
        local lengths = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
        local time = -11676096000 -- 1600-01-01
        for year = 1600, 1999 do
            local leap = year % 400 == 0 or year % 4 == 0 and year % 100 ~= 0
            for month = 1, 12 do
                local length = lengths[month] + (leap and month == 2 and 1 or 0)
                for _, day in ipairs { 1, length } do
                    local date = ("Sun, %02d %s %d 00:00:00 GMT"):format(day, names[month], year)
                    assert.equal(time + (day - 1) * 86400, http_date.parse(date))
                end
                local date = ("Sun, %02d %s %d 00:00:00 GMT"):format(length + 1, names[month], year)
                assert.is_nil(http_date.parse(date))
                time = time + length * 86400
            end
        end
        assert.equal(http_date.parse "Sat, 01 Jan 2000 00:00:00 GMT", time)
    end)

    local years = {
        { "94", now, 1994 }, { "25", now, 2025 }, { "26", now, 2026 }, { "75", now, 2075 },
        { "76", now, 1976 }, { "00", now, 2000 }, { "99", now, 1999 },
        { "05", 4070908800, 2105 }, -- of 2099
        { "70", 0.5, 1970 }, { "20", 0.5, 2020 }, { "21", 0.5, 1921 },
    }
    for _, case in ipairs(years) do
        it(("takes the year %s for %d, seen from %.0f"):format(case[1], case[3], case[2]), function()
            local date = "Sunday, 06-Nov-%s 08:49:37 GMT"
            assert.equal(http_date.parse(("Sun Nov  6 08:49:37 %d"):format(case[3])),
                http_date.parse(date:format(case[1]), case[2]))
        end)
    end

    it("tells the century by the clock where it is not told the time", function()
        local year = os.date("!%Y")
        assert.equal(http_date.parse("Sun Nov  6 08:49:37 " .. year),
            http_date.parse(("Sunday, 06-Nov-%s 08:49:37 GMT"):format(year:sub(3))))
    end)

    local others = {
        "", " ", "120", "-1", "tomorrow", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 CST", "Sun, 06 Nov 1994 08:49:37 +00", "Sun, 06 Nov 1994 08:49:37 +0060",
        "Sun, 06 Nov 1994 08:49:37 MT", "Sun, 06 Nov 1994 08:49:37 GM",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 8:49:7 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 32 Jan 1994 08:49:37 GMT",
        "Tue, 30 Feb 2024 00:00:00 GMT", "Wed, 29 Feb 2023 00:00:00 GMT", "Wed, 29 Feb 1900 00:00:00 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 006 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 194 08:49:37 GMT", "Sun, 06 Nov 4 08:49:37 GMT", "Sun, 06 Nov 19994 08:49:37 GMT",
        "Sun Nov  6 08:49:37 94", "Sun Nov  6 08:49:37 GMT 1994",
        "Sun Nov  0 08:49:37 1994", " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 GMT\n", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "2026-11-24T10:30:00", "2026-11-24", "2026-13-24T10:30:00Z", "2026-00-24T10:30:00Z",
        "2026-11-31T10:30:00Z", "2026-11-24T10:30:00 CST", "20261124T103000Z",
        "1994-11-06T08:49:37." .. ("0"):rep(44) .. "Z",
        "\0", ("x"):rep(10000), ("x"):rep(10000) .. ", 06 Nov 1994 08:49:37 GMT",
    }
    for index, text in ipairs(others) do
        it("reads no date in text " .. index, function() assert.is_nil(http_date.parse(text, now)) end)
    end
end)
