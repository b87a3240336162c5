import asyncio
import importlib.util
import unittest

import fake_host
from _croquant import loop


def patched():
    """A second copy of asyncio's unix loop, changed as in the guest; the one that this process runs on stays whole."""
    spec = importlib.util.find_spec("asyncio.unix_events")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loop.patch_unix_events(module)
    return module._UnixSelectorEventLoop


LOOP = patched()


def run(coroutine):
    with asyncio.Runner(loop_factory=LOOP) as runner:
        return runner.run(coroutine)


class Loop(unittest.TestCase):
    def setUp(self):
        fake_host.reset()

    def test_tasks_timers_and_queues(self):
        async def main():
            queue = asyncio.Queue()

            async def produce():
                for number in range(3):
                    await asyncio.sleep(0.001)
                    await queue.put(number)

            async with asyncio.TaskGroup() as group:
                group.create_task(produce())
                got = [await queue.get() for _ in range(3)]
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0.001):
                    await queue.get()
            return got

        self.assertEqual(run(main()), [0, 1, 2])
        self.assertTrue(fake_host.waits)

    def test_functions_for_threads_run_in_line(self):
        async def main():
            with self.assertRaisesRegex(ValueError, "boom"):
                await asyncio.to_thread(self.fail_with, "boom")
            return await asyncio.to_thread(sum, [1, 2])

        self.assertEqual(run(main()), 3)

    @staticmethod
    def fail_with(text):
        raise ValueError(text)

    def test_sockets_and_processes_say_why_not(self):
        async def main():
            with self.assertRaisesRegex(OSError, "no network"):
                await asyncio.open_connection("localhost", 80)
            with self.assertRaisesRegex(OSError, "no other processes"):
                await asyncio.create_subprocess_exec("ls")

        run(main())

    def test_waiting_for_nothing_waits_and_does_not_spin(self):
        clock = loop.Clock()
        clock.select(None)
        clock.select(0)
        clock.select(0.25)
        self.assertEqual(fake_host.waits, [loop.FOREVER, 0.25])
