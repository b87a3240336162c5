class Packet:
    pass
