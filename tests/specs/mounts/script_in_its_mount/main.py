import helper, sys
print(helper.where, sys.path[0])
