import os, sys, helper

print(__name__, sys.argv, sys.path[0], helper.x, sorted(os.listdir("app")), os.listdir("."))
try:
    open("app/new", "w")
except OSError as error:
    print(error.strerror)
