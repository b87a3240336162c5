class A:
    def __del__(self):
        1 / 0

del_me = A()
del del_me
print("goes on")
