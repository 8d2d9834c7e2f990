"""Who may open which page: asked of the store each time, so that a role taken back is gone at the next click."""

from __future__ import annotations

from cds_service.store.clients.people import Role
from smart_app.access.trail import audit_view
from smart_app.refusals import NotYourRole
from smart_app.sessions.views import View
from smart_app.wiring import wired


def require_role(view: View, role: Role) -> None:
    """NotYourRole unless it was granted; the refusal is on record."""
    if role not in wired().store.people.roles_of(view.tenant, view.user):
        audit_view("smart-role", "refused", view, reason=f"role-{role}")
        raise NotYourRole(role)
