# cfs-errors: `make demo` shows what it does, `make test` tests it, `make help` lists the rest.

# The Lua to build, install and show with: lua5.1, lua5.2, lua5.3, lua5.4 or luajit.
LUA = lua5.4
LUAS = lua5.1 lua5.2 lua5.3 lua5.4 luajit

CC = cc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
LUA_INCDIR =
# macOS (not tested there) must be told that Lua's own functions come from the program.
SHARED = $(if $(filter Darwin,$(shell uname -s)),-bundle -undefined dynamic_lookup,-shared)

# Where `make install` puts things; LUA_LIB_DIR=/usr/local/openresty/site/lualib means both places.
PREFIX = /usr/local
LUA_VERSION = $(shell $(LUA) -e 'print((_VERSION:gsub("Lua ", "")))')
LUA_LIB_DIR =
INST_LUADIR = $(or $(LUA_LIB_DIR),$(PREFIX)/share/lua/$(LUA_VERSION))
INST_LIBDIR = $(or $(LUA_LIB_DIR),$(PREFIX)/lib/lua/$(LUA_VERSION))
INSTALL = install

SOURCES = $(wildcard src/*.c)
HEADERS = $(wildcard src/*.h src/*.def)
MODULES = $(shell find lua -name '*.lua')

# Debian's packages that a Lua's headers are in.
DEV_lua5.1 = liblua5.1-0-dev
DEV_lua5.2 = liblua5.2-dev
DEV_lua5.3 = liblua5.3-dev
DEV_lua5.4 = liblua5.4-dev
DEV_luajit = luajit2 libluajit2-5.1-dev
COMPILER = gcc libc6-dev pkg-config
NGINX = nginx libnginx-mod-http-lua

# Runs a Lua with the library as built here: $(call run,lua5.4) file.lua
paths = LUA_PATH='lua/?.lua;;' LUA_CPATH='build/$(1)/?.so;;'
run = $(paths) $(1)

all: build/$(LUA)/cfs/errors/core.so

help:
	@sed -n 's/^#: //p' $(MAKEFILE_LIST)

#: make             build the C core for LUA=lua5.4 (or lua5.1, lua5.2, lua5.3, luajit)
#: make demo        a tour: parse, match, explain, raise and render real errors; then a gateway
#: make gateway     examples/gateway: an API that raises errors and a gateway before it, until Ctrl-C
#: make repl        Lua's prompt with `errors` loaded
#: make test        the specs on Lua 5.1, 5.2, 5.3, 5.4 and LuaJIT; LUAS= and SPECS= choose
#: make bench       how fast it is, on Lua 5.4, LuaJIT and in C, with targets; BENCH=short for a glance
#: make bench-nginx  an error answered by nginx beside printing constants, by wrk; BENCH=short, too
#: make instructions  what reading takes, against bench/instructions.tsv; `make budgets` writes that anew
#: make test-prometheus  a real Prometheus scrapes two gateways and adds up what they counted
#: make simulate    what an outage does to 1,000 clients without retry, with a naive one, and with ours;
#:                  draws docs/outage.svg
#: make docs        write what is generated: docs/errors.md, types/, rockspecs/
#: make golden      write spec/data/advice.tsv anew, on purpose only: judge every row that changes
#: make picture     draw docs/flow.svg of docs/flow.dot
#: make random      responses, headers, dates and reasons at random, never raised on: ROUNDS=500000
#: make drift       compare the vendor's page with the catalogue: PAGE=file, text or HTML
#: make dist        pack what is committed, for a release: dist/*.tar.gz and dist/*.src.rock
#: make lint        luacheck and clang-format
#: make install     for LUA=, into PREFIX=/usr/local, or LUA_LIB_DIR= for OpenResty; DESTDIR= counts
#: make uninstall   the reverse
#: make clean       remove what was built

build/%/cfs/errors/core.so: $(SOURCES) $(HEADERS)
	@tools/need $(COMPILER) $(filter lua5.%,$*) $(DEV_$*)
	@mkdir -p $(@D)
	$(CC) -std=c99 $(CFLAGS) $(WARNINGS) -fPIC $(SHARED) \
	    $(if $(LUA_INCDIR),-I$(LUA_INCDIR),$$(pkg-config --cflags $*)) -o $@ $(SOURCES) $(LDFLAGS)

demo:
	@tools/need lua5.4 lua-cjson
	@$(MAKE) -s LUA=lua5.4
	@$(call run,lua5.4) examples/show.lua examples/tour.lua
	@$(MAKE) -s gateway DEMO=demo

gateway:
	@tools/need luajit2 lua-cjson $(NGINX) curl
	@$(MAKE) -s LUA=luajit
	@$(call paths,luajit) examples/gateway/run $(DEMO)

repl:
	@tools/need lua5.4 lua-cjson
	@$(MAKE) -s LUA=lua5.4
	@$(call run,lua5.4) -e 'errors = require "cfs.errors" print "Type errors for a short guide."' -i

test:
	@tools/need $(COMPILER) $(filter lua5.%,$(LUAS)) $(foreach lua,$(LUAS),$(DEV_$(lua))) \
	    lua-cjson lua-busted lua-inspect luarocks git $(NGINX) curl procps \
	    $(if $(SPECS),,valgrind lua-dkjson libjansson-dev python3)
	@$(MAKE) -s $(LUAS:%=build/%/cfs/errors/core.so)
	@SPECS='$(SPECS)' tools/test $(LUAS) \
	    $(if $(filter luajit,$(LUAS)),"luajit -joff" "luajit -e package.loaded.jit=nil")

test-prometheus:
	@tools/need luajit2 lua-cjson lua-busted $(NGINX) curl procps prometheus
	@$(MAKE) -s LUA=luajit
	@$(call run,luajit) spec/run.lua --output=plainTerminal spec/prometheus

simulate:
	@tools/need lua5.4 gnuplot-nox
	@$(MAKE) -s LUA=lua5.4
	@$(call run,lua5.4) bench/outage.lua build/outage.tsv
	@gnuplot bench/outage.gnuplot

ROUNDS = 500000
random:
	@tools/need lua5.4 luajit2 lua-cjson lua-busted
	@$(MAKE) -s LUA=lua5.4
	@$(MAKE) -s LUA=luajit
	@for lua in lua5.4 luajit; do ROUNDS=$(ROUNDS) LUA_PATH='lua/?.lua;;' LUA_CPATH="build/$$lua/?.so;;" \
	    $$lua spec/run.lua --output=plainTerminal spec/wire/random_spec.lua || exit 1; done

docs:
	@tools/need lua5.4 lua-cjson
	@$(MAKE) -s LUA=lua5.4
	@$(call run,lua5.4) tools/generate.lua

golden:
	@tools/need lua5.4
	@$(MAKE) -s LUA=lua5.4
	@$(call run,lua5.4) tools/golden.lua

picture:
	@tools/need graphviz
	dot -Tsvg -o docs/flow.svg docs/flow.dot

drift:
	@tools/need lua5.4 lua-cjson
	@$(MAKE) -s LUA=lua5.4
	@$(call run,lua5.4) tools/drift.lua $(PAGE)

dist:
	@tools/need luarocks git
	@tools/dist

lint:
	@tools/need lua-check clang-format
	luacheck -q lua spec bench examples tools
	clang-format --dry-run -Werror src/*.c src/*.h spec/*.c bench/*.c spec/proof/*.[ch] fuzz/*.[ch]

install: all
	@for module in $(MODULES:lua/%=%); do \
	    $(INSTALL) -D -m 644 lua/$$module $(DESTDIR)$(INST_LUADIR)/$$module || exit 1; done
	$(INSTALL) -D -m 755 build/$(LUA)/cfs/errors/core.so $(DESTDIR)$(INST_LIBDIR)/cfs/errors/core.so

uninstall:
	$(RM) $(MODULES:lua/%=$(DESTDIR)$(INST_LUADIR)/%)
	$(RM) $(DESTDIR)$(INST_LIBDIR)/cfs/errors/core.so

# Benchmarks.
PLAIN = src/catalogue.c src/envelope.c src/utf8.c
BENCH =
bench_rounds = $(if $(BENCH),3 0.002,9 0.02)

build/bench/%/bench_floor.so: bench/floor.c
	@mkdir -p $(@D)
	$(CC) -std=c99 -O2 $(WARNINGS) -fPIC -shared $$(pkg-config --cflags $*) -o $@ $<

build/bench/reader: bench/reader.c $(PLAIN) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) -std=c99 -O2 $(WARNINGS) -Isrc -o $@ $< $(PLAIN) -ljansson

build/bench/once: bench/once.c $(PLAIN) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) -std=c99 -O2 $(WARNINGS) -Isrc -o $@ $< $(PLAIN)

build/bench/shapes: bench/shapes.lua bench/inputs.lua
	@$(RM) -r $@ && mkdir -p $@
	lua5.4 bench/shapes.lua $@

bench:
	@tools/need $(COMPILER) lua5.4 $(DEV_lua5.4) $(DEV_luajit) lua-cjson lua-dkjson libjansson-dev
	@$(MAKE) -s build/lua5.4/cfs/errors/core.so build/luajit/cfs/errors/core.so build/bench/reader \
	    build/bench/lua5.4/bench_floor.so build/bench/luajit/bench_floor.so build/bench/shapes
	@for lua in lua5.4 luajit; do \
	    LUA_PATH='lua/?.lua;;' LUA_CPATH="build/$$lua/?.so;build/bench/$$lua/?.so;;" \
	        $$lua bench/lua.lua $(BENCH) || exit 1; echo; \
	done
	@build/bench/reader $(bench_rounds) build/bench/shapes/*

bench-nginx:
	@tools/need luajit2 lua-busted $(NGINX) curl procps wrk
	@$(MAKE) -s LUA=luajit
	@$(call run,luajit) bench/nginx.lua $(BENCH)

instructions budgets:
	@tools/need $(COMPILER) lua5.4 lua-cjson valgrind
	@$(MAKE) -s build/bench/once build/bench/shapes
	@lua5.4 bench/instructions.lua $(if $(filter budgets,$@),write,check) build/bench/once \
	    build/bench/shapes

clean:
	$(RM) -r build dist

-include spec/proof/proof.mk # not in a tree without the tests

.PHONY: all help demo gateway repl test test-prometheus bench bench-nginx instructions budgets simulate random \
    docs golden picture drift dist lint install uninstall clean
.DELETE_ON_ERROR:
