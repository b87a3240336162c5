import pytest
from ring_buffer_log import Log


@pytest.fixture
def log():
    return Log(3)


def test_keeps_the_last(log):
    for number in range(5):
        log.add(number)
    assert log.entries == [2, 3, 4]


def test_chain(log):
    assert log.add("a").add("b") is log
    assert log.entries == ["a", "b"]


def test_ends_well(log):
    with log as same:
        assert same is log
        assert log.ended is None
    assert log.ended == "well"
    assert log.entries == ["begin", "end"]


def test_swallows_lookups(log):
    with log:
        raise KeyError("x")
    assert log.ended == "KeyError"


def test_passes_others_on(log):
    with pytest.raises(ValueError, match="no good"):
        with log:
            raise ValueError("no good")
    assert log.entries[-1] == "no good"


def test_truth(log):
    assert not log
    log.add_it()
    assert log
    assert log.entries == ["it"]


def test_unknown_attribute(log):
    with pytest.raises(AttributeError, match="a log has no price"):
        log.price
    assert not hasattr(log, "price")
    assert getattr(log, "price", 5) == 5
