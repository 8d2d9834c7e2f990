"""The opened launch that a request is about: found by its cookie, its token renewed when that is due."""

from __future__ import annotations

from dataclasses import replace

import structlog
from flask import request

from cds_service.store import SmartClient
from smart_app.access.trail import audit_view
from smart_app.refusals import LaunchRefused, NoChart, SessionEnded
from smart_app.sessions.views import View
from smart_app.smart import oauth
from smart_app.wiring import wired

SPARE_S = 30.0  # a token is renewed this long before its end
log = structlog.get_logger(__name__)


def opened_view(name: str | None, *, of_a_chart: bool = True) -> View:
    """The live view of this name in this browser; SessionEnded when there is none, or its access cannot be renewed.

    Pages that show nothing of a patient pass `of_a_chart=False`; all others are closed to staff without a chart.
    """
    now = wired().now()
    view = wired().views.find(name or "", request.cookies, now)
    if view is None:
        raise _ended()
    if of_a_chart and not view.has_chart:
        raise NoChart
    return view if now + SPARE_S < view.token_ends or not view.renewable else renewed(view)


def renewed(view: View) -> View:
    """The view with a fresh token. The refresh token is taken by one request only, and none is ever used twice."""
    refresh_token = wired().views.take_refresh_token(view, request.cookies)
    now_standing = wired().views.again(view, request.cookies, wired().now())
    if refresh_token is None:  # another request is renewing it
        return _still_good(now_standing)
    if now_standing is not None and now_standing.access_token != view.access_token:  # or has done so meanwhile
        wired().views.keep(now_standing, request.cookies, refresh_token, wired().now())
        return now_standing
    try:
        grant = oauth.refresh(registration_of(view), view.configuration, refresh_token)
    except LaunchRefused as error:
        audit_view("smart-refresh", "refused", view, reason=error.reason)
        log.warning("token not renewed", reason=error.reason)
        return _still_good(view)
    fresh = replace(view, access_token=grant.access_token, token_ends=wired().now() + grant.lifetime_s)
    if grant.scopes is not None:
        fresh = replace(fresh, scopes=tuple(sorted(grant.scopes)))
    wired().views.keep(fresh, request.cookies, grant.refresh_token or refresh_token, wired().now())
    audit_view("smart-refresh", "done", view)
    return fresh


def registration_of(view: View) -> SmartClient:
    """Our registration at the view's EHR; LaunchRefused when it was taken away meanwhile."""
    key = (view.tenant, view.configuration.iss, view.client_id)
    for client in wired().store.registrations.smart_clients():
        if (client.tenant, client.issuer, client.client_id) == key:
            return client
    raise LaunchRefused("iss-not-registered", "This EHR is no longer registered with the app.")


def _still_good(view: View | None) -> View:
    """The view while its last token lives; it ends with it."""
    if view is None or view.token_ends <= wired().now():
        raise _ended()
    return view


def _ended() -> SessionEnded:
    """With the words that were typed into a form which comes too late."""
    ended = SessionEnded()
    ended.typed = (request.form.get("comment") or request.form.get("question") or "").strip()
    return ended
