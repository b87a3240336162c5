print('attack by usercustomize')
