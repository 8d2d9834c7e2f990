"""Cross-origin calls of browser-based CDS clients: an allow-list from the settings, empty unless someone fills it.

A preflight is answered without authentication (it cannot carry any) and, for an origin that is not listed, without
permission. Credentials are never allowed: the token travels in a header that a script sets on purpose.
"""

from __future__ import annotations

from flask import Flask, Response, request

from cds_service.settings import Settings


def register(app: Flask, settings: Settings) -> None:
    allowed = frozenset(settings.cors_origins)

    @app.after_request
    def allow_origin(response: Response) -> Response:
        if not allowed:
            return response
        response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin in allowed and request.path.startswith("/cds-services"):
            response.headers["Access-Control-Allow-Origin"] = origin
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
                response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
                response.headers["Access-Control-Max-Age"] = "600"
        return response
