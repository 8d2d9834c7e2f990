"""Prometheus figures. Labels are names of ours only: service, hook, status, fixed reasons; never a tenant's data.

Under several gunicorn workers PROMETHEUS_MULTIPROC_DIR is set before start, and /metrics adds the workers up.
"""

from __future__ import annotations

import os
import time

from flask import Blueprint, Flask, Response
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from cds_service.web.ops.call import current_call

CALLS = Counter("countersign_calls", "Calls of the CDS endpoints", ["action", "service", "hook", "status"])
SECONDS = Histogram(
    "countersign_call_seconds",
    "Time from the first byte seen to the answer",
    ["action", "service"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0),
)
CARDS = Counter("countersign_cards", "Cards sent", ["service", "indicator"])
FEEDBACK = Counter("countersign_feedback", "Feedback items by what became of them", ["service", "result"])
REFUSED_TOKENS = Counter("countersign_refused_tokens", "Client tokens refused, by reason", ["reason"])
AUDIT_LOST = Counter("countersign_audit_rows_lost", "Audit rows that neither database nor journal took")


def register(app: Flask) -> None:
    @app.after_request
    def count(response: Response) -> Response:
        call = current_call()
        if call.action:
            service, status = call.service or "unknown", str(response.status_code)
            CALLS.labels(call.action, service, call.hook or "unknown", status).inc()
            SECONDS.labels(call.action, service).observe(time.perf_counter() - call.started)
        if response.status_code == 401 and call.reason:
            REFUSED_TOKENS.labels(call.reason).inc()
        return response


def blueprint() -> Blueprint:
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)

    return routes


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
