print('attack by io')
