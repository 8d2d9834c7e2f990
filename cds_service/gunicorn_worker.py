"""gunicorn's worker with threads, for callers that are slow or silent: a request gets a thread when it is there whole.

As it comes, gunicorn gives each connection a thread at once, and a head or a body that never ends keeps it. Here the
main loop waits: connections without a request cost no thread, and those that take too long are closed. Only a body
whose end cannot be told from here (chunked), or that is too long to be kept, is read by its thread, for a bounded time.
When there are too many connections, or no file descriptors for more, the one that has been silent longest is closed.

A buffering proxy in front does this better, with TLS; it is what README asks for beyond one machine. This is so that a
single slow caller does not stop the service for all others where there is none.

gunicorn has no setting or hook for this. The parts of its worker that this rests on are named, one by one, by
tests/cds_service/web/ops/test_gunicorn_internals.py.
"""

from __future__ import annotations

import errno
import re
import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

SECONDS = 10.0  # for a request to be there whole
MOST_KEPT = 32 * 2**20  # bytes of unfinished requests in one worker
LONGEST_KEPT = 2**20
_LONGEST_HEAD = 64 * 2**10  # far beyond gunicorn's own limits, which answer with a 4xx
_REST_S = 1.0  # for the rest of a body that nobody wants
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*(?=\r\n)", re.IGNORECASE)
_NOT_HERE = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE)
_NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)


class BoundedSocket(socket.socket):
    """Receives until `ends` (an instant of `time.monotonic`), then raises TimeoutError."""

    ends = float("inf")

    def recv(self, *given: Any) -> bytes:
        if self.ends != float("inf"):
            self.settimeout(max(self.ends - time.monotonic(), 0.001))
        return super().recv(*given)


class Connection(TConn):
    """`early` is what has come of a request that was not there whole."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.early = bytearray()

    def init(self) -> None:
        super().init()
        if self.early and not self.is_http2:
            self.parser.unreader.unread(bytes(self.early))
            self.early.clear()


def _read_away(req: Any, line: BoundedSocket) -> bool:
    """Whether the body is at its end now. What is longer than a worker keeps is not waited for."""
    if any(name == "CONTENT-LENGTH" and int(value) > LONGEST_KEPT for name, value in req.headers):
        return False
    until, timeout = line.ends, line.gettimeout()
    line.ends = min(until, time.monotonic() + _REST_S)
    try:
        return len(req.body.read(LONGEST_KEPT + 1)) <= LONGEST_KEPT
    except (OSError, ParseException):  # a caller who left, chunks that are none
        return False
    finally:
        line.ends = until
        line.settimeout(timeout)


class PatientWorker(ThreadWorker):
    def accept(self, listener: socket.socket) -> None:
        try:
            accepted, address = listener.accept()
        except OSError as error:
            if error.errno in _NO_MORE_FILES:
                self._close_silent()
            elif error.errno not in {errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK}:
                raise
            return
        bounded = BoundedSocket(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        self.nr_conns += 1
        self._await_request(Connection(self.cfg, bounded, address, listener.getsockname()))
        if self.nr_conns >= self.worker_connections:
            self._close_silent()

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """The next request on a kept connection begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await_request(conn)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        if self.cfg.is_ssl:  # what comes is not HTTP yet
            super().on_pending_socket_readable(conn, client)
            return
        try:
            received = client.recv(2**16)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            received = b""
        conn.early += received
        if received and not self._to_be_answered(conn.early):
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if not conn.early:
            self.nr_conns -= 1
            conn.close()
            return
        conn.data_ready = True
        self.enqueue_req(conn)

    def murder_pending(self) -> None:
        super().murder_pending()
        while not self.alive and (silent := [conn for conn in self.pending_conns if not conn.early]):
            self._close(silent[0])

    def handle(self, conn: Connection) -> object:
        conn.sock.ends = time.monotonic() + SECONDS
        try:
            return super().handle(conn)
        finally:
            conn.sock.ends = float("inf")

    def handle_request(self, req: Any, conn: Connection) -> object:
        """After a refusal that left much of the body unread gunicorn closes the line, having said that it is kept. Here
        the rest is read away, or the answer says that the line is closed."""
        closes = req.should_close

        def should_close() -> bool:
            if not closes() and not _read_away(req, conn.sock):
                req.force_close()
            return bool(closes())

        req.should_close = should_close
        return super().handle_request(req, conn)

    def _await_request(self, conn: Connection) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _to_be_answered(self, early: bytearray) -> bool:
        """Whether it is a whole request, one that is refused as it is, or one that a thread must read on."""
        head = early.find(b"\r\n\r\n")
        if head < 0:
            return len(early) > _LONGEST_HEAD
        stated = _LENGTH.findall(early, 0, head + 2)
        if len(stated) != 1 or _NOT_HERE.search(early, 0, head + 2):
            return True
        length = int(stated[0])
        kept = sum(len(conn.early) for conn in self.pending_conns) if length > len(early) else 0
        return len(early) >= head + 4 + length or length > LONGEST_KEPT or kept + length > MOST_KEPT

    def _close_silent(self) -> None:
        """The oldest that waits for its request, else the oldest that is kept for a next one."""
        for waiting in (self.pending_conns, self.keepalived_conns):
            if waiting:
                self._close(waiting[0])
                return

    def _close(self, conn: Connection) -> None:
        waiting = self.pending_conns if conn in self.pending_conns else self.keepalived_conns
        waiting.remove(conn)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()
