"""What came of a test, decided by what was raised in the checker's session."""

import unittest

from . import bridge, faults, missing, shown
from .outcomes import Expected, Failed, Skipped

MOST_SUBTESTS = 100  # in an answer: it stays small


class Result:
    """What came of a test. The worst of what happened counts."""

    def __init__(self):
        self.status, self.reason, self.error, self.why = "passed", None, None, None
        self.credits, self.subtests, self.all_in_subtests = None, [], True

    def failed(self, error, in_test=True, in_subtest=False):
        """Takes what was raised; the first failure is the one that is told."""
        self.all_in_subtests &= in_subtest
        if self.status in {"failed", "error"}:
            return
        remote = faults.is_remote(error)
        if isinstance(error, faults.PeerError):
            self.set("error", "protocol", error)
        elif isinstance(error, missing.Missing):
            self.set("error", "import", error)
        elif type(error) in {Skipped, unittest.SkipTest} and not remote:
            self.set("skipped", "skip", error)
        elif type(error) is Expected and not remote:
            self.set("skipped", "skip", error)
        elif (isinstance(error, AssertionError) or type(error) is Failed) and not remote:
            self.set("failed", "assertion", error)
        elif remote or touched_by_submission(error):
            is_import = isinstance(error, ImportError) and not remote
            self.set("error", "import" if is_import else "exception", error)
        else:
            self.set("error", "exception" if in_test else "test", error)

    def set(self, status, reason, error):
        self.status, self.reason, self.error = status, reason, error

    def told(self, stdout, stderr):
        """As the answer has it."""
        answer = {"status": self.status, "stdout": stdout, "stderr": stderr, "subtests": self.subtests[:MOST_SUBTESTS]}
        passed = sum(each["status"] == "passed" for each in self.subtests)
        in_part = self.subtests and self.all_in_subtests and self.status in {"failed", "error"} and self.reason != "protocol"
        answer["credit"] = 1.0 if self.status == "passed" else passed / len(self.subtests) if in_part else 0.0
        if self.credits is not None and self.status == "passed":
            fraction, why = self.credits
            answer["credit"] = fraction
            if fraction < 1:
                answer |= {"status": "failed", "reason": "assertion", "message": why or f"passed in part: {fraction:.0%}"}
        if self.error is None:
            if self.why:
                answer |= {"reason": self.reason, "message": self.why}
            return answer
        answer["reason"] = self.reason
        if self.status == "skipped":
            answer["message"] = shown.clip(str(self.error), shown.VALUE) or "skipped"
            return answer
        expected, actual = shown.compared(self.error)
        answer |= {"message": shown.message(self.error), "expected": expected, "actual": actual, "traceback": shown.trace(self.error)}
        return answer


def touched_by_submission(error):
    """Whether it may be the submission's doing: it came from using what the submission gave, not from the test alone."""
    frame, last = error.__traceback__, None
    while frame is not None:
        last = frame.tb_frame.f_code.co_filename
        frame = frame.tb_next
    return bridge.peer is not None and (last is not None and "/_croquant/" in last or isinstance(error, (TypeError, AttributeError, ImportError)))
