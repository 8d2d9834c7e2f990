"""GET /.well-known/jwks.json: our public keys, by which EHRs know what we sign. Open to everybody, no secret in it."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response

from cds_service.errors import StoreUnavailable

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

KEPT = 30.0  # seconds in one worker
MAX_AGE = 300  # seconds that others may keep it: a new key signs an hour later


def blueprint(rooms: Rooms) -> Blueprint:
    routes = Blueprint("own_key_set", __name__)
    published = _Published(rooms)

    @routes.get("/.well-known/jwks.json")
    def own_key_set() -> Response:
        answer = Response(orjson.dumps({"keys": published.keys()}), content_type="application/json")
        answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
        return answer

    return routes


class _Published:
    """The keys as last read; an outage of the database leaves them standing."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._lock = threading.Lock()
        self._keys: list[Any] | None = None
        self._read_at = float("-inf")

    def keys(self) -> list[Any]:
        with self._lock:
            if self._keys is None:
                self._keys, self._read_at = self._read(), time.monotonic()
            elif time.monotonic() - self._read_at > KEPT:
                with suppress(StoreUnavailable):
                    self._keys = self._read()
                self._read_at = time.monotonic()
            return self._keys

    def _read(self) -> list[Any]:
        return list(self._rooms.store.own_keys.published())
