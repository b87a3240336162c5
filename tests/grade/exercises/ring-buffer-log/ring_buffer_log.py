class Log:
    pass
