# Kong and APISIX themselves with the plugins, laid out in $(GATEWAYS) as spec/gateways/rig.lua says. LIBRARY
# is that of spec/proof/proof.mk.

GATEWAYS ?=

#: make test-gateways  the plugins in Kong and APISIX, which GATEWAYS=dir has, as spec/gateways/rig.lua
#:                   tells; LIBRARY=another tree
test-gateways: build/luajit/cfs/errors/core.so
	@[ -n "$(GATEWAYS)" ] || { echo "GATEWAYS= says where Kong and APISIX are laid out: a directory with" \
	    "kong/ and apisix/, as spec/gateways/rig.lua describes it. Nothing was tested." >&2; exit 1; }
	@tools/need luajit2 lua-cjson lua-busted $(NGINX) curl procps
	@GATEWAYS='$(abspath $(GATEWAYS))' LIBRARY='$(abspath $(LIBRARY))' $(call run,luajit) spec/run.lua --output=plainTerminal \
	    spec/gateways/gateways.lua

ifneq ($(GATEWAYS),)
NIGHTLY += test-gateways,GATEWAYS=$(abspath $(GATEWAYS))
endif

.PHONY: test-gateways
