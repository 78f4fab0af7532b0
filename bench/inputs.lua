-- Bodies to be read, each of a size and a shape that some response has: a list of { name, body }. A long body
-- is a function that returns it.

local request_id = "ae2225f7-1c2e-427a-a1ad-5413b762957d"

local pretty = [[
{
  "requestId" : "%s",
  "code" : "%s",
  "message" : "%s"
}]]
local compact = '{"requestId":"%s","code":"%s","message":"%s"}'

local not_found = "The specified CFS instance does not exist."
local no_such_key = "The resource you requested does not exist"
local words = "The quick brown fox jumps over a lazy dog. "
local chinese = "\230\150\135\228\187\182\231\179\187\231\187\159\228\184\141\229\173\152\229\156\168"

local function message_of(size)
    return compact:format(request_id, "NoSuchKey", words:rep(math.ceil(size / #words)):sub(1, size))
end

local members = {}
for index = 1, 1000 do members[index] = ('"member%d":"value of it"'):format(index) end

return {
    { "the vendor's example", pretty:format(request_id, "NoSuchKey", no_such_key) },
    { "the same, compact", compact:format(request_id, "NoSuchKey", no_such_key) },
    { "a known code", pretty:format(request_id, "InstanceNotFound", not_found) },
    { "the same, compact", compact:format(request_id, "InstanceNotFound", not_found) },
    { "escapes", compact:format(request_id, "NoSuchKey", [[No \"key\" \u00e4\n of \\ this name\/]]) },
    { "Chinese", compact:format(request_id, "NoSuchKey", chinese:rep(4)) },
    { "a message of 1 KiB", message_of(1024) },
    { "a message of 64 KiB", message_of(65536) },
    { "a message of 16 MiB", function() return message_of(16 * 1048576) end },
    { "1,000 unknown members", '{"code":"NoSuchKey",' .. table.concat(members, ",") .. "}" },
    { "62 arrays deep", '{"code":"NoSuchKey","deep":' .. ("["):rep(62) .. ("]"):rep(62) .. "}" },
    { "an HTML page", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n" },
}
