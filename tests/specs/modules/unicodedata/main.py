import unicodedata
print(unicodedata.name("é"), unicodedata.category("A"), unicodedata.normalize("NFD", "é").encode())
print(unicodedata.lookup("SNOWMAN"), unicodedata.numeric("½"), "\N{GREEK SMALL LETTER ALPHA}")
print("ǆ".upper(), "straße".casefold(), unicodedata.unidata_version)
