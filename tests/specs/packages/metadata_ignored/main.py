# /// script
# dependencies = ["rich"
print("ran")
