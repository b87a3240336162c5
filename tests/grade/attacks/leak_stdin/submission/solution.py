import sys

text = sys.stdin.read()
open("echo.txt", "w").write(text)
print(text)
print(text, file=sys.stderr)
raise SystemExit(text)
