-- The command as a person runs it, on the Lua that runs the specs.
-- Runs once: the command has no code for one Lua.

local cjson = require "cjson"
local command = require "spec.helpers.command"
local errors = require "cfs.errors"
local files = require "spec.helpers.files"
local language = require "cfs.errors.explain.language"
local schema = require "spec.helpers.schema"

local body = '{"requestId":"r-1","code":"InstanceNotFound","message":"gone"}'
local response = "HTTP/1.1 404 Not Found\r\nX-Bce-Request-Id: r-1\r\n\r\n" .. body

describe("cfs-errors", function()
    local directory
    local plain = "env -u NO_COLOR LC_ALL=C TERM=xterm "
    local name = command.interpreter .. " bin/cfs-errors "

    setup(function()
        directory = command.new_directory()
        files.write(directory .. "/response", response)
        files.write(directory .. "/throttled", "HTTP/1.1 421 Misdirected Request\r\nRetry-After: 7\r\n\r\n"
            .. '{"code":"RateLimit","message":"There are too many connections. The host is nd7"}')
        files.write(directory .. "/down", "HTTP/1.1 503 Service Unavailable\n\n<html></html>")
        files.write(directory .. "/cut", "10:00:00 [error] 3#3: *9 upstream timed out "
            .. "(110: Connection timed out) while connecting to upstream")
        files.write(directory .. "/bad", "[Code: RateLimit; Message: \255\254 x; RequestId: r-1]")
        files.write(directory .. "/alert", "curl: (35) error:0A000410:SSL routines::sslv3 alert handshake "
            .. "failure")
        files.write(directory .. "/grpc", "rpc error: code = Unavailable desc = [Code: RateLimit]")
        files.write(directory .. "/good", "HTTP/1.1 200 OK\n\n{}")
    end)
    teardown(function() command.remove(directory) end)

    -- Runs a line of a shell; returns what it wrote to standard output, to standard error, its status.
    local function shell(line)
        local _, output = command.run("{ " .. line .. "; } >" .. directory .. "/out 2>" .. directory
            .. "/err; echo $?")
        return files.read(directory .. "/out"), files.read(directory .. "/err"), tonumber(output)
    end

    -- The same of the command by itself. What is piped into it stands before it.
    local function run(arguments, before)
        return shell((before or "") .. plain .. name .. arguments)
    end

    local function input(file) return "cat " .. directory .. "/" .. file .. " | " end

    local explained = {
        { "a code", "InstanceNotFound", "InstanceNotFound, cfs, 404 Not Found" },
        { "a code, by the name of what it does", "explain RateLimit",
          "RateLimit, cfs, 421 Misdirected Request" },
        { "a status of several words", "404 Not Found", "404 Not Found, the status of these codes:" },
        { "a category", "quota",
          "'quota' is a category. The account has reached a limit of what it may have." },
        { "a line of an SDK", "'[Code: InstanceNotFound; Message: gone; RequestId: 0eb6]'",
          "InstanceNotFound, 404 Not Found" },
        { "a text that begins like an option", "-- '--x InstanceNotFound'",
          "InstanceNotFound, 404 Not Found" },
    }
    for _, case in ipairs(explained) do
        it("explains " .. case[1], function()
            local output, complaint, status = run(case[2])
            assert.equal(case[3], output:match("^[^\n]*"))
            assert.equal("", complaint)
            assert.equal(0, status)
        end)
    end

    it("explains a response on standard input", function()
        for _, arguments in ipairs { "", "explain", "-", "explain -" } do
            local output, complaint, status = run(arguments, input "response")
            assert.equal(errors.explain(response, { language = "en" }) .. "\n", output)
            assert.equal("", complaint)
            assert.equal(0, status)
        end
    end)

    it("finds one code, or several", function()
        for words, count in pairs { ["order creation"] = 1, mount = 5 } do
            local output, _, status = run("search " .. words)
            assert.same({ count, 0 }, { select(2, output:gsub("\n  %d%d%d ", "")), status }, words)
        end
    end)

    it("shows its parser to tools/command.lua", function()
        local parser, parts = assert(loadfile "bin/cfs-errors")({})
        assert.truthy(parser:get_help():find("Usage: cfs-errors", 1, true))
        assert.truthy(parts.retry:get_usage():find("--attempt", 1, true))
    end)

    local unknown = {
        { "a code that is misspelt", "InstanceNotfound", "",
          "The catalogue does not have it: unknown code 'InstanceNotfound', "
              .. "did you mean\n'InstanceNotFound'?\n" },
        { "a status that is no error's", "204", "", "Not an error: the status is 204.\n" },
        { "a response that is no error", "", "good", "Not an error: the status is 200.\n" },
        { "a search that finds nothing", "search qqqq", "", "no such error\n" },
    }
    for _, case in ipairs(unknown) do
        it("exits with 1 for " .. case[1], function()
            local output, complaint, status = run(case[2], case[3] ~= "" and input(case[3]) or nil)
            assert.equal(case[4], output)
            assert.equal("", complaint)
            assert.equal(1, status)
        end)
    end

    local wrong = {
        { "--nosuch", "unknown option '--nosuch'" },
        { "retry --token", "option '--token' requires an argument" },
        { "retry --attempt 0", "--attempt must be a whole number from 1, got '0'" },
        { "retry --attempt 1.5", "--attempt must be a whole number from 1, got '1.5'" },
        { "retry --attempt 1e999", "--attempt must be a whole number from 1, got '1e999'" },
        { "search", "missing argument 'words'" },
        { "list more", "too many arguments" },
    }
    for _, case in ipairs(wrong) do
        it("exits with 2, and says why, for: " .. case[1], function()
            local output, complaint, status = run(case[1], input "response")
            assert.equal("", output)
            assert.equal("cfs-errors: " .. case[2], complaint:match("\n([^\n]*)\n$"))
            assert.equal(2, status)
        end)
    end

    it("lists and searches as the library does", function()
        local catalogue = "print(require([[cfs.errors]]).catalogue)" -- without what other specs have added
        assert.equal(command.must(command.interpreter .. " -e '" .. catalogue .. "'"), (run("list")))
        assert.equal(tostring(errors.search "mount target") .. "\n", (run("search mount target")))
    end)

    it("tells its version and what it can do", function()
        local version, complaint, status = run("--version", input "response")
        assert.same({ "cfs-errors " .. errors._VERSION .. "\n", "", 0 }, { version, complaint, status })
        local help
        help, complaint, status = run("--help", input "response")
        assert.equal("", complaint)
        assert.equal(0, status)
        for _, word in ipairs { "explain", "list", "search", "retry", "--json", "--version", "curl -si",
            "[<command>]" } do
            assert.truthy(help:find(word, 1, true), word)
        end
    end)

    local documents = {
        { "--json InstanceNotFound", nil, 0,
          { found = "kind", code = "InstanceNotFound", status = 404, retry = "never", may_retry = "no" } },
        { "--json", "response", 0, { found = "error", code = "InstanceNotFound", message = "gone",
          requestId = "r-1", status = 404, known = true } },
        { "--json", "down", 0, { found = "error", status = 503, origin = "html", may_retry = "yes" } },
        { "--json", "cut", 0, { found = "error", transport = "timeout", may_retry = "yes" } },
        { "--json 404", nil, 0, { found = "status", status = 404, may_retry = "no" } },
        { "--json 999", nil, 1, { found = "unknown", sentence = "Unknown: HTTP has no status 999." } },
        { "--json 204", nil, 1, { found = "success", status = 204, may_retry = "no" } },
        { "--json nosuch", nil, 1, { found = "unknown", may_retry = "unknown",
          sentence = "The catalogue does not have it: unknown code 'nosuch'" } },
        { "--json", "bad", 0, { found = "error", message = "\239\191\189\239\191\189 x" } },
        { "--json quota", nil, 0, { found = "kinds" } }, { "list --json", nil, 0, { found = "kinds" } },
        { "search --json qqqq", nil, 1, { found = "kinds" } },
        { "retry --json --method POST --token t-1", "throttled", 0, { found = "error", code = "RateLimit" } },
        { "retry --json", "good", 1, { found = "success" } },
    }
    for _, case in ipairs(documents) do
        it("writes one shape of JSON, as docs/command.schema.json has it: " .. case[1], function()
            local output, complaint, status = run(case[1], case[2] and input(case[2]) or nil)
            local document = cjson.decode(output)
            local rules = cjson.decode(files.read "docs/command.schema.json")
            local where = schema.problem(rules, document, cjson.null)
            assert.same({ "", case[3] }, { complaint, status })
            assert.is_nil(where)
            for member, value in pairs(case[4]) do assert.equal(value, document[member], member) end
        end)
    end

    it("lists kinds and advice in JSON", function()
        assert.equal(48, #cjson.decode((run "list --json")).kinds)
        assert.equal("MountTargetNotFound", cjson.decode((run "search --json MountTarget")).kinds[1].code)
        local advice = cjson.decode((run("retry --json --method POST --token t-1", input "throttled"))).advice
        assert.same({ "throttle", 7, "t-1", 7 },
            { advice.action, advice.delay, advice.client_token, advice.retry_after })
    end)

    local advised = {
        { "a throttled call, after the pause that the service asks for", "throttled", "retry", 0,
          "action       throttle\npause        7 s\n" },
        { "a call that is safe to repeat", "down", "retry --method GET", 0,
          "action       backoff\npause        <= 0.1 s\n" },
        { "a first attempt", "down", "retry --method GET --attempt 1", 0,
          "action       backoff\npause        <= 0.1 s\n" },
        { "a second attempt after a longer pause", "down", "retry --method GET --attempt 2", 0,
          "action       backoff\npause        <= 0.2 s\n" },
        { "a call with a token", "down", "retry --method POST --token t-1", 0,
          "action       backoff\npause        <= 0.1 s\n" },
        { "no call that may have been carried out", "down", "retry --method POST", 1,
          "action       never\n" },
        { "no last attempt", "down", "retry --method GET --attempt 3", 1,
          "action       never\nwhy          HTTP 503: attempt 3 of 3 was the last\n" },
        { "no call that was wrong", "response", "retry --method GET", 1, "action       never\n" },
        { "what gRPC wraps by the vendor's code", "grpc", "retry --method GET", 0,
          "action       throttle\n" },
        { "no call of which the explanation says unknown", "alert", "retry --method GET", 1,
          "action       never\nwhy          unknown: nothing tells" },
        { "no call that succeeded", "good", "retry", 1, "Not an error: the status is 200.\n" },
    }
    for _, case in ipairs(advised) do
        it("advises to repeat " .. case[1], function()
            local output, complaint, status = run(case[3], input(case[2]))
            assert.equal(case[5], output:sub(1, #case[5]))
            assert.equal("", complaint)
            assert.equal(case[4], status)
        end)
    end

    it("has no colours where its output is no terminal", function()
        assert.is_nil((run("RateLimit")):find("\27", 1, true))
    end)

    it("has colours on a terminal, unless NO_COLOR or a dumb terminal forbids", function()
        local function on_terminal(environment)
            return (shell("env -u NO_COLOR LC_ALL=C " .. environment .. " script -qec '" .. name
                .. "RateLimit' /dev/null </dev/null"))
        end
        local coloured = on_terminal("TERM=xterm")
        assert.truthy(coloured:find("\27[1mRateLimit, cfs, 421 Misdirected Request\27[0m", 1, true))
        assert.truthy(coloured:find("\n\27[36mcategory\27[0m     throttle", 1, true))
        local text = coloured:gsub("\27%[%d*m", ""):gsub("\r", "")
        assert.equal((run("RateLimit")), text)
        assert.is_nil(on_terminal("TERM=xterm NO_COLOR=1"):find("\27", 1, true))
        assert.is_nil(on_terminal("TERM=dumb"):find("\27", 1, true))
        assert.equal(coloured, on_terminal("TERM=xterm NO_COLOR="))
        shell("env -u NO_COLOR TERM=xterm script -qec '" .. name .. "RateLimit >" .. directory
            .. "/explained' /dev/null </dev/null")
        assert.is_nil(files.read(directory .. "/explained"):find("\27", 1, true))
    end)

    it("says so where nothing comes from a terminal", function()
        local output = shell("TERM=dumb script -qec '" .. name .. "' /dev/null </dev/null")
        assert.truthy(output:find("cfs-errors: nothing to explain; name a code, or pipe a response", 1, true))
        output = shell("TERM=dumb script -qec '" .. name .. ">/dev/null' /dev/null </dev/null")
        assert.truthy(output:find("nothing to explain", 1, true))
        output = shell("TERM=dumb script -qec '" .. input "response" .. name .. "' /dev/null </dev/null")
        assert.truthy(output:find("InstanceNotFound", 1, true))
    end)

    it("says how to see why, where a silent curl got no response and so wrote nothing", function()
        for _, arguments in ipairs { "", "explain -", "--json", "retry --method GET" } do
            local output, complaint, status = run(arguments, "true | ")
            assert.same({ "", "cfs-errors: standard input is empty; to see why no response came: "
                .. "curl -sSi ... 2>&1 | cfs-errors\n", 2 }, { output, complaint, status }, arguments)
        end
        local output, _, status = run("", "echo 'curl: (7) Failed to connect to 127.0.0.1 port 1' | ")
        assert.truthy(output:find("meaning      No response came.", 1, true))
        assert.equal(0, status)
    end)

    it("takes a reader that ends early for no error", function()
        local output, complaint, status = shell(plain .. name .. "list | head -n 1")
        assert.same({ "global\n", "", 0 }, { output, complaint, status })
        -- a shell that ignores the signal passes that on, and writing fails instead
        output, complaint = shell("trap '' PIPE; { sleep 0.2; " .. plain .. name
            .. "list; echo $? >&2; } | true")
        assert.same({ "", "0\n" }, { output, complaint })
    end)

    it("speaks Chinese where the locale does", function()
        local output, _, status = shell("env -u NO_COLOR LC_ALL= LC_MESSAGES= LANG=zh_CN.UTF-8 "
            .. name .. "RateLimit")
        assert.equal(errors.explain("RateLimit", { language = "zh" }) .. "\n", output)
        assert.equal(0, status)
        assert.truthy(output:find("降低请求频率", 1, true))
    end)

    it("explains retry and search by their own usage", function()
        for command_name, arguments in pairs { retry = "retry RateLimit", search = "search" } do
            local _, complaint, status = run(arguments, input "response")
            assert.equal("Usage: cfs-errors " .. command_name, complaint:match("^[^\n]-" .. command_name))
            assert.equal(2, status)
        end
    end)

    it("says so where a page cannot be read", function()
        local _, complaint, status = run("import " .. directory .. " --service bos")
        assert.same({ "cfs-errors: " .. directory .. " cannot be read\n", 2 }, { complaint, status })
        _, complaint, status = run("import " .. directory .. "/nowhere --service bos")
        assert.same({ "cfs-errors: " .. directory .. "/nowhere: No such file or directory\n", 2 },
            { complaint, status })
        _, complaint, status = run("import " .. directory .. "/response --service bos")
        assert.same({ "cfs-errors: " .. directory .. "/response: no table of error codes", 2 },
            { complaint:match("^(.-: .-: .-):"), status })
    end)

    it("says so where its result cannot be written", function()
        for _, arguments in ipairs { "RateLimit", "list", "--json 404", "--help", "--version" } do
            local _, complaint, status = shell(plain .. name .. arguments .. " >/dev/full")
            assert.equal("cfs-errors: cannot write the result", complaint:match("^[^:]*: [^:]*"), arguments)
            assert.equal(1, status)
        end
    end)

    it("keeps within the columns of the terminal, 80 at most", function()
        local function widest(text)
            local most = 0
            for line in text:gmatch("[^\r\n]+") do most = math.max(most, #line) end
            return most
        end
        local arguments = "SignatureDoesNotMatch"
        local function of(columns)
            return widest((shell("COLUMNS=" .. columns .. " " .. plain .. name .. arguments)))
        end
        local wide = widest((run(arguments)))
        assert.is_true(wide > 70 and wide <= 80)
        assert.is_true(of(50) > 40 and of(50) <= 50)
        assert.same({ wide, wide, wide }, { of(200), of "x", of(39) })
        assert.is_true(of(40) <= 40)
        local terminal = shell("script -qec 'stty cols 60; env -u COLUMNS TERM=dumb LC_ALL=C " .. name
            .. arguments .. "' /dev/null </dev/null")
        assert.is_true(widest(terminal) > 50 and widest(terminal) <= 60, terminal)
        shell("script -qec 'stty cols 60; env -u COLUMNS LC_ALL=C " .. name .. arguments .. " >" .. directory
            .. "/wide' /dev/null </dev/null")
        assert.equal(wide, widest(files.read(directory .. "/wide")))
    end)

    it("is completed by bash, and has a manual page that names all it can do", function()
        local completed = command.must([[bash -c 'source docs/command/cfs-errors.bash
            for words in "cfs-errors se" "cfs-errors retry --me"; do
                COMP_WORDS=($words) COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
                _cfs-errors
                echo "${COMPREPLY[@]}"
            done']])
        assert.equal("search\n--method\n", completed)
        local page = files.read "docs/command/cfs-errors.1"
        for _, word in ipairs { ".SH EXPLAIN", ".SH SEARCH", ".SH RETRY", "\\-\\-attempt", "NO_COLOR" } do
            assert.truthy(page:find(word, 1, true), word)
        end
    end)

    it("tells in both languages what each command, argument and option is for", function()
        local said_elsewhere = { nothing_given = true, empty_input = true }
        for chosen, locale in pairs { en = "C", zh = "zh_CN.UTF-8" } do
            local help = ""
            for _, command_name in ipairs { "", "explain", "list", "search", "import", "retry" } do
                help = help .. shell("LC_ALL=" .. locale .. " " .. name .. command_name .. " --help")
            end
            help = help:gsub("%s", "")
            for _, phrase in ipairs(language.names "help") do
                local words = language.say("help", phrase, chosen):gsub("%s", "")
                assert.truthy(said_elsewhere[phrase] or help:find(words, 1, true), phrase)
            end
            assert.is_nil(help:find("helpmessage", 1, true)) -- argparse's own
        end
    end)

    it("speaks Chinese in help, lists and advice", function()
        local chinese = "env -u NO_COLOR LC_ALL=zh_CN.UTF-8 " .. name
        for arguments, words in pairs {
            ["--help"] = "列出所有错误码", list = "状态码", ["retry --method GET"] = "稍后重试，并降低请求频率",
            ["search 限流"] = "RateLimit", RateLimits = "您是否要查 RateLimit？",
        } do
            local output = shell(input "throttled" .. chinese .. arguments)
            assert.truthy(output:find(words, 1, true), output)
        end
    end)

    it("is what needs argparse: the library does not", function()
        command.must(command.interpreter
            .. [[ -e 'require "cfs.errors" assert(not package.loaded.argparse)']])
        for module, hint in pairs {
            argparse = ": the rock argparse, or Debian's lua-argparse",
            ["cfs.errors"] = ", which `luarocks make` or `make install` installs",
        } do
            local _, complaint, status = shell(command.interpreter .. [[ -e 'package.preload["]] .. module
                .. [["] = function() error("gone") end' bin/cfs-errors RateLimit]])
            assert.equal("cfs-errors: cannot load " .. module .. hint, complaint:match("^[^\n]*"))
            assert.equal(2, status)
        end
    end)

    it("is a program of any Lua", function()
        assert.equal("#!/usr/bin/env lua", files.read("bin/cfs-errors"):match "^[^\n]*")
    end)
end)
