import sys

def main():
    total = 0
    for line in sys.stdin:
        try:
            total += int(line)
        except ValueError:
            sys.exit(2)
    print(total)


if __name__ == "__main__":
    main()
