print('random is of the folder')
