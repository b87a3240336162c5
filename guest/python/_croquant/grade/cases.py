"""One test, run: whatever it raises is its result, and nothing that it raises ends more than the test."""

import asyncio
import inspect
import io
import sys
import unittest

from . import bridge, faults, fixtures, missing, rewrite, shown
from .outcomes import Expected, Failed, Skipped
from .result import Result


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
        is_here = code is not None and code.co_filename == getattr(self.module, "__file__", None)
        source = vars(self.module).get(rewrite.SOURCES, {}).get(code.co_firstlineno) if is_here else None
        task, points = self.mark("task"), self.mark("points")
        return {
            "id": self.id, "name": self.name, "doc": inner.__doc__ and inspect.cleandoc(inner.__doc__), "line": getattr(code, "co_firstlineno", None), "file": self.id.partition("::")[0],
            "task": task and task.kwargs.get("taskno", task.args[0] if task.args else None), "code": source, "skip": self.skip(),
            "points": points and points.args[0], "visibility": "hidden" if self.mark("hidden") else "after_due_date" if self.mark("after_due_date") else None,
        }  # fmt: skip

    def skip(self):
        """Why it is known, before it runs, that it will be skipped; None if it is not."""
        mark, places = self.mark("skip"), (self.function, getattr(self, "cls", None))
        marked = next((each for each in places if getattr(each, "__unittest_skip__", False)), None)
        if mark is None:
            return None if marked is None else str(marked.__unittest_skip_why__) or "skipped"
        return str(mark.kwargs.get("reason") or (mark.args[0] if mark.args else "skipped"))

    def run(self):
        """Runs it, with what it and the submission print kept."""
        result, kept, missing.Missing.said = Result(), (sys.stdout, sys.stderr), None
        out, err = io.StringIO(), io.StringIO()
        sys.stdout, sys.stderr, Test.current = out, err, result
        try:
            if self.may_run(result):
                lacking = self.lacking() if missing.Stand.made else None
                if lacking is None:
                    self.go(result)
                else:
                    result.failed(missing.Missing(lacking))
        except BaseException as error:
            result.failed(error)
        finally:
            sys.stdout, sys.stderr = kept
        violation = bridge.peer and bridge.peer.violation
        for error in (violation, missing.Missing.said and missing.Missing(missing.Missing.said)):
            if error is not None and result.reason not in {"protocol", "import"}:
                result.status = "passed"  # whatever the test made of it
                result.failed(error)
        printed = shown.clip(out.getvalue(), shown.WHOLE), shown.clip(err.getvalue(), shown.WHOLE)
        try:
            self.turn(result)
            return result.told(*printed)
        except BaseException as error:  # the submission was asked, and ends no more than this test
            result = Result()
            result.failed(RuntimeError(f"what came of it cannot be told: {type(error).__name__}"))
            return result.told(*printed)

    def lacking(self):
        """What to say of something that the test's code names and the submission lacks; None if there is nothing."""
        return missing.named_by(self.parts(), vars(self.module))

    def parts(self):
        return [missing.unwrapped(self.function)]

    def may_run(self, result):
        for mark in self.marks:
            if mark.name == "skip" or mark.name == "skipif" and self.is_met(mark):
                reason = mark.kwargs.get("reason") or (mark.args[0] if mark.name == "skip" and mark.args else "")
                result.failed(Skipped(reason))
                return False
        return True

    def is_met(self, mark):
        """Whether one of a mark's conditions holds."""
        conditions = [*mark.args, *(mark.kwargs[name] for name in ("condition",) if name in mark.kwargs)]
        return any(eval(each, vars(self.module)) if isinstance(each, str) else each for each in conditions)

    def turn(self, result):
        """`xfail` turns a failure into a skip, and, when it is strict, a pass into a failure."""
        mark = self.mark("xfail")
        if mark is None or (mark.args or "condition" in mark.kwargs) and not self.is_met(mark):
            return
        if result.error is not None and not isinstance(result.error, mark.kwargs.get("raises", BaseException)):
            return
        if result.status in {"failed", "error"} and result.reason not in {"protocol"}:
            result.set("skipped", "skip", Expected(mark.kwargs.get("reason", "expected to fail")))
        elif result.status == "passed" and mark.kwargs.get("strict"):
            result.set("failed", "assertion", Failed("it was expected to fail, and passed"))


AROUND = ("setUp", "tearDown", "setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown", "setUpModule", "tearDownModule",
          "setup_module", "teardown_module", "setup_class", "teardown_class", "setup_method", "teardown_method", "setup_function", "teardown_function")  # fmt: skip


def members(cls):
    """What a class of the tests' and its bases define."""
    return {name: value for base in reversed(cls.__mro__[:-1]) if base.__module__ != "unittest.case" for name, value in vars(base).items()}


class Method(Test):
    """A method of a `unittest.TestCase`."""

    def __init__(self, id, module, function, marks, cls, name):
        super().__init__(id, module, function, marks)
        self.cls, self.method = cls, name

    def lacking(self):
        return missing.named_by(self.parts(), vars(self.module), members(self.cls))

    def parts(self):
        found = members(self.cls)
        return [missing.unwrapped(found.get(name)) for name in (self.method, *AROUND)] + [vars(self.module).get(name) for name in AROUND]

    def go(self, result):
        if getattr(self.cls, "__unittest_skip__", False):
            result.failed(Skipped(getattr(self.cls, "__unittest_skip_why__", "")))
            return
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
        if isinstance(info[1], faults.PeerError):
            self.result.failed(info[1])
        else:
            self.result.set("passed", None, None)

    def addUnexpectedSuccess(self, test):
        self.result.failed(Failed("it was expected to fail, and passed"))

    def addSubTest(self, test, subtest, info):
        name = shown.clip(subtest._subDescription(), 400)
        if info is None:
            self.result.subtests.append({"name": name, "status": "passed", "message": None})
            return
        self.result.subtests.append({"name": name, "status": "failed", "message": shown.message(info[1])})
        self.result.failed(info[1], in_subtest=True)

    def addDuration(self, test, elapsed):
        pass


class Function(Test):
    """A function, or a method of a plain class, with what it is given."""

    def __init__(self, id, module, function, marks, cls, known, arguments, params):
        super().__init__(id, module, function, marks)
        self.cls, self.known, self.arguments, self.params = cls, known, arguments, params

    def lacking(self):
        for value in (*self.arguments.values(), *(each for values in self.params.values() for each in values)):
            if (message := missing.message_of(value)) is not None:
                return message
        return missing.named_by(self.parts(), vars(self.module), members(self.cls) if self.cls is not None else {})

    def parts(self):
        own = members(self.cls) if self.cls is not None else {}
        wanted, seen = [*fixtures.argument_names(self.function, self.cls is not None)], set()
        wanted += [name for mark in self.marks if mark.name == "usefixtures" for name in mark.args]
        wanted += [fixture.name for fixture in self.known.values() if fixture.autouse]
        found = [missing.unwrapped(self.function)] + [missing.unwrapped(place.get(name)) for name in AROUND for place in (own, vars(self.module))]
        while wanted:
            name = wanted.pop()
            if name in self.known and name not in seen:
                seen.add(name)
                found.append(self.known[name].function)
                wanted += fixtures.argument_names(self.known[name].function, True)
        return found

    def over(self, name, level):
        """The fixture of that name that one of the same name asks for: the one of the module or of `conftest.py`."""
        fixture = self.known.get(name)
        for _ in range(level):
            fixture = fixture and fixture.over
        return fixture

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
            is_plain = instance is None or type(members(self.cls).get(self.function.__name__)) is staticmethod
            function = self.function if is_plain else self.function.__get__(instance)
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
