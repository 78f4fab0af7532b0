--- Hides what a gateway's client must not see in a text: the authorities of URLs, credentials, addresses,
--- hosts with their ports, and names under internal suffixes.
---
--- Nothing else is looked for. A name without one of these forms, such as "config.max_size", stays.

local find, gmatch, gsub, lower, match, sub =
    string.find, string.gmatch, string.gsub, string.lower, string.match, string.sub
local concat, max = table.concat, math.max
local ipairs, tonumber = ipairs, tonumber

local hosts = {}

-- LuaJIT would spend 20 ms, in each process, on compiling loops that patterns keep from being faster.
if package.loaded.jit then package.loaded.jit.off(true, true) end

--- What stands for a host: the vendor's own placeholder.
hosts.placeholder = "{host}"

local host = hosts.placeholder

local function set(words)
    local members = {}
    for word in gmatch(words, "%S+") do members[word] = true end
    return members
end

-- The suffixes of names that no public server knows.
local internal = set "arpa consul corp internal intranet lan local localdomain svc"

-- Words before a colon and a number that is no port: files, whose line it is, and things that are counted.
local extensions = set ("c cc conf cpp csv go gz h hpp ini java js json log lua md php py rb rs sh sql"
    .. " toml ts txt xml yaml yml zip")
local counted = set ("bytes capacity code column count errno error gid id index inode length level limit"
    .. " line lines max min mode number offset page port position quota retries row rows size status time"
    .. " timeout total uid version year")

-- The only ports below 1000 that a word without digits, dots and hyphens is taken to have.
local well_known = { ["22"] = true, ["80"] = true, ["443"] = true }

-- A word is what stands between these: white space, control characters, quotes and angle brackets.
-- One that has such a character within may hold one of the forms.
local gap = "[%s%c\"'<>`]"
local within = "[^%s%c\"'<>`]"
local suspicious = "[.:@%%]" .. within

-- How many bytes of such words are read; each word costs its length and a fixed number of bytes. A text with
-- more of them is cut there, which bounds the time for any text.
local budget, price = 4096, 16


-- The word, its runs replaced by what the judge makes of them, if anything. The judge gets the run,
-- and up to two characters before and behind it.
local function replace(word, pattern, judge)
    local parts, count, from = {}, 0, 1
    while true do
        local first, last = find(word, pattern, from)
        if not first then break end
        local run = sub(word, first, last)
        local shown = judge(run, sub(word, max(first - 2, 1), first - 1), sub(word, last + 1, last + 2))
        parts[count + 1], parts[count + 2] = sub(word, from, first - 1), shown or run
        count, from = count + 2, last + 1
    end
    if count == 0 then return word end
    return concat(parts) .. sub(word, from)
end


-- A run in three parts: the punctuation before it and behind it, of these characters, and what is
-- between. (A pattern that looks for the end from the left takes time in proportion to the square of
-- the length.)
local function trim(run, punctuation)
    local first = match(run, "^[" .. punctuation .. "]*()")
    local stop = match(run, "^.*[^" .. punctuation .. "]()") or first
    return sub(run, 1, first - 1), sub(run, first, stop - 1), sub(run, stop)
end


-- What parts a scheme from an authority: "://", also as JSON and as a query may write it.
local separators = { ":\\*/\\*/", ":\\+u002[fF]\\+u002[fF]" }


local function hide_urls(word)
    for _, separator in ipairs(separators) do
        local _, last = find(word, separator)
        local stop = last and match(word, "^.*()@", last + 1)
        if stop then -- credentials may hold what would end an authority
            word = sub(word, 1, last) .. host .. gsub(sub(word, stop + 1), "^[^/?#\\]*", "")
        elseif last then
            word = gsub(word, "(" .. separator .. ")([^/?#\\]*[^/?#\\:])", function(lead, authority)
                local _, _, punctuation = trim(authority, ".,;)")
                return lead .. host .. punctuation
            end)
        end
    end
    return (gsub(word, "(%%3[aA]%%2[fF]%%2[fF])[^&#]+", "%1" .. host))
end


-- user:word@host. Without a colon, user@host, but no mail address and no package@1.2: a name with a
-- dot is a host's if one of the other forms says so.
local function hide_credentials(word)
    local left, right = match(word, "^(.*)@(.*)$")
    if not left then return word end
    local lead = match(left, "^[(%[{]*[%w_.-]+=") or match(left, "^[(%[{]*")
    if find(left, ":", #lead + 1, true) then
        return lead .. host .. gsub(right, "^/*%[?[%w._:%%,-]*%]?", "")
    end
    local name, rest = match(right, "^(%a[%w_-]*)(.*)$")
    if name and #left > #lead and not find(rest, "^%.%w") then return lead .. host .. rest end
    return word
end


local function is_ipv4(text)
    local a, b, c, d = match(text, "^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    return a ~= nil and #text <= 15 and tonumber(a) < 256 and tonumber(b) < 256 and tonumber(c) < 256
        and tonumber(d) < 256
end


-- A run of digits and dots. "v1.2.3.4" is a version, "1.2.3.4.5" no address.
local function hide_ipv4(run, before)
    if find(before, "^%W?[vV]$") then return nil end
    if find(run, "..", 1, true) then -- a range
        return (gsub(run, "%f[%d]%d+%.%d+%.%d+%.%d+", function(part) return is_ipv4(part) and host end))
    end
    local first, core, last = trim(run, ".")
    return is_ipv4(core) and first .. host .. last
end


-- Groups of hexadecimal digits: eight, or fewer and "::" once. The last may be an IPv4 address, one
-- more may be a port.
local function has_groups_of_ipv6(text, is_short)
    local groups, last = 0, ""
    for group in gmatch(text, "[^:]+") do
        if #last > 4 then return false end
        groups, last = groups + 1, group
        if is_ipv4(group) then
            groups, last = groups + 1, ""
        elseif find(group, ".", 1, true) or #group > 5 then
            return false
        end
    end
    if #last > 4 and not find(last, "^%d+$") then return false end
    return is_short and groups <= 8 or groups == 8 or groups == 9
end


-- Nothing in use begins with a group of letters but fc00::/6; a scope of C++, such as DB::add, may.
local function is_ipv6(text)
    local short = find(text, "::", 1, true)
    if find(text, ":::", 1, true) or short and find(text, "::", short + 2, true) then return false end
    local begins = match(text, "^[^:]*")
    if begins == "" then
        if not find(text, "%d") then return false end
    elseif not find(begins, "^%d") and not find(begins, "^[fF][c-fC-F]%x%x$")
        and not (short and find(text, ":", 1, true) < short) then
        return false
    end
    return has_groups_of_ipv6(text, short)
end


-- A run of hexadecimal digits, colons and dots. A word may stand before it, "node:fe80::1", of whose
-- last letters some are hexadecimal, and behind it.
local function hide_ipv6(run, before, after)
    local first, core, last = "", run, ""
    if find(before, "[%w_]$") then first, core = match(core, "^([%x.]*:)(%f[^:].*)$") end
    if core and find(after, "^[%w_]") then core, last = match(core, "^(.*[^:])(:[%x.]*)$") end
    if not core or not find(core, ":", 1, true) then return nil end
    local dots, stop
    dots, core, stop = trim(core, ".")
    first, last = first .. dots, stop .. last
    if find(core, "^:[^:]") then first, core = first .. ":", sub(core, 2) end
    if find(core, "[^:]:$") then core, last = sub(core, 1, -2), ":" .. last end
    if #core > 64 then return find(core, "::", 1, true) and host or nil end
    if is_ipv6(core) then return first .. host .. last end
    local group, rest = match(core, "^(%a%x*:)(%f[^:].+)$") -- "add:1:2:3:4:5:6:7:8"
    return group and is_ipv6(rest) and first .. group .. host .. last
end


-- Is this a host and its port? "a:1", "10:30", "size:4096" and "main.lua:12" are none. If the host is a
-- single word, such as "redis", the port must be a usual one, as the word may be a key.
local function has_port(name, port)
    local words = lower(match(name, "%a+$") or "")
    if not find(name, "%a") or #port < 2 or tonumber(port) > 65535 or find(name, "^%d+%a?$")
        or counted[words] or find(name, "%l%u")
        or find(name, "^[%d-]*T%d%d$") then
        return false
    end
    if find(name, "[%d.-]") then return not (find(name, ".", 1, true) and extensions[words]) end
    return #port >= 4 or well_known[port] or false
end


-- A name and the digits behind its colon, unless the text around them makes them a time, an amount or
-- the bytes of a fingerprint.
local function hide_port(run, before, after)
    local punctuation, name, port = match(run, "^([._-]*)(.-):(%d+)$")
    if find(after, "^[%w%%_]") or find(after, "^[.,]%d")
        or #port == 2 and (find(after, "^:%d") or #name == 2 and find(before, "%x:$")) then
        return nil
    end
    return has_port(name, port) and punctuation .. host
end


-- The server of an export, "nas7:/data": a name that has a digit, a dot or a hyphen, unlike "C:/x".
local function hide_server(run, _, after)
    local punctuation, name = match(run, "^([._-]*)(.-):$")
    if find(after, "^/[%w_]") and find(name, "%a") and find(name, "[%d.-]") then
        return punctuation .. host .. ":"
    end
end


-- A name under an internal suffix. "full.Local" is the end of a sentence and the beginning of the next.
local function hide_name(run)
    local first, name, last = trim(run, "._-")
    local before, suffix = match(name, "^(.*)%.(%a+)$")
    if not before or not internal[lower(suffix)] then return nil end
    local is_simple = not find(before, ".", 1, true)
    if is_simple and (lower(suffix) == "svc" or find(suffix, "^%u%l") and find(before, "^%l+$")) then
        return nil
    end
    return first .. host .. last
end


local function hide_word(word)
    word = hide_urls(word)
    word = hide_credentials(word)
    word = replace(word, "%f[%x:.][%x:.]+", hide_ipv6)
    word = replace(word, "%f[%d.][%d.]+", hide_ipv4)
    word = gsub(word, "({host})%%[%w._-]+", "%1") -- the zone of an IPv6 address
    word = gsub(word, "({host}%]?):%d+", "%1")
    word = replace(word, "%f[%w._-][%w._-]+:%d+", hide_port)
    word = replace(word, "%f[%w._-][%w._-]+:%f[/]", hide_server)
    word = replace(word, "%f[%w._-][%w._-]+", hide_name)
    return (gsub(word, "%f[^%c,;()%[%]{}|=][^%c,;()%[%]{}|=]*@({host})", "%1"))
end


--- A text with `{host}` for every authority of a URL, every user and password before an `@`, every IPv4
--- and IPv6 address, every name with a port and every name under an internal suffix.
---
---     hosts.hide "connect to 10.0.3.7:8080 refused"  --> connect to {host} refused
---
---@param text string
---@return string
function hosts.hide(text)
    if not find(text, "[.:@%%]") then return text end
    local parts, count, from, left = {}, 0, 1, budget
    while true do
        local here = find(text, suspicious, from)
        if not here then break end
        local first = match(sub(text, from, here), "^.*" .. gap .. "()")
        first = first and from + first - 1 or from
        local _, last = find(text, "^" .. within .. "+", here)
        left = left - (last - first) - price
        if left < 0 then return concat(parts) .. sub(text, from, first - 1) .. "..." end
        parts[count + 1], parts[count + 2] = sub(text, from, first - 1), hide_word(sub(text, first, last))
        count, from = count + 2, last + 1
    end
    if count == 0 then return text end
    return concat(parts) .. sub(text, from)
end


return hosts
