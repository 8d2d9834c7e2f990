"""/healthz: the process is alive. /readyz: what it can do now, looked at once a second at most.

Losing a model or the main database leaves the rules standing: ready but `degraded`, since taking the instance out
would take the safety net away. Only what leaves nothing to answer with is `not-ready`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import orjson
from flask import Blueprint, Response

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

State = Literal["ready", "degraded", "not-ready"]
KEPT = 1.0  # seconds that a verdict is kept
MAX_WAITING = 10_000  # journalled records; beyond, the disk is the next thing to fail
_WORST_LAST: tuple[State, ...] = ("ready", "degraded", "not-ready")


def blueprint(rooms: Rooms) -> Blueprint:
    routes = Blueprint("health", __name__)
    readiness = Readiness(rooms)

    @routes.get("/healthz")
    def healthz() -> Response:
        return Response(b'{"status":"alive"}', content_type="application/json")

    @routes.get("/readyz")
    def readyz() -> Response:
        verdict = readiness.verdict()
        status = 503 if verdict["status"] == "not-ready" else 200
        return Response(orjson.dumps(verdict), status=status, content_type="application/json")

    return routes


class Readiness:
    """The checks, and their last verdict: {"status": State, "checks": {name: {"status": State, "said": str}}}."""

    def __init__(self, rooms: Rooms, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rooms = rooms
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._verdict: dict[str, Any] = {}
        self._looked = float("-inf")

    def verdict(self) -> dict[str, Any]:
        with self._lock:
            if self._monotonic() - self._looked >= KEPT:
                self._verdict = self._look()
                self._looked = self._monotonic()
            return self._verdict

    def _look(self) -> dict[str, Any]:
        checks = {name: check(self._rooms) for name, check in CHECKS.items()}
        worst = max((state for state, _ in checks.values()), key=_WORST_LAST.index)
        return {"status": worst, "checks": {name: {"status": s, "said": said} for name, (s, said) in checks.items()}}


def _database(rooms: Rooms) -> tuple[State, str]:
    if rooms.store.reachable():
        return "ready", "answers"
    return "degraded", "does not answer; records go to the journal"


def _journal(rooms: Rooms) -> tuple[State, str]:
    waiting = rooms.store.pending()
    if waiting >= MAX_WAITING:
        return "not-ready", f"{waiting} records wait for the database"
    return ("degraded" if waiting else "ready"), f"{waiting} records wait"


def _replay_guard(rooms: Rooms) -> tuple[State, str]:
    if rooms.settings.client_auth == "off":
        return "ready", "not used: client authentication is off"
    return ("ready", "answers") if rooms.replay_guard.reachable() else ("not-ready", "does not answer")


def _models(rooms: Rooms) -> tuple[State, str]:
    problems = "; ".join(rooms.models.problems)
    return ("degraded", problems) if problems else ("ready", "all loaded, digests hold")


def _knowledge(rooms: Rooms) -> tuple[State, str]:
    silent = rooms.knowledge.silent
    if silent:
        return "degraded", f"version {rooms.knowledge.version}; {silent} rows are silent until this site reviews them"
    overdue = rooms.knowledge.overdue(rooms.clock().date())
    if overdue:
        said = (
            f"version {rooms.knowledge.version}; the review of {len(overdue)} rows is overdue, {overdue[0]} among them"
        )
        return "degraded", said
    return "ready", f"version {rooms.knowledge.version}"


CHECKS: dict[str, Callable[[Any], tuple[State, str]]] = {
    "database": _database,
    "journal": _journal,
    "replay-guard": _replay_guard,
    "models": _models,
    "knowledge": _knowledge,
}
