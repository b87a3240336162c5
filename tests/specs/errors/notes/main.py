error = ValueError("bad")
error.add_note("look here")
raise error
