print("naïve ☃ 🐍")
