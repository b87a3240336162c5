# Errors have the numbers and the texts that Linux gives them.
import errno
import os


def show(call):
    try:
        call()
    except OSError as error:
        print(type(error).__name__, error, errno.errorcode[error.errno])


os.mkdir("folder")
open("folder/file", "w").close()
show(lambda: open("missing"))
show(lambda: open("folder"))
show(lambda: os.mkdir("folder"))
show(lambda: os.rmdir("folder"))
show(lambda: os.listdir("folder/file"))
show(lambda: os.close(99))
show(lambda: os.read(os.open("folder/file", os.O_WRONLY), 1))
show(lambda: os.lseek(os.open("folder/file", os.O_RDONLY), -1, os.SEEK_SET))
os.symlink("loop", "loop")
show(lambda: open("loop"))
show(lambda: open("x" * 300, "w"))

print(errno.ENOENT, errno.EACCES, errno.EAGAIN, errno.ESHUTDOWN, errno.EWOULDBLOCK == errno.EAGAIN)
print(os.strerror(2), "|", os.strerror(24), "|", os.strerror(108), "|", os.strerror(4321))
print(type(OSError(2, "")).__name__, type(OSError(13, "")).__name__, type(OSError(errno.EPIPE, "")).__name__)
