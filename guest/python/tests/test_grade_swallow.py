"""What the submission might swallow: exceptions that pass through its `with`, its callbacks, or end an iteration too early."""

import asyncio
import contextlib
import unittest

import two_sessions
from _croquant.grade import faults


class Swallow(two_sessions.TwoSessions):
    files = {
        "swallow.py": '''
            class Any:
                items = []
                def __enter__(self): return self
                def __exit__(self, *error): return True
                async def __aenter__(self): return self
                async def __aexit__(self, *error): return True
                def __sub__(self, other): return 0
            class Honest(Any):
                def __exit__(self, kind, error, trace): return kind is ValueError
            def stop(x): raise StopIteration
            def fail(): raise KeyError("mine")
            def catch(function):
                try:
                    return function()
                except BaseException as error:
                    return type(error).__name__
            class Own(BaseException): pass
            def own(): raise Own
            def numbers():
                yield 1
                got = yield 2
                return got
            def reraise(function):
                try:
                    function()
                except KeyError as error:
                    raise ValueError("changed") from error
            async def wait_for(function, x): return await function(x) + 1
            async def later(): return 3
        '''
    }

    def test_with(self):
        import swallow

        with swallow.Honest():
            raise ValueError("this may be swallowed")
        with self.assertRaises(TypeError), swallow.Honest():
            raise TypeError("and this not")
        with swallow.Any():
            swallow.fail()

    def test_an_assertion_beneath_with(self):
        import swallow

        def assertion():
            with swallow.Any() as lie:
                assert lie.items == [1]

        def index():
            with swallow.Any() as lie:
                assert lie.items[0] == 1

        def number():
            with swallow.Any():
                int("x")

        def skip():
            with swallow.Any():
                raise unittest.SkipTest("x")

        def stack():
            with contextlib.ExitStack() as stack:
                stack.enter_context(swallow.Any())
                self.fail()

        async def later():
            async with swallow.Any() as lie:
                assert lie.items == [1]

        expected = (AssertionError, IndexError, ValueError, unittest.SkipTest, AssertionError, AssertionError)
        for error, wrong in zip(expected, (assertion, index, number, skip, stack, lambda: asyncio.run(later())), strict=True):
            with self.subTest(wrong), self.assertRaises(error):
                wrong()

    def test_stop_iteration_ends_no_iteration_but_its_own(self):
        import swallow

        with self.assertRaisesRegex(RuntimeError, "the submission raised StopIteration") as caught:
            all(map(lambda x: swallow.stop(x) == 1, [1, 2]))
        self.assertTrue(faults.is_remote(caught.exception))
        numbers = swallow.numbers()
        self.assertEqual((next(numbers), next(numbers)), (1, 2))
        with self.assertRaises(StopIteration) as caught:
            numbers.send(7)
        self.assertEqual(caught.exception.value, 7)

    def test_an_assertion_in_a_callback(self):
        import swallow

        def wrong():
            self.assertEqual(1, 2)

        with self.assertRaisesRegex(AssertionError, "1 != 2"):
            swallow.catch(wrong)
        with self.assertRaises(unittest.SkipTest):
            swallow.catch(lambda: self.skipTest("now"))
        self.assertEqual(swallow.catch(lambda: int("x")), "ValueError")
        self.assertEqual(swallow.catch(swallow.fail), "KeyError")

    def test_the_tests_own_exceptions_come_back_as_they_are(self):
        import swallow

        class Own(KeyError):
            pass

        def wrong():
            raise error

        error = Own("x")
        with self.assertRaisesRegex(ValueError, "changed") as caught:
            swallow.reraise(wrong)
        self.assertIs(caught.exception.__cause__, error)

    def test_what_is_no_exception_of_python(self):
        import swallow

        with self.assertRaises(swallow.Own):
            swallow.own()
        self.assertFalse(issubclass(swallow.Own, Exception))

    def test_coroutines_of_the_test(self):
        import swallow

        async def double(x):
            await asyncio.sleep(0)
            return 2 * x

        async def main():
            return await swallow.wait_for(double, 4)

        self.assertEqual(asyncio.run(main()), 9)
        self.assertEqual(asyncio.run(swallow.wait_for(double, 5)), 11)

    def test_everything_at_once(self):
        namespace = {}
        exec("from swallow import *", namespace)
        self.assertIn("numbers", namespace)
        self.assertEqual(next(namespace["numbers"]()), 1)


if __name__ == "__main__":
    unittest.main()
