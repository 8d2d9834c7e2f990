"""The card behind a view: found by the handle of its launch, and only when it is this tenant's and this patient's."""

from __future__ import annotations

from cds_service.store import StoredCard
from smart_app.access.trail import audit_view
from smart_app.refusals import NotThisPatient
from smart_app.sessions.views import View
from smart_app.wiring import wired


def card_of(view: View) -> StoredCard:
    """The stored card of `view.card_handle`. Checked at the callback and again at every read.

    Raises NotThisPatient, with one answer for unknown, foreign and mismatched; the audit row says which.
    """
    card = wired().store.card_by_handle(view.card_handle) if view.card_handle else None
    reason = _mismatch(card, view)
    if card is None or reason:
        audit_view("smart-evidence", "refused", view, reason=reason)
        raise NotThisPatient(reason)
    return card


def chosen_card(view: View, uuid: str | None) -> StoredCard:
    """The card of this uuid, if it is this patient's; without uuid the one that the launch came from."""
    if uuid is None:
        return card_of(view)
    card = wired().store.patient_cards.one(view.tenant, view.patient, uuid)
    if card is None:
        audit_view("smart-evidence", "refused", view, reason="card-of-another-patient")
        raise NotThisPatient("card-of-another-patient")
    return card


def _mismatch(card: StoredCard | None, view: View) -> str:
    if card is None:
        return "card-unknown"
    if card.tenant != view.tenant:
        return "card-of-another-tenant"
    if card.patient is None or card.patient.removeprefix("Patient/") != view.patient:
        return "card-of-another-patient"
    return ""
