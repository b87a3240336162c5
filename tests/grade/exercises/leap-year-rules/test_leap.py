import pytest
from leap import leap_year


def test_year(answers):
    assert {year: leap_year(int(year)) for year in answers} == answers


def test_data():
    with open("calendar_data.csv") as lines:
        for year, days in (line.split(",") for line in list(lines)[1:]):
            assert leap_year(int(year)) == (int(days) == 366)


def test_fast():
    assert leap_year(2000)


@pytest.mark.parametrize("year", [10**9, 4 * 10**9])
def test_large(year):
    assert leap_year(year)


@pytest.mark.after_due_date
def test_late():
    assert leap_year(1) is False
