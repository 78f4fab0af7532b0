"""Changes one operator, constant or statement of src/ at a time, and expects a test to fail.

mutate.py COUNT SEED FILES: tries so many mutants, or "all", of src/ or of the files named. First every harness must pass on the unchanged tree.
A mutant that survives must be in equivalent.txt, with the reason why it cannot be told from the original.
CORE in the environment names the C library's files.
"""

import concurrent.futures
import glob
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

CORE = [os.path.basename(path)[:-2] for path in os.environ["CORE"].split()]
# What is read before it is written, or past an array's end, shows.
FLAGS = ["-std=c99", "-O1", "-w", "-ftrivial-auto-var-init=pattern", "-fsanitize=bounds",
         "-fsanitize-undefined-trap-on-error", "-Ispec/proof", "-Ifuzz"]
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
# Those that run in the Lua whose core is changed, the likeliest to fail first.
SPECS = ["spec/core_spec.lua", "spec/wire/envelope_spec.lua", "spec/base", "spec/object", "spec/catalogue",
         "spec/explain", "spec/show", "spec/retry"]

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
    """Runs a command that may never end by itself; processor time counts, whatever else runs."""
    return subprocess.run(["sh", "-c", 'ulimit -t 60; exec "$@"', "sh"] + command, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False, **options)


def run(program, arguments):
    with open(VECTORS, "rb") as vectors:
        done = execute([program] + arguments, stdin=vectors)
    return done.returncode, done.stdout


def compile_to(path, files, *flags):
    return execute(["cc"] + FLAGS + list(flags) + ["-o", path] + files).returncode == 0


def core_dies(folder, name, build, expected):
    """Does a program fail, or say something else, with this file in the core?"""
    if not compile_to(f"{folder}/{name}.o", ["-c", f"{folder}/{name}.c"]):
        return None
    objects = [f"{folder}/{name}.o"] + [f"{build}/{other}.o" for other in CORE if other != name]
    for program, (_, calls) in PROGRAMS.items():
        if not compile_to(f"{folder}/{program}", [f"{build}/{program}.a"] + objects):
            return True
        for arguments in calls:
            if run(f"{folder}/{program}", arguments) != expected[program, tuple(arguments)]:
                return True
    return False


def binding_dies(folder, _, build, expected):
    """Do specs fail in a Lua that has this file in its core?"""
    os.makedirs(f"{folder}/cfs/errors")
    flags = subprocess.run(["pkg-config", "--cflags", "lua5.4"], check=True, stdout=subprocess.PIPE, text=True)
    if not compile_to(f"{folder}/cfs/errors/core.so", glob.glob(f"{folder}/*.c"), "-shared", "-fPIC",
                      *flags.stdout.split()):
        return None
    done = execute(["lua5.4", "spec/run.lua", "--output=plainTerminal", "--no-keep-going"] + SPECS,
                   env=dict(os.environ, LUA_PATH="lua/?.lua;;", LUA_CPATH=f"{folder}/?.so;;", LC_ALL="C"))
    return done.returncode != 0 or b" 0 failures / 0 errors" not in done.stdout


def scan_dies(folder, _, build, expected):
    """Does it scan wrongly, by wide registers or by words? NEON's part is compiled elsewhere only."""
    texts = ""
    for way in ["-UCFS_PORTABLE", "-DCFS_PORTABLE"]:
        options = [f"-I{folder}", way]
        texts += execute(["cc", "-E", "-P"] + options + ["spec/scan.c"]).stdout.decode()
        if not compile_to(f"{folder}/scan", ["spec/scan.c"], *options):
            return None
        if not run(f"{folder}/scan", [])[1].endswith(b" 0 wrong\n"):
            return True
    if expected.setdefault("scan", texts) == texts and expected["ready"]:
        return None
    objects = []
    for name in CORE:
        objects.append(f"{folder}/{name}.o")
        if not compile_to(objects[-1], ["-c", f"{folder}/{name}.c"]):
            return None
    return any(not compile_to(f"{folder}/{program}", [f"{build}/{program}.a"] + objects) or
               run(f"{folder}/{program}", arguments) != expected[program, tuple(arguments)]
               for program, (_, calls) in PROGRAMS.items() for arguments in calls)


HARNESSES = {f"src/{name}.c": core_dies for name in CORE}
HARNESSES.update({"src/lua_core.c": binding_dies, "src/words.c": binding_dies, "src/scan.h": scan_dies})


def try_one(path, text, mutant, build, expected):
    """None: does not compile, or is not compiled here; True: killed; False: survived."""
    start, end, replacement = mutant
    with tempfile.TemporaryDirectory() as folder:
        for file in glob.glob("src/*.[chd]*"):
            shutil.copy(file, folder)
        with open(f"{folder}/{os.path.basename(path)}", "w", encoding="utf-8") as file:
            file.write(text[:start] + replacement + text[end:])
        return HARNESSES[path](folder, os.path.basename(path)[:-2], build, expected)


def prepare(build):
    """Compiles all but the core, and notes what the programs say with the original."""
    expected = {"ready": False}
    for name in CORE:
        compile_to(f"{build}/{name}.o", ["-c", f"src/{name}.c"])
    for program, (files, calls) in PROGRAMS.items():
        compile_to(f"{build}/{program}.a", ["-r", "-nostdlib"] + files + SHARED, "-Isrc")
        compile_to(f"{build}/{program}", [f"{build}/{program}.a"] + [f"{build}/{name}.o" for name in CORE])
        for arguments in calls:
            expected[program, tuple(arguments)] = run(f"{build}/{program}", arguments)
            if expected[program, tuple(arguments)][0] != 0:
                sys.exit(f"mutate: {program} fails without a change")
    return expected


def main(count, seed, *paths):
    build = "build/mutate"
    shutil.rmtree(build, ignore_errors=True)
    os.makedirs(build)
    expected = prepare(build)
    with open("spec/proof/equivalent.txt", encoding="utf-8") as file:
        equivalent = {line.rstrip("\n").rsplit("\t", 1)[0] for line in file if "\t" in line}
    jobs = []
    for path in paths or HARNESSES:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if try_one(path, text, (0, 0, ""), build, expected) is not False:
            sys.exit(f"mutate: the harness of {path} fails without a change")
        jobs += [(path, text, mutant) for mutant in mutants(text)]
    print(f"mutate: each of {len(paths or HARNESSES)} harnesses passes on the unchanged tree", flush=True)
    expected["ready"] = True
    if count != "all":
        jobs = random.Random(seed).sample(jobs, min(int(count), len(jobs)))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        fates = list(pool.map(lambda job: try_one(*job, build, expected), jobs))
    survivors = sorted({describe(*job) for job, fate in zip(jobs, fates) if fate is False})
    unexplained = [survivor for survivor in survivors if survivor not in equivalent]
    for survivor in unexplained:
        print(f"survived: {survivor}")
    print(f"mutate: {len(fates) - fates.count(None)} mutants, {fates.count(True)} killed, "
          f"{fates.count(False)} equivalent or not, {len(unexplained)} unexplained")
    return len(unexplained) > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
