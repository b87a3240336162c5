print('attack by os')
