# /// script
# dependencies = []
# requires-python = three
# ///
print("never")
