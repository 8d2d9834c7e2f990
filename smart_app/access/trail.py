"""Audit rows of the app: launches, what was looked at, what was said, and what was refused."""

from __future__ import annotations

import structlog

from cds_service.store import AuditEvent
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
