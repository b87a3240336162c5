import sys
# /// script
# dependencies = []
print("never")
