# /// script
# dependencies = []
# ///

# /// script
# dependencies = []
# ///
print("never")
