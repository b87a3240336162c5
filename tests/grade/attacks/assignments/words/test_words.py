import pytest
from solution import count, greet, lines, longest, ratio


@pytest.fixture
def text():
    return "a b a"


def test_count(text):
    assert count(text) == {"a": 2, "b": 1}


def test_count_has_each_word(text):
    found = count(text)
    assert "a" in found
    assert "zebra" not in found
    assert len(found) == 2
    assert set(found) == {"a", "b"}


@pytest.mark.parametrize(("words", "word"), [(["a", "bcd", "ef"], "bcd"), (["éé", "x"], "éé")])
def test_longest(words, word):
    assert longest(words) == word


def test_longest_of_none():
    with pytest.raises(ValueError, match="^no words$") as raised:
        longest([])
    assert raised.value.args == ("no words",)


def test_ratio():
    assert ratio("ab", "abc") == pytest.approx(0.6666667)


def test_lines():
    assert list(lines("x\ny\nz")) == ["x", "y", "z"]


def test_greet(capsys):
    assert greet("Ann") is None
    assert capsys.readouterr().out == "Hello, Ann!\n"


@pytest.mark.parametrize(("words", "word"), [(["okapi", "axolotlaxolotl"], "axolotlaxolotl")])
def test_capybara(words, word):
    assert longest(words) == word
