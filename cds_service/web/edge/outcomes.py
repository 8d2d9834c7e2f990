"""Errors become answers here and nowhere else: an OperationOutcome that says what and where, and a bare 401.

A refused call of a CDS endpoint writes its one audit row here too. No answer carries a stack trace, an address of
ours, or anything that came from a chart.
"""

from __future__ import annotations

import traceback
from http import HTTPStatus
from pathlib import Path

import orjson
import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, SecurityError

from cds_service.errors import CountersignError, NotAuthenticated
from cds_service.store import AuditEvent, Store, StoreUnavailable
from cds_service.web.ops.call import Call, current_call
from cds_service.web.ops.metrics import AUDIT_LOST

RETRY_AFTER = "5"  # seconds; a store that does not answer is asked again by the client, not by us
FOREIGN_HOST = (
    "this host name is not served here: COUNTERSIGN_PUBLIC_URL names ours, COUNTERSIGN_TRUSTED_HOSTS adds others"
)
ISSUE_CODES = {
    400: "invalid",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    413: "too-long",
    415: "not-supported",
}


def register(app: Flask, store: Store) -> None:
    def refuse(error: CountersignError) -> Response:
        call = current_call()
        call.reason = str(error) if isinstance(error, NotAuthenticated) else type(error).__name__
        call.issuer = call.issuer or getattr(error, "issuer", None)
        audit_refusal(store, call, error.status)
        if isinstance(error, NotAuthenticated):
            return _bare_401()
        if error.status >= 500:
            call.error = place_of(error)
        # A 5xx of our own tree may name a file or a setting; the caller learns only that it was us.
        said = str(error) if error.status < 500 else "the service cannot answer now"
        return outcome(error.status, error.issue_code, said, getattr(error, "where", ""))

    def refuse_http(error: HTTPException) -> Response:
        status = error.code or 500
        call = current_call()
        call.reason = HTTPStatus(status).phrase
        audit_refusal(store, call, status)
        foreign = isinstance(error, SecurityError)  # the name that was asked for is not repeated
        response = outcome(status, ISSUE_CODES.get(status, "processing"), FOREIGN_HOST if foreign else call.reason)
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
        return response

    def fail(error: Exception) -> Response:
        """Whatever nobody foresaw is a 500 that says so: never an empty answer that looks like "no concern"."""
        call = current_call()
        call.reason, call.error = "unexpected error", place_of(error)
        audit_refusal(store, call, 500)
        return outcome(500, "exception", "the service failed; nothing was assessed")

    app.register_error_handler(CountersignError, refuse)
    app.register_error_handler(HTTPException, refuse_http)
    app.register_error_handler(Exception, fail)


def outcome(status: int, code: str, said: str, where: str = "", kind: str = "application/json") -> Response:
    issue: dict[str, object] = {"severity": "error", "code": code, "diagnostics": said}
    if where:
        issue["expression"] = [where]
    body = orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    response = Response(body, status=status, content_type=kind)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _bare_401() -> Response:
    response = Response(b"", status=401, headers={"WWW-Authenticate": "Bearer"})
    del response.headers["Content-Type"]
    return response


def audit_refusal(store: Store, call: Call, status: int) -> None:
    """The one row of a refused call. A refusal stands even when its row is lost; that is counted and logged."""
    if call.action is None:
        return
    detail = {"status": status, "reason": call.reason, "service": call.service, "hook": call.hook}
    known = {name: value for name, value in detail.items() if value is not None}
    outcome_word = "refused" if status < 500 else "failed"
    try:
        store.audit(AuditEvent(call.action, outcome_word, call.tenant, call.issuer, call.service, known))
    except StoreUnavailable:
        AUDIT_LOST.inc()
        structlog.get_logger().error("audit row lost", action=call.action, status=status, reason=call.reason)


def place_of(error: BaseException) -> str:
    """Type and line of an error without its text, which could quote a chart."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
