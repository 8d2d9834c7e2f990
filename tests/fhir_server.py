"""A FHIR server of a few answers on loopback: what a test put under a path is what a request to it gets."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

TOKEN = "token-of-the-tests"
EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}


@dataclass(frozen=True)
class Canned:
    """`body`: bytes as they are, anything else as JSON."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Canned | Callable[["Asked"], Canned]


@dataclass(frozen=True)
class Asked:
    path: str  # under the base, with its query
    headers: Mapping[str, str]  # names in lower case


class FhirServer:
    """`answers` by resource type (`Patient`) or whole path (`Patient/p1`, `page-2`); a search without one is empty."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        owner = self

        class OneRequest(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner._serve(self)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), OneRequest)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._scheme = "https" if tls else "http"
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/fhir"

    def __enter__(self) -> FhirServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        asked = Asked(
            request.path.removeprefix("/fhir/"), {name.lower(): value for name, value in request.headers.items()}
        )
        self.asked.append(asked)
        path = urlsplit(asked.path).path
        found = self.answers.get(asked.path) or self.answers.get(path) or self.answers.get(path.partition("/")[0])
        found = found or (Canned(EMPTY) if "/" not in path else Canned({"resourceType": "OperationOutcome"}, 404))
        answer = found if isinstance(found, Canned) else found(asked)
        try:
            request.send_response(answer.status)
            request.send_header("Content-Type", "application/fhir+json")
            for name, value in answer.headers.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(answer.raw)))
            request.end_headers()
            request.wfile.write(answer.raw)
        except OSError:
            pass  # the client has gone; that is what some tests are about
