#: make test-prometheus  a real Prometheus scrapes two gateways and adds up what they counted
test-prometheus: build/luajit/cfs/errors/core.so
	@tools/need luajit2 lua-cjson lua-busted $(NGINX) curl procps prometheus
	@$(call run,luajit) spec/run.lua --output=plainTerminal spec/prometheus

NIGHTLY += test-prometheus

.PHONY: test-prometheus
