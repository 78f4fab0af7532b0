# The matrix: how nginx is used, combined with what fails. LIBRARY is that of spec/proof/proof.mk.

UNUSUAL = 2
ONLY =
SHOW = 3

#: make matrix       nginx in thousands of combinations of how it is used and what fails; SHORT=1: 500
#:                   of them by SEED=; UNUSUAL=3 for more, ONLY='words of a name', LIBRARY=another tree
matrix: build/luajit/cfs/errors/core.so
	@tools/need luajit2 lua-cjson lua-busted $(NGINX) curl procps
	@$(call run,luajit) spec/matrix/run.lua unusual=$(UNUSUAL) size=$(if $(SHORT),500) \
	    seed=$(or $(SEED),1) show=$(SHOW) only='$(ONLY)' \
	    tree=$(if $(filter .,$(LIBRARY)),,$(abspath $(LIBRARY)))

NIGHTLY += matrix,UNUSUAL=$(call long,3,2)

#: make test-nginx   the specs of nginx and the matrix on any nginx: NGINX=/usr/local/openresty/nginx/sbin/nginx
#:                   (its Lua files in ../lualib) and LUA= its luajit; without NGINX= on Debian's
test-nginx: build/luajit/cfs/errors/core.so
	@tools/need luajit2 lua-cjson lua-busted curl procps $(if $(filter /%,$(NGINX)),,$(NGINX))
	@export LC_ALL=C CFS_NGINX='$(filter /%,$(NGINX))' LUA_CPATH='build/luajit/?.so;$(debians_so);;' \
	    LUA_PATH='lua/?.lua;/usr/share/lua/5.1/?.lua;/usr/share/lua/5.1/?/init.lua;;'; \
	unset NGINX; lua=$(if $(findstring luajit,$(LUA)),$(LUA),luajit); \
	$$lua spec/run.lua --output=plainTerminal --no-recursive spec/nginx && \
	$$lua spec/matrix/run.lua unusual=$(UNUSUAL) size=$(if $(SHORT),500) seed=$(or $(SEED),1) show=$(SHOW) \
	    only='$(ONLY)'
debians_so = /usr/lib/$(shell $(CC) -dumpmachine)/lua/5.1/?.so

.PHONY: matrix test-nginx
