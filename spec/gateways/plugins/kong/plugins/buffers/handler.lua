-- A plugin with a phase `response`, for which Kong holds the whole response in memory.
return { PRIORITY = 700, VERSION = "1.0.0", response = function() end }
