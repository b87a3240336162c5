import sys
print(sys.argv[0] == __file__, __file__)
