print("helper is of the folder")
