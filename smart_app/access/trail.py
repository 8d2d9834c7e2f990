"""Audit rows of the app (launches, what was looked at, said and refused), and log lines of its own faults."""

from __future__ import annotations

import traceback

import structlog
from flask import g, request

from cds_service.store import AuditEvent
from smart_app.refusals import LaunchRefused, PostRefused, Refused
from smart_app.sessions.views import View
from smart_app.wiring import wired

log = structlog.get_logger(__name__)


def audit(
    action: str,
    outcome: str,
    *,
    tenant: str | None = None,
    issuer: str | None = None,
    patient: str | None = None,
    subject: str | None = None,
    reason: str = "",
    **about: str,
) -> None:
    """Append one audit row and one log line; the log line names no patient. `about`: further keys of its detail."""
    detail = {**about, "reason": reason} if reason else about
    log.info("audited", action=action, outcome=outcome, tenant=tenant, reason=reason)
    wired().store.audit(AuditEvent(action, outcome, tenant, issuer, subject, detail, patient))


def audit_view(action: str, outcome: str, view: View, *, subject: str | None = None, reason: str = "") -> None:
    audit(
        action,
        outcome,
        tenant=view.tenant,
        issuer=view.configuration.iss,
        patient=view.patient or None,
        subject=subject,
        reason=reason,
    )


def record_refusal(error: Refused) -> None:
    """One log line, and an audit row for a launch or a post that was refused."""
    log.info("refused", reason=error.reason, status=error.status, route=request.endpoint)
    if isinstance(error, LaunchRefused | PostRefused):
        action = "smart-launch" if isinstance(error, LaunchRefused) else "smart-post"
        client = g.get("registration")
        tenant, issuer = (client.tenant, client.issuer) if client else (None, None)
        audit(action, "refused", tenant=tenant, issuer=issuer, reason=error.reason)


def log_fault(event: str, error: Exception, route: str | None) -> None:
    """Type and place of a fault of ours. Its text is left out: it may quote what was being read."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{frame.filename}:{frame.lineno}"
    log.error(event, route=route, error=type(error).__name__, place=where)
