print('attack by traceback')
