import os


def pin(path, text):
    """Adds a line to a file, and says how many there are."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(text + "\n")
    with open(path, encoding="utf-8") as file:
        return len(file.readlines())


def shout(text):
    print(text.upper())
    return None


def owner():
    return os.environ.get("BOARD_OWNER", "nobody")
