import unittest

import pytest
from ferry_fares import CHILD, crew, fare, labels


class FerryFaresTest(unittest.TestCase):
    @pytest.mark.task(taskno=1)
    def test_fare(self):
        input_data = [0, 5, 6, 40]
        output_data = [0.0, 0.0, 4.5, 4.5]
        for variant, (age, expected) in enumerate(zip(input_data, output_data), start=1):
            with self.subTest(f"variation #{variant}", age=age, expected=expected):
                actual = fare(age)
                error_message = f"Called fare({age}). The function returned {actual}, but the tests expected {expected}."
                self.assertEqual(actual, expected, msg=error_message)

    @pytest.mark.task(taskno=1)
    def test_constant(self):
        self.assertEqual(CHILD, 6, msg="CHILD should be 6.")

    @pytest.mark.task(taskno=2)
    def test_crew(self):
        input_data = [[" ann", "bo "], ["ann", "ANN"], []]
        output_data = [{"Ann", "Bo"}, {"Ann"}, set()]
        for variant, (names, expected) in enumerate(zip(input_data, output_data), start=1):
            with self.subTest(f"variation #{variant}", names=names, expected=expected):
                self.assertSetEqual(crew(names), expected)

    @pytest.mark.task(taskno=3)
    def test_labels(self):
        self.assertEqual(labels("a", "b", x=1), "a-b-x=1")
        self.assertEqual(labels(sep="+", *["a"], **{"y": None}), "a+y=None")

    @pytest.mark.task(taskno=3)
    def test_documented(self):
        self.assertIsNotNone(fare.__doc__)
        self.assertIn("Calculate a fare.", fare.__doc__)
        self.assertEqual(fare.__name__, "fare")
