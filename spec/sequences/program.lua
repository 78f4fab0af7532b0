-- Runs one program: program.lua SEED STEPS [LIST], of which only the steps of the list "3,17,18" are
-- done, if it is given. Each step is printed before it is done, so that a crash shows where it was;
-- "fault NUMBER SENTENCE" follows a step that broke a promise, and "end" the last step.

local model = require "spec.sequences.model"
local steps = require "spec.sequences.steps"

local seed, count, list = tonumber(arg[1]), tonumber(arg[2]), arg[3]
local draws_of_a_step = 16

io.stdout:setvbuf "line" -- to be read after a crash

local kept = list ~= "" and list and {}
for number in (list or ""):gmatch "%d+" do kept[tonumber(number)] = true end

-- Park and Miller's generator, the same on every Lua.
local current = seed % 2147483646 + 1
local function draw()
    current = current * 16807 % 2147483647
    return current
end
for _ = 1, 10 do draw() end

-- Numbers from 1 to `limit` out of what was drawn for one step, so that a step does the same whatever
-- became of the others.
local function new_pick(drawn)
    local position = 0
    return function(limit)
        position = position % #drawn + 1
        return math.floor(drawn[position] / 7) % limit + 1
    end
end

local number = 0
local promise = setmetatable({}, { __call = function(self, good, sentence, detail)
    if good or self.is_off then return end
    print(("fault\t%d\t%s\t%s"):format(number, sentence, model.show(detail)))
end })

-- What f returns; a fault if it raises.
function promise.try(f, sentence)
    local good, result = pcall(f)
    promise(good, sentence, result)
    return good and result or nil
end

local world = steps.new_world(promise, seed)
for index = 1, count do
    local drawn = {}
    for place = 1, draws_of_a_step do drawn[place] = draw() end
    if not kept or kept[index] then
        number = index
        local text, act = steps.choose(world, new_pick(drawn))
        print(("step\t%d\t%s"):format(index, text:sub(1, 200):gsub("%c", " ")))
        local good, wrong = xpcall(act, function(value)
            return type(value) == "string" and debug.traceback(value, 2) or value
        end)
        promise(good, "a step runs to its end", wrong)
    end
end
print "end"
