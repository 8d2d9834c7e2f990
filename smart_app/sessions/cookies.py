"""The app's cookies: random ids only, and the attributes that work in a frame of another site.

`__Host-` with Secure and Path=/ keeps other hosts from planting them; SameSite=None with Partitioned lets them live in
the EHR's frame while third-party cookies are blocked. Browsers take http://127.0.0.1 as trustworthy enough for Secure.
"""

from __future__ import annotations

from werkzeug.wrappers import Response

VIEW_COOKIE = "__Host-countersign-"
LAUNCH_COOKIE = "__Host-launch-"
PROBE_COOKIE = "__Host-framed"


def set_cookie(response: Response, name: str, value: str, max_age: int) -> None:
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="None", partitioned=True
    )


def clear_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="None", partitioned=True)
