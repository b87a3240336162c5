# -*- coding: utf-7 -*-
def total(n):
    result = 0
    #+AAo-    result = n * (n +- 1) // 2
    return result
