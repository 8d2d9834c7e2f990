"""What our worker takes from gunicorn beyond its documented settings: an upgrade that moves any of it fails by name.

gunicorn has no setting that keeps a silent caller from holding a thread. A method of ours that gunicorn no longer
calls would raise nothing anywhere: connections would just wait for ever again.
"""

from __future__ import annotations

import inspect
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from gunicorn.config import Config
from gunicorn.http.wsgi import Response
from gunicorn.workers.gthread import TConn, ThreadWorker

from cds_service.gunicorn_worker import Connection, PatientWorker


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ours", "theirs", "name"),
    [
        *((PatientWorker, ThreadWorker, name) for name in vars(PatientWorker) if not name.startswith("_")),
        (Connection, TConn, "init"),
    ],
)
def test_each_method_that_we_replace_is_one_of_gunicorns(ours: type, theirs: type, name: str) -> None:
    assert name in vars(theirs), f"gunicorn has no {theirs.__name__}.{name} any more"
    assert parameters(getattr(ours, name)) == parameters(getattr(theirs, name))
    assert f".{name}" in inspect.getsource(inspect.getmodule(theirs)), f"nobody calls {name} any more"  # type: ignore[arg-type]


@pytest.fixture
def connection() -> Iterator[TConn]:
    here, there = socket.socketpair()
    with closing(here), closing(there):
        yield TConn(Config(), here, ("127.0.0.1", 1), ("127.0.0.1", 2))


@pytest.mark.parametrize("name", ["cfg", "sock", "timeout", "data_ready", "is_http2", "parser"])
def test_a_connection_has_what_we_read_and_set(connection: TConn, name: str) -> None:
    assert hasattr(connection, name)


def test_bytes_can_be_given_back_to_the_parser_of_a_connection(connection: TConn) -> None:
    connection.init()
    connection.parser.unreader.unread(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert next(connection.parser).path == "/"


@pytest.mark.parametrize("name", ["nr_conns", "worker_connections", "poller", "pending_conns", "keepalived_conns"])
def test_a_worker_has_what_we_read_and_set(name: str) -> None:
    assert f"self.{name} = " in inspect.getsource(ThreadWorker)


def test_a_worker_takes_a_request_by_its_connection() -> None:
    assert parameters(ThreadWorker.enqueue_req) == ["self", "conn"]


def test_an_answer_asks_its_request_whether_the_line_closes(connection: TConn) -> None:
    connection.init()
    connection.parser.unreader.unread(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
    request = next(connection.parser)
    answer = Response(request, connection.sock, connection.cfg)
    request.should_close = lambda: True
    assert answer.should_close() and "Connection: close\r\n" in answer.default_headers()
    assert ("CONTENT-LENGTH", "3") in request.headers
    assert request.body.read(10) == b"abc"
