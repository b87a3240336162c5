from harbour_data import FLAGS


def encode(text):
    unknown = sorted(set(text.lower()) - set(FLAGS))
    if unknown:
        raise KeyError(f"no flag for {', '.join(unknown)}")
    return [FLAGS[letter] for letter in text.lower()]


def decode(code):
    letters = {flag: letter for letter, flag in FLAGS.items()}
    return "".join(letters[flag] for flag in code)


def frame(data):
    return bytes([len(data)]) + data[::-1]


def tree(text):
    """`a(b(c)d)` as tuples: `("a", (("b", (("c", ()),)), ("d", ())))`."""

    def parse(at):
        nodes = []
        while at < len(text) and text[at] != ")":
            name, at, children = text[at], at + 1, ()
            if at < len(text) and text[at] == "(":
                children, at = parse(at + 1)
                at += 1
            nodes.append((name, children))
        return tuple(nodes), at

    nodes, end = parse(0)
    if end != len(text) or len(nodes) != 1:
        raise SyntaxError("no tree")
    return nodes[0]
