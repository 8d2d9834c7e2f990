"""The way in and out: /launch sends the browser to the EHR, /callback opens the view, /logout closes it.

Specification: SMART App Launch 2.2.0, app-launch. Order matters here: the issuer is looked up before any network call,
and the state is checked before anything else of a callback is believed, error answers included.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cds_service.store import SmartClient
from smart_app.access.opened import registration_of
from smart_app.access.security import require_own_form
from smart_app.access.trail import audit, audit_view
from smart_app.launch.answers import code_of, one
from smart_app.launch.opening import first_page, view_of
from smart_app.launch.waiting import going_on
from smart_app.refusals import LaunchRefused, SessionEnded
from smart_app.sessions.cookies import PROBE_COOKIE, set_cookie
from smart_app.sessions.launches import Launch, new_secret, new_secrets
from smart_app.sessions.views import new_name
from smart_app.smart import oauth
from smart_app.smart.discovery import ASK_YOUR_SITE, SmartConfiguration, fetch_configuration
from smart_app.wiring import wired

blueprint = Blueprint("launch", __name__)
PROBE_S = 60
REGISTER = (
    f"{ASK_YOUR_SITE} They register the EHR's `iss`, character for character: "
    "`python -m cds_service clients add-app`; `clients list` shows what is registered."
)


@blueprint.get("/launch")
def launch() -> Response | str:
    """Step 1: with `iss` and `launch` from the EHR; with `iss` alone it is a standalone launch."""
    iss, handle = one("iss"), one("launch")
    if iss is None or (handle is None and "launch" in request.args):
        raise LaunchRefused("no-iss-or-launch", "The address carried no single `iss` and `launch` from an EHR.")
    client = _registered(iss)
    if (probe := _cookies_in_this_frame()) is not None:
        return probe
    secrets, binding = new_secrets(), new_secret()

    def begun() -> str:
        configuration = fetch_configuration(client.issuer, client.auth_origins)
        _require_offered(configuration, standalone=handle is None)
        url = oauth.authorization_url(client, configuration, secrets, redirect_uri=wired().redirect_uri, launch=handle)
        started = Launch(client.tenant, client.client_id, configuration, secrets, standalone=handle is None)
        wired().launches.keep(started, binding, wired().now())
        audit("smart-launch", "begun", tenant=client.tenant, issuer=client.issuer)
        return url

    response = going_on(begun, "Asking the EHR how its apps sign in.")
    wired().launches.bind(secrets.state, binding, response)
    return response


@blueprint.get("/callback")
def callback() -> Response:
    """Step 2: from the EHR, with `state` and `code` or `error`. It redirects, so that the code leaves the history."""
    state = one("state")
    started = wired().launches.finish(state, request.cookies) if state else None
    if state is None or started is None:
        raise LaunchRefused(
            "state",
            "This browser did not begin that launch, or it took longer than ten minutes, or it was used before.",
            "Open the evidence again from the card. If it happens each time, the browser blocks this app's cookie in "
            "the EHR's frame: open the link of the card in a new window.",
        )
    client = _registered(started.configuration.iss, started)
    name, secret, code = new_name(), new_secret(), code_of(started)

    def opened() -> str:
        verifier, back = started.secrets.verifier, wired().redirect_uri
        grant = oauth.exchange(client, started.configuration, code=code, verifier=verifier, redirect_uri=back)
        view = view_of(started, grant, wired().now(), name)
        wired().views.open(view, secret, wired().now(), grant.refresh_token)
        audit_view("smart-launch", "opened", view)
        return first_page(view, grant.intent)

    response = going_on(opened, "Waiting for the EHR's server to give access.")
    wired().launches.forget(state, response)
    wired().views.hand_out(name, secret, request.cookies, response, wired().now())
    return response


@blueprint.post("/logout")
def logout() -> Response:
    """Close the view here, and tell the EHR's server that its tokens are done with."""
    view = wired().views.find(request.form.get("view", ""), request.cookies, wired().now())
    if view is None:
        raise SessionEnded
    require_own_form(view)
    refresh_token = wired().views.take_refresh_token(view, request.cookies)
    response = Response(render_template("launch/closed.html", had_chart=view.has_chart), mimetype="text/html")
    wired().views.close(view.view, request.cookies, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    audit_view("smart-logout", "closed", view)
    if not view.has_chart:  # nothing was kept that could be given back
        return response
    client = registration_of(view)
    if refresh_token is not None:
        oauth.revoke(client, view.configuration, refresh_token, "refresh_token")
    oauth.revoke(client, view.configuration, view.access_token)
    return response


def _cookies_in_this_frame() -> Response | str | None:
    """In a frame: try whether a cookie comes back, before the EHR's one-time launch handle is spent.

    A browser that keeps no cookie for a frame, partitioned ones included, gets a link that opens a window of its own.
    """
    if request.headers.get("Sec-Fetch-Dest") not in ("iframe", "frame") or PROBE_COOKIE in request.cookies:
        return None
    asked: dict[str, Any] = {"iss": one("iss"), "launch": one("launch")}
    if "cookies" in request.args:
        return render_template("launch/new_window.html", address=url_for("launch.launch", **asked))
    response = redirect(url_for("launch.launch", **asked, cookies="tried"), 303)
    set_cookie(response, PROBE_COOKIE, "1", PROBE_S)
    return response


def _require_offered(configuration: SmartConfiguration, *, standalone: bool) -> None:
    if standalone and not configuration.offers("launch-standalone"):
        raise LaunchRefused(
            "no-standalone-launch",
            "The EHR's server does not start apps from outside the EHR.",
            "Open the evidence from a card in the EHR.",
        )


def _registered(iss: str, started: Launch | None = None) -> SmartClient:
    """The one registration of exactly this issuer (and, at the callback, the one that the launch began with)."""
    found = [client for client in wired().store.registrations.smart_clients() if client.issuer == iss]
    if started is not None:
        found = [c for c in found if (c.tenant, c.client_id) == (started.tenant, started.client_id)]
    if len(found) != 1:
        reason = "iss-ambiguous" if found else "iss-not-registered"
        raise LaunchRefused(reason, "The launch came from an EHR that is not registered with this app.", REGISTER)
    g.registration = found[0]  # the audit row of a refusal names it
    return found[0]
