print('attack by linecache')
