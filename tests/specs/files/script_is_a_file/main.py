import os
print(os.listdir(), open(__file__).readline() == "import os\n")
