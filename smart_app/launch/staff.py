"""Staff without a chart: sign-in with the organisation's OpenID provider, to the pages that show no patient.

The provider says who they are, and nothing more; what they may open are local grants, asked for at each click.
"""

from __future__ import annotations

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from cds_service.store import SmartClient
from smart_app.access.trail import audit, audit_view
from smart_app.launch.answers import code_of, one
from smart_app.launch.waiting import going_on
from smart_app.refusals import LaunchRefused, Refused
from smart_app.sessions.launches import Launch, new_secret, new_secrets
from smart_app.sessions.views import LONGEST_LIFE_S, View, new_name, new_view
from smart_app.smart import openid
from smart_app.wiring import wired

blueprint = Blueprint("staff", __name__)
PAGES = {"quality": "quality.quality", "rule-owner": "queue.queue"}  # the first that is granted opens
AGAIN = "Sign in again at /staff."


@blueprint.get("/staff")
def sign_in() -> Response:
    """Step 1: to the provider. `tenant` names an organisation, for those who have roles at several."""
    client, secrets, binding = _client(), new_secrets(), new_secret()

    def begun() -> str:
        provider = openid.fetch_provider(client.issuer)
        started = Launch(one("tenant") or "", client.client_id, provider, secrets)
        wired().sign_ins.keep(started, binding, wired().now())
        audit("staff-sign-in", "begun", issuer=client.issuer)
        return openid.sign_in_url(client, provider, secrets, _redirect_uri())

    response = going_on(begun, "Asking the sign-in service of your organisation.")
    wired().sign_ins.bind(secrets.state, binding, response)
    return response


@blueprint.get("/staff/callback")
def callback() -> Response:
    """Step 2: from the provider. An address of its own, so that no answer of an EHR is ever taken for a provider's."""
    client, state = _client(), one("state")
    started = wired().sign_ins.finish(state, request.cookies) if state else None
    if state is None or started is None:
        raise LaunchRefused(
            "state", "This browser did not begin that sign-in, or it took too long, or it was used before.", AGAIN
        )
    name, secret, code = new_name(), new_secret(), code_of(started)

    def opened() -> str:
        configuration, secrets, now = started.configuration, started.secrets, wired().now()
        person = openid.person_of(client, configuration, secrets, code=code, redirect_uri=_redirect_uri(), now=now)
        view = _view(started, person, name)
        wired().views.open(view, secret, wired().now())
        audit_view("staff-sign-in", "opened", view)
        page = next((page for role, page in PAGES.items() if role in view.roles), "catalogue.catalogue")
        return url_for(page, view=view.view)

    response = going_on(opened, "Asking the sign-in service of your organisation who you are.")
    wired().sign_ins.forget(state, response)
    wired().views.hand_out(name, secret, request.cookies, response, wired().now())
    return response


def _client() -> SmartClient:
    """Our registration at the provider, as the settings have it."""
    settings = wired().settings
    if not settings.oidc_issuer:
        raise Refused(
            "no-provider",
            "Signing in without a chart is not set up here.",
            "Whoever looks after this app sets COUNTERSIGN_OIDC_ISSUER and COUNTERSIGN_OIDC_CLIENT_ID.",
        )
    file = settings.oidc_secret_file
    secret = file.read_text("utf-8").strip() if file else None
    return SmartClient("", settings.oidc_issuer, settings.oidc_client_id, secret, scopes=(openid.SCOPE,))


def _redirect_uri() -> str:
    return f"{wired().settings.app_url}/staff/callback"


def _view(started: Launch, person: str, name: str) -> View:
    """A view without patient, token and card. Refused (403) when no grant says where this person belongs."""
    tenant = _tenant(started, person)
    now = wired().now()
    return new_view(
        view=name,
        tenant=tenant,
        client_id=started.client_id,
        configuration=started.configuration,
        patient="",
        person=None,
        needs_banner=False,
        user=person,
        feedback_off=None,
        card_handle=None,
        access_token="",
        opened=now,
        ends=now + LONGEST_LIFE_S,
        token_ends=now + LONGEST_LIFE_S,
        roles=tuple(sorted(wired().store.people.roles_of(tenant, person))),
    )


def _tenant(started: Launch, person: str) -> str:
    """Where this person has a role: the only such tenant, or the one that was asked for."""
    theirs = sorted({grant.tenant for grant in wired().store.people.all() if grant.person == person})
    if started.tenant in theirs or (len(theirs) == 1 and not started.tenant):
        return started.tenant or theirs[0]
    if theirs and not started.tenant:
        addresses = " or ".join(f"/staff?tenant={tenant}" for tenant in theirs)
        raise _refused(started, "several-tenants", "You have roles at several organisations.", f"Open {addresses}.")
    raise _refused(
        started,
        "no-grant",
        f"You are signed in as {person}, and no role was given to this person here.",
        "Whoever looks after this app can give one: python -m cds_service governance roles grant.",
    )


def _refused(started: Launch, reason: str, happened: str, advice: str) -> Refused:
    audit("staff-sign-in", "refused", issuer=started.configuration.iss, reason=reason)
    refused = Refused(reason, happened, advice)
    refused.status = 403
    return refused
