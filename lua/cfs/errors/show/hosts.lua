--- Hiding the hosts that a message names: what is behind a gateway is nobody's business before it.

local find, gmatch, gsub, lower, match, sub =
    string.find, string.gmatch, string.gsub, string.lower, string.match, string.sub

local hosts = {}

--- What stands for a host: the vendor's own placeholder.
hosts.placeholder = "{host}"

-- A name of two labels is a host's if it ends in one of these; the usual ones, and no word that a
-- sentence may begin with where the space before it is missing.
local domains = {
    cn = true, com = true, consul = true, corp = true, internal = true, intranet = true, lan = true,
    localdomain = true, ["local"] = true, net = true, org = true, svc = true,
}

-- What ends in one of these is a file.
local extensions = {}
for extension in gmatch("bak bin bz2 c cc cfg conf cpp crt css csv dat deb def exe gif gz h htm html img"
    .. " ini iso java jpeg jpg js json jsp key lock log lua md pdf pem php pid png py rpm sh so sock sql"
    .. " svg tar tgz tmp toml ts tsv txt xml xz yaml yml zip", "%S+") do
    extensions[extension] = true
end


local function count(text, pattern)
    local _, times = gsub(text, pattern, "")
    return times
end


local function is_ipv4(run)
    return find(run, "^%d%d?%d?%.%d%d?%d?%.%d%d?%d?%.%d%d?%d?$") ~= nil
end


-- Groups of hexadecimal digits: eight, or fewer and "::" once. One may be an IPv4 address, one more a
-- port.
local function is_ipv6(run)
    local shortened, colons = count(run, "::"), count(run, ":")
    if not find(run, "%x") or find(run, ":::", 1, true) or shortened > 1
        or shortened == 0 and colons ~= 7 and colons ~= 8 then
        return false
    end
    for group in gmatch(run, "[^:]+") do
        if #group > 5 and not is_ipv4(group) then return false end
    end
    return true
end


-- Where the punctuation that ends a run begins. (A pattern that looks for it from the left takes
-- time in proportion to the square of the length.)
local function tail(run, punctuation)
    return match(run, "^.*[^" .. punctuation .. "]()") or 1
end


-- A run of hexadecimal digits, colons and dots, and the letters that it stands between. A colon
-- before it and after it is the sentence's, as in "node:fe80::1: refused", "::" its own.
local function hide_ipv6(before, run, after)
    if not find(run, ":", 1, true) then return nil end
    local first = match(run, "^%.*:%f[^:]") or before ~= "" and match(run, "^[%x.]*:%f[^:]")
        or match(run, "^%.*")
    local stop = tail(run, ":.")
    if sub(run, stop, stop + 1) == "::" then stop = stop + 2 end
    local core, last = sub(run, #first + 1, stop - 1), sub(run, stop)
    if (first ~= "" or before == "") and (last ~= "" or after == "") and is_ipv6(core) then
        return before .. first .. hosts.placeholder .. last .. after
    end
end


-- A run of digits and dots, and the letter before it: "v1.2.3.4" is a version.
local function hide_ipv4(before, run)
    local first, stop = match(run, "^%.*"), tail(run, ".")
    if is_ipv4(sub(run, #first + 1, stop - 1)) and lower(before) ~= "v" then
        return before .. first .. hosts.placeholder .. sub(run, stop)
    end
end


-- Is a dotted word the name of a host? When in doubt it is: a word too many hidden does less harm
-- than a host shown.
local function is_name(word)
    local labels, mixed, letters = 0, false, false
    local last
    for label in gmatch(word, "[^.]+") do
        labels, last = labels + 1, label
        mixed = mixed or find(label, "[-_]") ~= nil or find(label, "%a") and find(label, "%d")
        letters = letters or #label > 1
    end
    if labels < 2 or find(word, "..", 1, true) then return false end
    if domains[lower(last)] then return true end
    if find(word, "^[vV]?%d+%.%d") or find(word, "^[vV]?%d+%.[xX]$") -- a version
        or not find(last, "^%a") -- a number, a version, a time
        or extensions[lower(last)]
        or not find(last, "%A") and find(last, "%l") and find(last, "%u") -- "failed.Please"
        or not letters then -- "e.g."
        return false
    end
    return labels > 2 or mixed
end


local function hide_name(word)
    local first, stop = match(word, "^[._-]*"), tail(word, "._-")
    if is_name(sub(word, #first + 1, stop - 1)) then
        return first .. hosts.placeholder .. sub(word, stop)
    end
end


--- A text without the hosts in it: every URL's, every IPv4 and IPv6 address, and every dotted name
--- that is not plainly a version, a number, a file or a sentence, with its port. Each becomes
--- `{host}`.
---
---     hosts.hide "connect to 10.0.3.7:8080 refused"  --> connect to {host} refused
---
---@param text string
---@return string
function hosts.hide(text)
    text = gsub(text, "://[^%s/?#\"'<>,;()]+", "://" .. hosts.placeholder)
    text = gsub(text, "([%w_]?)(%f[%x:.][%x:.]+)([%w_]?)", hide_ipv6)
    text = gsub(text, "(%a?)(%f[%d.][%d.]+)", hide_ipv4)
    text = gsub(text, "[%w._-]+", hide_name)
    text = gsub(text, "({host})%%[%w._-]+", "%1") -- the zone of an IPv6 address
    return (gsub(text, "({host}%]?):%d+", "%1"))
end


return hosts
