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

#: make test-nginx  the specs of nginx and the matrix on any nginx: NGINX=/usr/local/openresty/nginx/sbin/nginx
#:                  (its Lua files in ../lualib), LUA= its luajit; without NGINX= on Debian's
test-nginx: export NGINX_TESTED = $(filter /%,$(NGINX))
test-nginx: build/luajit/cfs/errors/core.so
	@tools/need luajit2 lua-cjson lua-busted curl procps $(if $(NGINX_TESTED),,$(NGINX))
	@run() { NGINX="$$NGINX_TESTED" LC_ALL=C $(paths_nginx) "$$@"; }; \
	    run $(LUA_NGINX) spec/run.lua --output=plainTerminal --no-recursive spec/nginx && \
	    run $(LUA_NGINX) spec/matrix/run.lua unusual=$(UNUSUAL) size=$(if $(SHORT),500) seed=$(or $(SEED),1) \
	        show=$(SHOW) only='$(ONLY)'

.PHONY: matrix test-nginx
