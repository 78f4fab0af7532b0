# Real HTTP clients against a server that misbehaves. Debian has lua-http for Lua 5.1, 5.2 and LuaJIT, and
# lua-curl likewise.

CLIENTS_lua5.1 = luasocket luasec lua_http lua_curl resty_http
CLIENTS_lua5.2 = luasocket luasec lua_http lua_curl resty_http
CLIENTS_lua5.3 = luasocket luasec resty_http
CLIENTS_lua5.4 = luasocket luasec resty_http
CLIENTS_luajit = luasocket luasec lua_http lua_curl resty_http nginx

# On one Lua: $(call clients,lua5.4)
clients = echo "== $(1) $(CLIENTS_$(1))" && $(call run,$(1)) spec/run.lua --output=plainTerminal \
    $(CLIENTS_$(1):%=spec/clients/%_spec.lua)

#: make test-clients  real HTTP clients against a server that refuses, hangs, cuts; SHORT=1: on LuaJIT only
test-clients:
	@tools/need $(COMPILER) $(filter lua5.%,$(LUAS)) $(foreach lua,$(LUAS),$(DEV_$(lua))) \
	    $(DEV_luajit) lua-cjson lua-busted lua-socket lua-sec lua-http lua-curl openssl $(NGINX) curl procps
	@$(MAKE) -s $(patsubst %,build/%/cfs/errors/core.so,$(if $(SHORT),luajit,$(LUAS)))
	@$(foreach lua,$(if $(SHORT),luajit,$(LUAS)),$(call clients,$(lua)) &&) echo "clients: all as expected"

.PHONY: test-clients
