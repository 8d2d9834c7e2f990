"""EHR launch: /launch sends the browser to the EHR, /callback opens the view, /logout closes it.

Specification: SMART App Launch 2.2.0, app-launch. Order matters here: the issuer is looked up before any network call,
and the state is checked before anything else of a callback is believed, error answers included.
"""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cds_service.store import SmartClient
from smart_app import id_token, oauth
from smart_app.card import card_of
from smart_app.discovery import ASK_YOUR_SITE, fetch_configuration
from smart_app.patient import read_person
from smart_app.refusals import LaunchRefused, SessionEnded
from smart_app.scopes import may_read
from smart_app.security import require_own_form
from smart_app.sessions import Launch, View, new_secrets, new_view
from smart_app.trail import audit, audit_view
from smart_app.wiring import wired

blueprint = Blueprint("launch", __name__)
LONGEST_PARAMETER = 2048
LONGEST_LIFE_S = 8 * 3600.0


@blueprint.get("/launch")
def launch() -> Response:
    """Step 1: from the EHR, with `iss` and `launch`."""
    iss, handle = _one("iss"), _one("launch")
    if iss is None or handle is None:
        raise LaunchRefused("no-iss-or-launch", "The address carried no single `iss` and `launch` from an EHR.")
    client = _registered(iss)
    configuration = fetch_configuration(client.issuer)
    secrets = new_secrets()
    url = oauth.authorization_url(client, configuration, secrets, redirect_uri=wired().redirect_uri, launch=handle)
    response = redirect(url, 303)
    started = Launch(client.tenant, client.client_id, configuration, secrets)
    wired().launches.begin(started, response, wired().now())
    audit("smart-launch", "begun", tenant=client.tenant, issuer=client.issuer)
    return response


@blueprint.get("/callback")
def callback() -> Response:
    """Step 2: from the EHR, with `state` and `code` or `error`. It redirects, so that the code leaves the history."""
    state = _one("state")
    started = wired().launches.finish(state, request.cookies) if state else None
    if state is None or started is None:
        raise LaunchRefused(
            "state",
            "This browser did not begin that launch, or it took longer than ten minutes, or it was used before.",
            "Open the evidence again from the card. If it happens each time, the browser blocks this app's cookie in "
            "the EHR's frame: open the link of the card in a new window.",
        )
    client = _registered(started.configuration.iss, started)
    code = _code(started)
    grant = oauth.exchange(
        client, started.configuration, code=code, verifier=started.secrets.verifier, redirect_uri=wired().redirect_uri
    )
    view = _view(started, grant)
    if view.card_handle is not None:
        card_of(view)  # refuses another patient's or another tenant's card before anything is opened
    response = redirect(url_for("evidence.evidence", view=view.view), 303)
    wired().launches.forget(state, response)
    wired().views.open(view, request.cookies, response, wired().now())
    audit_view("smart-launch", "opened", view)
    return response


@blueprint.post("/logout")
def logout() -> Response:
    """Close the view here, and tell the EHR's server that its token is done with."""
    name = request.form.get("view", "")
    view = wired().views.find(name, request.cookies, wired().now())
    if view is None:
        raise SessionEnded
    require_own_form(view)
    response = Response(render_template("closed.html"), mimetype="text/html")
    wired().views.close(name, request.cookies, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    audit_view("smart-logout", "closed", view)
    oauth.revoke(_registered(view.configuration.iss), view.configuration, view.access_token)
    return response


def _one(name: str) -> str | None:
    """A query parameter that is there once, not empty and not overlong."""
    values = request.args.getlist(name)
    return values[0] if len(values) == 1 and 0 < len(values[0]) <= LONGEST_PARAMETER else None


def _registered(iss: str, started: Launch | None = None) -> SmartClient:
    """The one registration of exactly this issuer (and, at the callback, the one that the launch began with)."""
    found = [client for client in wired().store.smart_clients() if client.issuer == iss]
    if started is not None:
        found = [c for c in found if (c.tenant, c.client_id) == (started.tenant, started.client_id)]
    if len(found) != 1:
        reason = "iss-ambiguous" if found else "iss-not-registered"
        raise LaunchRefused(reason, "The launch came from an EHR that is not registered with this app.", ASK_YOUR_SITE)
    g.registration = found[0]  # the audit row of a refusal names it
    return found[0]


def _code(started: Launch) -> str:
    """The authorization code of a callback whose state stood; refuses mix-ups and error answers."""
    named = request.args.getlist("iss")
    if named and named != [started.configuration.issuer]:  # RFC 9207
        raise LaunchRefused("callback-iss", "The answer came from another server than the one the launch began with.")
    if "error" in request.args:
        described = (_one("error_description") or _one("error") or "no reason given")[:300]
        raise LaunchRefused("authorization-error", f"The EHR's server did not allow it and said: “{described}”")
    code = _one("code")
    if code is None:
        raise LaunchRefused("no-code", "The EHR's server answered without a code.")
    return code


def _view(started: Launch, grant: oauth.Grant) -> View:
    now = wired().now()
    user, feedback_off = _user(started, grant, now)
    return new_view(
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
        ends=now + min(grant.lifetime_s, LONGEST_LIFE_S),
    )


def _person(started: Launch, grant: oauth.Grant) -> dict[str, str] | None:
    """The patient's identity line, as far as the granted scopes let us read it; the read is on record."""
    if not may_read(grant.scopes, "Patient"):
        return None
    iss = started.configuration.iss
    person = read_person(iss, grant.patient, grant.access_token)
    audit("fhir-read", "read" if person else "failed", tenant=started.tenant, issuer=iss, patient=grant.patient)
    return person


def _user(started: Launch, grant: oauth.Grant, now: float) -> tuple[str | None, str | None]:
    """The clinician's fhirUser URL, or None and why feedback is off. A wrong id_token raises LaunchRefused."""
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
    return identity.fhir_user, None
