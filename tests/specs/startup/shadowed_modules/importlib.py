print('attack by importlib')
