"""Changes one operator, constant or statement of the C core at a time, and expects a test to fail.

mutate.py EVERY: tries every so many'th mutant. One that survives must be in equivalent.txt, with the
reason why it cannot be told from the original. CORE in the environment names the C library's files.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

CORE = [os.path.basename(path)[:-2] for path in os.environ["CORE"].split()]
# What is read before it is written, or past an array's end, shows.
FLAGS = ["-std=c99", "-O1", "-w", "-ftrivial-auto-var-init=pattern", "-fsanitize=bounds",
         "-fsanitize-undefined-trap-on-error", "-Isrc", "-Ispec/proof", "-Ifuzz"]
VECTORS = "build/proof/vectors.tsv"
# name → its files, beside the core, and the arguments that it is run with
PROGRAMS = {
    "conformance": (["spec/proof/conformance.c"], [[]]),
    "pages": (["spec/proof/pages.c"], [[]]),
    "write": (["spec/proof/replay.c", "fuzz/write.c"], [[]]),
    "response": (["spec/proof/replay.c", "fuzz/response.c"], [[]]),
    "exhaustive": (["spec/proof/exhaustive.c"], [["strings", "2"], ["documents", "5"]]),
    "plain": (["spec/plain.c"], [[]]),
}
SHARED = ["spec/proof/reference.c", "spec/proof/vector.c"]
SPECS = ["envelope", "raise", "catalogue", "object", "response", "extend", "render"]

CHANGES = [
    (r"==", "!="), (r"!=", "=="), (r"<=", "<"), (r">=", ">"), (r" < ", " <= "), (r" > ", " >= "),
    (r" < ", " > "), (r" > ", " < "), (r"&&", "||"), (r"\|\|", "&&"), (r" \+ ", " - "), (r" - ", " + "),
    (r"\+\+", "--"), (r" \+= ", " -= "), (r" << ", " >> "), (r" >> ", " << "), (r" & ", " | "),
    (r" \| ", " & "), (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"!(?!=)", ""),
]


def masked(text):
    """The text with comments, strings and preprocessor lines blanked out."""
    pattern = r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|^#[^\n]*(?:\\\n[^\n]*)*'
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match.group()), text, flags=re.S | re.M)


def mutants(text):
    """Each place and what stands there instead: (start, end, replacement)."""
    bare = masked(text)
    for pattern, replacement in CHANGES:
        for match in re.finditer(pattern, bare):
            yield match.start(), match.end(), replacement
    for match in re.finditer(r"(?<![\w'.\[])(0x[0-9A-Fa-f]+|\d+)(?=u?\b)", bare):
        yield match.start(1), match.end(1), str(int(match.group(1), 0) + 1)
    for match in re.finditer(r"(?<=[;{})]\n) +((?!return|static|const|struct|size_t|bool|int |unsigned)[a-z*+][^;{}\n]*);"
                             r"(?=\n)", bare):
        if not re.match(r"[a-z_0-9]+ [*a-z_]+(,| =|;|$)", match.group(1)):
            yield match.start(1), match.end(1), "(void)0"


def describe(path, text, mutant):
    start, end, replacement = mutant
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    before = text[first:last]
    after = text[first:start] + replacement + text[end:last]
    return "\t".join([path, " ".join(before.split()), " ".join(after.split())])


def execute(command, **options):
    """Runs a command that may never end by itself, even if nobody waits for it any more."""
    return subprocess.run(["timeout", "-k", "1", "15"] + command, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False, **options)


def run(program, arguments):
    with open(VECTORS, "rb") as vectors:
        done = execute([program] + arguments, stdin=vectors)
    return done.returncode, done.stdout


def compile_to(path, files):
    return execute(["cc"] + FLAGS + ["-o", path] + files).returncode == 0


def core_dies(folder, path, build, expected):
    """Does a program fail, or say something else, with this file in the core?"""
    name = os.path.basename(path)[:-2]
    mutated = f"{folder}/{name}.o"
    if not compile_to(mutated, ["-c", f"{folder}/{name}.c"]):
        return None
    for program, (_, calls) in PROGRAMS.items():
        others = [f"{build}/{other}.o" for other in CORE if other != name]
        if not compile_to(f"{folder}/{program}", [f"{build}/{program}.a", mutated] + others):
            return True
        for arguments in calls:
            if run(f"{folder}/{program}", arguments) != expected[program, tuple(arguments)]:
                return True
    return False


def binding_dies(folder):
    flags = subprocess.run(["pkg-config", "--cflags", "lua5.4"], check=True, stdout=subprocess.PIPE, text=True)
    os.makedirs(f"{folder}/cfs/errors")
    if not compile_to(f"{folder}/cfs/errors/core.so", flags.stdout.split() + [
            "-shared", "-fPIC", f"{folder}/lua_core.c"] + [f"src/{name}.c" for name in CORE]):
        return None
    specs = [f"spec/{name}_spec.lua" for name in SPECS]
    done = execute(["lua5.4", "spec/run.lua", "--output=plainTerminal"] + specs,
                  env=dict(os.environ, LUA_PATH="lua/?.lua;;", LUA_CPATH=f"{folder}/?.so;;"))
    return done.returncode != 0


def try_one(path, text, mutant, build, expected):
    """None: does not compile; True: killed; False: survived."""
    start, end, replacement = mutant
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/{os.path.basename(path)}", "w", encoding="utf-8") as file:
            file.write(text[:start] + replacement + text[end:])
        return binding_dies(folder) if path.endswith("lua_core.c") else core_dies(folder, path, build, expected)


def prepare(build):
    """Compiles all but the core, and notes what the programs say with the original."""
    expected = {}
    for name in CORE:
        compile_to(f"{build}/{name}.o", ["-c", f"src/{name}.c"])
    for program, (files, calls) in PROGRAMS.items():
        if not compile_to(f"{build}/{program}.a", ["-r", "-nostdlib"] + files + SHARED):
            sys.exit(f"mutate: {program} does not compile")
        compile_to(f"{build}/{program}", [f"{build}/{program}.a"] + [f"{build}/{name}.o" for name in CORE])
        for arguments in calls:
            expected[program, tuple(arguments)] = run(f"{build}/{program}", arguments)
            if expected[program, tuple(arguments)][0] != 0:
                sys.exit(f"mutate: {program} fails without a change")
    return expected


def main(every):
    build = "build/mutate"
    shutil.rmtree(build, ignore_errors=True)
    os.makedirs(build)
    expected = prepare(build)
    with open("spec/proof/equivalent.txt", encoding="utf-8") as file:
        equivalent = {line.rstrip("\n").rsplit("\t", 1)[0] for line in file if "\t" in line}
    jobs = []
    for path in [f"src/{name}.c" for name in CORE + ["lua_core"]]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        jobs += [(path, text, mutant) for mutant in mutants(text)]
    jobs = jobs[::every]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        fates = list(pool.map(lambda job: try_one(*job, build, expected), jobs))
    survivors = sorted({describe(*job) for job, fate in zip(jobs, fates) if fate is False})
    unexplained = [survivor for survivor in survivors if survivor not in equivalent]
    for survivor in unexplained:
        print(f"survived: {survivor}")
    print(f"mutate: {len(fates) - fates.count(None)} mutants, {fates.count(True)} killed, "
          f"{fates.count(False)} equivalent or not, {len(unexplained)} unexplained")
    return len(unexplained) > 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
