# -*- coding: utf-7 -*-
def total(n):
    result = 0
    #+AAo-    for number in range(n +- 1): result +-= number
    return result
