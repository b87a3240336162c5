print('attack by abc')
