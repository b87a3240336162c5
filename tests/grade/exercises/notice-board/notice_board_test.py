import pytest
from notice_board import owner, pin, shout


def test_pin(tmp_path):
    board = tmp_path / "board.txt"
    assert pin(str(board), "première") == 1
    assert pin(str(board), "second") == 2
    assert board.read_text(encoding="utf-8") == "première\nsecond\n"


def test_pin_on_what_is_there(tmp_path):
    board = tmp_path / "board.txt"
    board.write_text("old\n")
    assert pin(str(board), "new") == 2


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        pin(str(tmp_path / "none" / "board.txt"), "x")


def test_shout(capsys):
    assert shout("straße") is None
    out, err = capsys.readouterr()
    assert out == "STRASSE\n"
    assert err == ""


def test_owner(monkeypatch):
    monkeypatch.setattr("notice_board.owner", lambda: "Ann")
    import notice_board

    assert notice_board.owner() == "Ann"
    monkeypatch.undo()
    assert owner() == "nobody"
