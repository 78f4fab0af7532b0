-- Pages as the vendor has them, made small: see what stands before each.

local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local files = require "spec.helpers.files"
local import = require "cfs.errors.import"

local load = loadstring or load -- luacheck: std max

-- What is peculiar; the page; its rows as "code status message / description / remedy -- mark"; the notes.
local pages = {
    { "the usual order, in Chinese; a status without a space; the table of the envelope", [[
参数名|类型|描述
---|---|---
code|String|错误码
message|String|错误描述

| 错误码 | 错误描述 | HTTP状态码 | 语义 |
|---|---|---|---|
| InstanceNotFound | No instance. | 404Not Found | 实例不存在 |
| AccessDenied | Denied. | 403Forbidden | 无权限 |
| SignatureDoesNotMatch | Wrong. | 403 Forbidden | 签名 |
]], { "InstanceNotFound 404 No instance. / 实例不存在 -- the status tells neither category nor retry",
      "SignatureDoesNotMatch 403 Wrong. / 签名 -- the global code has another status" }, {} },

    { "the status before the message; placeholders without names", [[
| 错误码 | HTTP状态码 | 错误信息 | 说明 |
|---|---|---|---|
| TooManyCalls | 429 | Over rate limit: {}. | 超过限制 |
| Dated | 400 | {} after XXX, 'parameterName' | - |
]], { "TooManyCalls 429 Over rate limit: {detail}. / 超过限制",
      "Dated 400 {detail} after {detail2}, '{parameterName}'" }, {} },

    { "the status last, below 400; cells moved to the left; doubled codes; no bars at the sides", [[
Error Code(code) | Message(message) | Description | HTTP Status Code
---|---|---|---
success | ok | done | 200 OK
success | 204 No Content | | |
BucketNotEmpty | Not empty. | x | 409 Conflict
BucketNotEmpty | Not empty at all. | x | 409 Conflict
Moved | 409 Conflict | | |
Digits | 400 calls | x | 409
None | 404 calls, 2 | x | none
]], { "BucketNotEmpty 409 Not empty. / x", "Moved 409 Moved -- the page has no message",
      "Digits 409 400 calls / x" }, { "success has status 200, which is no error's",
      "success has status 204, which is no error's",
      "BucketNotEmpty stands there again, with status 409: Not empty at all.", "None has no status" } },

    { "no message; codes with dots and spaces; tabs",
      "错误码\tHTTP状态码\t描述\r\nResource Not Found\t404\t不存在\r\n"
        .. "Bec.K8SClientError\t500\tK8S\r\nIllegal parameters\t400\t\r\n",
      { "Resource Not Found 404 不存在 -- the page has no message; the status tells neither category nor retry",
        "Bec.K8SClientError 500 K8S -- the page has no message",
        "Illegal parameters 400 Illegal parameters -- the page has no message" }, {} },

    { "five columns of HTML; a cell over two rows; entities; a header table; a comment", [[
<style>td{}</style>
<table><tr><th>名称</th><th>类型</th></tr>
<tr><td>X-Bce-Error-Code</td><td>String</td></tr></table>
<table border=1><thead><tr><th><p>错误码</p></th>
<th>错误信息</th><th>含义</th><th>解决方法</th><th>HTTP 状态码</th></tr></thead>
<!-- <tr><td>Hidden</td><td>m</td><td>a</td><td>d</td><td>400</td></tr> -->
<tr><td rowspan="2">NoBackend</td><td>No<!-- -> --> backend.</td>
<td>a</td><td>重试</td><td rowspan=2>502</td></tr>
<tr><td>Failed to call <b>backend</b>.</td><td>c</td><td>d</td></tr>
<tr><td>Routed</td><td>Not&nbsp;here<br>&quot;&#x4e2d;&#25991;&quot; &amp;lt;</td>
<td>&lsquo;e&rsquo; &ldquo;e&rdquo; &ndash;&mdash;&hellip;&apos;</td><td>f</td>
<td>404</td></tr></table>
]], { "NoBackend 502 No backend. / a / 重试",
      'Routed 404 Not here "中文" &lt; / ‘e’ “e” –—…\' / f -- the status tells neither category nor retry' },
      { "NoBackend stands there again, with status 502: Failed to call backend." } },

    { "cells that reach over rows, the last column, too; marks of blocks; odd characters", [[
<table><tr><th>Code</th><th>Status</th><th>Message</th><th>Meaning</th><th>Solution</th></tr>
<tr><td rowspan='3'>A</td><td rowspan=3>400</td><td>a&gt;</td><td>b</td><td rowspan="3">c</td></tr>
<tr><td>d<p>e<div>f<ul><li>g</ul></td><td>-</td></tr>
<tr><td>&#1;h&#0;&#65535;&#65536;&#x1F600;&other;&12;　i&nbsp;j]]
        .. "\226\128\139k\239\187\191l\194\160m" .. [[</td><td>-</td></tr>
<tr><td>B</td><td>409</td><td colspan=2 rowspan=2>l</td><td>m</td></tr>
<tr><td>C</td><td>409</td><td>n</td></tr></table>
]], { "A 400 a> / b / c", "B 409 l / m", "C 409 l / n" }, {
        "A stands there again, with status 400: d e f g",
        "A stands there again, with status 400: h&#0;\239\191\191&#65536;&#x1F600;&other;&12; i jkl m" } },

    { "a table of two columns",
      "<table><tr><th>Code</th><th>Status</th></tr><tr><td>A</td><td rowspan=2>409</td></tr></table>"
        .. "<table><tr><th>Code</th><th>Status</th></tr><tr><td>B</td><td>500</td></tr></table>",
      { "A 409 A -- the page has no message", "B 500 B -- the page has no message" }, {} },

    { "a row of one cell; a second line with more cells than the first", [[
| Code | Status | Message | Meaning |
|---|---|---|---|
| A | 409 | m |
|   |     | n | d |
| Common |
| B | 409 | m | d |
]], { "A 409 m n / d", "B 409 m / d" }, {} },

    { "a heading without bars at the sides; tabs within bars, bars within tabs; a long cell",
      "Code | Status | Message | Error description\n| A\t | 409 | m | \td |\n | B | 409 | m |\n"
        .. "| " .. ("http "):rep(12) .. "x | 409 | the code |\n"
        .. "Code\t" .. ("http "):rep(11) .. "httpx\tMessage\nC\t409\tm | n\n| D | 409 | m |\n",
      { "A 409 m / d", "B 409 m", ("http "):rep(12) .. "x 409 the code", "C 409 m | n", "D 409 m" },
      {} },

    { "a heading in a table of its own, a row that parts sections; two tables", [[
<TABLE><TR><TH>Error Return Codes<TH>Status code<TH>Error Message<TH>Explanations</TR></TABLE>
<table><tr><td colspan="4">Common</td></tr>
<tr><td>One</td><td>400 BadRequest</td><td>m</td><td>x</td></tr></table>
<table><tr><th>Code<th>Message<th>Meaning<th>Status</tr>
<tr><td>Wide</td><td colspan="2">w</td><td>409</td></tr></table>
<p>More</p><table><tr><td>Description</td><td>States Code</td><td>Code</td></tr>
<tr><td>y</td><td>503 Service Unavailable</td><td>Two</td></tr>
<tr><td>short</td><td>500</td></tr></table>
<table><tr><td>y</td><td>400</td><td>Three</td></tr></table>
]], { "One 400 m / x", "Wide 409 w", "Two 503 y -- the page has no message" }, {} },

    { "cells that are broken over lines; what is behind a table is none of its rows", [[
Error code | Error message | HTTP status code | Semantics
---|---|---|---
Invalid | Invalid
argument | 400 BadRequest | bad thing
Half | m
Large | Too big | 413 | x | y \| z
Part | m
Busy | n | 409 | x

Name | Number
More:
Last | m | 400 | x
Other | 400
]], { "Invalid 400 Invalid argument / bad thing",
      "Large 413 Too big / x | y | z -- the status tells neither category nor retry",
      "Busy 409 n / x" }, {} },

    { "columns that spaces part; marks of Markdown; two statuses; none", [[
  Code             Message            HTTP states code   Meaning
  `A.B`            Gone.              400/404            Gone.
  [C](#c)          Here.              409 Conflict       There.
  D                No status.         -                  x
]], { "A.B 400 Gone. -- the page has several statuses", "C 409 Here. / There." },
      { "D has no status" } },

    { "a byte order mark, a column of numbers, the status first, a heading again, a grid",
      "\239\187\191| 序号 | HTTP状态码 | 错误码 | 错误信息 |\n+--+--+--+--+\n| 1 | 400 (Bad Request) | A | m |\n"
        .. "| 序号 | HTTP状态码 | 错误码 | 错误信息 |\n| 2 | 409 | B | n |\n",
      { "A 400 m", "B 409 n" }, {} },

    { "lines that are drawn; cells of several lines", [[
┌──────┬───────┬─────────┐
│ Code │ HTTP  │ Message │
├──────┼───────┼─────────┤
│ A    │ 404   │ It is   │
│      │ Not   │ not     │
│      │ Found │ here.   │
├──────┼───────┼─────────┤
│ B    │ 409   │ Busy.   │
└──────┴───────┴─────────┘
]], { "A 404 It is not here. -- the status tells neither category nor retry", "B 409 Busy." }, {} },

    { "a code that stands once for two rows, the second of which has two lines", [[
| Code | HTTP | Message |
|---|---|---|
|   | 409 | None. |
| A | 409 | One. |
|   | 400 | Two |
|   |     | lines. |
]], { "A 409 One." }, { "A stands there again, with status 400: Two lines." } },

    { "the last status of an error, in a table of one row", "| Code | Status | Message |\n| A | 599 | m |\n",
      { "A 599 m" }, {} },

    { "the first and the last status of none",
      "| Code | Status | Message |\n| A | 399 | m |\n| B | 600 | m |\n| C | 400 | m |\n", { "C 400 m" },
      { "A has status 399, which is no error's", "B has status 600, which is no error's" } },

    { "cells with more than a code, numbers, entities and marks of HTML in text", [[
| 错误码 | HTTP Code | Message |
|---|---|---|
| Denied（拒绝） | HTTP 403 | a &lt; b<br>c |
| 9001 | 500 | m |
| 见下表 | 400 | m |
]], { "Denied 403 a < b c", "9001 500 m" }, { "见下表 is no code" } },

    { "codes and parameters that a service cannot have", [[
| code | message | status |
|---|---|---|
| quota | m | 413 |
| parse | m | 400 |
| Fine | m {requestId} {a}{b} | 400 |
]], { "Fine 400 m requestId ab" }, {} },
}

-- What the rows of a list are, as above.
local function words_of(text, rows)
    local list, position = {}, 1
    for index, row in ipairs(rows) do
        local last = select(2, text:find("{ code = .- },([^\n]*)", position))
        local mark = text:match("{ code = .- },( ?%-?%-?[^\n]*)", position):gsub("^ %-%- judge:", " --")
        position = last
        local words = row.code .. " " .. row.status .. " " .. row.message
        for _, name in ipairs { "description", "remedy" } do
            if row[name] then words = words .. " / " .. row[name] end
        end
        list[index] = words .. mark
    end
    return list
end

describe("cfs-errors import", function()
    for index, case in ipairs(pages) do
        it("reads " .. case[1], function()
            local text, notes = import.import(case[2], "bos")
            local rows = assert(load(text))()
            assert.same(case[3], words_of(text, rows))
            assert.same(case[4], notes)
            local service = errors.service("imported-" .. index, rows)
            for _, row in ipairs(rows) do
                local kind = service[row.code]
                assert.same({ row.status, row.category, row.retry, row.message },
                    { kind.status, kind.category, kind.retry, kind.message })
            end
        end)
    end

    it("writes a line for each row of the page", function()
        local text = import.import(table.concat({ "| Code | Status | Message | Meaning | Solution |",
            '| A | 409 | "a" | b | c |', "| B | 404 | | | - |", "| AccessDenied | 403 | m | d | s |",
            "| parse | 400 | m | d | s |", "| Fine | none | m | d | s |" }, "\n"), "bos")
        assert.equal([[
-- Rows for errors.service("bos", ...), written by `cfs-errors import`. Category and retry are
-- judged by the status alone: read each row, those marked `judge` first.
return {
    { code = "A",
      status = 409,
      message = "\"a\"",
      description = "b",
      remedy = "c",
      category = "conflict",
      retry = "never" },
    { code = "B",
      status = 404,
      message = "B",
      category = "unknown",
      retry = "never" }, -- judge: the page has no message; the status tells neither category nor retry
    -- AccessDenied is global: all services share it
    -- parse: code 'parse' has another meaning as service.parse
    -- Fine has no status
}]], text)
    end)

    it("refuses what has no table, or cells that run together, or another encoding", function()
        for _, text in ipairs { "", "<table><tr><td>a</td></tr></table>", "Code Message Status\nX y 400\n",
            "| code | String | Error code |\n", "| code | 描述 |\n|---|---|\n| X | 400 |\n" } do
            local rows, why = import.import(text, "bos")
            assert.is_nil(rows)
            assert.same({ "no table of error codes: its heading must name a code and a status, and its cells"
                .. " must be parted by tags, bars, tabs or several spaces" }, why)
        end
        assert.same({ "the page is not in UTF-8" }, select(2, import.import("\214\208", "bos")))
    end)

    it("writes a module to standard output, and to standard error what it leaves out", function()
        local directory = command.new_directory()
        files.write(directory .. "/page", pages[3][2])
        local line = command.interpreter .. " bin/cfs-errors import " .. directory .. "/page --service bos"
        assert.equal("BucketNotEmpty\n", command.must(line .. " 2>/dev/null >" .. directory .. "/rows.lua; "
            .. command.interpreter .. " -e 'print(dofile(\"" .. directory .. "/rows.lua\")[1].code)'"))
        assert.equal("cfs-errors: " .. table.concat(pages[3][4], "\ncfs-errors: ") .. "\n",
            command.must(line .. " 2>&1 >/dev/null"))
        for _, wrong in ipairs { "import " .. directory .. "/nowhere --service x", "import " .. directory
            .. "/rows.lua --service x", "import " .. directory .. "/page" } do
            assert.equal("2\n", command.must(command.interpreter .. " bin/cfs-errors " .. wrong
                .. " >/dev/null 2>&1; echo $?"))
        end
        command.remove(directory)
    end)
end)
