print('attack by codecs')
