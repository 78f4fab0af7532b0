--- The codes as documents: docs/errors.md in English, docs/errors.zh-CN.md, and docs/errors.html in both.

local errors = require "cfs.errors"
local files = require "spec.helpers.files"
local phrases = require "cfs.errors.explain.language"

local reference = {}

local services = { "global", "cfs" }

-- What the documents say around the catalogue's columns.
local texts = {
    en = {
        title = "# The errors\n\n[中文](errors.zh-CN.md) | [to search](errors.html)\n",
        source = "Written by `make docs` out of the catalogue; do not edit. Codes, statuses, messages\n"
            .. "and descriptions are the vendor's, word for word, from [its page](%s)\n"
            .. "as updated on %s; the rest is this library's judgement.\n",
        category = { "Categories", "What kind of failure it is: `err.category`, `errors.is(err, ...)`.",
            "category" },
        unknown = "An error whose code the catalogue lacks may also be `unknown`: neither the code nor the\n"
            .. "status tells what kind of failure it is.\n",
        retry = { "Words of retry", "May the same call be repeated? `err.retry`, `err:advice()`.\n\n"
            .. "No operation of CFS has a `clientToken` in the vendor's newest metadata (2026-08); its\n"
            .. "older Go SDK sends one for CreateFS alone. Before you repeat a create, look for the file\n"
            .. "system by its name: [guide](guide.md#create-a-file-system-and-wait-for-it).", "retry" },
        words = "| %s | meaning | codes |", others = "the others",
        codes = "| code | status | category | retry |",
        global = "Global error codes", cfs = "CFS error codes", each = "One by one",
        kind = "- status: %d %s\n- fault: %s; category: %s; gRPC: %s\n- retry: %s (%s)\n- what to do: %s\n",
        fault = { client = "the client's", server = "the server's" },
    },
    zh = {
        title = "# 错误码\n\n[English](errors.md) | [可搜索的页面](errors.html)\n",
        source = "本页由 `make docs` 根据错误码目录生成，请勿手工修改。错误码、状态码和英文消息逐字取自\n"
            .. "[官方文档](%s)（英文版，%s 更新）；中文含义和其余各项由本库给出。\n",
        category = { "错误类别", "说明是哪一类失败，见 `err.category` 和 `errors.is(err, ...)`。", "类别" },
        unknown = "未收录的错误码还可能属于 `unknown`：根据错误码和状态码无法判断是哪一类失败。\n",
        retry = { "能否重试", "说明能否原样重试，见 `err.retry` 和 `err:advice()`。\n\n"
            .. "在官方最新的接口元数据（2026-08）中，CFS 的接口都没有 `clientToken`；旧版 Go SDK 也只在 CreateFS\n"
            .. "中发送它。重试创建请求之前，请先按名称查询文件系统是否已经创建。", "retry" },
        words = "| %s | 含义 | 错误码 |", others = "其余错误码", codes = "| 错误码 | 状态码 | 类别 | retry |",
        global = "公共错误码", cfs = "CFS 错误码", each = "逐条说明",
        kind = "- 状态码：%d %s\n- 责任方：%s；类别：%s；gRPC：%s\n- 能否重试：%s（%s）\n- 处理建议：%s\n",
    },
}

-- The kinds of a service of the vendor's; errors.extend may have added others.
function reference.kinds_of(service)
    local kinds = {}
    for kind in errors.each() do
        if kind.service == service then kinds[#kinds + 1] = kind end
    end
    return kinds
end

local kinds_of = reference.kinds_of

-- Where the vendor documents its codes, and when that page was updated.
local function source()
    return files.read("src/catalogue.def"):match("\n%*%* Source: (%S+) %(updated ([%d-]+)%)")
end

local function link(kind)
    return ("[%s](#%s)"):format(kind.code, kind.code:lower())
end

-- The words of a group and what they mean, each with its codes.
local function add_words(lines, group, language)
    local text = texts[language]
    local title, sentence, heading = (unpack or table.unpack)(text[group])
    lines[#lines + 1] = "## " .. title .. "\n\n" .. sentence .. "\n"
    lines[#lines + 1] = text.words:format(heading) .. "\n|---|---|---|"
    for _, name in ipairs(phrases.names(group)) do
        local codes = {}
        for _, service in ipairs(services) do
            for _, kind in ipairs(kinds_of(service)) do
                if kind[group] == name then codes[#codes + 1] = link(kind) end
            end
        end
        if name ~= "unknown" then
            lines[#lines + 1] = ("| `%s` | %s | %s |"):format(name, phrases.say(group, name, language),
                name == "never" and text.others or table.concat(codes, language == "zh" and "、" or ", "))
        end
    end
    lines[#lines + 1] = ""
end

local function add_kind(lines, kind, language)
    local text = texts[language]
    lines[#lines + 1] = ("### %s\n\n`%s`\n\n%s\n"):format(kind.code, kind.message,
        phrases.say("description", kind.code, language))
    lines[#lines + 1] = text.kind:format(kind.status, kind.reason,
        text.fault and text.fault[kind.fault] or phrases.say("fault", kind.fault, language), kind.category,
        kind.canonical, kind.retry, phrases.say("retry", kind.retry, language),
        phrases.say("remedy", kind.code, language))
end

--- The reference in Markdown.
---@param language "en"|"zh"
---@return string
function reference.markdown(language)
    local text, lines = texts[language], {}
    lines[1] = text.title
    lines[2] = text.source:format(source())
    add_words(lines, "category", language)
    lines[#lines + 1] = text.unknown
    add_words(lines, "retry", language)
    for _, service in ipairs(services) do
        lines[#lines + 1] = "## " .. text[service] .. "\n\n" .. text.codes .. "\n|---|---|---|---|"
        for _, kind in ipairs(kinds_of(service)) do
            lines[#lines + 1] = ("| %s | %d %s | %s | %s |"):format(link(kind), kind.status, kind.reason,
                kind.category, kind.retry)
        end
        lines[#lines + 1] = ""
    end
    lines[#lines + 1] = "## " .. text.each .. "\n"
    for _, service in ipairs(services) do
        for _, kind in ipairs(kinds_of(service)) do add_kind(lines, kind, language) end
    end
    return table.concat(lines, "\n")
end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

-- A row of the page: its template, filled with the values, which are escaped.
local function fill(template, values)
    return (template:gsub("{{(%w+)}}", function(name)
        return (tostring(values[name]):gsub('[&<>"]', entities))
    end))
end

--- The page that can be searched: tools/reference.html, with what stands between its comments for each code.
---@return string
function reference.html()
    local page = files.read "tools/reference.html"
    local template = page:match("<!%-%- each code %-%->\n(.-)<!%-%- end %-%->\n")
    local rows = {}
    for _, service in ipairs(services) do
        for _, kind in ipairs(kinds_of(service)) do
            local values = { service = service }
            for name in ("code status reason message category retry canonical"):gmatch "%S+" do
                values[name] = kind[name]
            end
            for _, language in ipairs { "en", "zh" } do
                values["meaning" .. language] = phrases.say("description", kind.code, language)
                values["remedy" .. language] = phrases.say("remedy", kind.code, language)
                for _, group in ipairs { "category", "fault", "retry" } do
                    values[group .. language] = phrases.say(group, kind[group], language)
                end
            end
            rows[#rows + 1] = fill(template, values)
        end
    end
    local link_to, date = source()
    local list = table.concat(rows)
    page = page:gsub("<!%-%- each code %-%->\n.-<!%-%- end %-%->\n", function() return list end)
    return fill(page, { page = link_to, date = date, count = #rows })
end

return reference
