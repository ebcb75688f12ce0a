"""Ports for programs of a test that bind them themselves, some later than they were chosen."""

import os
import re
import socket
from itertools import count

_FIRST, _EACH = 20_000, 1_000
_numbers = count()


def port() -> int:
    """Find a port of this machine that nobody listens on, and that nobody who asks for just any port is given meanwhile.

    It is below those that systems hand out by themselves, and each test process (gw0, gw1, ...) has a thousand of its own.
    """
    worker = re.search(r"\d+", os.environ.get("PYTEST_XDIST_WORKER", ""))
    first = _FIRST + _EACH * (int(worker[0]) % 10 if worker else 0)
    for _ in range(_EACH):
        chosen = first + next(_numbers) % _EACH
        try:
            with socket.create_server(("127.0.0.1", chosen)):
                return chosen
        except OSError:
            continue
    msg = "no port is free"
    raise RuntimeError(msg)
