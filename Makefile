# cfs-errors: `make demo` shows what it does, `make test` tests it, `make help` lists the rest.

# The Lua to build, install and show with: lua5.1, lua5.2, lua5.3, lua5.4, lua5.5, luajit, or the path
# of one. The tests take Lua 5.5 where it is installed with its headers, or from LUA55=; Debian 12 has
# none.
LUA = lua5.4
# What is built for a Lua given by its path lies at that path below build/.
lua_path = $(if $(findstring /,$(LUA)),$(abspath $(LUA)))
BUILT = build$(or $(lua_path),/$(LUA))/cfs/errors/core.so
LUAS = lua5.1 lua5.2 lua5.3 lua5.4 $(if $(LUA55)$(shell pkg-config --exists lua5.5 2>/dev/null && command -v lua5.5),lua5.5) luajit

# A Lua 5.5 that was built in another place stands here as if it were installed.
LUA55 ?=
ifneq ($(LUA55),)
export LUA55 := $(abspath $(LUA55))
export LUA55_HOME ?= $(CURDIR)/build/lua55
export PATH := $(LUA55_HOME)/bin:$(PATH)
export PKG_CONFIG_PATH := $(LUA55_HOME):$(PKG_CONFIG_PATH)
# its modules, and Debian's that are Lua alone
export LUA_INIT_5_5 = package.path = package.path .. ";$(LUA55)/share/lua/5.5/?.lua;$(LUA55_HOME)/?.lua" \
    .. ";/usr/share/lua/5.4/?.lua;/usr/share/lua/5.4/?/init.lua" \
    package.cpath = package.cpath .. ";$(LUA55)/lib/lua/5.5/?.so;$(LUA55_HOME)/?.so"
LUA55_LACKS := $(shell LUA55='$(LUA55)' LUA55_HOME='$(LUA55_HOME)' tools/lua55)
$(if $(LUA55_LACKS),$(error $(LUA55_LACKS)))
endif

CC = cc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
LUA_INCDIR =
# macOS (not tested there) must be told that Lua's own functions come from the program.
SHARED = $(if $(filter Darwin,$(shell uname -s)),-bundle -undefined dynamic_lookup,-shared)

# Where `make install` puts things; LUA_LIB_DIR=/usr/local/openresty/site/lualib means both places. Then
# nothing is written below PREFIX, unless that is given, too.
PREFIX = /usr/local
told = $(or $(if $(LUA_LIB_DIR),,yes),$(filter command override,$(origin PREFIX)))
LUA_VERSION = $(shell $(LUA) -e 'print((_VERSION:gsub("Lua ", "")))')
LUA_LIB_DIR =
INST_LUADIR = $(or $(LUA_LIB_DIR),$(PREFIX)/share/lua/$(LUA_VERSION))
INST_LIBDIR = $(or $(LUA_LIB_DIR),$(PREFIX)/lib/lua/$(LUA_VERSION))
TYPES_DIR = $(if $(told),$(PREFIX)/share/cfs-errors/types)
BIN_DIR = $(if $(told),$(PREFIX)/bin,$(and $(lua_path),$(shell $(LUA) -e 'require "argparse"' 2>/dev/null && \
    dirname $(lua_path))))
SHARE_DIR = $(if $(told),$(PREFIX)/share)
MANUAL = $(SHARE_DIR)/man/man1/cfs-errors.1
BASH_COMPLETION = $(SHARE_DIR)/bash-completion/completions/cfs-errors
ZSH_COMPLETION = $(SHARE_DIR)/zsh/site-functions/_cfs-errors
INSTALL = install

ifneq ($(words x$(DESTDIR)x$(PREFIX)x$(LUA_LIB_DIR)x),1) # what removes would remove something else
$(error DESTDIR, PREFIX and LUA_LIB_DIR must have no spaces)
endif

# The C library, and with the file that knows Lua, the module.
CORE = src/catalogue.c src/envelope.c src/utf8.c
SOURCES = $(CORE) src/words.c src/lua_core.c
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
TESTED = lua-cjson lua-busted lua-inspect lua-argparse strace

# Runs a Lua with the library as built here: $(call run,lua5.4) file.lua
paths = LUA_PATH='lua/?.lua;;' LUA_CPATH='build/$(1)/?.so;;'
run = $(paths) $(1)

all: $(BUILT)

help:
	@sed -n 's/^#: \{0,1\}//p' $(MAKEFILE_LIST)

#: = Use it
#: make             build the C core for LUA=lua5.4 (or lua5.1, lua5.2, lua5.3, lua5.5, luajit)
#: make demo        a tour: parse, match, explain, raise and render real errors; then a gateway
#: make gateway     examples/gateway: an API that raises errors and a gateway before it, until Ctrl-C
#: make repl        the prompt of LUA=lua5.4 with `errors` loaded
#: make install     for LUA=, a name or a path, into PREFIX=/usr/local, or LUA_LIB_DIR= for OpenResty;
#:                  DESTDIR= counts; LUA_INCDIR= is where lua.h is, if that is not found by itself
#: make uninstall   the reverse
#: make lib         the C library by itself: build/lib/libcfs-errors.a and .so
#: make install-lib  the C library, its headers and cfs-errors.pc, into PREFIX=/usr/local; DESTDIR= counts
#: make uninstall-lib  the reverse
#:
#: = Test it (seconds on two idle cores; JOBS= suites run at a time, one more than there are processors)
#: make check       the specs on LUA=lua5.4 and LuaJIT: half a minute
#: make test        all that must pass, on every Lua: two to four minutes; LUAS= and SPECS= choose; LUA55=dir
#:                  takes a Lua 5.5 that was built in dir, with modules of Debian's sources for it
#: make nightly     all specs on every Lua, all proofs, rigs and benchmarks, in short: 25 minutes;
#:                  NIGHT=long: as long as they can, some hours
#: make lint        luacheck and clang-format
#: make random      responses, headers, dates and reasons at random, never raised on: ROUNDS=500000
#: make timings     tests of how time grows with the length of what is read: for a machine without other work
#:
#: = Write what is generated
#: make docs        docs/errors.*, types/, the rockspecs
#: make golden      spec/data/advice.tsv anew, on purpose only: judge every row that changes
#: make picture     docs/flow.svg of docs/flow.dot, and docs/performance.svg of bench/*.tsv
#: make drift       compare the vendor's page with the catalogue: PAGE=file, text or HTML
#: make dist        pack what is committed, for a release: dist/*.tar.gz and dist/*.src.rock
#: make clean       remove what was built
#:
#: = Measure it
#: make bench       how fast it is, on Lua 5.4, LuaJIT and in C, with targets; BENCH=short for a glance;
#:                  PEERS=dir: beside the modules for JSON that are there, too
#: make bench-nginx  an error that nginx sends beside code written by hand, by wrk; BENCH=short, too
#: make bench-picture  all figures anew, in docs/performance.md and .svg: 10 minutes, on a quiet machine
#: make instructions  what reading takes, against bench/instructions.tsv; `make budgets` writes that anew
#: make simulate    1,000 clients and services that fail: ours beside no retry, a naive one, AWS, gRPC, Envoy;
#:                  draws docs/outage.svg
#:

headers = tools/headers $(if $(findstring /,$*),/)$*
build/%/cfs/errors/core.so: $(SOURCES) $(HEADERS)
	@tools/need gcc libc6-dev $(if $(or $(LUA_INCDIR),$(findstring /,$*),$(shell $(headers) 2>/dev/null)),, \
	    pkg-config $(filter lua5.%,$*) $(DEV_$*))
	@mkdir -p $(@D)
	headers=$(if $(LUA_INCDIR),-I$(LUA_INCDIR),$$($(headers))) && $(CC) -std=c99 $(CFLAGS) $(WARNINGS) \
	    -fPIC $(SHARED) $$headers -o $@ $(SOURCES) $(LDFLAGS)

demo: build/lua5.4/cfs/errors/core.so build/luajit/cfs/errors/core.so
	@tools/need lua5.4 luajit2 lua-cjson $(NGINX) curl
	@$(call run,lua5.4) examples/show.lua examples/tour.lua
	@$(call paths,luajit) examples/gateway/run demo

gateway: build/luajit/cfs/errors/core.so
	@tools/need luajit2 lua-cjson $(NGINX) curl
	@$(call paths,luajit) examples/gateway/run

repl: build/$(LUA)/cfs/errors/core.so
	@tools/need $(LUA:luajit=luajit2) lua-cjson
	@$(call run,$(LUA)) -e 'errors = require "cfs.errors" print "Type errors for a short guide."' -i

JOBS = $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
WAYS = $(if $(filter luajit,$(LUAS)),"luajit -joff" "luajit -e package.loaded.jit=nil")
NEEDED = $(COMPILER) $(filter lua5.%,$(LUAS)) $(foreach lua,$(LUAS),$(DEV_$(lua))) $(TESTED) luarocks git g++ procps

check: build/$(LUA)/cfs/errors/core.so build/luajit/cfs/errors/core.so
	@tools/need $(LUA:luajit=luajit2) luajit2 $(TESTED) luarocks git g++ procps
	@JOBS=$(JOBS) tools/test check $(LUA) $(filter-out $(LUA),luajit)

# What `make test` runs beside the specs. One that is kept runs again only where its inputs have changed.
CHECKED = matrix test-clients,SHORT=1 conformance,kept exhaustive,SHORT=1,kept faults,SHORT=1,kept

test: $(LUAS:%=build/%/cfs/errors/core.so)
	@tools/need $(NEEDED) $(if $(SPECS),,$(NGINX) curl python3)
	@JOBS=$(JOBS) SPECS='$(SPECS)' TARGETS='$(if $(SPECS),,$(CHECKED))' \
	    tools/test $(if $(SPECS),only,all) $(LUAS) $(WAYS)

# What `make nightly` runs beside the specs, JOBS at a time, and then what must have the machine for itself.
# Each file *.mk of spec/ adds its own; $(call long,A,B) is A where NIGHT=long, else B.
NIGHT =
DAY = $(shell date +%Y%m%d)
long = $(if $(filter long,$(NIGHT)),$(1),$(2))
NIGHTLY = random,ROUNDS=$(call long,500000,50000)
ALONE = timings bench,BENCH=short bench-nginx,BENCH=short instructions simulate

nightly: $(LUAS:%=build/%/cfs/errors/core.so)
	@tools/need $(NEEDED) $(NGINX) curl python3
	@$(MAKE) -s $(SHARED_BY_NIGHT)
	@JOBS=$(JOBS) TARGETS='$(NIGHTLY)' ALONE='$(ALONE)' tools/test each $(LUAS) $(WAYS)

timings: $(LUAS:%=build/%/cfs/errors/core.so)
	@tools/need $(NEEDED)
	@TIMED=1 JOBS=1 SPECS="$$(grep -rl 'os.getenv \"TIMED\"' spec --include='*_spec.lua' | tr '\n' ' ')" \
	    tools/test only $(filter lua5.4 luajit,$(LUAS))

simulate: build/luajit/cfs/errors/core.so
	@tools/need luajit2 gnuplot-nox
	@$(call run,luajit) bench/outage.lua build/outage.tsv
	@gnuplot bench/outage.gnuplot

ROUNDS = 500000
random: build/lua5.4/cfs/errors/core.so build/luajit/cfs/errors/core.so
	@tools/need lua5.4 luajit2 lua-cjson lua-busted
	@for lua in lua5.4 luajit; do \
	    ROUNDS=$(ROUNDS) LUA_PATH='lua/?.lua;;' LUA_CPATH="build/$$lua/?.so;;" \
	        $$lua spec/run.lua --output=plainTerminal spec/wire/random_spec.lua || exit 1; \
	done

docs: build/lua5.4/cfs/errors/core.so
	@tools/need lua5.4 lua-cjson
	@$(call run,lua5.4) tools/generate.lua

golden: build/lua5.4/cfs/errors/core.so
	@tools/need lua5.4
	@$(call run,lua5.4) tools/golden.lua

picture:
	@tools/need graphviz gnuplot-nox
	dot -Tsvg -o docs/flow.svg docs/flow.dot
	gnuplot bench/performance.gnuplot

drift: build/lua5.4/cfs/errors/core.so
	@tools/need lua5.4 lua-cjson
	@$(call run,lua5.4) tools/drift.lua $(PAGE)

dist:
	@tools/need luarocks git
	@tools/dist

lint:
	@tools/need lua-check clang-format
	luacheck -q lua bin/cfs-errors spec bench examples tools
	clang-format --dry-run -Werror src/*.c src/*.h spec/*.c bench/*.c spec/proof/*.[ch] fuzz/*.[ch] \
	    examples/c/*.c

# A person's editor finds the annotations below $(TYPES_DIR). The command runs on this Lua, and finds the
# library wherever it is.
install: all
	@for module in $(MODULES:lua/%=%); do \
	    $(INSTALL) -D -m 644 lua/$$module $(DESTDIR)$(INST_LUADIR)/$$module || exit 1; done
	$(INSTALL) -D -m 755 $(BUILT) $(DESTDIR)$(INST_LIBDIR)/cfs/errors/core.so
ifneq ($(TYPES_DIR),)
	$(INSTALL) -D -m 644 types/cfs/errors/names.lua $(DESTDIR)$(TYPES_DIR)/cfs/errors/names.lua
else
	@echo "Annotations for editors are not installed: TYPES_DIR= says where they belong."
endif
ifneq ($(BIN_DIR),)
	$(INSTALL) -d $(DESTDIR)$(BIN_DIR)
	{ echo '#!$(or $(lua_path),/usr/bin/env $(LUA))'; \
	    echo 'package.path = "$(INST_LUADIR)/?.lua;" .. package.path'; \
	    echo 'package.cpath = "$(INST_LIBDIR)/?.so;" .. package.cpath'; \
	    sed 1d bin/cfs-errors; } >$(DESTDIR)$(BIN_DIR)/cfs-errors
	chmod 755 $(DESTDIR)$(BIN_DIR)/cfs-errors
	@echo "The command is $(BIN_DIR)/cfs-errors."
ifneq ($(SHARE_DIR),)
	$(INSTALL) -D -m 644 docs/command/cfs-errors.1 $(DESTDIR)$(MANUAL)
	$(INSTALL) -D -m 644 docs/command/cfs-errors.bash $(DESTDIR)$(BASH_COMPLETION)
	$(INSTALL) -D -m 644 docs/command/_cfs-errors $(DESTDIR)$(ZSH_COMPLETION)
endif
else
	@echo "The command cfs-errors is not installed: BIN_DIR= says where it belongs. It needs argparse."
endif

uninstall:
	$(RM) $(MODULES:lua/%=$(DESTDIR)$(INST_LUADIR)/%) $(DESTDIR)$(INST_LIBDIR)/cfs/errors/core.so
	$(if $(TYPES_DIR),$(RM) $(DESTDIR)$(TYPES_DIR)/cfs/errors/names.lua)
	$(if $(SHARE_DIR),$(RM) $(addprefix $(DESTDIR),$(MANUAL) $(BASH_COMPLETION) $(ZSH_COMPLETION)))
	$(RM) $(patsubst %,$(DESTDIR)%/cfs-errors,$(or $(BIN_DIR),$(patsubst %/,%,$(dir $(lua_path)))))

# The C library by itself. Before 1.0 each minor version may change what programs were compiled with.
VERSION = $(shell sed -n 's/^.define CFS_VERSION "\(.*\)"$$/\1/p' src/cfs.h)
SONAME = libcfs-errors.so.$(basename $(VERSION))
PUBLIC = $(addprefix src/,cfs.h catalogue.h catalogue.def envelope.h utf8.h)
EXPORTED = -DCFS_API='__attribute__((visibility("default")))'
LIB_DIR = $(PREFIX)/lib
INCLUDE_DIR = $(PREFIX)/include

build/lib/%.o: src/%.c $(HEADERS)
	@tools/need $(COMPILER)
	@mkdir -p $(@D)
	$(CC) -std=c99 $(CFLAGS) $(WARNINGS) -fPIC -c -o $@ $<

build/lib/libcfs-errors.a: $(CORE:src/%.c=build/lib/%.o)
	@$(RM) $@
	$(AR) rcs $@ $^

build/lib/libcfs-errors.so: $(CORE) $(HEADERS)
	@tools/need $(COMPILER)
	@mkdir -p $(@D)
	$(CC) -std=c99 $(CFLAGS) $(WARNINGS) $(EXPORTED) -fPIC -shared -Wl,-soname,$(SONAME) -o $@ $(CORE) \
	    $(LDFLAGS)
	@ln -sf $(@F) $(@D)/$(SONAME)

lib: build/lib/libcfs-errors.a build/lib/libcfs-errors.so

install-lib: lib
	$(INSTALL) -d $(DESTDIR)$(LIB_DIR)/pkgconfig $(DESTDIR)$(INCLUDE_DIR)/cfs-errors
	$(INSTALL) -m 644 $(PUBLIC) $(DESTDIR)$(INCLUDE_DIR)/cfs-errors
	$(INSTALL) -m 644 build/lib/libcfs-errors.a $(DESTDIR)$(LIB_DIR)
	$(INSTALL) -m 755 build/lib/libcfs-errors.so $(DESTDIR)$(LIB_DIR)/libcfs-errors.so.$(VERSION)
	ln -sf libcfs-errors.so.$(VERSION) $(DESTDIR)$(LIB_DIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIB_DIR)/libcfs-errors.so
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' \
	    -e 's|@LIB_DIR@|$(LIB_DIR:$(PREFIX)/%=$${prefix}/%)|' \
	    -e 's|@INCLUDE_DIR@|$(INCLUDE_DIR:$(PREFIX)/%=$${prefix}/%)|' \
	    src/cfs-errors.pc.in >$(DESTDIR)$(LIB_DIR)/pkgconfig/cfs-errors.pc

uninstall-lib:
	$(RM) $(PUBLIC:src/%=$(DESTDIR)$(INCLUDE_DIR)/cfs-errors/%)
	$(RM) $(addprefix $(DESTDIR)$(LIB_DIR)/,libcfs-errors.a libcfs-errors.so $(SONAME) \
	    libcfs-errors.so.$(VERSION) pkgconfig/cfs-errors.pc)
	rmdir $(DESTDIR)$(INCLUDE_DIR)/cfs-errors 2>/dev/null || true

# Benchmarks.
BENCH =
PEERS =
bench_rounds = $(if $(BENCH),3 0.002,9 0.02)

build/bench/%/bench_floor.so: bench/floor.c
	@tools/need $(COMPILER) $(DEV_$*)
	@mkdir -p $(@D)
	$(CC) -std=c99 -O2 $(WARNINGS) -fPIC -shared $$(pkg-config --cflags $*) -o $@ $<

build/bench/reader: bench/reader.c $(CORE) $(HEADERS)
	@tools/need $(COMPILER) libjansson-dev
	@mkdir -p $(@D)
	$(CC) -std=c99 -O2 $(WARNINGS) -Isrc -o $@ $< $(CORE) -ljansson

build/bench/once: bench/once.c $(CORE) $(HEADERS)
	@tools/need $(COMPILER)
	@mkdir -p $(@D)
	$(CC) -std=c99 -O2 $(WARNINGS) -Isrc -o $@ $< $(CORE)

build/bench/shapes: bench/shapes.lua bench/inputs.lua
	@tools/need lua5.4
	@$(RM) -r $@ && mkdir -p $@
	lua5.4 bench/shapes.lua $@

# Shows what a command prints, and keeps it in $(results): $(call kept,command,name)
results = build/bench/$(or $(BENCH),full)
kept = mkdir -p $(results); { $(1); echo $$? >$(results)/status; } | tee $(results)/$(2).txt; \
    [ "$$(cat $(results)/status)" = 0 ] || exit 1

bench: $(foreach lua,lua5.4 luajit,build/$(lua)/cfs/errors/core.so build/bench/$(lua)/bench_floor.so) \
    build/bench/reader build/bench/shapes
	@tools/need lua-cjson lua-dkjson
	@for lua in lua5.4 luajit; do \
	    export PEERS='$(PEERS)' FIGURES=$(if $(BENCH),,bench/$$lua.tsv) \
	        LUA_PATH='lua/?.lua;;' LUA_CPATH="build/$$lua/?.so;build/bench/$$lua/?.so;;"; \
	    $(call kept,$$lua bench/lua.lua $(BENCH),$$lua); echo; \
	done
	@$(call kept,build/bench/reader $(bench_rounds) build/bench/shapes/*$(if $(BENCH),KiB),c)

bench-nginx: build/luajit/cfs/errors/core.so
	@tools/need luajit2 lua-busted $(NGINX) curl procps wrk
	@$(call kept,$(call run,luajit) bench/nginx.lua $(BENCH),nginx)

# Takes all figures anew, on a machine that does nothing else, and shows them in the document.
bench-picture: bench bench-nginx instructions
	@tools/need lua5.4 gnuplot-nox
	@lua5.4 bench/page.lua $(results) docs/performance.md bench/nginx.tsv
	@gnuplot bench/performance.gnuplot

instructions budgets: build/bench/once build/bench/shapes
	@tools/need lua5.4 lua-cjson valgrind
	@$(call kept,lua5.4 bench/instructions.lua $(if $(filter budgets,$@),write,check) build/bench/once \
	    build/bench/shapes,instructions)

clean:
	$(RM) -r build dist

-include $(wildcard spec/*/*.mk) # none in a tree without the tests

.PHONY: all help demo gateway repl check test nightly timings bench bench-nginx bench-picture \
    instructions budgets simulate random docs golden picture drift dist lint install uninstall lib \
    install-lib uninstall-lib clean
.DELETE_ON_ERROR:
