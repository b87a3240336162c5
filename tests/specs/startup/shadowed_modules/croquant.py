print('attack by croquant')
