"""Holds what callgrind counted, one dump a body that `shapes` read, against the plain body, the first."""

import re
import sys

LIMIT = 10  # times the instructions that a byte of the vendor's example takes


def main(folder):
    with open(f"{folder}/sizes", encoding="ascii") as file:
        sizes = [int(line.split()[0]) for line in file]
    costs = []
    for index, size in enumerate(sizes):
        with open(f"{folder}/out.{index + 1}", encoding="ascii") as file:
            costs.append(int(re.search(r"^totals: (\d+)", file.read(), re.M).group(1)) / size)
    plain, worst = costs[0], max(costs[1:])
    print(f"bounds: {len(costs) - 1} shapes, {worst:.1f} instructions a byte at most, the plain body {plain:.1f}: "
          f"{worst / plain:.1f} times, of {LIMIT}")
    return len(costs) <= 1000 or worst > LIMIT * plain


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
