"""Cuts a PostgreSQL line over which nothing comes back in time.

The server's own timeouts do not help when the server itself stands still (a stuck disk, a stopped process, a lost
network): the client would wait for ever. SQLite needs none of this.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

TICK = 0.05  # seconds between looks


class Watchdog:
    """Thread-safe. Its thread starts with the first line to watch and ends with `close()`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[object, tuple[float, int]] = {}  # until when (monotonic seconds), file descriptor
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, descriptor: int, seconds: float) -> Iterator[None]:
        """Cut the line when the block takes longer; whoever waits for an answer over it then sees it closed."""
        mark = object()
        with self._lock:
            self._watched[mark] = time.monotonic() + seconds, descriptor
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="database watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._watched.pop(mark, None)

    def close(self) -> None:
        self._stop.set()

    def _look(self) -> None:
        while not self._stop.wait(TICK):
            now = time.monotonic()
            # Under the lock: a block that has ended may have given its line to somebody else.
            with self._lock:
                for mark in [mark for mark, (until, _) in self._watched.items() if until < now]:
                    _, descriptor = self._watched.pop(mark)
                    _cut(descriptor)


def _cut(descriptor: int) -> None:
    """For both sides, and without closing the descriptor, which belongs to the driver."""
    with suppress(OSError), closing(socket.socket(fileno=os.dup(descriptor))) as line:
        line.shutdown(socket.SHUT_RDWR)
