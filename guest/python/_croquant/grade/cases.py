"""One test, run: whatever it raises is its result, and nothing that it raises ends more than the test."""

import asyncio
import inspect
import io
import sys
import unittest

from . import bridge, faults, fixtures, shown
from .outcomes import Expected, Failed, Skipped


class Result:
    """What came of a test. The worst of what happened counts."""

    def __init__(self):
        self.status, self.reason, self.error, self.why = "passed", None, None, None
        self.credits, self.subtests = None, []

    def failed(self, error, in_test=True):
        """Takes what was raised; the first failure is the one that is told."""
        if self.status in {"failed", "error"}:
            return
        remote = faults.is_remote(error)
        if isinstance(error, faults.PeerError):
            self.set("error", "protocol", error)
        elif type(error) in {Skipped, unittest.SkipTest} and not remote:
            self.set("skipped", "skip", error)
        elif type(error) is Expected and not remote:
            self.set("skipped", "skip", error)
        elif (isinstance(error, AssertionError) or type(error) is Failed) and not remote:
            self.set("failed", "assertion", error)
        elif remote or touched_by_submission(error):
            missing = isinstance(error, ImportError) and not remote
            self.set("error", "import" if missing else "exception", error)
        else:
            self.set("error", "exception" if in_test else "test", error)

    def set(self, status, reason, error):
        self.status, self.reason, self.error = status, reason, error

    def told(self, stdout, stderr):
        """As the answer has it."""
        answer = {"status": self.status, "stdout": stdout, "stderr": stderr, "subtests": self.subtests}
        passed = sum(each["status"] == "passed" for each in self.subtests)
        answer["credit"] = 1.0 if self.status == "passed" else passed / len(self.subtests) if self.subtests and self.status == "failed" else 0.0
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
            answer["message"] = str(self.error) or "skipped"
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


class Test:
    """What all kinds of tests have in common."""

    current = None

    def __init__(self, id, module, function, marks):
        self.id, self.module, self.function, self.marks = id, module, function, marks

    @property
    def name(self):
        return self.id.rpartition("::")[2]

    def mark(self, name):
        return next((mark for mark in self.marks if mark.name == name), None)

    def facts(self):
        """What is told of it when it is collected."""
        inner = inspect.unwrap(self.function)
        code = getattr(inner, "__code__", None)
        try:
            source = inspect.getsource(inner)
        except (OSError, TypeError):
            source = None
        task, points = self.mark("task"), self.mark("points")
        return {
            "id": self.id, "name": self.name, "doc": inspect.getdoc(inner), "line": getattr(code, "co_firstlineno", None), "file": self.id.partition("::")[0],
            "task": task and task.kwargs.get("taskno", task.args[0] if task.args else None), "code": source, "skip": None,
            "points": points and points.args[0], "visibility": "hidden" if self.mark("hidden") else "after_due_date" if self.mark("after_due_date") else None,
        }  # fmt: skip

    def run(self):
        """Runs it, with what it and the submission print kept."""
        result, kept = Result(), (sys.stdout, sys.stderr)
        out, err = io.StringIO(), io.StringIO()
        sys.stdout, sys.stderr, Test.current = out, err, result
        try:
            if self.may_run(result):
                self.go(result)
        except BaseException as error:
            result.failed(error)
        finally:
            sys.stdout, sys.stderr = kept
        if bridge.peer is not None and isinstance(bridge.peer.violation, faults.ProtocolError):
            result.status = "passed"
            result.failed(bridge.peer.violation)
        self.turn(result)
        return result.told(shown.clip(out.getvalue(), shown.WHOLE), shown.clip(err.getvalue(), shown.WHOLE))

    def may_run(self, result):
        for mark in self.marks:
            conditions = [condition for condition in mark.args if mark.name == "skipif"]
            met = any(eval(each, vars(self.module)) if isinstance(each, str) else each for each in conditions)
            if mark.name == "skip" or met:
                reason = mark.kwargs.get("reason") or (mark.args[0] if mark.name == "skip" and mark.args else "")
                result.failed(Skipped(reason))
                return False
        return True

    def turn(self, result):
        """`xfail` turns a failure into a skip, and, when it is strict, a pass into a failure."""
        mark = self.mark("xfail")
        if mark is None or any(condition is False for condition in mark.args):
            return
        if result.status in {"failed", "error"} and result.reason not in {"protocol"}:
            result.set("skipped", "skip", Expected(mark.kwargs.get("reason", "expected to fail")))
        elif result.status == "passed" and mark.kwargs.get("strict"):
            result.set("failed", "assertion", Failed("it was expected to fail, and passed"))


class Method(Test):
    """A method of a `unittest.TestCase`."""

    def __init__(self, id, module, function, marks, cls, name):
        super().__init__(id, module, function, marks)
        self.cls, self.method = cls, name

    def go(self, result):
        watcher = Watcher(result)
        try:
            getattr(self.module, "setUpModule", lambda: None)()
            self.cls.setUpClass()
        except BaseException as error:
            result.failed(error)
            return
        self.cls(self.method).run(watcher)
        for finish in (self.cls.tearDownClass, self.cls.doClassCleanups, getattr(self.module, "tearDownModule", lambda: None), unittest.doModuleCleanups):
            try:
                finish()
            except BaseException as error:
                result.failed(error)


class Watcher(unittest.TestResult):
    """Hears from unittest what happened."""

    def __init__(self, result):
        super().__init__()
        self.result = result

    def addFailure(self, test, info):
        self.result.failed(info[1])

    addError = addFailure

    def addSkip(self, test, reason):
        self.result.failed(Skipped(reason))

    def addExpectedFailure(self, test, info):
        self.result.set("passed", None, None)

    def addUnexpectedSuccess(self, test):
        self.result.failed(Failed("it was expected to fail, and passed"))

    def addSubTest(self, test, subtest, info):
        name = shown.clip(subtest._subDescription(), 400)
        if info is None:
            self.result.subtests.append({"name": name, "status": "passed", "message": None})
            return
        self.result.subtests.append({"name": name, "status": "failed", "message": shown.message(info[1])})
        self.result.failed(info[1])

    def addDuration(self, test, elapsed):
        pass


class Function(Test):
    """A function, or a method of a plain class, with what it is given."""

    def __init__(self, id, module, function, marks, cls, known, arguments, params):
        super().__init__(id, module, function, marks)
        self.cls, self.known, self.arguments, self.params = cls, known, arguments, params

    def over(self, name, level):
        """The fixture of that name that one of the same name asks for. There is none: names are not layered."""
        return None

    def go(self, result):
        instance = self.cls() if self.cls is not None else None
        setting = fixtures.Setting(self, instance)
        try:
            for name in ("setup_module", "setUpModule"):
                call_with(getattr(self.module, name, None), self.module)
            for name in ("setup_class", "setup_method"):
                call_with(getattr(instance, name, None), self.cls if name == "setup_class" else self.function)
            if instance is None:
                call_with(getattr(self.module, "setup_function", None), self.function)
            for fixture in self.known.values():
                if fixture.autouse:
                    setting.value(fixture.name)
            for mark in self.marks:
                for name in mark.args if mark.name == "usefixtures" else ():
                    setting.value(name)
            names = [name for name in fixtures.argument_names(self.function, instance is not None)]
            values = {name: self.arguments[name] if name in self.arguments else setting.value(name) for name in names}
            values |= {name: value for name, value in self.arguments.items() if name in inspect.signature(self.function).parameters}
            function = self.function if instance is None else self.function.__get__(instance)
            done = function(**values)
            if inspect.iscoroutine(done):
                asyncio.run(done)
        except BaseException as error:
            result.failed(error)
        for finish, target in ((setting.finish, None), (getattr(instance, "teardown_method", None), self.function), (getattr(instance, "teardown_class", None), self.cls),
                               (getattr(self.module, "teardown_function", None) if instance is None else None, self.function),
                               (getattr(self.module, "teardown_module", None), self.module)):  # fmt: skip
            try:
                call_with(finish, target)
            except BaseException as error:
                result.failed(error)


def call_with(function, target):
    """Calls a set-up function, which may take what it is for."""
    if function is None:
        return
    wanted = len(inspect.signature(function).parameters)
    function(*([target] if wanted else []))
