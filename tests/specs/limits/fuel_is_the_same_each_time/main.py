total = 0
for i in range(1000):
    total += len(str({j: [j] * j for j in range(i % 7)}))
print(total)
