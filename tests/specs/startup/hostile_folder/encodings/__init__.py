print('attack by encodings')
