--- Budgets: how much may be repeated at an endpoint, so that repetitions do not make an outage worse.
---
--- A bucket has `tokens`, at most `capacity` of them, and `failures`: how many calls the service failed in a
--- row. A policy is a bucket itself, for calls that name no endpoint, and has one for each endpoint.

local budget = {}

--- The size of a bucket; what a repetition takes out of it; and what a success without repetitions puts into
--- it. A success after repetitions puts back what they took.
budget.tokens, budget.cost, budget.throttled_cost, budget.refund = 500, 5, 10, 1

-- A bucket alone does not restrain a client that makes few calls: in an outage it has tokens for all of
-- them. So an attempt of this number or a later one is not followed by another, either, once so many calls
-- in a row failed and none has succeeded for so many seconds. The first row is for buckets with many calls,
-- where single failures meet by chance; the others are for those with few.
local limits = {
    { attempt = 1, failures = 4, silence = 1 },
    { attempt = 1, failures = 3, silence = 10 },
    { attempt = 2, failures = 2, silence = 10 },
}

-- How many endpoints have buckets of their own. Beyond, a bucket that was not used for so many seconds goes;
-- without one, further endpoints share a bucket.
local most_endpoints, unused = 256, 60

--- Makes a table a bucket for calls without an endpoint, and the home of those for endpoints.
function budget.settle(home, tokens)
    home.tokens, home.capacity, home.failures, home.endpoints = tokens, tokens, 0, {}
    return home
end

local function add(home, endpoint, now)
    local count, bucket = 0, { tokens = home.capacity, capacity = home.capacity, failures = 0 }
    for _ in next, home.endpoints do count = count + 1 end
    local is_full = count >= most_endpoints
    for name, other in next, is_full and home.endpoints or {} do
        if now - other.used > unused then home.endpoints[name], is_full = nil, false end
    end
    if is_full then
        home.others = home.others or bucket
        return home.others
    end
    home.endpoints[endpoint] = bucket
    return bucket
end

--- The bucket of an endpoint; without one, that of the calls that name none.
function budget.bucket(home, endpoint, now)
    local bucket = endpoint and (home.endpoints[endpoint] or add(home, endpoint, now)) or home
    bucket.used = now
    bucket.succeeded = math.min(bucket.succeeded or now, now) -- a clock may have been set back
    return bucket
end

--- Says that too few tokens are left for a repetition, of which `most` may be missing in the bucket; nil if
--- they are enough.
function budget.lack(bucket, price, most)
    return (bucket.tokens < price or bucket.capacity - bucket.tokens + price > most)
        and "too many calls had to be repeated lately; more would make an outage worse" or nil
end

--- Why a call must not be repeated after so many attempts; nil if it may.
function budget.refusal(bucket, price, most, now, attempt)
    local silence = now - bucket.succeeded
    for _, limit in ipairs(limits) do
        if attempt >= limit.attempt and bucket.failures >= limit.failures and silence >= limit.silence then
            return ("the last %d calls failed, and none has succeeded for %.0f s, so nothing is "
                .. "repeated until one does"):format(bucket.failures, silence)
        end
    end
    return budget.lack(bucket, price, most)
end

--- Notes a call that succeeded, after repetitions that took `spent` tokens.
function budget.succeed(bucket, spent, now)
    bucket.tokens = math.min(bucket.tokens + math.max(spent, budget.refund), bucket.capacity)
    bucket.failures, bucket.succeeded = 0, now
end

return budget
