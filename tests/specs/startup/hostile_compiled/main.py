import os

# Compiled files of the wrong kind, beside a source and alone.
import beside

for content in b"", b"\0" * 16, b"\xf3\r\r\n" + b"\0" * 12, b"\xf3\r\r\n" + b"\0" * 12 + b"\xff" * 64:
    with open("/tmp/alone.pyc", "wb") as file:
        file.write(content)
    import sys
    sys.path.insert(0, "/tmp")
    sys.path_importer_cache.clear()
    try:
        import alone
    except (ImportError, EOFError, ValueError) as error:
        print(type(error).__name__)
