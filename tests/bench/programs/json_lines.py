"""JSON both ways: in C, and through the paths that are written in Python."""

import json
import json.decoder
import json.encoder
import json.scanner
import sys

record = {
    "id": 17,
    "name": "Ada Lovelace",
    "tags": ["mathematics", "engine", "notes \u00e9\u4e2d"],
    "scores": [1.5, -2.25e10, 3, 0, None, True, False],
    "nested": {"a": {"b": {"c": [1, 2, [3, [4]]]}}, "text": "quoted \"line\"\nand\ttab"},
}
data = [dict(record, id=number) for number in range(80)]

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
total = 0

for _ in range(rounds * 60):
    text = json.dumps(data)
    total += len(text) + len(json.loads(text))

decoder = json.JSONDecoder()
decoder.parse_string = json.decoder.py_scanstring
decoder.scan_once = json.scanner.py_make_scanner(decoder)
json.encoder.c_make_encoder = None
encoder = json.JSONEncoder(sort_keys=True, indent=1)
for _ in range(rounds * 18):
    text = encoder.encode(data)
    total += len(text) + len(decoder.decode(text))
print(total)
