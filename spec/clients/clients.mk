# Real HTTP clients against a server that misbehaves. Debian has lua-http and lua-curl for Lua 5.1, 5.2 and
# LuaJIT only, and none of the clients for Lua 5.5.

CLIENTS_lua5.1 = luasocket luasec calls lua_http lua_curl resty_http
CLIENTS_lua5.2 = luasocket luasec calls lua_http lua_curl resty_http
CLIENTS_lua5.3 = luasocket luasec calls resty_http
CLIENTS_lua5.4 = luasocket luasec calls resty_http
CLIENTS_luajit = luasocket luasec calls lua_http lua_curl resty_http nginx
CLIENT_LUAS = $(if $(SHORT),luajit,lua5.1 lua5.2 lua5.3 lua5.4 luajit)

# On one Lua: $(call clients,lua5.4)
clients = echo "== $(1) $(CLIENTS_$(1))" && LUA_RESTY_HTTP=$(LUA_RESTY_HTTP) $(call run,$(1)) spec/run.lua --output=plainTerminal \
    $(CLIENTS_$(1):%=spec/clients/%_spec.lua)

#: make test-clients  real HTTP clients and a server that refuses, hangs, cuts; SHORT=1: on LuaJIT only;
#:                  LUA_RESTY_HTTP=dir is lua-resty-http's own tree
test-clients: $(CLIENT_LUAS:%=build/%/cfs/errors/core.so)
	@tools/need $(CLIENT_LUAS:luajit=luajit2) lua-cjson lua-busted lua-socket lua-sec lua-http lua-curl \
	    openssl $(NGINX) curl procps
	@$(foreach lua,$(CLIENT_LUAS),$(call clients,$(lua)) &&) echo "clients: all as expected"

#: make test-namespace  POSTs whose responses the network loses, in a namespace of its own; with
#:                  LUA_RESTY_HTTP=dir lua-resty-http, too
test-namespace: build/luajit/cfs/errors/core.so
	@tools/need luajit2 lua-busted lua-socket $(NGINX) curl procps iproute2 nftables
	@LOST=1 LUA_RESTY_HTTP=$(LUA_RESTY_HTTP) $(call paths,luajit) spec/clients/namespace luajit spec/run.lua \
	    --output=plainTerminal spec/clients/namespace_spec.lua

NIGHTLY += test-clients test-namespace

.PHONY: test-clients test-namespace
