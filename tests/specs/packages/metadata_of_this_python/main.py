# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = []
# ///
print("ran")
