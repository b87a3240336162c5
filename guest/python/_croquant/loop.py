"""asyncio without sockets and threads: the standard event loop, whose selector waits by sleeping in the host."""

import sys

import _croquant_host as host

NO_SOCKETS = "there is no network here: sockets cannot be opened"
NO_PROCESSES = "there are no other processes here: a program cannot be started"
FOREVER = 3600.0
_runner = None


class Clock:
    """A selector that watches nothing: only time passes."""

    def __init__(self):
        self._keys = {}

    def select(self, timeout=None):
        if timeout is None or timeout > 0:
            host.wait(FOREVER if timeout is None else timeout)
        return []

    def register(self, fileobj, events, data=None):
        raise OSError(NO_SOCKETS)

    modify = register

    def unregister(self, fileobj):
        raise KeyError(f"{fileobj!r} is not registered")

    def get_map(self):
        return self._keys

    def get_key(self, fileobj):
        raise KeyError(f"{fileobj!r} is not registered")

    def close(self):
        self._keys = {}


def patch_unix_events(unix_events):
    """The loop wakes itself with a socket pair, which cannot exist, and need not: nothing else runs that could wake it."""
    loop = unix_events._UnixSelectorEventLoop
    plain_init = loop.__init__
    plain_signal_handler = loop._handle_signal

    def __init__(self, selector=None):
        plain_init(self, Clock() if selector is None else selector)

    def _make_self_pipe(self):
        self._ssock = self._csock = None
        self._internal_fds = 0

    def nothing(self, *args):
        pass

    def add_signal_handler(self, sig, callback, *args):
        import signal

        self._check_signal(sig)
        self._check_closed()
        self._signal_handlers[sig] = unix_events.events.Handle(callback, args, self, None)
        # The handler runs between two steps of the loop's own thread, the only one.
        signal.signal(sig, lambda number, frame: plain_signal_handler(self, number))

    def remove_signal_handler(self, sig):
        import signal

        self._check_signal(sig)
        if self._signal_handlers.pop(sig, None) is None:
            return False
        signal.signal(sig, signal.default_int_handler if sig == signal.SIGINT else signal.SIG_DFL)
        return True

    def run_in_executor(self, executor, func, *args):
        """Runs `func` at once, in line: there are no threads. Programs that use `asyncio.to_thread` want the function's result while
        others go on; the result they get, and nothing they can observe says that the others had to wait. A refusal would help nobody."""
        self._check_closed()
        if self._debug:
            self._check_callback(func, "run_in_executor")
        if executor is not None:
            return unix_events.futures.wrap_future(executor.submit(func, *args), loop=self)
        future = self.create_future()
        try:
            result = func(*args)
        except StopIteration as error:  # a future cannot hold it
            future.set_exception(RuntimeError(f"{error!r} was raised by a function run in an executor"))
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    async def shutdown_default_executor(self, timeout=None):
        self._executor_shutdown_called = True

    def refuse(message):
        async def refused(self, *args, **options):
            raise OSError(message)

        return refused

    changes = {
        "__init__": __init__,
        "_make_self_pipe": _make_self_pipe,
        "_close_self_pipe": nothing,
        "_write_to_self": nothing,
        "add_signal_handler": add_signal_handler,
        "remove_signal_handler": remove_signal_handler,
        "run_in_executor": run_in_executor,
        "shutdown_default_executor": shutdown_default_executor,
    }
    for name in "create_connection create_server create_datagram_endpoint create_unix_connection create_unix_server getaddrinfo getnameinfo".split():
        changes[name] = refuse(NO_SOCKETS)
    for name in "subprocess_exec subprocess_shell".split():
        changes[name] = refuse(NO_PROCESSES)
    for name, function in changes.items():
        setattr(loop, name, function)


def run_cell(coroutine):
    """Runs a cell that awaits, on a loop that lives as long as the session: tasks started in one cell go on in the next."""
    global _runner
    import asyncio

    if _runner is None:
        _runner = asyncio.Runner()
    try:
        return _runner.run(coroutine)
    except KeyboardInterrupt as error:
        # The runner cancels the cell's task: what it was doing is told, and not how it was cancelled.
        cancelled = error.__context__
        if cancelled is not None:
            error.__traceback__ = cancelled.__traceback__
            error.__context__ = None
        raise


def forget():
    global _runner
    if _runner is not None:
        _runner.close()
        _runner = None
        sys.modules["asyncio"].set_event_loop_policy(None)
