import sys


def leap_year(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


if __name__ == "__main__":
    if sys.argv[1] == "--verbose":
        year = int(input())
        print(year, "is a leap year" if leap_year(year) else "is none")
    else:
        source, target = sys.argv[2:]
        with open(source) as lines, open(target, "w") as answer:
            print("yes" if leap_year(int(lines.read())) else "no", file=answer)
