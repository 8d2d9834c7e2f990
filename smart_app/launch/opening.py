"""A grant -> the view that is opened with it: whose chart, who is looking, and which page comes first."""

from __future__ import annotations

from flask import url_for

from smart_app.access.card import card_of
from smart_app.access.trail import audit, audit_view
from smart_app.sessions.launches import Launch
from smart_app.sessions.views import LONGEST_LIFE_S, View, new_view
from smart_app.smart import id_token, oauth
from smart_app.smart.patient import read_person
from smart_app.smart.practitioner import person_of_role
from smart_app.smart.scopes import may_read
from smart_app.smart.style import read_style
from smart_app.wiring import wired

# SMART leaves the words of `intent` to app and EHR; those that we know open a page, others the usual one.
INTENTS = {
    "ask-evidence": "ask.form",
    "patient-summary": "patient.patient",
    "summary-timeline-view": "patient.patient",
    "models-and-rules": "catalogue.catalogue",
}


def view_of(started: Launch, grant: oauth.Grant, now: float, name: str) -> View:
    """The view of this name; a card of another patient or tenant refuses the launch before anything is opened."""
    user, feedback_off = _user(started, grant, now)
    token_ends = now + min(grant.lifetime_s, LONGEST_LIFE_S)
    renewable = grant.refresh_token is not None
    view = new_view(
        view=name,
        tenant=started.tenant,
        client_id=started.client_id,
        configuration=started.configuration,
        patient=grant.patient,
        person=_person(started, grant),
        needs_banner=grant.needs_banner,
        user=user,
        feedback_off=feedback_off,
        card_handle=grant.card_handle,
        access_token=grant.access_token,
        opened=now,
        ends=now + LONGEST_LIFE_S if renewable else token_ends,
        token_ends=token_ends,
        renewable=renewable,
        scopes=tuple(sorted(grant.scopes)),
        encounter=grant.encounter,
        roles=tuple(sorted(wired().store.people.roles_of(started.tenant, user))),
        style=read_style(started.configuration.iss, grant.style_url),
    )
    if view.card_handle is not None:
        _compare_users(view, card_of(view).user)
    return view


def first_page(view: View, intent: str | None) -> str:
    usual = "evidence.evidence" if view.card_handle else "patient.patient"
    endpoint = usual if view.card_handle else INTENTS.get(intent or "", usual)
    return url_for(endpoint, view=view.view)


def _person(started: Launch, grant: oauth.Grant) -> dict[str, str] | None:
    """The patient's identity line, as far as the granted scopes let us read it; the read is on record."""
    if not may_read(grant.scopes, "Patient"):
        return None
    iss = started.configuration.iss
    person = read_person(iss, grant.patient, grant.access_token)
    where = {"tenant": started.tenant, "issuer": iss, "patient": grant.patient}
    audit("fhir-read", "read" if person else "failed", **where, resource_type="Patient")
    return person


def _user(started: Launch, grant: oauth.Grant, now: float) -> tuple[str | None, str | None]:
    """The clinician's URL, or None and why feedback is off. A wrong id_token raises LaunchRefused."""
    if grant.id_token is None:
        return None, "The EHR did not say who is signed in (no id_token), so an answer could not be attributed."
    identity = id_token.verify(
        grant.id_token,
        started.configuration,
        client_id=started.client_id,
        nonce=started.secrets.nonce,
        now=now,
    )
    if identity.fhir_user is None:
        return None, "The EHR named no clinician for this sign-in (no fhirUser), so an answer could not be attributed."
    base = started.configuration.iss.rstrip("/") + "/"
    kind = identity.fhir_user.removeprefix(base).partition("/")[0]
    if kind == "RelatedPerson":
        return None, "Answers are taken from clinicians; the EHR says that a relative or caregiver is signed in."
    if kind == "PractitionerRole":
        return person_of_role(base, identity.fhir_user, grant.access_token), None
    return identity.fhir_user, None


def _compare_users(view: View, ordered_by: str | None) -> None:
    """The card went to the user of the hook. Another one may look at it, and that is on record."""
    if view.user is None or not ordered_by:
        return
    base = view.configuration.iss.rstrip("/") + "/"
    if view.user.removeprefix(base) != ordered_by.removeprefix(base):
        audit_view("smart-identity", "mismatch", view, reason="another-user-than-the-hook")
