"""`mmap` in a machine that cannot map files: a copy in memory. What is changed through the object's methods is in the file at once; what
is changed through a buffer of it (`memoryview`, `struct.pack_into`), at `flush()` and `close()`. What others write to the file later is
not seen."""

import errno
import os
import sys
from operator import index as number

import _croquant_host as host

ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY = range(4)
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_SHARED, MAP_PRIVATE, MAP_DENYWRITE, MAP_EXECUTABLE, MAP_ANON, MAP_POPULATE, MAP_STACK, MAP_NORESERVE = (
    1, 2, 0x800, 0x1000, 0x20, 0x8000, 0x20000, 0x4000,
)  # fmt: skip
MAP_ANONYMOUS = MAP_ANON
MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED = range(5)
MADV_FREE, MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK = range(8, 12)
MADV_HUGEPAGE, MADV_NOHUGEPAGE = 14, 15
# A page of linear memory.
PAGESIZE = ALLOCATIONGRANULARITY = 65536
# What an offset must be a multiple of.
STEP = 4096

F_GETFL = 3
NAMES = ("ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY")

error = OSError

__all__ = ["mmap", "error", *(name for name in dir() if name.startswith(("ACCESS_", "ALLOC", "MADV_", "MAP_", "PAGE", "PROT_")))]


class mmap:
    """Maps `length` bytes of the file from `offset`, or all of it (0); with fileno -1, memory that starts as zeros."""

    __module__ = "mmap"

    def __new__(
        cls, fileno, length, flags=MAP_SHARED, prot=PROT_WRITE | PROT_READ, access=ACCESS_DEFAULT, offset=0, *, trackfd=True
    ):
        if length < 0:
            raise OverflowError("memory mapped length must be positive")
        if length > sys.maxsize:
            raise OverflowError("cannot fit 'int' into an index-sized integer")
        if offset < 0:
            raise OverflowError("memory mapped offset must be positive")
        if access != ACCESS_DEFAULT and (flags != MAP_SHARED or prot != PROT_WRITE | PROT_READ):
            raise ValueError("mmap can't specify both access and flags, prot.")
        if access not in range(4):
            raise ValueError("mmap invalid access parameter.")
        if access == ACCESS_DEFAULT and prot & (PROT_READ | PROT_WRITE) != PROT_READ | PROT_WRITE:
            access = ACCESS_WRITE if prot & PROT_WRITE else ACCESS_READ
        shared = access != ACCESS_COPY and flags & MAP_PRIVATE == 0
        if offset % STEP:
            raise OSError(errno.EINVAL, "Invalid argument")
        anonymous = fileno == -1 or flags & MAP_ANON
        if not anonymous:
            length = check_file(fileno, length, offset, shared and access != ACCESS_READ)
        elif length == 0:
            raise OSError(errno.EINVAL, "Invalid argument")
        if length > sys.maxsize:
            raise ValueError("mmap length is too large")
        self = super().__new__(cls)
        self._access, self._offset, self._pos = access, offset, 0
        self._data = bytearray(length)
        self._fd = None
        self._shared = shared and not anonymous
        self._tracked = trackfd
        self._lent = False  # whether something could write to the bytes past this class
        if not anonymous:
            self._fd = os.dup(fileno)
            fill(self._data, self._fd, offset)
        return self

    def _writes_back(self):
        return self._fd is not None and self._shared and self._access != ACCESS_READ

    def _open(self):
        if self._data is None:
            raise ValueError("mmap closed or invalid")
        return self._data

    def _writable(self):
        data = self._open()
        if self._access == ACCESS_READ:
            raise TypeError("mmap can't modify a readonly memory map.")
        return data

    def _put(self, start, stop):
        """Writes the bytes of a range to the file."""
        if not self._writes_back():
            return
        room = max(0, os.fstat(self._fd).st_size - self._offset)  # past the file's end they are lost
        with memoryview(self._data) as view:
            while start < min(stop, room):
                start += os.pwrite(self._fd, view[start : min(stop, room)], self._offset + start)

    def close(self):
        if self._data is None:
            return
        if self._lent:
            self._put(0, len(self._data))
        try:
            self._data.clear()
        except BufferError:
            raise BufferError("cannot close exported pointers exist") from None
        self._data = None
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __del__(self):
        if getattr(self, "_data", None) is None:
            return
        try:
            if self._lent:
                self._put(0, len(self._data))
        finally:
            if self._fd is not None:
                os.close(self._fd)

    @property
    def closed(self):
        return self._data is None

    def flush(self, offset=0, size=None, /):
        data = self._open()
        size = len(data) - offset if size is None else size
        if offset < 0 or size < 0 or offset + size > len(data):
            raise ValueError("flush values out of range")
        if self._lent:
            self._put(offset, offset + size)

    def madvise(self, option, start=0, length=None, /):
        data = self._open()
        length = len(data) if length is None else length
        if start < 0 or start >= len(data):
            raise ValueError("madvise start out of bounds")
        if length < 0:
            raise ValueError("madvise length invalid")
        if length > sys.maxsize - start:
            raise OverflowError("madvise length too large")
        if start % STEP:
            raise OSError(errno.EINVAL, "Invalid argument")

    def size(self):
        data = self._open()
        if not self._tracked:
            raise OSError(errno.EBADF, "Bad file descriptor")
        return len(data) if self._fd is None else os.fstat(self._fd).st_size

    def resize(self, newsize, /):
        data = self._open()
        if not self._tracked:
            raise ValueError("mmap can't resize with trackfd=False.")
        if self._access not in (ACCESS_DEFAULT, ACCESS_WRITE):
            raise TypeError("mmap can't resize a readonly or copy-on-write memory map.")
        if newsize < 0:
            raise ValueError("new size out of range")
        try:
            if newsize < len(data):
                del data[newsize:]
            else:
                data.extend(bytes(newsize - len(data)))
        except BufferError:
            raise BufferError("mmap can't resize with extant buffers exported.") from None
        if self._fd is not None:
            os.ftruncate(self._fd, self._offset + newsize)

    def seek(self, pos, whence=0, /):
        data = self._open()
        base = {0: 0, 1: self._pos, 2: len(data)}.get(whence)
        if base is None:
            raise ValueError("unknown seek type")
        if not 0 <= base + pos <= len(data):
            raise ValueError("seek out of range")
        self._pos = base + pos
        return self._pos

    def seekable(self):
        return True

    def tell(self):
        self._open()
        return self._pos

    # What is given as a number may close the map while it says which: so numbers first.
    def read(self, n=None, /):
        n = None if n is None else number(n)
        data = self._open()
        rest = max(0, len(data) - self._pos)
        n = rest if n is None or n < 0 else min(n, rest)
        start = self._pos
        self._pos += n
        return bytes(data[start : self._pos])

    def read_byte(self):
        data = self._open()
        if self._pos >= len(data):
            raise ValueError("read byte out of range")
        self._pos += 1
        return data[self._pos - 1]

    def readline(self):
        data = self._open()
        end = data.find(b"\n", self._pos)
        return self.read(None if end < 0 else end + 1 - self._pos)

    def write(self, bytes, /):
        with memoryview(bytes) as given:
            count = given.nbytes
            data = self._writable()
            start = self._pos
            if start > len(data) or count > len(data) - start:
                raise ValueError("data out of range")
            data[start : start + count] = given.cast("B") if count else b""
        self._pos += count
        self._put(start, self._pos)
        return count

    def write_byte(self, byte, /):
        byte = number(byte)
        data = self._writable()
        if self._pos >= len(data):
            raise ValueError("write byte out of range")
        data[self._pos] = byte
        self._pos += 1
        self._put(self._pos - 1, self._pos)

    def move(self, dest, src, count, /):
        dest, src, count = number(dest), number(src), number(count)
        data = self._writable()
        if min(dest, src, count) < 0 or max(dest, src) + count > len(data):
            raise ValueError("source, destination, or count out of range")
        data[dest : dest + count] = data[src : src + count]
        self._put(dest, dest + count)

    def find(self, view, start=None, end=None, /):
        start, end = self._part(start, end)
        return self._open().find(view, start, end)

    def rfind(self, view, start=None, end=None, /):
        start, end = self._part(start, end)
        return self._open().rfind(view, start, end)

    def _part(self, start, end):
        return self._pos if start is None else number(start), len(self._open()) if end is None else number(end)

    def __len__(self):
        return len(self._open())

    def __getitem__(self, index):
        index = self._index(index)
        found = self._open()[index]
        return found if isinstance(found, int) else bytes(found)

    def __setitem__(self, index, value):
        index = self._index(index)
        if not isinstance(index, slice):
            value = number(value)
            if not 0 <= value <= 255:
                raise ValueError("mmap item value must be in range(0, 256)")
            data = self._writable()
            data[index] = value
            start = index + len(data) if index < 0 else index
            return self._put(start, start + 1)
        data = self._writable()
        places = range(*index.indices(len(data)))
        with memoryview(value) as given:
            if given.nbytes != len(places):
                raise IndexError("mmap slice assignment is wrong size")
            data[index] = given.cast("B") if places else b""
        if places:
            self._put(min(places), max(places) + 1)

    def _index(self, index):
        if isinstance(index, slice):
            parts = (index.start, index.stop, index.step)
            return slice(*(None if part is None else number(part) for part in parts))
        if not hasattr(index, "__index__"):
            raise TypeError("mmap indices must be integers")
        index = number(index)
        length = len(self._open())
        if not -length <= index < length:
            raise IndexError("mmap index out of range")
        return index

    def __delitem__(self, index):
        self._writable()
        raise TypeError("mmap object doesn't support item deletion")

    def __iter__(self):
        return (bytes((byte,)) for byte in self._open())

    def __buffer__(self, flags):
        view = memoryview(self._open())
        if self._access == ACCESS_READ:
            if flags & 1:
                raise BufferError("Object is not writable.")
            return view.toreadonly()
        self._lent = True
        return view

    def __enter__(self):
        self._open()
        return self

    def __exit__(self, *error):
        self.close()

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle '{type(self).__module__}.{type(self).__qualname__}' object")

    def __repr__(self):
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        if self._data is None:
            return f"<{name} closed=True>"
        return (
            f"<{name} closed=False, access={NAMES[self._access]}, length={len(self._data)}, pos={self._pos}, "
            f"offset={self._offset}>"
        )


def check_file(fileno, length, offset, change):
    """The length of what is to be mapped."""
    size = os.fstat(fileno).st_size
    flags = host.fcntl(fileno, F_GETFL, 0)
    if not flags & os.O_RDONLY or change and not flags & os.O_WRONLY:
        raise PermissionError(errno.EACCES, "Permission denied")
    if length == 0:
        if size == 0:
            raise ValueError("cannot mmap an empty file")
        if offset >= size:
            raise ValueError("mmap offset is greater than file size")
        return size - offset
    if offset > size or size - offset < length:
        raise ValueError("mmap length is greater than file size")
    return length


def fill(data, fd, offset):
    with memoryview(data) as view:
        done = 0
        while done < len(view):
            n = os.preadv(fd, [view[done:]], offset + done)
            if n == 0:
                return
            done += n
