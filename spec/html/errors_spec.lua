-- docs/errors.html in a browser, from a file, without a server and a network: `make test-html`.

local cjson = require "cjson"
local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local files = require "spec.helpers.files"

local page = files.read "docs/errors.html"

-- What is asked of the page once it is there. Each search yields the codes that are shown.
local questions = [[
const shown = () => articles.filter(article => getComputedStyle(article).display !== "none")
    .map(article => article.id);
function type(text) {
    box.value = text;
    box.dispatchEvent(new Event("input"));
    return { codes: shown(), count: count.textContent };
}
const results = { start: shown(), searches: SEARCHES.map(type) };
type("RateLimit");
location.hash = "#DropMountedFS";
setTimeout(() => {
    const target = document.querySelector("article:target"), place = target.getBoundingClientRect();
    results.followed = { codes: shown().length, target: target.id,
        inSight: place.top >= box.form.getBoundingClientRect().bottom && place.top < innerHeight };
    results.color = getComputedStyle(document.body).backgroundColor;
    results.errors = failures;
    results.wide = document.documentElement.scrollWidth > innerWidth;
    const element = document.createElement("pre");
    element.id = "results";
    element.textContent = JSON.stringify(results);
    document.body.append(element);
}, 100);
]]

-- What is typed, and the codes that are shown; nil for all.
local searches = {
    { "ratelimit", { "RateLimit" } }, { "421 RATE limit", { "RateLimit" } },
    { " 配额 ", { "FsNumQuotaExceeded" } },
    { "ETag", { "PreconditionFailed" } }, { "same_token", { "CreateOrderFail", "MultiRequestConflict" } },
    { "no such thing at all", {} }, { "<b>", {} }, { "", nil },
}

-- What Chromium makes of the page and a script behind its own.
local function ask(query, options)
    local directory = command.new_directory()
    local typed = {}
    for index, search in ipairs(searches) do typed[index] = search[1] end
    local script = "<script>const failures = []; onerror = failure => failures.push(failure);</script>"
    local text = page:gsub("<head>", function() return "<head>" .. script end):gsub("</body>", function()
        local script_of_ours = questions:gsub("SEARCHES", (cjson.encode(typed):gsub("%%", "%%%%")))
        return "<script>" .. script_of_ours .. "</script></body>"
    end)
    files.write(directory .. "/errors.html", text)
    local output = command.must(("cd %s && chromium --headless --no-sandbox --disable-gpu "
        .. "--user-data-dir=profile --virtual-time-budget=5000 %s --dump-dom 'file://%s/errors.html%s' 2>log")
        :format(directory, options or "", directory, query or ""))
    command.remove(directory)
    local results = output:match '<pre id="results">(.-)</pre>'
    return cjson.decode((results:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&amp;", "&")))
end

describe("docs/errors.html", function()
    local all = {}
    for kind in errors.each() do
        if kind.service == "global" or kind.service == "cfs" then all[#all + 1] = kind.code end
    end

    it("has no resource of another place", function()
        assert.is_nil(page:find "src=")
        assert.is_nil(page:find "<link")
        assert.is_nil(page:find "url%(")
        assert.is_nil(page:find "@import")
    end)

    it("shows all codes, finds words in any order, and follows a link to what is hidden", function()
        local results = ask()
        assert.same({}, results.errors)
        assert.same(all, results.start)
        for index, search in ipairs(searches) do
            local count = search[2] and #search[2] .. " / " .. #all or ""
            assert.same({ codes = search[2] or all, count = count }, results.searches[index])
        end
        assert.same({ codes = #all, target = "DropMountedFS", inSight = true }, results.followed)
        assert.is_false(results.wide)
        assert.equal("rgb(255, 255, 255)", results.color)
    end)

    it("searches for what a link asks for, but shows its anchor; is dark where that is liked", function()
        local results = ask("?q=ratelimit", "--blink-settings=preferredColorScheme=0 --window-size=400,800")
        assert.same({ "RateLimit" }, results.start)
        assert.equal("rgb(13, 17, 23)", results.color)
        assert.is_false(results.wide)
        assert.same(all, ask("?q=ratelimit#EOFException").start)
    end)
end)
