"""Classes: attributes, methods, inheritance, properties, special methods."""

import sys


class Shape:
    count = 0

    def __init__(self, name):
        self.name = name
        Shape.count += 1

    def area(self):
        raise NotImplementedError

    def scaled(self, factor):
        return type(self)(*(side * factor for side in self.sides()))

    def __lt__(self, other):
        return self.area() < other.area()


class Rectangle(Shape):
    def __init__(self, width, height):
        super().__init__("rectangle")
        self.width = width
        self.height = height

    @property
    def ratio(self):
        return self.width * 100 // (self.height + 1)

    def sides(self):
        return self.width, self.height

    def area(self):
        return self.width * self.height

    def __eq__(self, other):
        return self.sides() == other.sides()

    def __hash__(self):
        return hash(self.sides())


class Square(Rectangle):
    __slots__ = ("tag",)

    def __init__(self, side, _=None):
        super().__init__(side, side)
        self.tag = side & 3

    def area(self):
        return super().area() + self.tag


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        return self

    def pop(self):
        return self.items.pop()

    def __len__(self):
        return len(self.items)


rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
total = 0
for turn in range(rounds * 3):
    stack = Stack()
    for number in range(4000):
        shape = Square(number % 50) if number % 3 else Rectangle(number % 40, number % 30)
        stack.push(shape).push(shape.scaled(2))
        total += shape.ratio
    distinct = len(set(stack.items))
    best = max(stack.items)
    while len(stack):
        total += stack.pop().area()
    total += distinct + best.area()
print(total, Shape.count)
