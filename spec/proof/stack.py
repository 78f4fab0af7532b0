"""Reads what gcc's -fcallgraph-info=su says of the library: every frame's size, who calls whom.

The deepest stack is the longest way through the calls; a way that comes back is recursion.
"""

import re
import sys

LIMIT = 1024


def main(paths):
    sizes, calls = {}, {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for name, size, kind in re.findall(r'node: { title: "([^"]+)".*?(\d+) bytes \(([^)]+)\)', text):
            if kind != "static":
                sys.exit(f"bounds: the stack of {name} is {kind}")
            sizes[name] = int(size)
        for caller, called in re.findall(r'sourcename: "([^"]+)" targetname: "([^"]+)"', text):
            calls.setdefault(caller, set()).add(called)

    def deepest(name, way):
        if name in way:
            sys.exit("bounds: recursion: " + " ".join(way + [name]))
        return sizes.get(name, 0) + 8 + max((deepest(called, way + [name]) for called in calls.get(name, ())),
                                            default=0)  # 8: the return address

    name = max(sizes, key=lambda each: deepest(each, []))
    print(f"bounds: {len(sizes)} functions, every stack static, no recursion; {deepest(name, [])} bytes "
          f"at most, by {name}, of {LIMIT}")
    return deepest(name, []) >= LIMIT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
