"""A TCP proxy on loopback that breaks what passes through it, one fault at a time. Bytes only: it knows no HTTP.

    with FaultProxy(port_of_the_server) as proxy:
        proxy.fault = Truncate(after=100)
        ... call 127.0.0.1:proxy.port ...

`refuse` closes the port altogether: `FaultProxy.refusing()` gives a port where nobody listens.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

PIECE = 4096


@dataclass(frozen=True)
class Pass:
    """Nothing is broken."""


@dataclass(frozen=True)
class Reset:
    """The connection is reset after so many bytes of the answer."""

    after: int = 0


@dataclass(frozen=True)
class Delay:
    """The answer starts so many seconds late."""

    seconds: float


@dataclass(frozen=True)
class Drip:
    """One byte of the answer every so many seconds."""

    every: float


@dataclass(frozen=True)
class Truncate:
    """The connection closes cleanly after so many bytes of the answer."""

    after: int


@dataclass(frozen=True)
class HalfClose:
    """The proxy says that it sends no more after so many bytes, and keeps listening."""

    after: int


Fault = Pass | Reset | Delay | Drip | Truncate | HalfClose


class FaultProxy:
    """Takes connections until closed. `fault` is looked at when a connection comes; `connections` counts them."""

    def __init__(self, upstream: int, fault: Fault | None = None) -> None:
        self.fault: Fault = fault or Pass()
        self.connections = 0
        self._upstream = upstream
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with contextlib.suppress(OSError):  # wakes the thread that waits in accept
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @staticmethod
    @contextlib.contextmanager
    def refusing() -> Iterator[int]:
        """A port that is taken, so that nobody else gets it, and refuses every connection."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            yield taken.getsockname()[1]

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client, self.fault), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._upstream)) as server:
            threading.Thread(target=_copy, args=(client, server), daemon=True).start()
            self._answer(server, client, fault)

    def _answer(self, server: socket.socket, client: socket.socket, fault: Fault) -> None:
        if isinstance(fault, Delay):
            self._over.wait(fault.seconds)
        room = fault.after if isinstance(fault, Reset | Truncate | HalfClose) else None
        while room is None or room > 0:
            piece = server.recv(PIECE if room is None else min(PIECE, room))
            if not piece:
                return
            room = None if room is None else room - len(piece)
            if isinstance(fault, Drip):
                self._drip(piece, client, fault.every)
            else:
                client.sendall(piece)
        self._end(client, fault)

    def _drip(self, piece: bytes, client: socket.socket, every: float) -> None:
        for byte in piece:
            if self._over.wait(every):
                return
            client.sendall(bytes([byte]))

    def _end(self, client: socket.socket, fault: Fault) -> None:
        if isinstance(fault, Reset):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The thread that reads the client keeps the connection alive until it is woken.
            client.shutdown(socket.SHUT_RD)
        elif isinstance(fault, Truncate):
            client.shutdown(socket.SHUT_RDWR)
        elif isinstance(fault, HalfClose):
            client.shutdown(socket.SHUT_WR)
            until = time.monotonic() + 5
            while time.monotonic() < until and not self._over.wait(0.05):
                pass


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
