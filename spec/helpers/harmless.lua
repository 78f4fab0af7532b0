--- Asserts that a text holds no characters that do more than show a letter, or that show nothing.

local support = require "spec.helpers.support"

local harmful = {
    "%c", "\194[\128-\159\173]", "\205\143", "\216\156", "\225\133[\159\160]", "\225\158[\180\181]",
    "\225\160[\139-\143]", "\226\128[\139-\143\168-\174]", "\226\129[\160-\175]", "\227\133\164",
    "\239\184[\128-\143]", "\239\187\191", "\239\190\160", "\239\191[\176-\187]",
    "\240\155\178[\160-\163]", "\240\157\133[\179-\186]", "\243\160",
}

return function(line)
    support.assert(type(line) == "string", type(line))
    for _, pattern in ipairs(harmful) do support.assert(not line:find(pattern), line) end
end
