print('attack by runpy')
