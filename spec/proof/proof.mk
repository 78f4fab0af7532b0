# The proofs: each target names its figure in its last line, and fails where a promise is broken.
#: = Prove it

PROOF = spec/proof
REPLAYED = read write response
SANITIZE = -g -O2 -fsanitize=address,undefined -fno-sanitize-recover=all

# Builds a C program with the library: $(call program,file.c...)
program = @mkdir -p $(@D) && $(CC) -std=c99 $(CFLAGS) $(WARNINGS) -Isrc -I$(PROOF) -o $@ $(1) $(CORE)

build/proof/%: $(PROOF)/%.c $(PROOF)/reference.c $(PROOF)/vector.c $(wildcard $(PROOF)/*.h) \
    $(SOURCES) $(HEADERS)
	@tools/need $(COMPILER)
	$(call program,$< $(PROOF)/reference.c $(PROOF)/vector.c)

build/proof/vectors.tsv: $(PROOF)/vectors.py $(PROOF)/oracle.py
	@tools/need python3
	@mkdir -p $(@D)
	python3 -B $< >$@

build/proof/replay-%: $(PROOF)/replay.c fuzz/%.c fuzz/fuzz.h $(PROOF)/reference.c $(PROOF)/vector.c \
    $(wildcard $(PROOF)/*.h) $(SOURCES) $(HEADERS)
	$(call program,-Ifuzz $< fuzz/$*.c $(PROOF)/reference.c $(PROOF)/vector.c)

#: make conformance  documents made by rule, judged by Python's json; the same through the fuzz targets
conformance: build/proof/conformance build/proof/vectors.tsv $(REPLAYED:%=build/proof/replay-%)
	@for target in $(REPLAYED); do build/proof/replay-$$target <build/proof/vectors.tsv || exit 1; done
	@build/proof/conformance <build/proof/vectors.tsv

#: make exhaustive   all insides of strings of 4 bytes, all documents of 8 symbols; SHORT=1: of 3, of 7
exhaustive: build/proof/exhaustive
	@$< documents $(if $(SHORT),7,8)
	@$< strings $(if $(SHORT),3,4)

build/proof/faults-%: $(PROOF)/faults.c $(SOURCES) $(HEADERS)
	@tools/need $(COMPILER) $(DEV_$*)
	@mkdir -p $(@D)
	$(CC) -std=c99 $(WARNINGS) $(SANITIZE) -Isrc $$(pkg-config --cflags $*) -o $@ $< $(SOURCES) \
	    $$(pkg-config --libs $*)

#: make faults       each allocation fails in turn, on the five Luas; SHORT=1: every 97th of loading, on two
FAULTED = $(if $(SHORT),$(filter lua5.4 luajit,$(LUAS)),$(LUAS))
faults: $(FAULTED:%=build/proof/faults-%)
	@for lua in $(FAULTED); do echo "== $$lua" && \
	    LUA_PATH='lua/?.lua;;' build/proof/faults-$$lua $(or $(STRIDE),$(if $(SHORT),97)) || exit 1; done

# The core of a tree, built with sanitizers; a Lua that loads it must have libasan loaded before.
LIBRARY = .
$(LIBRARY)/build/sanitized/%/cfs/errors/core.so: $(wildcard $(LIBRARY)/src/*)
	@tools/need $(COMPILER) $(DEV_$*)
	@mkdir -p $(@D)
	$(CC) -std=c99 $(SANITIZE) -fPIC -shared $$(pkg-config --cflags $*) -o $@ $(LIBRARY)/src/*.c

#: make parsers      10^6 random bodies read in LuaJIT by its FFI as by Lua's C API; SHORT=1: 10^5
parsers: build/luajit/cfs/errors/core.so
	@tools/need luajit2 lua-cjson
	@for jit in on off; do $(call run,luajit) -j$$jit $(PROOF)/parsers.lua \
	    $(if $(SHORT),100000,1000000) || exit 1; done

#: make memory       pages that cannot be touched, sanitizers, valgrind, Lua's own checks; SHORT=1: less
SANITIZED = $(if $(SHORT),lua5.4 luajit,$(LUAS))
memory: build/proof/pages build/proof/vectors.tsv $(LUAS:%=build/%/cfs/errors/core.so) \
    $(SANITIZED:%=build/sanitized/%/cfs/errors/core.so)
	@tools/need lua-busted lua-cjson
	@build/proof/pages <build/proof/vectors.tsv
	@$(PROOF)/memory sanitized $(SANITIZED)
ifndef SHORT
	@tools/need valgrind
	@$(PROOF)/memory checked lua5.4
	@$(PROOF)/memory watched lua5.4 luajit
endif

#: make sequences    random programs over the public functions, compared with a model, sanitized, on
#:                   Lua 5.4 and LuaJIT, for SECONDS=600; SEED= and COUNT= choose programs, LIBRARY=
#:                   another tree; SHORT=1: 12 programs each
SEQUENCED = $(filter lua5.4 luajit,$(LUAS))
sequences: $(SEQUENCED:%=$(LIBRARY)/build/sanitized/%/cfs/errors/core.so)
	@tools/need lua5.4 lua-cjson
	@SEED=$(or $(SEED),$(if $(SHORT),1)) COUNT=$(or $(COUNT),$(if $(SHORT),12)) SECONDS=$(SECONDS) \
	    lua5.4 spec/sequences/run.lua $(LIBRARY) $(SEQUENCED)

#: make coverage     lines and branches of the C core, lines of lua/: all must be run by the tests
coverage: build/proof/vectors.tsv build/lua5.1/cfs/errors/core.so build/luajit/cfs/errors/core.so
	@tools/need $(COMPILER) liblua5.4-dev lua5.4 lua-busted lua-cjson python3 \
	    $(if $(SHORT),,clang-19 llvm-19 libclang-rt-19-dev)
	@CORE='$(CORE)' $(PROOF)/coverage $(if $(SHORT),core)

#: make bounds       stack, allocations, instructions a byte, memory over 10^8 bodies and 10^6 errors of
#:                   nginx; SHORT=1: over 10^6 bodies
bounds: build/proof/shapes $(if $(SHORT),,build/luajit/cfs/errors/core.so)
	@tools/need $(COMPILER) valgrind python3
	@CORE='$(CORE)' $(PROOF)/bounds $(if $(SHORT),1000000,100000000)
ifndef SHORT
	@tools/need $(NGINX) curl procps apache2-utils
	@$(PROOF)/soak 1000000
endif

#: make soak         COUNT=10000000 errors of one worker of nginx, or of NGINX=/path: flat memory, exact counts
soak: build/luajit/cfs/errors/core.so
	@tools/need $(if $(filter /%,$(NGINX)),,$(NGINX)) curl procps apache2-utils
	@NGINX='$(filter /%,$(NGINX))' $(PROOF)/soak $(or $(COUNT),10000000)

#: make portability  the same verdicts from other compilers, options and processors; static analysis
EVERYWHERE = clang-19 qemu-user gcc-s390x-linux-gnu gcc-aarch64-linux-gnu gcc-i686-linux-gnu \
    libc6-dev-s390x-cross libc6-dev-arm64-cross libc6-dev-i386-cross cppcheck clang-tidy
portability: build/proof/vectors.tsv
	@tools/need $(COMPILER) liblua5.4-dev $(if $(SHORT),,$(EVERYWHERE))
	@CORE='$(CORE)' $(PROOF)/portability $(if $(SHORT),gcc)

#: make mutate       changes one thing of src/ at a time: a test must fail; COUNT=60 of them,
#:                   chosen by SEED=1; FILES=src/lua_core.c chooses, too
mutate: build/proof/vectors.tsv
	@tools/need $(COMPILER) liblua5.4-dev lua5.4 lua-busted lua-cjson python3
	@CORE='$(CORE)' python3 -B $(PROOF)/mutate.py $(or $(COUNT),all) $(or $(SEED),1) $(FILES)

#: make mutate-lua   changes one thing of lua/ or bin/ at a time: a spec must fail; SIZE=400 of them, chosen
#:                   by SEED=1; FILE=wire/date chooses files by a part of their path
mutate-lua: $(LUAS:%=build/%/cfs/errors/core.so)
	@tools/need lua5.1 lua5.4 luajit2 lua-busted lua-cjson lua-argparse $(NGINX) curl procps
	@luajit $(PROOF)/mutate_lua.lua file='$(FILE)' size=$(SIZE) seed=$(SEED) jobs=$(JOBS)

#: make fuzz         libFuzzer for SECONDS=600: reading, writing, responses, jansson to compare with
FUZZ_TARGETS = read write response differ
SECONDS = 600

build/fuzz/%: fuzz/%.c fuzz/fuzz.h $(PROOF)/reference.c $(PROOF)/reference.h $(SOURCES) $(HEADERS)
	@tools/need clang-19 libclang-rt-19-dev libjansson-dev
	@mkdir -p $(@D)
	clang-19 -std=c11 $(WARNINGS) $(SANITIZE) -fsanitize=fuzzer -Isrc -I$(PROOF) -o $@ \
	    $< $(PROOF)/reference.c $(CORE) -ljansson

fuzz: $(FUZZ_TARGETS:%=build/fuzz/%)
	@fuzz/run $(SECONDS) $(FUZZ_TARGETS)

NIGHTLY += memory,$(call long,,SHORT=1) coverage portability conformance parsers bounds,$(call long,,SHORT=1) \
    exhaustive,$(call long,,SHORT=1) faults,$(call long,STRIDE=1,STRIDE=13) mutate,COUNT=$(call long,all,40),SEED=$(DAY) \
    mutate-lua,SIZE=$(call long,1000,60),SEED=$(DAY) \
    sequences,SECONDS=$(call long,3600,120) fuzz,SECONDS=$(call long,3600,120)
ALONE += soak,COUNT=$(call long,10000000,1000000)
# What several of these would build at the same time.
SHARED_BY_NIGHT = build/proof/vectors.tsv $(LUAS:%=build/sanitized/%/cfs/errors/core.so)

.PHONY: conformance exhaustive faults parsers memory sequences coverage bounds soak portability mutate \
    mutate-lua fuzz
