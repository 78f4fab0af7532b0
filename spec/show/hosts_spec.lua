local hosts = require "cfs.errors.show.hosts"

-- A text, and the same without its hosts.
local hidden = {
    -- IPv4
    { "10.0.3.7", "{host}" },
    { "connect to 10.0.3.7 failed", "connect to {host} failed" },
    { "The host is 10.0.3.7.", "The host is {host}." },
    { "10.0.3.7:8080 refused", "{host} refused" },
    { "host:10.0.3.7:8080", "host:{host}" },
    { "10.0.3.7, 10.0.3.8;10.0.3.9", "{host}, {host};{host}" },
    { "10.0.3.7-10.0.3.9", "{host}-{host}" },
    { "ip10.0.3.7", "ip{host}" },
    { "(10.0.3.7) [10.0.3.7] \"10.0.3.7\"", "({host}) [{host}] \"{host}\"" },
    { "10.0.0.0/8", "{host}/8" },
    { "...10.0.3.7...", "...{host}..." },
    { "\228\184\187\230\156\186192.168.100.200\228\184\141", "\228\184\187\230\156\186{host}\228\184\141" },
    { "\0001.2.3.4\000", "\000{host}\000" },
    -- IPv6
    { "::1", "{host}" },
    { "fe80::", "{host}" },
    { "connect to fe80::1: refused", "connect to {host}: refused" },
    { "The host is fe80::1.", "The host is {host}." },
    { "...fe80::1...", "...{host}..." },
    { "addr:fe80::1", "addr:{host}" },
    { "node:fe80::1: refused", "node:{host}: refused" },
    { "node:1:2:3:4:5:6:7:8", "node:{host}" },
    { "node=::1", "node={host}" },
    { "[fe80::1]:8080", "[{host}]" },
    { "[fe80::1%eth0]:8080 and fe80::2%lo", "[{host}] and {host}" },
    { "2001:DB8:0:0:8:800:200C:417A", "{host}" },
    { "2001:db8::8:800:200c:417a", "{host}" },
    { "2001:db8:0:0:8:800:200c:417a:18080", "{host}" },
    { "::ffff:10.0.3.7", "{host}" },
    { "64:ff9b::192.0.2.33,x", "{host},x" },
    -- names
    { "nd7.bj.internal", "{host}" },
    { "upstream nd7.bj.internal:8080.", "upstream {host}." },
    { "host=nd7.bj", "host={host}" },
    { "DB01.RACK3", "{host}" },
    { "Node-7.Rack3", "{host}" },
    { "cfs-meta.nmg02 is down", "{host} is down" },
    { "bns://cfs_meta.db_1", "bns://{host}" },
    { "meta.cfs.bj", "{host}" },
    { "localhost.localdomain", "{host}" },
    { "redis.local", "{host}" },
    { "Redis.Internal", "{host}" },
    { "baidu.com", "{host}" },
    { "cfs-1.lb-2.cfs.bj.baidubce.com:/", "{host}:/" },
    { "ip-10-0-3-7.ec2.internal", "{host}" },
    { "10.0.3.7.nip.io", "{host}.nip.io" },
    { "7.node.bj", "{host}" },
    { "ops@nd7.bj.internal", "ops@{host}" },
    { "nd7.bj.internal...", "{host}..." },
    { "...nd7.bj.internal", "...{host}" },
    -- URLs, whatever their host looks like
    { "http://nd7/v1?x=1", "http://{host}/v1?x=1" },
    { "GET https://user:word@nd7:8443/v1.2/a.json failed", "GET https://{host}/v1.2/a.json failed" },
    { "tcp://[fe80::1]:80", "tcp://{host}" },
    { "(see http://nd7:80)", "(see http://{host})" },
}

-- Texts without hosts.
local shown = {
    "", ".", "...", "::", ":", "a", "The specified CFS instance does not exist.",
    -- numbers and versions
    "1.2", "1.2.3", "v1.2", "v1.2.3", "v1.2.3.4", "V1.2.3.4", "1.2.3.4.5", "1.2.3-beta", "v2.0.0-rc.1",
    "1.0.0-alpha.beta", "5.1.x", "5.x", "Lua 5.4", "lua5.1", "python3.11", "libcurl.so.4", "12.5ms",
    "0.5s", "50.5M", "99.9%", "HTTP/1.1 502",
    -- files
    "config.json", "/etc/nginx/nginx.conf:12", "access-2.log", "access.log.1", "backup-7.tar.gz",
    "handler.lua:12: attempt to index a nil value", "cfs-1.YAML",
    -- dates and times
    "10:30:00", "10:30", "2026-11-24", "2026-11-24T10:30:00Z", "2026-11-24T10:30:00.123Z",
    "2026-11-24T10:30:00+08:00", "24.11.2026", "Tue, 24 Nov 2026 10:30:00 GMT",
    -- sentences, with and without a space between them
    "It failed. Please try again.", "It failed.Please try again", "read-only.Please", "it failed.please",
    "e.g. this", "i.e., that", "U.S.A.", "wait...then retry", "limit is 5.Please", "a: b", "code:12",
    -- programs
    "java.lang.NullPointerException", "com.baidu.cfs.FsService", "mountTargets.0.subnetId", "fs.name",
    "std::vector", "std::bad_alloc", "std::bad", "node::add", "Foo::1", "x::fe80", "00:1a:2b:3c:4d:5e",
    "a:b:c", "1:2:3:4:5:6:7",
    "cfs-ZpGzYvrnC9", "x-bce-request-id", "ae2225f7-1c2e-427a-a1ad-5413b762957d", "{host}",
}


describe("cfs.errors.show.hosts.hide", function()
    for _, case in ipairs(hidden) do
        it(("hides the hosts of %q"):format(case[1]), function()
            assert.equal(case[2], hosts.hide(case[1]))
        end)
    end

    for _, text in ipairs(shown) do
        it(("leaves %q as it is"):format(text), function()
            assert.equal(text, hosts.hide(text))
            assert.equal("<" .. text .. ">", hosts.hide("<" .. text .. ">"))
        end)
    end

    it("finds hosts between all kinds of characters", function()
        local names = { "10.0.3.7", "192.168.1.250", "fe80::1", "2001:db8:1:2:3:4:5:6", "nd7.bj.internal",
            "cfs-meta.nmg02", "db01.rack3", "meta.cfs.bj", "redis.local", "NODE-7.BJ" }
        local before = { "", "host ", "host=", "host:", "node:", "[", "\"", "<", "user@", "\n", "\0",
            "\228\184\187", "ip-", "/", "//", "http://", "tcp:", "-", ".", "...", "|", "\\", "{", "#",
            "10:30 " }
        local after = { "", " ", ":80", ":", ".", " .", ":80.", ",", "]", "\"", "/a.json?x=1", "\n", "\0",
            "\239\188\140", "...", "-", "?", ":8080/", "|", ">", "%", "=1", ": refused", "/24" }
        for _, name in ipairs(names) do
            for _, left in ipairs(before) do
                for _, right in ipairs(after) do
                    local text = left .. name .. right
                    assert.is_nil(hosts.hide(text):find(name, 1, true), text)
                end
            end
        end
    end)

    it("leaves nothing to hide", function()
        for _, case in ipairs(hidden) do assert.equal(case[2], hosts.hide(case[2])) end
    end)

    it("takes long texts of any shape", function() -- in square time it would not end
        for _, piece in ipairs { ".", ":", "a", "1", "-", "_", "[", "1.", "a.", "::", "://", "%" } do
            local text = piece:rep(2 ^ 16)
            assert.equal("string", type(hosts.hide(text .. "z")))
            assert.equal("string", type(hosts.hide("z" .. text .. "!")))
        end
    end)
end)
