import fcntl, os, resource, shutil, sys, syslog, termios, tty

with open("/tmp/locked", "w+b") as file:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.lockf(file, fcntl.LOCK_SH)
    fcntl.flock(file, fcntl.LOCK_UN)
    copy = fcntl.fcntl(file, fcntl.F_DUPFD, 42)
    print("locks", copy, fcntl.fcntl(file, fcntl.F_GETLK, b"abc"))
    os.close(copy)
    for call in (lambda: fcntl.flock(99, fcntl.LOCK_EX)), (lambda: fcntl.ioctl(file, termios.TIOCGWINSZ, bytes(8))):
        try:
            call()
        except OSError as error:
            print(error)
    flags = fcntl.fcntl(file, fcntl.F_GETFL)
    fcntl.fcntl(file, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    print(flags & os.O_NONBLOCK == 0, fcntl.fcntl(file, fcntl.F_GETFL) & os.O_NONBLOCK != 0)
try:
    tty.setraw(0)
except termios.error as error:
    print(error.args)
try:
    os.get_terminal_size()
except OSError as error:
    print(error)
print(shutil.get_terminal_size())

used, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime >= 0, used.ru_maxrss > 10_000, children[:3])
print(resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NPROC), 3 < resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= 1024)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
try:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
except OSError as error:
    print(error)

syslog.openlog("test")
syslog.syslog(syslog.LOG_ERR, "to nobody")
print(syslog.LOG_DEBUG, syslog.setlogmask(syslog.LOG_UPTO(syslog.LOG_ERR)))
