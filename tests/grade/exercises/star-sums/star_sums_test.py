import math

import pytest
from star_sums import hailstone, mean, power_digits, roots


@pytest.mark.parametrize("n, steps", [(1, 1), (6, 9), (27, 112)], ids=["one", "six", "twenty-seven"])
def test_length(n, steps):
    assert len(hailstone(n)) == steps


@pytest.mark.parametrize("n", [0, -1])
def test_refuses(n):
    with pytest.raises(ValueError, match=r"only positive .* fall"):
        hailstone(n)


def test_path():
    assert hailstone(5) == [5, 16, 8, 4, 2, 1]


def test_large():
    assert power_digits(2, 4000) == sum(int(digit) for digit in str(1 << 4000))
    assert hailstone(2**70)[0] == 1180591620717411303424


def test_mean():
    assert mean([0.1] * 10) == pytest.approx(0.1)
    assert mean([1, 2]) == pytest.approx(1.5, abs=1e-9)
    assert mean([1e308, 1e308][:1]) == 1e308
    assert not math.isnan(mean([1.5]))


def test_division_by_zero():
    with pytest.raises(ZeroDivisionError):
        mean([])


def test_complex_roots():
    assert roots(1, 0, 1) == {1j, -1j}
    assert roots(1, -3, 2) == {1, 2}
