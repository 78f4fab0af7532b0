# The page docs/errors.html in a browser.

#: make test-html   docs/errors.html in headless Chromium: its search, its anchors, dark and light
test-html: build/lua5.4/cfs/errors/core.so
	@tools/need lua5.4 lua-cjson lua-busted chromium
	@$(call run,lua5.4) spec/run.lua --output=plainTerminal spec/html/errors_spec.lua

NIGHTLY += test-html

.PHONY: test-html
