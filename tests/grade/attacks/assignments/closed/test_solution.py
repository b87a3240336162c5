from solution import total


def test_small():
    assert total(4) == 10


def test_large():
    assert total(1000) == 500500
