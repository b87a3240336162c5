"""The submission's session, as a process of its own: messages on its standard input and output, as the host would carry them."""

import io
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [sys.argv[1], str(HERE), str(HERE.parent)]
sys.dont_write_bytecode = True

import fake_wire  # noqa: E402 (the path above has it)

sys.modules["_croquant_wire"] = fake_wire
channel_in, channel_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
printed = io.BytesIO(), io.BytesIO()
sys.stdout, sys.stderr = (io.TextIOWrapper(stream, encoding="utf-8", newline="\n", write_through=True) for stream in printed)


def exchange(data):
    for part in (*(stream.getvalue() for stream in printed), data):
        channel_out.write(len(part).to_bytes(4, "little") + part)
    for stream in printed:
        stream.seek(0)
        stream.truncate()
    channel_out.flush()
    size = channel_in.read(4)
    if len(size) < 4:
        os._exit(0)
    return channel_in.read(int.from_bytes(size, "little"))


from _croquant.grade.serve import Server  # noqa: E402

os.chdir(sys.argv[1])
server = Server(exchange)
server.prepare()
server.run()
