"""What every answer of the app carries, and what a form post must prove.

A page without scripts of ours allows none. Only the EHR origins of COUNTERSIGN_FRAME_ANCESTORS may frame them.
"""

from __future__ import annotations

import hmac

from flask import Flask, Response, request

from cds_service.settings import Settings
from smart_app.refusals import PostRefused
from smart_app.sessions.views import View
from smart_app.wiring import wired

LONGEST_FORM = 32 * 1024
WITH_SCRIPTS = frozenset({"quality.quality"})  # our own files, drawing from what the page holds; nothing is fetched


def install(app: Flask, settings: Settings) -> None:
    """Limit hosts and bodies, and put the headers on every answer, errors included."""
    app.config.update(
        TRUSTED_HOSTS=list(settings.hosts), MAX_CONTENT_LENGTH=LONGEST_FORM, MAX_FORM_MEMORY_SIZE=LONGEST_FORM
    )
    policy = content_security_policy(settings.frame_ancestors)
    scripted = f"{policy}; script-src 'self'"
    secure_transport = settings.app_url.startswith("https:")

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = scripted if request.endpoint in WITH_SCRIPTS else policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        # Only static files may be kept, and are asked for again each time; pages leave nothing behind.
        response.headers["Cache-Control"] = "no-cache" if request.endpoint == "static" else "no-store"
        if secure_transport:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def content_security_policy(frame_ancestors: tuple[str, ...]) -> str:
    """Exact origins may frame us, or nobody; a wildcard in the setting is left out."""
    framing = " ".join(origin for origin in frame_ancestors if "*" not in origin) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "form-action 'self'",
            f"frame-ancestors {framing}",
        )
    )


def require_own_form(view: View) -> None:
    """Refuse a post that is not from a page of this view. SameSite=None cookies travel with any site's form.

    Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with our own forms too; then Sec-Fetch-Site, which
    no page can forge, has to say same-origin.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    own_origin = origin == wired().settings.app_url
    if not own_origin and not (origin in (None, "null") and site == "same-origin"):
        raise PostRefused("origin")
    if site not in (None, "same-origin"):
        raise PostRefused("fetch-site")
    if not hmac.compare_digest(request.form.get("csrf", "").encode(), view.csrf.encode()):
        raise PostRefused("csrf")
