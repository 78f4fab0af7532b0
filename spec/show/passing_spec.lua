local files = require "spec.helpers.files"
local passing = require "cfs.errors.show.passing"

local show = passing.show

local function lines(text) return text:gmatch "[^\n]+" end

-- Words without a form: not a letter of them is shown, whatever quotes and brackets are around them.
local hidden_words = [[
http://nas7/v1?x=1 https://user:word@nas7:8443/v1.2/a.json mongodb://m1:27017,m2:27017/db http:////nas7/x
redis://app:s3,cr3t@nas7:6379 redis://app:s3/cr#3t?@nas7:6379/0 amqp://u:p@r1:5672,amqp://u:p@r2:5672
jdbc:mysql://nas7:3306/db jdbc:oracle:thin:scott/tiger@//nas7:1521/x jdbc:oracle:thin:@nas7:1521:orcl
tcp://[fe80::1]:80 bns://cfs_meta.db_1 http:\/\/nas7\/v1 http:\u002F\u002fnas7\u002Fv1 //nas7/x \\nas7\share
http%3A%2F%2Fnas7%2Fv1 http%253A%252F%252Fnas7 nas7%2Ebj%2Einternal 10%2e0%2e3%2e7 nas7&#46;bj&#46;internal
http://{host}/v1 http:&sol;&sol;nas7 unix:/var/run/cfs.sock s3://bucket/key ftp:nas7 mailto:ops@nas7
user:pa@ss@host root:pw@nas7:22 root@nas7:/export ops@nd7.bj.internal s3cr3t@10.0.3.7 ops@example.com
root:pw@tcp(db7) root:pw@tcp(db7:3306)/x cfs'@'nas7 cfs"@"nas7 `cfs`@`%` @nas7 a@b lodash@4.17.21
@scope/package 10.0.3.7 10.0.3.7:8080 10.0.3.7-10.0.3.9 10.0.3.1..10.0.3.9 srv10.0.3.7 srv1.2.3.4 v1.2.3.4x
nas9·9bj 9。bj nas7/10.0.3.7:2049 10.0.0.0/8 1.2.3 012.0.3.7 0xA.0.3.7 0x0A.0x0.0x3.0x7 10.0.3
1host/s 10.0.3.7.in-addr.arpa 10.0.3.7:/x 10-0-3-7 ip-10-0-3-7 192,168,1,7 192,168,1,7,195,80 192,168,100,200
100,100,100,100 192-168-100-200 x_1.accessMode nas7꞉80 a¢b 10,0,3,7 10_0_3_7 10,0,3,7,195,80
10[.]0[.]3[.]7 nas7[.]bj nas7(.)bj nas7{dot}bj.x 10.0.3[.]7 1.2.3.4.5 300.400.500.600 ::1 fe80::1
fe80::1%eth0 [fe80::1]:8080 node:fe80::1 2001:DB8:0:0:8:800:200C:417A 2001:db8::1/64 ::ffff:10.0.3.7
64:ff9b::192.0.2.33 dead:beef::1 1:2:3:4:5:6:7:8 00:1a:2b:3c:4d:5e 00:11:22:33:44:55 redis.prod:6379 nas7:/
nas7:/export/x fs-prod.bj:/data nas7:2049 localhost:8080 cfs-meta:80 redis:6379 nas7.gz:2049
db7.acme.cc:3306 cfs-quota:8080 dbMaster:3306 ldap:389 access.log:12 ubuntu:22.04 nas7:2049:rwx nas7.bj
NAS7.BJ.INTERNAL Redis.Internal redis.default.svc.cluster.local redis.local baidu.com meta.cfs.bj
nas7.bj.internal. xn--bcher-kva.example b.acme.cc cfs_meta.internal cfs_meta.db7 _ldap._tcp.corp.local
a.b.c.d dbMaster.acme db7.accessMode nas7.max_size nas-7.accessMode .accessMode a..accessMode
accessMode.10.0.3.7 com.7baidu.cfs.Service V1.2.3.4.5 v10.nas7 v1.2.3-nas7.bj v1.2.internal 7.nas 1.5nas.x
12.5abcd e.g.bj nas.I failed.please failed.Please.try failed.pleaseNow.x.y Failed.Please /etc/passwd
/home/ops/.ssh/id_rsa ~/.ssh C:\Users\ops C:/Users ./x ../x nas7/export bj/nas7/x read/write/x /x 10/100/7
HTTP/1.1/x nas7/1.1.1 text/html;x=/y %s 100%x %2F name:value code:12 line:404 a:b:c uid:0x7 uid:nas7 nasid:7
user:1000:pw group:x user:x:rwxx default:nas7:rwx default:nas7 u:p
10:99 123:45 T10:30:nas7 2026-11-24T10:30:00nas7
2026-11-24T10:30@x 2026-11-24T10:30:00x5 10:30:45:12 +x +10.0.3 UTC+x a+b C# $5 #7 a&b dXNlcjpwYXNzd29yZA==
dXNlcjpwYXM= YWJj/ZGVm+w a== a=b== x?y=1 ?a=1&b=2 x^y a*b \n a\nb \u0061 {"a":1} <a/> </a>
nas7。bj。internal nas7·bj nas7・bj nas7．bj nas7｡bj ｎａｓ７ ｎａｓ７．ｂｊ ＠nas7
nas7／x 10％ ①② nas7․bj nas7﹒bj nas7﹕80 nas7∕x nas7⁄x nas7ː80 nas7։80.x bücher.example
srv10-0-3-7 10-0-3-7x srv10,0,3,7 ==a retran:5
адрес.рф nás7:80 naſ7.bj 𝐧𝐚𝐬𝟕 nas7📂x
]]

-- Texts, and what is shown of them.
local shown = [[
connect to 10.0.3.7:8080 refused >> connect to {hidden} refused
The host is 10.0.3.7. >> The host is {hidden}.
brokers b1.x:9092,b2.x:9092, c:1; d:2. Stop >> brokers {hidden}. Stop
connect to fe80::1: refused >> connect to {hidden}: refused
fe80:: and ::1 >> {hidden}:: and ::{hidden}
The parameter 'http://nas7.bj.internal:80 >> The parameter '{hidden}
dial tcp: nas7.bj:2049: refused >> dial tcp: {hidden}: refused
host=10.0.3.7 >> host={hidden}
host='10.0.3.7' >> host='{hidden}'
rw,addr=10.0.3.7,vers=4.1 >> {hidden}
{"url":"http://u:p@nas7"} >> {"{hidden}"}
<b>nas7.bj</b> >> <{hidden}>
sk2=a AK_1: a >> sk2={hidden} AK_1: {hidden}
password=hunter2 is wrong >> password={hidden} is wrong
(password="hunter2"), try >> (password="{hidden}"), try
password="hunter 2 x" is wrong >> password="{hidden}" is wrong
password='hunter 2 >> password='{hidden}
password = hunter2 >> password = {hidden}
password =hunter2 x >> password ={hidden} x
password := "hunter 2" x >> password := "{hidden}" x
"password": "hunter2", "a" >> "password": "{hidden}", "a"
{"password":"hunter2"} >> {"password":"{hidden}"}
--db-password=a >> --db-password={hidden}
user=cfs,password=hunter2 >> user=cfs,password={hidden}
dbPassword=a password2=a access_key_id=a >> dbPassword={hidden} password2={hidden} access_key_id={hidden}
\"password\": \"my x\", \"a\" >> {hidden}": {hidden}", {hidden}"
passphrase=a cookie=a; b >> passphrase={hidden} cookie={hidden}
Authorization: bce-auth-v1/AKID/2026/x y z >> Authorization: {hidden}
Proxy-Authorization: Digest username="x", response="7" >> Proxy-Authorization: {hidden}
AUTHORIZATION:Basic abc >> AUTHORIZATION:{hidden}
token: Bearer abc rest >> token: {hidden} rest
password=`hunter 2`, then >> password=`{hidden}`, then
password =>"a b" c =>d >> password =>"{hidden}" c =>d
无法连接10.0.3.7，请稍后重试 >> 无法连接{hidden}，请稍后重试
地址:10.0.3.7:80。端口 >> 地址:{hidden}。端口
[( and (' and ) >> [( and (' and )
password="密码 x，y" z >> password="{hidden}" z
地址::1无效 >> 地址::{hidden}无效
数据库.corp，nas7.内网，用户@nas7 >> 数据库{hidden}，{hidden}内网，用户{hidden}
password=“a b” c，password：a，b >> {hidden}“{hidden}” c，password：{hidden}，b
挂载nas7:/data失败 >> 挂载{hidden}失败
密码：a1，重置密码="a b" x >> 密码：{hidden}，重置密码="{hidden}" x
口令: a 密钥=a 令牌＝a >> 口令: {hidden} 密钥={hidden} 令牌＝{hidden}
凭证:a 签名：a 状态码：a >> 凭证:{hidden} 签名：{hidden} 状态码：a
the access key AK1 is wrong >> the access key {hidden} is wrong
Access Key ID 'ALTAK-x_7y', secret key s3 >> Access Key ID '{hidden}', secret key {hidden}
password="hun\" ter", "a" >> password="{hidden}", "a"
password='a\', b' c >> password='{hidden}' c
password="a token=x" b >> password="{hidden}" b
token: key：　a >> token: {hidden}　{hidden}
"password": " >> "password": "
secret=(a) b, key=[a], pwd: {a}; ak=<a> >> secret=({hidden}) b, key=[{hidden}], pwd: {{hidden}}; ak=<{hidden}>
password: , a >> password: , a
token: asic x, token: bas x, token: BASIC x y >> token: {hidden} x, token: {hidden} x, token: {hidden} y
**password**: a, <token>: a, {{key}} = a >> {hidden}: {hidden}, <token>: {hidden}, {{key}} = {hidden}
service_account_impersonation_access_token: a >> {hidden}: {hidden}
密码：　　a，密码：　“a”，密码：——a >> 密码：　　{hidden}，密码：　“{hidden}”，密码：——{hidden}
密码：　 「a b」c >> 密码：　 「{hidden}」c
密码：　"a b" c，密码: 　a >> 密码：　"{hidden}" c，密码: 　{hidden}
password”":"a"，“token】":"a >> password”":"{hidden}"，“token】":"{hidden}
“密码”：a，「token」: a，密码　：a >> “密码”：{hidden}，「token」: {hidden}，密码　：{hidden}
“状态”：a, “token” a: b >> “状态”：a, “token” a: b
{"ak":"c"}, token=x;b=1 >> {"ak":"{hidden}"}, token={hidden}
]]

-- Words that have a form.
local whole_words = [[
a nas7 config max_size mount-target InstanceNotFound -o --verbose cfs-ZpGzYvrnC9
ae2225f7-1c2e-427a-a1ad-5413b762957d 0123456789abcdef0123456789abcdef01234567 20261124T103000Z 2026-11-24
1-2-3 2026-11-24-10 x_bce_date {host} {hidden} (a) [a] <a> 'a' "a" `a` a. a, a: a; a? a! a... ... - -> => ==
= ! & / % * "a", ("a"); don't a,b a;b a|b a->b f() f(x) 0 -1 +5 +1.25 1.5 -1.5 1,234 1,234,567 1,234,567.89
1,234,567,890 1,073,741,824 1,024,000,000 192,168,100 5% 99.9% +5% 100ms 12.5ms 50GiB 1.5MiB 1e-5 1.5e-5
0x7f v1 v1.2 v1.2.3 v12.3 V1.2.3 v1.2.3.4 v2.0.0-rc.1 v1.2.3-beta TLSv1.2 10/100 100MB/s 50/s read/write
and/or I/O application/json
HTTP/1.1 HTTP/2 curl/8 text/x-lua 10:30 9:05 10:30:45 10:30:45.123 10:30Z T10:30 T10:30:00Z
2026-11-24T10:30Z 2026-11-24T10:30:00Z 2026-11-24T10:30:00.123Z 2026-11-24T10:30:00+08:00
2026-11-24T10:30:31.5+0800 9:05:30 À ߠߡ हिन्दी ქართული +08:00 -08:00 UTC+8
UTC+08:00 GMT+08:00 2026/11/24 spec.accessMode Forbidden.InstanceNotFound mountTargets.0.subnetId
mountTargets[0].subnetId tags[0] config.max_size spec.mount-target.vpcId java.lang.NullPointerException
com.baidu.cfs.FsService e.g. (e.g., i.e., p.m. U.S.A. U.S. don’t ‘a’ failed.Please full.Local
wait...then ...then name=value a=1,b=2 a="b" fsName=cfs-1 limit=5 rw,vers=4.1,hard user:1000:rwx
user:Bob_2:rwx user::rw- group::r-x group:ops:r-- mask::rwx other::--- default:user:1000:rwx u:alice:rw-
o::r-t anonuid:65534 anongid:65534 rsize:8192 wsize:1048576 uid:0 gid:1000 timeo:600 nconnect:4 {a},b a]b
acdirmax:1 acdirmin:1 acregmax:1 acregmin:1 actimeo:1 nfsvers:4 retrans:2 vers:3 <=20 >=1 1~64 größe
a.0.fsId 10:30...then 5%={hidden}a :a:
Ελλάδα адрес français (größe) 5µs 30°C disk=3 task=7 umask=022 peak=5 monkey
文件系统不存在。 状态：已删除，请检查！ （参数） “fsId” 《文档》 fsId无效
失败.请重试 失败。Please 状态码:404 超时:30秒 参数,fsId 类型=NFS… ファイル 파일
]]

-- Texts that are shown whole.
local whole_texts = [[
The specified CFS instance does not exist.
The parameter 'spec.accessMode' is invalid.
Request has expired. Timestamp date is 2026-11-24T10:30:00Z.
field config.max_size must be >= 10 (e.g. 64), not 5.5%
It failed. Please try again: see the guide, i.e., page 7!
size must be between 1 and 1,048,576 bytes; got 0
The request uses the same client token as a previous, but non-identical request.
The specified If-Match header doesn't match the ETag header.
Tue, 24 Nov 2026 10:30:00 GMT
quota "bytes" reached: 50GiB of 50GiB (100%)
acl entry user:1000:rwx, mask::rwx
wrong key. The 2nd is right; no 'token.' | 'x y', no secret! 3rd
IamSignatureInvalid, cause: Fail to authn user: Signature does not match
the key is missing, the password is wrong, the signature does not match
文件系统 cfs-7abc 的状态为 deleting，请稍后重试。
“挂载点”数量超过上限（10 个），请提交工单。
]]

-- What may stand before a host, and behind it.
local left_of = ";host ;host=;host:;node:;[;\";<;user@;\n;\0;主;ip-;/;//;http://;tcp:;-;.;...;|;\\;{;#"
    .. ";10:30 ;u:p@;,;v;：;。;a=b,;é;("
local right_of = "; ;:80;:;.; .;:80.;,;];\";/a.json?x=1;\n;\0;，;...;-;?;:8080/;|;>;%;=1;: refused;/24;@x;。;不"
    .. ";\255;)"

-- Names of secrets, signs, values with "hunter", and what may stand around all.
local secrets = "password Passwd PWD db_secret x-token apiKey API_KEY ak bce-SK userAK accessKey secretKey"
    .. " passphrase access-key-id Proxy-Authorization signature X-Signature2 credential Credentials Cookie"
local signs = "=|:| = |: | : |= | =|=>| => |:=|\"=|':|\" : |：|＝|=>\n|\t=\t"
local values = "hunter2|hunter|'hunter'|\"hunter\",|\"hunter two\"|'my hunter|hunter)|é-hunter|Bearer hunter"
    .. "|<hunter>|a=hunter|x:hunter|http://hunter/|{hunter}|basic hunter|“hunter”|错hunter|\"错 hunter\""
local surroundings = { "%s", "the %s is wrong", "(%s)", "a=1,%s", "错误%s", "10.0.3.7,%s", "ａ%s" }

-- Of these 64 KiB are shown.
local repeated = "g:|1.|:|@|/|a.b.|::|://|10.0.3.7 |a.b |u:p@h |key=|key |k=a |s=s=s |[|\\/|状|状:|1..|a|_|-|= "
    .. "|. |{host}|\255|é|(|\"|password='|authorization:\n|1,|1-|...|a-A|aA|key=a |a=b |1,1 "

describe("cfs.errors.show.passing", function()
    -- Calls judge(text, word) for each word in each of the places.
    local function each(words, places, judge)
        local count = 0
        for word in words:gmatch "%S+" do
            for around in places:gmatch "[^|]+" do
                judge(around:gsub("%%s", (word:gsub("%%", "%%%%"))), word)
            end
            count = count + 1
        end
        assert.is_true(count >= 150)
    end

    it("hides every word that has no form", function()
        each(hidden_words, "%s|see %s now|(%s)|'%s',|x\n\t%s\r\nx|值%s，", function(text, word)
            local inner, result = word:gsub("^[<{\"'`(%[]+", ""):gsub("[.%])}>\"'`]+$", ""), show(text)
            assert.is_nil(result:find(inner, 1, true), text)
            assert.is_nil(result:find("nas7", 1, true), text)
            assert.truthy(result:find("{hidden}", 1, true), text)
            assert.is_nil(show(word):gsub("{hidden}", ""):find "[%w\128-\255]", word)
        end)
    end)

    for line in lines(shown) do
        local text, expected = line:match "^(.-) >> (.+)$"
        it(("hides a part of %q"):format(text), function()
            assert.equal(expected, show(text))
            assert.equal(expected, show(expected))
        end)
    end

    it("shows every word that has a form", function()
        each(whole_words, "%s|see %s now|(%s)|\"%s\"|x\n\t%s\r\nx", function(text)
            assert.equal(text, show(text))
        end)
    end)

    it("does as docs/api.md says", function()
        local reference = files.read "docs/api.md"
        local names = reference:match "behind a name that ends in (.-),%s+and a sign"
        for name in names:gsub(" or ", ", "):gmatch "[^%s,]+" do
            assert.equal(name .. "={hidden}", show(name .. "=x"))
            assert.equal("X-" .. name .. ": {hidden}", show("X-" .. name .. ": x"))
        end
        local count = 0
        for example in reference:match("\n| form | examples |\n(.-)\n\n"):gmatch "`([^`]+)`" do
            if not example:find " " and example ~= "name=value" then
                assert.equal(example, show(example))
                count = count + 1
            end
        end
        assert.is_true(count > 30)
    end)

    for text in lines(whole_texts) do
        it(("shows all of %q"):format(text), function() assert.equal(text, show(text)) end)
    end

    -- The forms that have a sign within, in classes: digits as 0, small letters as a, capitals as A.
    local with_sign = { "^[^a-zA-Z0-9]+$",
        "^[+-]?0%.0[aA]*%%?$", "^[+-]?0%%$", "^%-?0%.0[eaA]*[+-]?0$", "^[aA]0%.0%.?0?%.?0?$",
        "^[aA]0%.0%.0%-a%.?0?$",
        "^[aA]%.[aA]$", "^[aA]%.[aA]%.[aA]$", "^a%.Aa$", "^[aA][aA0._-]*%.[aA_-]+$", -- fields
        "^0/0$", "^0/0/0$", "^[aA]+/0%.?0?$", "^[aA][aA_-]*/[aA][aA_-]*$",
        "^0:0A?$", "^A?0:0:0%.?0?A?$", "^[A-]0:0A?$", "^0%-0%-0A0:0", "^A*%+0:0$", -- times
        "^a:0$", "^a:[aA0_-]*:[a-]+$", "^a:a:[aA0_-]*:[a-]+$", -- anonuid:0, user:a:rwx
    }

    it("shows no word with a sign within that has none of the forms", function()
        math.randomseed(7)
        local pieces, joints, passed = {}, { ".", ":", "/", "@", "%", "::", "..", "://", ".", ":" }, 0
        for piece in ("nas7 a bj Bj fsId user uid max_size 10 3 2026-11-24 v1 T Z 7a - _ rwx fe80 x-y HTTP")
            :gmatch "%S+" do
            pieces[#pieces + 1] = piece
        end
        for _ = 1, 20000 do
            local word = pieces[math.random(#pieces)]
            for _ = 1, math.random(4) do
                word = word .. joints[math.random(#joints)] .. pieces[math.random(#pieces)]
            end
            if show(word) == word then
                local shape, has_form = word:gsub("%d+", "0"):gsub("%l+", "a"):gsub("%u+", "A"), false
                for _, form in ipairs(with_sign) do has_form = has_form or shape:find(form) ~= nil end
                assert.is_true(has_form, word)
                passed = passed + 1
            end
        end
        assert.is_true(passed > 100)
    end)

    it("shows no host whatever stands around it", function()
        local hosts = "10.0.3.7 192.168.1.250 fe80::1 2001:db8:1:2:3:4:5:6 nd7.bj.internal redis.local"
            .. " NODE-7.CORP redis.default.svc.cluster.local nas7:2049 nas7:/x u:p@nas7"
        for name in hosts:gmatch "%S+" do
            for left in left_of:gmatch "[^;]*" do
                for right in right_of:gmatch "[^;]*" do
                    local text = left .. name .. right
                    assert.is_nil(show(text):find(name, 1, true), text)
                end
            end
        end
    end)

    it("shows no value behind the name of a secret", function()
        local count = 0
        for name in secrets:gmatch "%S+" do
            for sign in signs:gmatch "[^|]+" do
                for value in values:gmatch "[^|]+" do
                    for turn = 0, 1 do
                        local place = surroundings[(count + turn * 3) % 7 + 1]
                        local text = place:gsub("%%s", name .. sign .. value)
                        assert.is_nil(show(text):find "hunter", text)
                        assert.is_nil(show(text):find("10.0.3.7", 1, true), text)
                    end
                    count = count + 1
                end
                count = count + 1
            end
        end
        assert.equal("disk=hunter monk=x", show "disk=hunter monk=x")
    end)

    it("reads 4 KiB of a text, and shows no part of a word there", function()
        local text, list = ("abc "):rep(1023), ("a1,"):rep(170) .. "ab"
        local pairs_of = ("a b=c "):rep(200):sub(1, -2)
        for given, expected in pairs {
            [text .. "abcd"] = text .. "abcd", [text .. "abcde"] = text .. "{hidden}...",
            [text .. "abc 10.0.3.7"] = text .. "abc {hidden}...",
            [text .. "abcd x"] = text .. "{hidden}...",
            [("状"):rep(1366)] = ("状"):rep(1365) .. "{hidden}...",
            [pairs_of] = pairs_of, [pairs_of .. " a b=c"] = pairs_of .. " a ...",
            [("x"):rep(40)] = ("x"):rep(40), [("x"):rep(41)] = "{hidden}", [list] = list,
            [list .. "c"] = "{hidden}",
            ["password：\194\160hunter"] = "password：\194\160{hidden}",
            ["a\127b"] = "{hidden}",
            ["Authorization: a b\nv2 x"] = "Authorization: {hidden}\nv2 x",
            ["Authorization: a b\rv2 x"] = "Authorization: {hidden}\rv2 x",
            [("key=a "):rep(60)] = ("key={hidden} "):rep(50) .. "key={hidden}",
        } do
            assert.equal(expected, show(given))
        end
    end)

    it("makes no control character of any text, and hides no less when it reads its own words", function()
        math.randomseed(7)
        local pieces = { "a", "7", "10", ".", ":", "/", "@", "%", "-", "_", "=", "'", "\"", "(", "]", "{",
            "<", ",", "|", " ", "\n", "\0", "\1", "\2", "\127", "\255", "é", "状", "。", "：", "密码", "key",
            "Authorization", "·", "is", "{hidden}", "rwx", "…", "\226\128\139", "．" }
        for _ = 1, 3000 do
            local parts = {}
            for index = 1, math.random(10) do parts[index] = pieces[math.random(#pieces)] end
            local result = show(table.concat(parts))
            assert.is_nil(result:find "[%z\1-\8\14-\31\127\255]")
            local again = show(result)
            local _, first = result:gsub("{hidden}", "")
            local _, second = again:gsub("{hidden}", "")
            assert.is_true(again == result or #again < #result or second > first)
        end
    end)

    -- What bounds the time. Square time would not end.
    it("ends on any text", function()
        for part in repeated:gmatch "[^|]+" do
            local result = show(part:rep(math.floor(2 ^ 16 / #part)) .. " 10.0.3.7")
            assert.is_nil(result:find("10.0.3.7", 1, true), part)
            assert.is_true(#result <= 8192, part)
            assert.equal("...", result:sub(-3), part)
        end
    end)
end)
