import pydoc
text = pydoc.render_doc("textwrap", renderer=pydoc.plaintext)
print(text.splitlines()[0], "wrap(text" in text, len(text) > 3000)
import this
