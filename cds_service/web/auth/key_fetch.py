"""Key sets behind a registered URL: fetched within a fixed time and size, cached, asked for at most once a minute.

The URL is the registration's, never the token's. Fetching goes to one checked address over https (http only to a
loopback host while we run on loopback ourselves), follows no redirect, reads no proxy variable, and accepts no
compressed body. The last good set outlives an outage of its host, but not a day.
"""

from __future__ import annotations

import codecs
import contextlib
import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from urllib.parse import SplitResult, urlsplit

from cds_service.errors import CountersignError, NotAuthenticated
from cds_service.outbound import Reach
from cds_service.web.auth.jose import PublicKey
from cds_service.web.auth.key_sets import KeySet
from cds_service.web.edge.strict_json import parse_object

DEADLINE = 2.0  # seconds, name look-up to last byte
MAX_BYTES = 65_536
REFRESH_EVERY = 60.0  # seconds between two requests to one URL, whatever they brought
LIFETIME = 3600.0  # of a set whose host states none
LAST_GOOD = 86_400.0  # how long a set serves while its host cannot be reached

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})")
_FETCHING = ThreadPoolExecutor(max_workers=4, thread_name_prefix="key-set")


class KeySetNotFetched(CountersignError):
    """The key set could not be had; the text says which step failed and carries nothing the host sent."""


class RemoteKeySet:
    """The keys behind one URL. Safe to share between threads; one refresh runs at a time."""

    def __init__(self, url: str, *, allow_loopback: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._allow_loopback = allow_loopback
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched = self._fresh_until = self._asked = float("-inf")

    def key(self, key_id: str, algorithm: str) -> PublicKey:
        now = self._monotonic()
        if self._may_refresh(key_id, algorithm, now):
            with self._lock:  # calls with a known, fresh key never wait here
                if self._may_refresh(key_id, algorithm, now):
                    self._refresh(now)
        if self._keys is None or now - self._fetched > LAST_GOOD:
            raise NotAuthenticated("key set cannot be fetched")
        return self._keys.key(key_id, algorithm)

    def _may_refresh(self, key_id: str, algorithm: str, now: float) -> bool:
        known = self._keys is not None and self._keys.knows(key_id, algorithm)
        return (not known or now >= self._fresh_until) and now - self._asked >= REFRESH_EVERY

    def _refresh(self, now: float) -> None:
        self._asked = now
        try:
            self._keys, lifetime = fetch_key_set(self._url, allow_loopback=self._allow_loopback)
        except KeySetNotFetched:
            return  # the last good set serves on, until LAST_GOOD
        self._fetched, self._fresh_until = now, now + min(lifetime, LAST_GOOD)


def fetch_key_set(url: str, *, allow_loopback: bool) -> tuple[KeySet, float]:
    """The set and the seconds it may be cached for; KeySetNotFetched within DEADLINE otherwise."""
    # Socket timeouts are per read, so a host that drips bytes outlives them, and a name look-up has none: the wait
    # itself has the deadline, and then the line is cut so that the thread comes free.
    line = _Line(urlsplit(url), allow_loopback)
    try:
        return _FETCHING.submit(_fetch, line).result(timeout=DEADLINE)
    except TookTooLong:
        line.cut()
        raise KeySetNotFetched("no whole key set within the deadline") from None


class _Line:
    """One connection to one checked address: what was resolved is what is connected to."""

    def __init__(self, parts: SplitResult, allow_loopback: bool) -> None:
        self.parts, self._reach = parts, Reach(loopback=allow_loopback)
        if not parts.hostname or parts.username or not self._reach.allows_scheme(parts.scheme, parts.hostname):
            raise KeySetNotFetched("the URL is not plain https")
        self._socket: socket.socket | None = None
        self._is_cut = False

    def connect(self) -> http.client.HTTPConnection:
        host, secure = self.parts.hostname or "", self.parts.scheme == "https"
        port = self.parts.port or (443 if secure else 80)
        address = self._reach.addresses(host, port)[0]
        self._socket = socket.create_connection((address, port), timeout=DEADLINE)
        if secure:
            context = ssl.create_default_context()
            self._socket = context.wrap_socket(self._socket, server_hostname=host, do_handshake_on_connect=False)
        if self._is_cut:
            self.cut()
        connection = http.client.HTTPConnection(host, port)
        connection.sock = self._socket
        return connection

    def shake_hands(self) -> None:
        if isinstance(self._socket, ssl.SSLSocket):
            self._socket.do_handshake()

    def cut(self) -> None:
        self._is_cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _fetch(line: _Line) -> tuple[KeySet, float]:
    target = (line.parts.path or "/") + (f"?{line.parts.query}" if line.parts.query else "")
    try:
        with contextlib.closing(line.connect()) as connection:
            line.shake_hands()
            connection.request("GET", target, headers={"Accept": "application/json", "Accept-Encoding": "identity"})
            response = connection.getresponse()
            if response.status != 200 or response.getheader("Content-Encoding", "identity") != "identity":
                raise KeySetNotFetched("the answer is not a plain 200")
            body = response.read(MAX_BYTES + 1)
            if len(body) > MAX_BYTES:
                raise KeySetNotFetched("the key set is too long")
            return KeySet(parse_object(body.removeprefix(codecs.BOM_UTF8))), _lifetime(
                response.getheader("Cache-Control", "")
            )
    except (OSError, http.client.HTTPException, ValueError, CountersignError) as error:
        raise KeySetNotFetched(f"{type(error).__name__} while fetching the key set") from None


def _lifetime(cache_control: str) -> float:
    if "no-store" in cache_control or "no-cache" in cache_control:
        return 0.0
    stated = _MAX_AGE.search(cache_control)
    return float(stated[1]) if stated else LIFETIME
