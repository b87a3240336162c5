WORD = "works"
