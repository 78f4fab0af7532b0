-- An API of file systems and their mount targets, which raises errors as CFS does, and what the
-- gateway before it needs. How it is used is in nginx.conf.
--
--     POST   /v1/cfs                {"fsName", "zone", "type", "protocol", "vpcId"}, ?clientToken=
--     GET    /v1/cfs/FSID
--     DELETE /v1/cfs/FSID
--     POST   /v1/cfs/FSID           {"vpcId", "subnetId"}: a mount target
--     DELETE /v1/cfs/FSID/MOUNTID

local cjson = require "cjson.safe"
local errors = require "cfs.errors"
local nginx = require "cfs.errors.nginx"

local app = {}

local store = ngx.shared.cfs_store

-- What there is in this cloud. The service that knows about the third VPC is down, and nobody pays for the
-- last.
local access_keys = { demo = true }
local zones = { zoneA = true, zoneB = true }
local subnets = { ["sbn-1"] = "vpc-1", ["sbn-2"] = "vpc-1", ["sbn-3"] = "vpc-2" }
local vpcs = { ["vpc-1"] = true, ["vpc-2"] = true, ["vpc-3"] = true, ["vpc-4"] = true }
local unpaid = { ["vpc-4"] = true }
local unreachable = { ["vpc-3"] = "vpc-db-7.internal" }

-- File systems at most, and the seconds that one takes to be created.
local quota, creation = 10, 1

-- The body, a JSON object, as a table of which each of the names is a string.
local function read_body(names)
    ngx.req.read_body()
    local body = ngx.req.get_body_data()
    if not body then errors.raise "RequestEntityEmptyException" end
    local fields = cjson.decode(body)
    if fields == nil then errors.raise "MalformedJSON" end
    if not body:find("^%s*{") then errors.raise "InappropriateJSON" end
    for _, name in ipairs(names) do
        if fields[name] == nil then errors.raise("MissingParameter", { parameterName = name }) end
        if type(fields[name]) ~= "string" then
            errors.raise("InvalidParameter", { parameterName = name })
        end
    end
    return fields, body
end

local function new_id(prefix)
    return prefix .. ngx.md5(ngx.var.request_id):sub(1, 10)
end

local function find_file_system(id)
    local row = store:get("fs " .. id)
    if not row then errors.raise("InstanceNotFound", { cause = "no row for " .. id }) end
    local file_system = cjson.decode(row)
    file_system.status = ngx.now() < file_system.ready and "creating" or "available"
    return file_system
end

local function check_vpc(id)
    if not vpcs[id] then errors.raise "InvalidVpcId" end
    if unreachable[id] then errors.raise("ServiceError", { host = unreachable[id] }) end
    if unpaid[id] then errors.raise "CreateOrderFail" end
end

-- What an earlier request with this client token has created.
local function find_token(token, body)
    if #token > 64 or token:find("[^\33-\126]") then errors.raise "InvalidClientToken" end
    local id, digest = (store:get("token " .. token) or ""):match("^(%S+) (%S+)$")
    if id and digest ~= ngx.md5(body) then errors.raise "IdempotentParameterMismatch" end
    return id
end

local function create_file_system()
    local fields, body = read_body { "fsName", "zone", "type", "protocol", "vpcId" }
    local token = ngx.var.arg_clientToken
    if token == "" then token = nil end
    local existing = token and find_token(token, body)
    if existing then return { fsId = existing } end
    if not fields.fsName:find("^%a[%w_-]*$") or #fields.fsName > 64 then errors.raise "InvalidFSName" end
    if fields.type ~= "cap" and fields.type ~= "perf" then errors.raise "InvalidFSType" end
    if fields.protocol ~= "nfs" and fields.protocol ~= "smb" then errors.raise "InvalidFSProtocol" end
    if not zones[fields.zone] then errors.raise "AvailabilityZoneNotFound" end
    check_vpc(fields.vpcId)
    if store:incr("file systems", 1, 0) > quota then
        store:incr("file systems", -1)
        errors.raise "FsNumQuotaExceeded"
    end
    local id = new_id "cfs-"
    store:set("fs " .. id, cjson.encode {
        fsId = id, fsName = fields.fsName, vpcId = fields.vpcId, ready = ngx.now() + creation,
    })
    if token then store:set("token " .. token, id .. " " .. ngx.md5(body)) end
    return { fsId = id }
end

local function delete_file_system(id)
    if find_file_system(id).status == "creating" then errors.raise "DropCreatingFS" end
    if (store:get("mounts " .. id) or 0) > 0 then errors.raise "DropMountedFS" end
    store:delete("fs " .. id)
    store:incr("file systems", -1)
    return {}
end

local function create_mount_target(id)
    local file_system = find_file_system(id)
    local fields = read_body { "vpcId", "subnetId" }
    if file_system.status ~= "available" then errors.raise "FSNotInService" end
    if not subnets[fields.subnetId] then errors.raise "InvalidSubnetId" end
    check_vpc(fields.vpcId)
    if subnets[fields.subnetId] ~= fields.vpcId then errors.raise "InvalidVpcOrSubnet" end
    local mount_id = new_id "mt-"
    if not store:add("subnet " .. id .. " " .. fields.subnetId, mount_id) then
        errors.raise "AlreadyMounted"
    end
    store:set("mount " .. id .. " " .. mount_id, fields.subnetId)
    store:incr("mounts " .. id, 1, 0)
    return { mountId = mount_id }
end

local function delete_mount_target(id, mount_id)
    find_file_system(id)
    local subnet_id = store:get("mount " .. id .. " " .. mount_id)
    if not subnet_id then errors.raise "MountTargetNotFound" end
    store:delete("mount " .. id .. " " .. mount_id)
    store:delete("subnet " .. id .. " " .. subnet_id)
    store:incr("mounts " .. id, -1)
    return {}
end

local routes = {
    { "POST", "^/v1/cfs$", create_file_system },
    { "GET", "^/v1/cfs/([^/]+)$", find_file_system },
    { "DELETE", "^/v1/cfs/([^/]+)$", delete_file_system },
    { "POST", "^/v1/cfs/([^/]+)$", create_mount_target },
    { "DELETE", "^/v1/cfs/([^/]+)/([^/]+)$", delete_mount_target },
}

local function route()
    local method, path = ngx.req.get_method(), ngx.var.uri
    if not path:find("^/v1/") then errors.raise "InvalidVersion" end
    local exists = false
    for _, row in ipairs(routes) do
        local first, second = path:match(row[2])
        if first and row[1] == method then
            return ngx.say(cjson.encode(row[3](first, second)))
        end
        exists = exists or first
    end
    errors.raise(exists and "InvalidHTTPRequest" or "InvalidURI")
end

-- The API: what route raises goes out with the names of hosts, as CFS does, under the id that the gateway
-- has given the request.
app.serve = nginx.handler(route, {
    hide = false,
    request_id = function() return ngx.var.http_x_request_id end,
})

-- The id that the edge has given the request, or else nginx: see nginx.conf.
local function edge_id()
    return ngx.var.edge_id
end

-- That file systems are ordered is the API's own affair.
local function map(err)
    if err:is "CreateOrderFail" then return errors.InternalError { cause = err } end
end

-- The gateway: the API's errors for clients that know HTTP alone, and without the API's hosts.
app.relay = nginx.relay { standard = true, request_id = edge_id, map = map }

-- The same for clients that know RFC 9457.
app.problems = nginx.relay {
    standard = true, request_id = edge_id, map = map,
    format = "problem", type_base = "https://cloud.example/errors/",
}

--- The gateway lets in who gives no name, or one that is known.
app.authorize = nginx.handler(function()
    local header = ngx.var.http_authorization
    if not header then return end
    local key = header:match("^bce%-auth%-v1/([^/]+)/")
    if not key then return nil, errors.InvalidHTTPAuthHeader() end
    if not access_keys[key] then return nil, errors.InvalidAccessKeyId() end
end, { request_id = edge_id })

--- Says how many file systems there are, now and then. What fails there is counted and logged.
app.watch = nginx.guard(function()
    local count = store:get("file systems") or 0
    if count > quota then errors.raise("InternalError", { message = "more file systems than can be" }) end
    ngx.log(ngx.NOTICE, "file systems: ", count)
end)

return app
