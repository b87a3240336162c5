import textwrap
print(__name__)
if __name__ == "__main__":
    print(textwrap.__name__)
