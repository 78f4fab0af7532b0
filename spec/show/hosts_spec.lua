local hosts = require "cfs.errors.show.hosts"

-- A text, what of it must not be shown, and what becomes of it.
local hidden = {
    -- authorities of URLs
    { "http://nas7/v1?x=1", "nas7", "http://{host}/v1?x=1" },
    { "(see http://nas7:80)", "nas7", "(see http://{host})" },
    { "GET https://user:word@nas7:8443/v1.2/a.json failed", "word", "GET https://{host}/v1.2/a.json failed" },
    { "mongodb://m1:27017,m2:27017/db", "m2", "mongodb://{host}/db" },
    { "redis://app:s3,cr3t@nas7:6379", "cr3t", "redis://{host}" },
    { "redis://app:s3/cr#3t?@nas7:6379/0", "nas7", "redis://{host}/0" },
    { "amqp://u:p@r1:5672,amqp://u:p@r2:5672", "r2", "amqp://{host}" },
    { "http://nas7,http://nas8", "nas8", "http://{host}://{host}" },
    { "jdbc:mysql://nas7:3306/db", "nas7", "jdbc:mysql://{host}/db" },
    { "tcp://[fe80::1]:80", "fe80", "tcp://{host}" },
    { "bns://cfs_meta.db_1", "cfs_meta", "bns://{host}" },
    { "http:\\/\\/nas7\\/v1", "nas7", "http:\\/\\/{host}\\/v1" },
    { "{\"url\":\"http:\\/\\/u:p\\/w@nas7\"}", "nas7", "{\"url\":\"http:\\/\\/{host}\"}" },
    { "http:\\u002F\\u002fnas7\\u002Fv1", "nas7", "http:\\u002F\\u002f{host}\\u002Fv1" },
    { "redirect=http%3A%2F%2Fnas7%2Fv1&x=1", "nas7", "redirect=http%3A%2F%2F{host}&x=1" },
    { "The parameter 'http://nas7.bj.internal:80 (10.0.3.7)' is invalid.", "nas7",
      "The parameter 'http://{host} ({host})' is invalid." },
    -- credentials
    { "user:pa@ss@host", "pa", "{host}" },
    { "dsn=user:pa@ss@nas7/db", "ss", "dsn={host}/db" },
    { "(root:pw@nas7:22)", "pw", "({host})" },
    { "jdbc:oracle:thin:scott/tiger@//nas7:1521/x", "tiger", "{host}/x" },
    { "jdbc:oracle:thin:@nas7:1521:orcl", "nas7", "{host}" },
    { "root@nas7:/export", "root", "{host}:/export" },
    { "ops@nd7.bj.internal", "ops", "{host}" },
    { "s3cr3t@10.0.3.7", "s3cr3t", "{host}" },
    -- IPv4
    { "connect to 10.0.3.7 failed", "10.0.3.7", "connect to {host} failed" },
    { "The host is 10.0.3.7.", "10.0.3.7", "The host is {host}." },
    { "host:10.0.3.7:8080", "10.0.3.7", "host:{host}" },
    { "10.0.3.7, 10.0.3.8;10.0.3.9", "10.0.3", "{host}, {host};{host}" },
    { "10.0.3.7-10.0.3.9", "10.0.3", "{host}-{host}" },
    { "10.0.3.1..10.0.3.9", "10.0.3", "{host}..{host}" },
    { "10.0.3.1...", "10.0.3.1", "{host}..." },
    { "srv10.0.3.7", "10.0.3.7", "srv{host}" },
    { "nas7/10.0.3.7:2049", "10.0.3.7", "nas7/{host}" },
    { "10.0.0.0/8", "10.0.0.0", "{host}/8" },
    { "\228\184\187192.168.100.200\228\184\141", "192", "\228\184\187{host}\228\184\141" },
    { "\0001.2.3.4\000", "1.2.3.4", "\000{host}\000" },
    -- IPv6
    { "::1", "::1", "{host}" },
    { "fe80::", "fe80", "{host}" },
    { "connect to fe80::1: refused", "fe80", "connect to {host}: refused" },
    { "...fe80::1...", "fe80", "...{host}..." },
    { "addr:fe80::1", "fe80", "addr:{host}" },
    { "node:fe80::1: refused", "fe80", "node:{host}: refused" },
    { "node:1:2:3:4:5:6:7:8", "1:2", "node:{host}" },
    { "add:1:2:3:4:5:6:7:8", "1:2", "add:{host}" },
    { "[fe80::1]:8080", "fe80", "[{host}]" },
    { "[fe80::1%eth0]:8080 and fe80::2%lo", "eth0", "[{host}] and {host}" },
    { "2001:DB8:0:0:8:800:200C:417A", "DB8", "{host}" },
    { "2001:db8:0:0:8:800:200c:417a:18080", "417a", "{host}" },
    { "2001:db8::1/64", "db8", "{host}/64" },
    { "::ffff:10.0.3.7", "10.0", "{host}" },
    { "64:ff9b::192.0.2.33,x", "192", "{host},x" },
    { "dead:beef::1", "beef", "{host}" },
    -- a name and its port
    { "redis.prod:6379", "redis", "{host}" },
    { "mount nas7:/export/x failed", "nas7", "mount {host}:/export/x failed" },
    { "fs-prod.bj:/data", "prod", "{host}:/data" },
    { "nas7:2049: refused", "nas7", "{host}: refused" },
    { "dial tcp: localhost:8080", "localhost", "dial tcp: {host}" },
    { "brokers b1:9092,b2:9092", "b2", "brokers {host},{host}" },
    { "cfs-meta:80", "cfs-meta", "{host}" },
    { "redis:6379", "redis", "{host}" },
    { "host=nas7:80;x", "nas7", "host={host};x" },
    -- names under internal suffixes
    { "upstream nd7.bj.internal:8080.", "nd7", "upstream {host}." },
    { "redis.local", "redis", "{host}" },
    { "Redis.Internal", "Redis", "{host}" },
    { "NAS7.BJ.INTERNAL", "NAS7", "{host}" },
    { "nas7.bj.internal. is", "nas7", "{host}. is" },
    { "redis.default.svc.cluster.local", "default", "{host}" },
    { "redis.default.svc:6379", "default", "{host}" },
    { "localhost.localdomain", "localhost", "{host}" },
    { "ip-10-0-3-7.ec2.internal", "ip-10", "{host}" },
    { "...nd7.corp...", "nd7", "...{host}..." },
}

-- Texts that have none of these forms.
local whole = {
    "the path is C:/data", "key:/value", "at:/", "v1.2: /x",
    "", ".", "...", "::", ":", "@", "a", "The specified CFS instance does not exist.",
    -- words with dots and underscores
    "field config.max_size is invalid", "spec.mount-target.0.vpc", "mountTargets.0.subnetId", "fs.name",
    "com.baidu.cfs.FsService", "java.lang.NullPointerException", "baidu.com", "meta.cfs.bj", "x_bce_date",
    -- numbers and versions
    "1.2", "1.2.3", "v1.2.3", "v1.2.3.4", "V1.2.3.4", "1.2.3.4.5", "1.3.6.1.4.1.9.9.23", "1.2.3-beta",
    "v2.0.0-rc.1", "5.1.x", "Lua 5.4", "python3.11", "libcurl.so.4", "12.5ms", "50.5M", "99.9%", "1e-5",
    "300.400.500.600", "2026.11.24.1", "HTTP/1.1 502", "lodash@4.17.21", "@scope/package", "ubuntu:22.04",
    -- files and lines
    "video.mp4", "config.json", "access.log:12", "data.csv:1024", "disk_level:1000", "inode:123456",
    "/etc/nginx/nginx.conf:12", "handler.lua:12: attempt to index a nil value",
    "main.go:1024", "C:\\Users\\x.txt", "C:/Users/x", "backup-7.tar.gz", "file:///etc/passwd",
    -- dates, times, ratios
    "10:30", "12:30:45", "T10:30", "2026-11-24T10:30Z", "2026-11-24T10:30:00.123Z",
    "2026-11-24T10:30:00+08:00", "24.11.2026", "Tue, 24 Nov 2026 10:30:00 GMT", "16:9", "1:2:3:4:5:6:7",
    -- sentences
    "It failed. Please try again.", "It failed.Please try again", "disk full.Local quota", "e.g. this",
    "i.e., that", "U.S.A.", "wait...then retry", "limit is 5.Please", "a: b", "wait @ 5",
    -- keys and values
    "key:value", "code:12", "line:404", "size:4096", "file_size:1024", "maxSize:4096", "error_code:404",
    "x:1.5", "read:1024kB", "a:b:c", '{"a":1}', '{"size":12345}', "ops@example.com",
    -- programs and identifiers
    "DB::add", "::bad", "std::vector", "std::bad_alloc", "Foo::1", "x::fe80", "00:1a:2b:3c:4d:5e",
    "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", "cfs-ZpGzYvrnC9", "sha256:9f86d081884c7d65",
    "ae2225f7-1c2e-427a-a1ad-5413b762957d", "{host}", "http://{host}/v1",
}


describe("cfs.errors.show.hosts.hide", function()
    for _, case in ipairs(hidden) do
        it(("hides what is behind the gateway in %q"):format(case[1]), function()
            assert.equal(case[3], hosts.hide(case[1]))
            assert.is_nil(case[3]:find(case[2], 1, true))
            assert.equal(case[3], hosts.hide(case[3]))
        end)
    end

    for _, text in ipairs(whole) do
        it(("leaves %q as it is"):format(text), function()
            assert.equal(text, hosts.hide(text))
            assert.equal("<" .. text .. ">", hosts.hide("<" .. text .. ">"))
        end)
    end

    it("finds hosts between all kinds of characters", function()
        local names = { "10.0.3.7", "192.168.1.250", "fe80::1", "2001:db8:1:2:3:4:5:6", "nd7.bj.internal",
            "redis.local", "NODE-7.CORP", "redis.default.svc.cluster.local" }
        local before = { "", "host ", "host=", "host:", "node:", "[", "\"", "<", "user@", "\n", "\0",
            "\228\184\187", "ip-", "/", "//", "http://", "tcp:", "-", ".", "...", "|", "\\", "{", "#",
            "10:30 ", "u:p@", "," }
        local after = { "", " ", ":80", ":", ".", " .", ":80.", ",", "]", "\"", "/a.json?x=1", "\n", "\0",
            "\239\188\140", "...", "-", "?", ":8080/", "|", ">", "%", "=1", ": refused", "/24", "@x" }
        for _, name in ipairs(names) do
            for _, left in ipairs(before) do
                for _, right in ipairs(after) do
                    local text = left .. name .. right
                    assert.is_nil(hosts.hide(text):find(name, 1, true), text)
                end
            end
        end
    end)

    it("leaves a long text whole that has little to look at", function()
        local text = ("The value of 'a' is wrong. "):rep(4000)
        assert.equal(text, hosts.hide(text))
        assert.equal(text .. "{host}", hosts.hide(text .. "10.0.3.7"))
    end)

    -- What bounds the time. Square time would not end.
    it("cuts a text where more than 4 KiB had to be looked at", function()
        for _, piece in ipairs { "g:", "1.", ":", "@", "/", "a.b.", "::", "://", "10.0.3.7 ", "a.b ",
            "u:p@h ", "fe80::1 ", "nas7:80,", "x.internal ", "%3a%2f%2f", "http://x ", "[", "\\/",
            "\228\184\187:", "1..", "a", "_", "-", "{host}", "= ", ". " } do
            local text = piece:rep(math.floor(2 ^ 16 / #piece))
            for _, long in ipairs { text .. "z", "z" .. text .. "!", text .. " 10.0.3.7" } do
                local shown = hosts.hide(long)
                assert.is_nil(shown:find("10.0.3.7", 1, true), piece)
                assert.is_true(#shown < 8192 or #shown >= 2 ^ 16 - 8, piece)
                if #shown < 8192 then assert.equal("...", shown:sub(-3), piece) end
            end
        end
    end)
end)
