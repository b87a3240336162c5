print('attack by site')
