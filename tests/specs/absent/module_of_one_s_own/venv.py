print("my own")
