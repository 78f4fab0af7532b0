-- Runs busted within the Lua that runs this file: lua5.4 spec/run.lua [busted's arguments]
require "busted.runner" { standalone = false }
