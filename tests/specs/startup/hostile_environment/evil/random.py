print('attack by sys')
