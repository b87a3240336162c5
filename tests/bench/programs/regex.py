"""The regular expression engine: search, groups, substitution, alternatives."""

import random
import re
import sys

rng = random.Random(7)
WORDS = ["alpha", "beta42", "gamma_ray", "delta@mail.example", "1999-12-31", "0x7fab", "epsilon", "12.50", "(zeta)", "the"]
TEXT = " ".join(rng.choice(WORDS) for _ in range(44000))
PATTERNS = [
    r"\b\w+@\w+\.\w+\b",
    r"(\d{4})-(\d\d)-(\d\d)",
    r"0x[0-9a-f]+|\d+\.\d+",
    r"(?:alpha|beta|gamma)[\w]*\s+(\w+)",
    r"\((\w+)\)",
    r"[a-z]+(?=\s\d)",
    r"(\w)\1",
]

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
total = 0
for _ in range(rounds):
    for pattern in PATTERNS:
        compiled = re.compile(pattern)
        for match in compiled.finditer(TEXT):
            total += match.end() - match.start()
    total += len(re.sub(r"(\d+)-(\d+)-(\d+)", r"\3/\2/\1", TEXT))
    total += len(re.split(r"[\s@.]+", TEXT))
print(total)
