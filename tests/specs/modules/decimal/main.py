from decimal import Decimal, getcontext, localcontext, ROUND_HALF_UP
import decimal
print(decimal.__name__, decimal.HAVE_THREADS if hasattr(decimal, "HAVE_THREADS") else "", decimal.Decimal.__module__)
getcontext().prec = 50
print(Decimal(2).sqrt())
print(Decimal("0.1") + Decimal("0.2"), Decimal(1) / Decimal(7))
print(Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP))
with localcontext() as context:
    context.prec = 5
    print(Decimal(1) / 3)
print(Decimal(10) ** 40 % 7, Decimal("NaN").is_nan())
