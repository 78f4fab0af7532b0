require "cfs.errors"
local judge = require "cfs.errors.explain.judge"
local subject = require "cfs.errors.explain.subject"

local down = "HTTP/1.1 503 Service Unavailable\n"
local no = "不可以，原样重试仍会失败"

-- A text, a call, the action for it, and why, in English and in Chinese.
local cases = {
    { down .. "\n", { method = "GET" }, "backoff", "HTTP 503: repeat it after a pause that grows",
      "等待后重试，间隔逐次加长" },
    { down .. "\n", { method = "GET", attempt = 2 }, "backoff",
      "HTTP 503: repeat it after a pause that grows", "等待后重试，间隔逐次加长" },
    { down .. "\n", { method = "GET", attempt = 3 }, "never", "HTTP 503: attempt 3 of 3 was the last",
      "已达到最多尝试次数" },
    { down .. "Retry-After: 60\n\n", { method = "GET" }, "never",
      "HTTP 503: the service asks for a pause of 60 s, longer than the 20 s that this caller waits",
      "服务端要求的等待时间超过上限" },
    { "HTTP/1.1 421 x\nRetry-After: 60\n\n{\"code\":\"RateLimit\"}user@host:~$ ", {}, "never",
      "RateLimit: the service asks for a pause of 60 s, longer than the 20 s that this caller waits",
      "服务端要求的等待时间超过上限" },
    { down .. "\n", { method = "POST" }, "never", "HTTP 503: this POST has no client token and may have been "
        .. "carried out, so first look whether it was", "请求可能已经执行且没有 clientToken，请先确认结果" },
    { "CreateOrderFail", {}, "never", "CreateOrderFail: repeat with the same client token; this call has "
        .. "none, so first look whether it was done", "须用同一 clientToken 重试；该请求没有，请先确认结果" },
    { "RequestExpired", { attempt = 2 }, "never", "RequestExpired: it was dated and signed again already, so "
        .. "correct the clock by hand", "已重新签名过一次，请校准本机时钟" },
    { "InstanceNotFound", {}, "never", "InstanceNotFound: Check the instance id and the region; after a "
        .. "delete this means that it is gone", no },
    { "curl: (35) error:0A000410:SSL routines::sslv3 alert handshake failure", { method = "GET" }, "never",
      "unknown: nothing tells whether a repeat would help", "无法判断重试是否有效" },
    { "HTTP/1.1 404 Not Found\n\n", {}, "never", "HTTP 404: no error of the service came with it, so look "
        .. "what responded in its place", no },
}

describe("The advice on what a text tells", function()
    for index, case in ipairs(cases) do
        it("says why in both languages: " .. index, function()
            for position, chosen in ipairs { "en", "zh" } do
                local about = subject.with_error(subject.of(case[1], chosen))
                local advice = judge.advise(about, case[2], chosen)
                assert.same({ case[3], case[3 + position] }, { advice.action, advice.why })
            end
        end)
    end
end)
