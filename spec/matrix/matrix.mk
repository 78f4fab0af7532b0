# The matrix: how nginx is used, combined with what fails.

UNUSUAL = 2
SEED = 1
ONLY =
SHOW = 3
LIBRARY =

#: make matrix       nginx in thousands of combinations of how it is used and what fails; SHORT=1: 500
#:                   of them by SEED=; UNUSUAL=3 for more, ONLY='words of a name', LIBRARY=another tree
matrix:
	@tools/need luajit2 lua-cjson lua-busted $(NGINX) curl procps
	@$(if $(LIBRARY),,$(MAKE) -s LUA=luajit)
	@$(call run,luajit) spec/matrix/run.lua unusual=$(UNUSUAL) size=$(if $(SHORT),500) seed=$(SEED) \
	    show=$(SHOW) only='$(ONLY)' library=$(abspath $(LIBRARY))

.PHONY: matrix
