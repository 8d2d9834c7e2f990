"""Which requests are for us at all, and the headers that every answer carries.

The host a request names must be one of ours: it is never used to build a URL, and a forged one is refused before
anything reads it. gunicorn lets a missing Host and an absolute URI for another host pass; both are refused here.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from cds_service.settings import Settings

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def register(app: Flask, settings: Settings) -> None:
    hosts = (*settings.hosts, *(_LOOPBACK_NAMES if settings.loopback else ()))
    app.config["TRUSTED_HOSTS"] = list(hosts)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes + 1  # the one more shows that there was more
    secure = settings.public_url.startswith("https:")
    app.url_map.merge_slashes = False  # `//cds-services` is not ours, and no redirect may repeat a body

    @app.before_request
    def refuse_strange_addresses() -> None:
        if not request.headers.get("Host"):
            raise BadRequest
        # The proxy ends TLS and says how the caller came; who came in clear has shown a chart to the network already.
        if secure and request.headers.get("X-Forwarded-Proto", "https").lower() != "https":
            raise Forbidden
        target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path
        if not target.startswith("/") and urlsplit(target).hostname not in {host.strip("[]") for host in hosts}:
            raise BadRequest
        # No address of ours needs an escape; `%2f`, `%2e`, `%00` or `//` are only ever a try to look like another one.
        path = target.partition("?")[0]
        if target.startswith("/") and ("%" in path or "//" in path):
            raise NotFound

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response
