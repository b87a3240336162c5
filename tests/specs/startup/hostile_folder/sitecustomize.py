print('attack by sitecustomize')
