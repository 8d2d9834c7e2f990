"""The app's calls to an EHR: one total deadline, one size limit, no redirects, no proxy settings from the environment.

The timeouts of requests are per read, so a server that drips a byte at a time could hold a launch open for ever. Here a
timer shuts the connection down when the whole time is over, and whatever was being read ends.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import socket
import threading
from typing import Any, TypeVar

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

MAX_BYTES = 256 * 1024

SomeSession = TypeVar("SomeSession", bound=requests.Session)


class Unreachable(Exception):
    """The other side gave no usable answer. The text is a reason code, safe for log and page; it names no URL."""


class _Deadline:
    """Shuts every connection opened under it once `seconds` are over. `passed`: a short body was cut off."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, opened: socket.socket) -> None:
        """Shut this socket too when the time comes, or now when it has come already."""
        self._sockets.append(opened)
        if self.passed:
            self._shut()

    def _shut(self) -> None:
        self.passed = True
        for opened in self._sockets:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


class DeadlineAdapter(HTTPAdapter):
    """Transport of one requests.Session, with a deadline per call and answers read whole into memory.

    Raises Unreachable("deadline" | "too-long" | "redirect" | "connection").
    """

    def __init__(self, seconds: float, max_bytes: int = MAX_BYTES) -> None:
        self.seconds = seconds
        self.max_bytes = max_bytes
        self._deadline: _Deadline | None = None
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._watched(HTTPConnectionPool),
            "https": self._watched(HTTPSConnectionPool),
        }

    def _watched(self, pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
        adapter = self

        class Connection(pool.ConnectionCls):  # type: ignore[name-defined, misc]
            def connect(self) -> None:
                super().connect()  # bounded by its own timeout, the TLS handshake included
                if adapter._deadline is not None:
                    adapter._deadline.watch(self.sock)

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})

    def send(self, request: requests.PreparedRequest, *_: Any, **kwargs: Any) -> requests.Response:
        kwargs.update(stream=True, timeout=self.seconds, proxies={})
        with _Deadline(self.seconds) as self._deadline:
            try:
                response = super().send(request, **kwargs)
                body = response.raw.read(self.max_bytes + 1, decode_content=True)
                response.raw.close()
            except (requests.RequestException, HTTPError, OSError) as error:
                raise Unreachable("deadline" if self._late(error) else "connection") from error
        if self._deadline.passed:
            raise Unreachable("deadline")
        if len(body) > self.max_bytes:
            raise Unreachable("too-long")
        if 300 <= response.status_code < 400:
            raise Unreachable("redirect")
        response.raw = io.BytesIO(body)
        return response

    def _late(self, error: Exception) -> bool:
        return isinstance(error, requests.Timeout) or (self._deadline is not None and self._deadline.passed)


def guarded(session: SomeSession, seconds: float) -> SomeSession:
    """Put `session` (a requests.Session or Authlib's OAuth2Session) under the deadline; returns it."""
    session.trust_env = False
    session.headers["Accept-Encoding"] = "identity"
    for scheme in ("http://", "https://"):
        session.mount(scheme, DeadlineAdapter(seconds))
    return session


def without_mark(body: bytes) -> bytes:
    """Past the byte order mark that some servers put before JSON; RFC 8259 lets a reader ignore it."""
    return body.removeprefix(codecs.BOM_UTF8)


def get_json(url: str, *, seconds: float, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """GET one JSON object within `seconds`; Unreachable("status-NNN" | "not-json") beside the adapter's reasons."""
    with guarded(requests.Session(), seconds) as session:
        response = session.get(url, headers={"Accept": "application/json", **(headers or {})})
    if response.status_code != requests.codes.ok:
        raise Unreachable(f"status-{response.status_code}")
    try:
        document = orjson.loads(without_mark(response.content))
    except orjson.JSONDecodeError as error:
        raise Unreachable("not-json") from error
    if not isinstance(document, dict):
        raise Unreachable("not-json")
    return document
