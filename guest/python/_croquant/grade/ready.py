"""The ends of a session's first connection, made with the image: their classes and buffers cost a session nothing.

Nothing more is warmed up: grading uses its sessions again and again, and what a trial run would leave in the image scatters the memory of every
new session over twice as many pages.
"""

import _croquant_host as host

from . import bridge, serve, submission
from .checker import Checker


def prepare():
    """Called once, while the image is made."""
    bridge.spare = Checker(host.exchange)
    submission.server = serve.Server(host.exchange)
