"""Dictionaries and strings: counting, grouping, formatting, sorting."""

import sys

STEMS = ["stone", "river", "cloud", "ember", "field", "grain", "harbor", "island"]


def words(count, seed=1):
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield STEMS[seed % 8] + str(seed // 8 % 997)


rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
total = 0
for turn in range(rounds):
    counts = {}
    groups = {}
    for word in words(60000, turn + 1):
        counts[word] = counts.get(word, 0) + 1
        groups.setdefault(word[0].upper() + word[-1], []).append(word)
    lines = [f"{word:>12}|{count:04d}|{word.replace('e', 'E')}" for word, count in counts.items()]
    lines.sort(key=lambda line: line.split("|")[1])
    joined = "\n".join(lines)
    total += joined.count("E") + len(joined.encode()) + sum(len(group) for group in groups.values())
    total += sum(1 for line in joined.splitlines() if line.strip().startswith("river"))
    total += len({key: value for key, value in counts.items() if value % 2})
print(total)
