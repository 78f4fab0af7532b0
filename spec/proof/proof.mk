# The proofs: each target names its figure in its last line, and fails where a promise is broken.

CORE = src/catalogue.c src/envelope.c src/utf8.c
PROOF = spec/proof
# jansson and the sanitizers' headers want C11
SANITIZE = -g -O2 -fsanitize=address,undefined -fno-sanitize-recover=all

#: make fuzz        libFuzzer for SECONDS=600: reading, writing, responses, jansson to compare with
FUZZ_TARGETS = read write response differ
SECONDS = 600

build/fuzz/%: fuzz/%.c fuzz/fuzz.h $(PROOF)/reference.c $(PROOF)/reference.h $(SOURCES) $(HEADERS)
	@tools/need clang-19 libclang-rt-19-dev libjansson-dev
	@mkdir -p $(@D)
	clang-19 -std=c11 $(WARNINGS) $(SANITIZE) -fsanitize=fuzzer -Isrc -I$(PROOF) -o $@ \
	    $< $(PROOF)/reference.c $(CORE) -ljansson

fuzz: $(FUZZ_TARGETS:%=build/fuzz/%)
	@fuzz/run $(SECONDS) $(FUZZ_TARGETS)

.PHONY: fuzz
