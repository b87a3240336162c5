"""What cannot exist here, told in one sentence. Modules that merely mention it import all the same."""

import errno
import sys

NETWORK = "there is no network here"
PROCESSES = "there are no other processes here"
THREADS = "threads cannot be started here: a program runs in a single thread"
SCREEN = "there is no screen here to open windows on"
TERMINAL = "the terminal cannot be controlled from here"
NATIVE = "native libraries cannot be loaded here"
STDLIB_ONLY = "only Python's standard library is installed here"

MODULES = {
    "tkinter": SCREEN,
    "_tkinter": SCREEN,
    "turtle": SCREEN,
    "turtledemo": SCREEN,
    "idlelib": SCREEN,
    "ctypes": NATIVE,
    "_ctypes": NATIVE,
    "curses": TERMINAL,
    "_curses": TERMINAL,
    "_curses_panel": TERMINAL,
    "readline": TERMINAL,
    "_ssl": "there is no network here, and so no TLS",
    "_multiprocessing": PROCESSES,
    "_posixshmem": PROCESSES,
    "_posixsubprocess": PROCESSES,
    "pty": PROCESSES,
    "_dbm": "this database library is not part of the image, use `dbm.sqlite3`",
    "_gdbm": "this database library is not part of the image, use `dbm.sqlite3`",
    "_interpreters": "there is a single interpreter here",
    "pygame": SCREEN,
    **dict.fromkeys(
        "pip ensurepip venv numpy pandas matplotlib scipy sklearn sympy networkx seaborn torch requests bs4 lxml yaml PIL flask django "
        "hypothesis freezegun parameterized".split(),
        STDLIB_ONLY,
    ),
}

FUNCTIONS = dict.fromkeys(
    "system fork forkpty execl execle execlp execlpe execv execve execvp execvpe spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp "
    "spawnvpe posix_spawn posix_spawnp popen wait waitpid kill killpg pipe pipe2 openpty".split(),
    PROCESSES,
)


class Finder:
    """The last of `sys.meta_path`: says why a module is not found."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        reason = MODULES.get(name)
        if reason is not None:
            raise ModuleNotFoundError(f"No module named {name!r}: {reason}", name=name)
        return None

    # So that the import system drops this frame from the traceback, as it drops its own.
    find_spec.__func__.__code__ = find_spec.__func__.__code__.replace(co_filename="<frozen importlib._bootstrap>")


def os_attribute(name):
    """`os.__getattr__`: `hasattr` stays false, and the message says why."""
    reason = FUNCTIONS.get(name)
    raise AttributeError(f"module 'os' has no attribute {name!r}" + (f": {reason}" if reason else ""), name=name, obj=sys.modules["os"])


def no_thread(*args, **options):
    raise RuntimeError(THREADS)


def refuse(message):
    def refused(*args, **options):
        raise OSError(errno.ENOTSUP, message)

    return refused


def patch_threading(threading):
    threading._start_joinable_thread = no_thread


def patch_socket(socket):
    sentence = f"{NETWORK}: sockets cannot be opened"
    socket.socket.__init__ = refuse(sentence)
    socket.getaddrinfo = refuse(sentence)
    for name in "gethostbyname gethostbyaddr getnameinfo socketpair gethostbyname_ex create_server".split():
        setattr(socket, name, refuse(sentence))
    if not hasattr(socket, "gethostname"):
        socket.gethostname = lambda: "localhost"
    if hasattr(socket, "socket") and not hasattr(socket.socket, "__del__"):
        # A socket that could not be made has nothing to close.
        socket.socket.__repr__ = lambda self: "<socket.socket [closed]>"


def patch_subprocess(subprocess):
    plain_init = subprocess.Popen.__init__

    def __init__(self, *args, **options):
        self._child_created = False
        self.returncode = None
        raise OSError(errno.ENOTSUP, f"{PROCESSES}: a program cannot be started")

    __init__.__doc__ = plain_init.__doc__
    subprocess.Popen.__init__ = __init__


def patch_process(process):
    def start(self):
        raise RuntimeError(f"{PROCESSES}: `multiprocessing` cannot start any")

    process.BaseProcess.start = start


def patch_webbrowser(webbrowser):
    def open(url, new=0, autoraise=True):
        raise webbrowser.Error("a web browser cannot be opened from here")

    def get(using=None):
        raise webbrowser.Error("a web browser cannot be opened from here")

    webbrowser.open, webbrowser.get = open, get
    webbrowser.open_new = lambda url: open(url, 1)
    webbrowser.open_new_tab = lambda url: open(url, 2)


def patch_pydoc(pydoc):
    """`help()` prints: there is no pager."""
    pydoc.pager = pydoc.plain_pager
    pydoc.getpager = lambda: pydoc.plain_pager
