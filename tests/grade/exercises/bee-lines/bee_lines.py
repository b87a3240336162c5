def waggle(angle):
    pass
