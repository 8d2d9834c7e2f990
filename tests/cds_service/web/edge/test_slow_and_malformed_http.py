"""Hostile input 152 over sockets of our own against gunicorn: callers that are slow or silent, and odd framing."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from cds_service import gunicorn_worker
from tests.cds_service.web.conftest import INVOKE, Edge, order_sign_body, prepared, running, settings_for

THREADS = 8  # of the two workers of `open_edge` together
BODY = json.dumps(order_sign_body()).encode()
CLOSE = "Connection: close"
HANG_S = 60  # far longer than the server waits for anybody


def address_of(edge: Edge) -> tuple[str, int]:
    host, _, port = edge.settings.bind.rpartition(":")
    return host, int(port)


@contextmanager
def lines(edge: Edge, count: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that have sent this and no more."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(socket.create_connection(address_of(edge), HANG_S))) for _ in range(count)
        ]
        for one in opened:
            one.sendall(sent)
        yield opened


def raw(edge: Edge, sent: bytes) -> bytes:
    """Everything that is answered to these bytes until the other side closes."""
    with closing(socket.create_connection(address_of(edge), HANG_S)) as line:
        line.sendall(sent)
        return b"".join(iter(lambda: _received(line), b""))


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except ConnectionError:
        return b""


def status_of(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:200]
    return int(answer.split(b" ", 2)[1])


def next_status(line: socket.socket) -> int:
    """Of the next answer on a line that stays open."""
    response = http.client.HTTPResponse(line)
    response.begin()
    response.read()
    return response.status


def head(edge: Edge, *more: str, path: str = INVOKE, host: str | None = None) -> bytes:
    named = [f"Host: {edge.settings.bind}" if host is None else host]
    given = [f"POST {path} HTTP/1.1", *filter(None, named), "Content-Type: application/json", *more]
    return "\r\n".join([*given, "", ""]).encode()


SLOW = {
    "nothing at all": b"",
    "half a request line": b"POST /cds-serv",
    "a head without its end": b"POST /cds-services/medication-safety HTTP/1.1\r\nHost: localhost\r\n",
    "half a body": BODY[:40],
}


@pytest.mark.covers("J-152")
@pytest.mark.parametrize("name", SLOW)
def test_hostile_152_many_slow_callers_do_not_stop_the_others(open_edge: Edge, name: str) -> None:
    """Five for each thread that there is. No time is measured: a thread that waited for one would answer nobody."""
    begun = SLOW[name]
    if name == "half a body":
        begun = head(open_edge, f"Content-Length: {len(BODY)}") + begun
    with lines(open_edge, 5 * THREADS, begun) as slow:
        for _ in range(4):
            assert open_edge.post(INVOKE, order_sign_body()).status == 200
        assert open_edge.get("/healthz").status == 200
        if name == "half a body":
            slow[0].sendall(BODY[40:])
            assert next_status(slow[0]) == 200


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """One worker that takes few connections, and closes what is not there whole soon."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small_config.py").write_text(
        "from cds_service import gunicorn_worker\n"
        "from cds_service.gunicorn_config import *\n"
        "gunicorn_worker.SECONDS = 1.0\n"
        "worker_connections = 40\n"
    )
    settings = prepared(settings_for(folder / "run", client_auth="off"))
    with running(settings, config=folder / "small_config.py") as edge:
        yield edge


@pytest.mark.covers("J-152")
def test_hostile_152_more_silent_connections_than_a_worker_takes_leave_room_for_who_speaks(small: Edge) -> None:
    with lines(small, 300):
        for _ in range(3):
            assert small.post(INVOKE, order_sign_body()).status == 200


@pytest.mark.covers("J-152")
@pytest.mark.parametrize("kind", ["head", "body", "chunked body"])
def test_hostile_152_a_drip_is_cut(small: Edge, kind: str) -> None:
    begun = {
        "head": b"POST /cds-services/medication-safety HTTP/1.1\r\nX-Slow: ",
        "body": head(small, "Content-Length: 5000"),
        "chunked body": head(small, "Transfer-Encoding: chunked") + b"1000\r\n",
    }[kind]
    with closing(socket.create_connection(address_of(small), HANG_S)) as line:
        line.sendall(begun)
        line.settimeout(0.1)
        answer, open_until = b"", time.monotonic() + HANG_S
        while time.monotonic() < open_until:
            try:
                received = line.recv(65536)
                answer += received
                if not received:
                    break
                continue
            except TimeoutError:
                pass
            except ConnectionError:
                break
            try:
                line.sendall(b" ")
            except ConnectionError:
                break
        else:
            raise AssertionError("the connection was never closed")
    assert not answer or status_of(answer) in {400, 408}
    assert small.post(INVOKE, order_sign_body()).status == 200


def malformed(edge: Edge) -> dict[str, tuple[bytes, set[int]]]:
    whole, bind = f"Content-Length: {len(BODY)}", edge.settings.bind
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    return {
        "length and chunks": (head(edge, whole, "Transfer-Encoding: chunked") + chunked, {400}),
        "two lengths": (head(edge, whole, "Content-Length: 5") + BODY, {400}),
        "a length with a sign": (head(edge, f"Content-Length: +{len(BODY)}") + BODY, {400}),
        "a negative length": (head(edge, "Content-Length: -1") + BODY, {400}),
        "two hosts": (head(edge, whole, f"Host: {bind}") + BODY, {400}),
        "two different hosts": (head(edge, whole, "Host: evil.example") + BODY, {400}),
        "no host": (head(edge, whole, CLOSE, host="") + BODY, {400}),
        "an empty host": (head(edge, whole, CLOSE, host="Host:") + BODY, {400}),
        "a foreign host": (head(edge, whole, CLOSE, host="Host: evil.example") + BODY, {400}),
        "an absolute address of another": (head(edge, whole, CLOSE, path=f"http://evil.example{INVOKE}") + BODY, {400}),
        "a head of 9 KB": (head(edge, whole, "X-Long: " + "a" * 9200) + BODY, {400, 431}),
        "a hundred headers": (head(edge, whole, *(f"X-{n}: 1" for n in range(100))) + BODY, {400, 431}),
        "a path of 9 KB": (head(edge, whole, path="/" + "a" * 9200) + BODY, {400, 414}),
        "a header folded over two lines": (head(edge, whole, "X-Folded: a\r\n b") + BODY, {400}),
        "a space before the colon": (head(edge, f"Content-Length : {len(BODY)}") + BODY, {400}),
        "an unknown transfer coding": (head(edge, "Transfer-Encoding: gzip, chunked") + chunked, {400, 415, 501}),
        "chunked hidden by a tab": (head(edge, whole, "Transfer-Encoding:\tchunked") + chunked, {400}),
        "a chunk size that is none": (head(edge, "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n", {400}),
        "NUL in a header": (head(edge, whole, "X-Nul: a\0b") + BODY, {400}),
        "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
        "another version": (head(edge, whole).replace(b"HTTP/1.1", b"HTTP/9.9") + BODY, {400, 505}),
    }


MALFORMED = tuple(malformed(Edge("", settings_for(Path("unused")), None, Path("unused"))))  # type: ignore[arg-type]


@pytest.mark.covers("J-152")
@pytest.mark.parametrize("name", MALFORMED)
def test_hostile_152_odd_framing_is_refused_and_nothing_behind_it_is_served(open_edge: Edge, name: str) -> None:
    sent, allowed = malformed(open_edge)[name]
    before = len(open_edge.rows("invocation"))
    answer = raw(open_edge, sent)
    assert status_of(answer) in allowed, answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert len(open_edge.rows("invocation")) == before
    assert b"Traceback" not in answer and b"gunicorn" not in answer.lower().replace(b"server: gunicorn", b"")


@pytest.mark.covers("J-152")
def test_hostile_152_good_callers_of_every_kind_are_served(open_edge: Edge) -> None:
    """What is refused above is refused for its oddity: chunks, 100-continue, pipelines and kept lines are good HTTP."""
    whole, last = (head(open_edge, f"Content-Length: {len(BODY)}", *more) + BODY for more in ((), (CLOSE,)))
    chunked = head(open_edge, "Transfer-Encoding: chunked", CLOSE) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    assert status_of(raw(open_edge, chunked)) == 200
    assert raw(open_edge, whole + last).count(b"HTTP/1.1 200 ") == 2
    with closing(socket.create_connection(address_of(open_edge), HANG_S)) as line:
        line.sendall(head(open_edge, f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
        assert line.recv(65536).startswith(b"HTTP/1.1 100 ")
        line.sendall(BODY)
        assert next_status(line) == 200
        for piece in (whole[:30], whole[30:200], whole[200:]):
            line.sendall(piece)
            time.sleep(0.05)
        assert next_status(line) == 200


@pytest.mark.parametrize("kind", ["with its length", "in chunks"])
def test_a_line_is_kept_after_a_refusal_that_left_the_body_unread(open_edge: Edge, kind: str) -> None:
    """A pooling client takes "keep-alive" at its word: its next call would meet a line that gunicorn has closed."""
    padded = json.dumps({"x": "x" * 500_000}).encode()
    with closing(socket.create_connection(address_of(open_edge), HANG_S)) as line:
        for _ in range(3):
            if kind == "in chunks":
                chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(padded), padded)
                line.sendall(head(open_edge, "Transfer-Encoding: chunked", path="/cds-services/none") + chunks)
            else:
                line.sendall(head(open_edge, f"Content-Length: {len(padded)}", path="/cds-services/none") + padded)
            assert next_status(line) == 404
        line.sendall(head(open_edge, f"Content-Length: {len(BODY)}") + BODY)
        assert next_status(line) == 200


@pytest.mark.parametrize("kind", ["with its length", "in chunks"])
def test_an_answer_after_which_the_line_is_closed_says_so(open_edge: Edge, kind: str) -> None:
    longer = b"x" * (3 * open_edge.settings.max_body_bytes)
    sent = head(open_edge, f"Content-Length: {len(longer)}") + longer
    if kind == "in chunks":
        sent = head(open_edge, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(longer), longer)
    with closing(socket.create_connection(address_of(open_edge), HANG_S)) as line:
        with suppress(ConnectionError):  # it may be closed before all is sent
            line.sendall(sent)
        with closing(http.client.HTTPResponse(line)) as response:
            response.begin()
            assert (response.status, response.getheader("Connection")) == (413, "close")


def test_what_is_kept_of_unfinished_requests_is_bounded() -> None:
    """Beyond the bound a thread reads on, for a bounded time."""
    worker = object.__new__(gunicorn_worker.PatientWorker)
    begun = bytearray(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n{" % gunicorn_worker.LONGEST_KEPT)
    worker.pending_conns = []  # type: ignore[assignment]
    assert not worker._to_be_answered(begun)
    kept = type("Kept", (), {"early": bytes(gunicorn_worker.MOST_KEPT)})()
    worker.pending_conns = [kept]  # type: ignore[assignment]
    assert worker._to_be_answered(begun)
