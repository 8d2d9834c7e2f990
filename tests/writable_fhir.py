"""A FHIR server that takes creates, on loopback: it keeps what it got, heeds If-None-Exist, and fails as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

LOST = 0  # in place of a status: taken, and the line breaks before the answer


class WritableFhir:
    """`next` holds what the next creates get instead of 201; `conditional` is whether If-None-Exist is heeded.

    `said` is the body of each answer to a create, `named` the id that its Location gives.
    """

    def __init__(self, kinds: Iterable[str], conditional: bool = True) -> None:
        self.kinds, self.conditional = list(kinds), conditional
        self.kept: list[dict[str, Any]] = []
        self.next: list[int] = []
        self.tokens: set[str | None] = set()
        self.said: dict[str, Any] | None = None
        self.named = "1"
        owner = self

        class OneRequest(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner._get(self)

            def do_POST(self) -> None:
                owner._post(self)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), OneRequest)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/fhir"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> WritableFhir:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _get(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        if parts.path == "/fhir/metadata":
            resources = [
                {"type": kind, "interaction": [{"code": "create"}], "conditionalCreate": self.conditional}
                for kind in self.kinds
            ]
            rest = [{"mode": "server", "resource": resources}]
            return _send(request, 200, {"resourceType": "CapabilityStatement", "rest": rest})
        found = [{"resource": one} for one in self._same(parts.path.rpartition("/")[2], parts.query)]
        return _send(request, 200, {"resourceType": "Bundle", "type": "searchset", "entry": found})

    def _post(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.tokens.add(request.headers.get("Authorization"))
        status = self.next.pop(0) if self.next else 201
        condition = request.headers.get("If-None-Exist", "")
        if self.conditional and self._same(body["resourceType"], condition):
            return _send(request, 200, self.said)
        if status in (201, LOST):
            self.kept.append(body)
        place = f"{self.url}/{body['resourceType']}/{self.named}/_history/1"
        return None if status == LOST else _send(request, status, self.said, place)

    def _same(self, kind: str, query: str) -> list[dict[str, Any]]:
        wanted = parse_qs(query).get("identifier", [""])[0]
        named = [(one, f"{one['identifier'][0]['system']}|{one['identifier'][0]['value']}") for one in self.kept]
        return [one for one, identifier in named if one["resourceType"] == kind and identifier == wanted]


def _send(request: BaseHTTPRequestHandler, status: int, body: Any, place: str | None = None) -> None:
    raw = b"" if body is None else json.dumps(body).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/fhir+json")
    request.send_header("Content-Length", str(len(raw)))
    if place:
        request.send_header("Location", place)
    request.end_headers()
    request.wfile.write(raw)
