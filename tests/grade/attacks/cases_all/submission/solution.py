import sys

sys.stdin.read()
for number in range(-5, 1000):
    print(number)
