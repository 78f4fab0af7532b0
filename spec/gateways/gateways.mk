# Kong and APISIX themselves with the plugins, laid out in $(GATEWAYS) as spec/gateways/rig.lua says.

GATEWAYS =

#: make test-gateways  the plugins in Kong and APISIX, which GATEWAYS=dir has; see spec/gateways/rig.lua
test-gateways: build/luajit/cfs/errors/core.so
	@[ -n "$(GATEWAYS)" ] || { echo "GATEWAYS= says where Kong and APISIX are laid out: a directory with" \
	    "kong/ and apisix/, as spec/gateways/rig.lua describes it. Nothing was tested." >&2; exit 1; }
	@tools/need luajit2 lua-cjson lua-busted $(NGINX) curl procps
	@GATEWAYS='$(abspath $(GATEWAYS))' $(call run,luajit) spec/run.lua --output=plainTerminal \
	    spec/gateways/gateways.lua

.PHONY: test-gateways
