"""Grading: the checker in one session tests the submission in another. `README.md` tells how they talk."""
