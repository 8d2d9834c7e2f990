"""Key sets behind a URL, fetched from real servers on loopback that behave well and badly."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc.jwk import ECKey

from cds_service.errors import NotAuthenticated
from cds_service.web.auth.key_fetch import KeySetNotFetched, RemoteKeySet, fetch_key_set

KEY = ECKey.generate_key("P-384", {"kid": "first"})
SECOND = ECKey.generate_key("P-384", {"kid": "second"})


def document(*keys: ECKey) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


class KeyHost:
    """A host of one key set; `answer` may be changed while it runs, `asked` counts its requests."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.answer = answer
        self.asked = 0
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked += 1
                host.answer(self)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"


@contextmanager
def key_host(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[KeyHost]:
    host = KeyHost(answer)
    thread = threading.Thread(target=host.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        host.server.shutdown()
        host.server.server_close()
        thread.join()


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_key_is_fetched_once_and_kept() -> None:
    with key_host(says(document(KEY))) as host:
        keys = RemoteKeySet(host.url, allow_loopback=True)
        for _ in range(5):
            assert keys.key("first", "ES384").kid == "first"
        assert host.asked == 1


def test_a_byte_order_mark_before_a_key_set_is_passed_over() -> None:
    with key_host(says(b"\xef\xbb\xbf" + document(KEY))) as host:
        assert fetch_key_set(host.url, allow_loopback=True)[0].key("first", "ES384").kid == "first"


@pytest.mark.covers("A-16", "I10", "SC7")
def test_hostile_16_a_rotated_key_costs_one_request_and_a_storm_of_unknown_kids_one_a_minute() -> None:
    clock = Clock()
    with key_host(says(document(KEY))) as host:
        keys = RemoteKeySet(host.url, allow_loopback=True, monotonic=clock)
        keys.key("first", "ES384")
        host.answer = says(document(KEY, SECOND))
        clock.now += 61
        assert keys.key("second", "ES384").kid == "second"
        assert host.asked == 2
        for n in range(100):
            with pytest.raises(NotAuthenticated):
                keys.key(f"unknown-{n}", "ES384")
        assert host.asked == 2
        clock.now += 61
        with pytest.raises(NotAuthenticated):
            keys.key("unknown", "ES384")
        assert host.asked == 3


@pytest.mark.covers("SC8")
def test_the_stated_lifetime_is_kept_and_the_last_good_set_outlives_an_outage_for_a_day() -> None:
    clock = Clock()
    with key_host(says(document(KEY), Cache_Control="public, max-age=120")) as host:
        keys = RemoteKeySet(host.url, allow_loopback=True, monotonic=clock)
        keys.key("first", "ES384")
        clock.now += 119
        keys.key("first", "ES384")
        assert host.asked == 1
        host.answer = says(b"", status=500)
        clock.now += 2
        assert keys.key("first", "ES384")
        assert host.asked == 2
        clock.now += 86_400
        with pytest.raises(NotAuthenticated, match="cannot be fetched"):
            keys.key("first", "ES384")


@pytest.mark.parametrize(
    "answer",
    [
        says(b"<html>keys</html>"),
        says(b""),
        says(b"{}"),
        says(b'{"keys": [], "keys": []}'),
        says(document(KEY) + b" " * 5_000_000),
        says(document(KEY), Content_Encoding="gzip"),
        says(json.dumps({"keys": [KEY.as_dict(private=True)]}).encode()),
        says(json.dumps({"keys": [KEY.as_dict(private=False)] * 1_000}).encode()),
        says(b"", status=404),
        says(b"", status=302, Location="http://127.0.0.1/elsewhere"),
    ],
)
@pytest.mark.covers("A-14")
def test_hostile_14_a_set_that_is_none_too_long_packed_private_or_moved_is_refused(
    answer: Callable[[BaseHTTPRequestHandler], None],
) -> None:
    with key_host(answer) as host:
        with pytest.raises(KeySetNotFetched):
            fetch_key_set(host.url, allow_loopback=True)
        assert host.asked == 1


@pytest.mark.covers("A-14")
def test_hostile_14_a_host_that_drips_is_cut_at_the_deadline() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(600):  # a minute: only the deadline ends a reading of it as late
            try:
                handler.wfile.write(b" ")
            except OSError:
                return
            time.sleep(0.1)

    with key_host(drip) as host, pytest.raises(KeySetNotFetched, match="deadline"):
        fetch_key_set(host.url, allow_loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example.org/jwks",
        "https://user@keys.example.org/jwks",
        "ftp://127.0.0.1/jwks",
        "file:///etc/passwd",
        "https:///jwks",
    ],
)
@pytest.mark.covers("A2", "SC1")
def test_an_address_that_is_not_plain_https_is_never_asked(url: str) -> None:
    with pytest.raises(KeySetNotFetched, match="https"):
        fetch_key_set(url, allow_loopback=True)


@pytest.mark.covers("A-13")
def test_hostile_13_a_name_that_resolves_to_a_private_address_is_not_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"https://localhost:{listener.getsockname()[1]}/jwks"
        with pytest.raises(KeySetNotFetched, match="AddressRefused"):
            fetch_key_set(url, allow_loopback=False)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_host_with_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=lambda: listener.accept()[0].close(), daemon=True).start()
        with pytest.raises(KeySetNotFetched):
            fetch_key_set(f"https://127.0.0.1:{listener.getsockname()[1]}/jwks", allow_loopback=True)
