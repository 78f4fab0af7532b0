local cjson = require "cjson"
local command = require "spec.helpers.command"
local files = require "spec.helpers.files"
local gateway = require "spec.nginx.gateway"
local server = require "spec.nginx.server"

local config = [[
global:
  scrape_interval: 200ms
scrape_configs:
  - job_name: gateways
    static_configs:
      - targets: [ "127.0.0.1:%d", "127.0.0.1:%d" ]
]]

-- What is sent to each gateway: path, and how often.
local sent = {
    { { "/v1/cfs/cfs-[1-300]", 300 }, { "/v2/[1-40]", 40 }, { "/down/[1-7]", 7 } },
    { { "/v1/cfs/cfs-[1-200]", 200 }, { "/v1/buckets/[1-30]", 30 } },
}

-- Questions to Prometheus, and what was sent.
local expected = {
    ['sum(up)'] = 2,
    ['sum(cfs_errors_total{side="upstream"})'] = 300 + 40 + 7 + 200 + 30,
    ['sum(cfs_errors_total{side="raised"})'] = 300 + 40 + 200 + 30,
    ['sum(cfs_errors_total{code="InstanceNotFound",status="404",side="upstream"})'] = 300 + 200,
    ['sum(cfs_errors_total{code="InvalidVersion",side="raised"})'] = 40,
    ['sum(cfs_errors_total{code="InvalidURI",side="raised"})'] = 30,
    ['sum(cfs_errors_total{code="html",category="unavailable"})'] = 7,
    ['sum(cfs_errors_dropped_total)'] = 0,
    ['count(count by (code) (cfs_errors_total))'] = 4,
}

describe("The alerts of the example of a gateway", function()
    it("are rules that Prometheus takes, and fire when they should", function()
        local good, output = command.run("promtool check rules examples/gateway/alerts.yml")
        assert.is_true(good, output)
        good, output = command.run("promtool test rules spec/prometheus/alerts_test.yml")
        assert.is_true(good, output)
    end)
end)

describe("A Prometheus that scrapes two gateways", function()
    local gateways = {}
    local directory, pid, url

    setup(function()
        for index = 1, 2 do gateways[index] = gateway.start() end
        directory = command.new_directory()
        files.write(directory .. "/prometheus.yml", config:format(gateways[1].port, gateways[2].port))
        local address = "127.0.0.1:" .. gateways[1].port + 2 -- kept free beside the gateway's own
        url = "http://" .. address .. "/api/v1/query"
        pid = tonumber(command.must(("cd %s && prometheus --config.file=prometheus.yml"
            .. " --storage.tsdb.path=data --web.listen-address=%s >log 2>&1 & echo $!")
            :format(directory, address)))
    end)
    teardown(function()
        command.must("kill " .. pid)
        server.wait("the end of Prometheus", function() return not command.run("curl -s " .. url) end)
        for _, each in ipairs(gateways) do each:stop() end
        command.remove(directory)
    end)

    -- The number that answers the question; nil as long as there is none.
    local function ask(question)
        local good, output = command.run("curl -s -G --data-urlencode 'query=" .. question .. "' " .. url)
        local result = good and cjson.decode(output).data.result
        return result and result[1] and tonumber(result[1].value[2])
    end

    it("adds up to what was sent", function()
        for index, requests in ipairs(sent) do
            for _, request in ipairs(requests) do
                command.must(("curl -s -o /dev/null 'http://127.0.0.1:%d%s'")
                    :format(gateways[index].port, request[1]))
            end
        end
        for question, number in pairs(expected) do
            pcall(server.wait, question, function() return ask(question) == number end)
            assert.equal(number, ask(question), question)
        end
    end)
end)
