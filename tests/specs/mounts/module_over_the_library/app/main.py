import textwrap
print(textwrap.whose)
