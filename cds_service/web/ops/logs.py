"""Logs as JSON lines with an allow-list of fields: what is not listed here is not written, whoever logs it.

No patient, no body, no URL query, no token, no text of an exception. One line per call; health probes are not logged.
"""

from __future__ import annotations

import sys
import time
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from flask import Flask, Response, request

from cds_service.web.ops.call import current_call

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

FIELDS = frozenset(
    {
        "action",
        "cards",
        "check",
        "concern",
        "count",
        "dropped",
        "duration_ms",
        "error",
        "event",
        "file",
        "final",
        "hook",
        "issuer",
        "kind",
        "knowledge",
        "level",
        "model",
        "models",
        "not_assessed",
        "outcome",
        "place",
        "problem",
        "reason",
        "route",
        "rows",
        "service",
        "status",
        "stood",
        "tenant",
        "timestamp",
        "version",
        "workflow",
    }
)
# True where what would be logged is counted instead, as by a replay.
QUIET: ContextVar[bool] = ContextVar("quiet", default=False)
_UNLOGGED_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})


def configure() -> None:
    """Set structlog up for this process, once: loggers that have spoken keep what they were set up with."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            unless_quiet,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_listed,
            structlog.processors.JSONRenderer(serializer=_as_text),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def unless_quiet(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if QUIET.get():
        raise structlog.DropEvent
    return event


def keep_listed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in FIELDS and value is not None}


def say_what_is_served(rooms: Rooms) -> None:
    """The first lines of a worker's log: which knowledge and models speak, and which cannot."""
    log = structlog.get_logger()
    log.info("worker started", knowledge=rooms.knowledge.version, models=rooms.models.versions)
    if rooms.knowledge.silent:
        log.warning("rows are silent until this site has reviewed them", rows=rooms.knowledge.silent)
    for problem in rooms.models.problems:
        log.warning("a model is not available", problem=problem)


def register(app: Flask) -> None:
    log = structlog.get_logger()

    @app.after_request
    def one_line(response: Response) -> Response:
        # The rule and not the path: a path can be made to carry anything.
        route = request.url_rule.rule if request.url_rule else None
        if route not in _UNLOGGED_ROUTES:
            call = current_call()
            log.info(
                "call",
                action=call.action,
                route=route,
                service=call.service,
                hook=call.hook,
                workflow=call.workflow,
                tenant=call.tenant,
                issuer=call.issuer,
                status=response.status_code,
                reason=call.reason,
                error=call.error,
                cards=call.cards,
                not_assessed=call.not_assessed,
                duration_ms=round((time.perf_counter() - call.started) * 1000, 1),
            )
        return response


def _as_text(event: object, **_options: object) -> str:
    return orjson.dumps(event, default=str).decode()
