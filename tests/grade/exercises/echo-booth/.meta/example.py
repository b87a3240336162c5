import sys


def main():
    name = input("Who? ")
    times = int(input("How often? "))
    for _ in range(times):
        print(f"Hello, {name}!")
    if times < 0:
        print("never", file=sys.stderr)


if __name__ == "__main__":
    main()
