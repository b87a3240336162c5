import inspect, textwrap, json.decoder

def mine(x):
    return x  # a comment

print(inspect.getsource(mine), end="")
source = inspect.getsource(textwrap.dedent)
print(source.splitlines()[0], source.count("\n") > 20)
print(inspect.getsource(json.decoder.JSONDecoder).splitlines()[0])
print(inspect.getsourcelines(textwrap.TextWrapper.wrap)[1] > 300)
print(inspect.signature(textwrap.fill), inspect.getdoc(textwrap.indent).splitlines()[0])
print(inspect.getsource(inspect).startswith('"""Get useful information'))
