"""What comes back from an authorization server in the address of a callback, believed only after its state stood."""

from __future__ import annotations

from flask import request

from smart_app.refusals import LaunchRefused
from smart_app.sessions.launches import Launch

LONGEST_PARAMETER = 8000  # codes and launch handles of several servers are signed tokens of some thousand characters


def one(name: str) -> str | None:
    """A query parameter that is there once, not empty and not overlong."""
    values = request.args.getlist(name)
    return values[0] if len(values) == 1 and 0 < len(values[0]) <= LONGEST_PARAMETER else None


def code_of(started: Launch) -> str:
    """The authorization code of a callback whose state stood; refuses mix-ups and error answers."""
    named, promised = request.args.getlist("iss"), started.configuration.names_itself
    if (named or promised) and named != [started.configuration.issuer]:  # RFC 9207
        raise LaunchRefused("callback-iss", "The answer came from another server than the one the launch began with.")
    if "error" in request.args:
        described = (one("error_description") or one("error") or "no reason given")[:300]
        raise LaunchRefused("authorization-error", f"The EHR's server did not allow it and said: “{described}”")
    code = one("code")
    if code is None:
        raise LaunchRefused("no-code", "The EHR's server answered without a code.")
    return code
