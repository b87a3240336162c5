print('attack by _croquant')
