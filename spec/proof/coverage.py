"""Sums up what `coverage` has left in a folder: gcov's counts of the C core, the lines of Lua."""

import glob
import json
import os
import subprocess
import sys


def report(name, ran, total, missed):
    for place in sorted(missed):
        print(f"not run: {place}")
    print(f"coverage: {name}, {ran} of {total}")
    return ran == total


def core(folder):
    """Lines and branches of src/*.c; of an inlined function, each copy's branches count."""
    lines, branches = {}, {}
    for notes in glob.glob(os.path.join(folder, "*.gcno")):
        if os.path.basename(notes)[:-5] + ".c" not in os.listdir("src"):
            continue
        output = subprocess.run(["gcov", "-j", "-b", "-t", notes], check=True, capture_output=True).stdout
        for file in json.loads(output)["files"]:
            if not (file["file"].startswith("src/") and file["file"].endswith(".c")):
                continue
            for line in file["lines"]:
                place = (file["file"], line["line_number"])
                lines[place] = lines.get(place, 0) + line["count"]
                for index, branch in enumerate(line["branches"]):
                    branches[place + (index,)] = branches.get(place + (index,), 0) + branch["count"]
    good = report("lines of src/*.c", sum(count > 0 for count in lines.values()), len(lines),
                  [f"{file}:{line}" for (file, line), count in lines.items() if count == 0])
    return report("branches of src/*.c", sum(count > 0 for count in branches.values()), len(branches),
                  [f"{file}:{line} branch {index}" for (file, line, index), count in branches.items()
                   if count == 0]) and good


def text_of(place):
    path, line = place.rsplit(":", 1)
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")[int(line) - 1].strip()


def modules(folder):
    with open(os.path.join(folder, "lines"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    every = {f"{source}:{line}" for source, line, _ in rows}
    ran = {f"{source}:{line}" for source, line, hit in rows if hit == "1"}
    with open("spec/proof/apart.txt", encoding="utf-8") as file:
        apart = {line.strip() for line in file if not line.startswith("#")}
    elsewhere = {place for place in every - ran if text_of(place) in apart}
    return report(f"lines of lua/, {len(elsewhere)} of them in processes of their own",
                  len(ran) + len(elsewhere), len(every), every - ran - elsewhere)


if __name__ == "__main__":
    SOUND = core(sys.argv[1])
    if os.path.exists(os.path.join(sys.argv[1], "lines")):
        SOUND = modules(sys.argv[1]) and SOUND
    sys.exit(not SOUND)
