"""Launches under way and open views, kept on the server and sealed; the browser holds only random ids in cookies.

A launch is found only by its state together with the cookie of the browser that began it, so a state from elsewhere
finds nothing. Every opened launch is a view of its own, with its own cookie: two patients in two tabs never mix.
Flask's own session (a readable cookie) is not used, so there is no SECRET_KEY to lose.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from werkzeug.wrappers import Response

from cds_service.store import Sessions
from smart_app.sessions.cookies import LAUNCH_COOKIE, VIEW_COOKIE, clear_cookie, set_cookie
from smart_app.smart.discovery import SmartConfiguration
from smart_app.smart.oauth import Secrets

LAUNCH_LIFETIME_S = 600
IDLE_S = 900
MOST_VIEWS = 8  # cookies of one browser that are kept; each costs about 100 bytes of every request's head
_VIEW = re.compile(r"^[A-Za-z0-9_-]{12}$")


@dataclass(frozen=True, slots=True)
class Launch:
    """One launch between the redirect to the EHR and its callback. Its endpoints were checked at its start.

    A sign-in of staff is one too: with their provider in the EHR's place, and the tenant that they asked for, if any.
    """

    tenant: str
    client_id: str
    configuration: SmartConfiguration
    secrets: Secrets
    standalone: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One opened launch: one patient, one token, at most one card. Times are epoch seconds.

    Staff who signed in without a chart have a view with neither patient, token nor card: `has_chart` is then false.

    `user` is the clinician's absolute URL (a role stands for its Practitioner); None means feedback is off, and
    `feedback_off` says why. `person` is the patient's identity line read from the EHR; None means it could not be read.
    `ends` bounds the view; `token_ends` the token, which is renewed until then when the view is `renewable`.
    """

    view: str
    tenant: str
    client_id: str
    configuration: SmartConfiguration
    patient: str
    person: Mapping[str, str] | None
    needs_banner: bool
    user: str | None
    feedback_off: str | None
    card_handle: str | None
    csrf: str
    access_token: str
    opened: float
    ends: float
    token_ends: float = 0.0
    renewable: bool = False
    scopes: tuple[str, ...] = ()
    encounter: str | None = None
    roles: tuple[str, ...] = ()  # as granted when the view was opened: for the links; pages ask again
    style: str = ""  # style sheet made from the EHR's smart_style_url; empty: our own colours

    @property
    def has_chart(self) -> bool:
        return bool(self.patient)


class Launches:
    """Single-use launch records, each bound to one browser by a cookie. One of another `kind` is not found."""

    def __init__(self, sessions: Sessions, kind: str = "smart-launch") -> None:
        self._sessions = sessions
        self._kind = kind

    def begin(self, launch: Launch, response: Response, now: float) -> None:
        """Keep the launch and give this browser the cookie that must come back with its state."""
        binding = secrets.token_urlsafe(32)
        state = launch.secrets.state
        self._sessions.put(self._kind, _launch_id(state, binding), asdict(launch), now + LAUNCH_LIFETIME_S)
        set_cookie(response, _launch_cookie(state), binding, LAUNCH_LIFETIME_S)

    def finish(self, state: str, cookies: Mapping[str, str]) -> Launch | None:
        """The launch of this state and this browser, once; None for an unknown, used, expired or foreign one."""
        binding = cookies.get(_launch_cookie(state))
        payload = self._sessions.take(self._kind, _launch_id(state, binding)) if binding else None
        if payload is None:
            return None
        fields = cast(dict[str, Any], dict(payload))
        return Launch(
            **{
                **fields,
                "configuration": _configuration(fields["configuration"]),
                "secrets": Secrets(**fields["secrets"]),
            }
        )

    def forget(self, state: str, response: Response) -> None:
        clear_cookie(response, _launch_cookie(state))


class Views:
    """Open views. `find` is the only way to one, and it needs the cookie of that very view."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def open(
        self, view: View, cookies: Mapping[str, str], response: Response, now: float, refresh_token: str | None = None
    ) -> None:
        """Keep the view under a fresh secret id; the oldest beyond MOST_VIEWS in this browser are closed."""
        self._close_oldest(cookies, response, now)
        secret = secrets.token_urlsafe(32)
        self._sessions.put("smart-view", secret, asdict(view), _idle_end(view, now))
        if refresh_token is not None:
            self._sessions.put("smart-refresh", secret, {"token": refresh_token}, view.ends)
        set_cookie(response, VIEW_COOKIE + view.view, secret, max(1, int(view.ends - now)))

    def again(self, view: View, cookies: Mapping[str, str], now: float) -> View | None:
        """The view as it stands now: another request may have renewed it, or closed it."""
        return self._look(view.view, cookies, now)

    def take_refresh_token(self, view: View, cookies: Mapping[str, str]) -> str | None:
        """The refresh token, for one caller only; the others get None until `keep` brings its successor."""
        taken = self._sessions.take("smart-refresh", cookies[VIEW_COOKIE + view.view])
        return None if taken is None else str(taken["token"])

    def keep(self, view: View, cookies: Mapping[str, str], refresh_token: str, now: float) -> None:
        """The same view with renewed access. A view that was closed meanwhile stays closed."""
        secret = cookies[VIEW_COOKIE + view.view]
        if self._sessions.renew("smart-view", secret, asdict(view), _idle_end(view, now)):
            self._sessions.put("smart-refresh", secret, {"token": refresh_token}, view.ends)

    def find(self, name: str, cookies: Mapping[str, str], now: float) -> View | None:
        """The live view of this name, its idle time begun anew; None when there is none for this browser."""
        view = self._look(name, cookies, now)
        if view is None:
            return None
        living = self._sessions.prolong("smart-view", cookies[VIEW_COOKIE + name], _idle_end(view, now))
        return view if living else None

    def close(self, name: str, cookies: Mapping[str, str], response: Response) -> None:
        secret = cookies.get(VIEW_COOKIE + name)
        if secret:
            self._sessions.drop("smart-view", secret)
            self._sessions.drop("smart-refresh", secret)
        clear_cookie(response, VIEW_COOKIE + name)

    def open_names(self, cookies: Mapping[str, str], now: float) -> list[str]:
        """Names of this browser's live views, oldest first; looking does not prolong them."""
        names = [name.removeprefix(VIEW_COOKIE) for name in cookies if name.startswith(VIEW_COOKIE)]
        found = [view for name in names if (view := self._look(name, cookies, now))]
        return [view.view for view in sorted(found, key=lambda view: view.opened)]

    def _look(self, name: str, cookies: Mapping[str, str], now: float) -> View | None:
        secret = cookies.get(VIEW_COOKIE + name) if _VIEW.match(name) else None
        payload = self._sessions.get("smart-view", secret) if secret else None
        view = None if payload is None else _view(payload)
        return view if view is not None and view.view == name and view.ends > now else None

    def _close_oldest(self, cookies: Mapping[str, str], response: Response, now: float) -> None:
        live = self.open_names(cookies, now)
        keep = set(live[-(MOST_VIEWS - 1) :])
        for cookie in cookies:
            if cookie.startswith(VIEW_COOKIE) and cookie.removeprefix(VIEW_COOKIE) not in keep:
                self.close(cookie.removeprefix(VIEW_COOKIE), cookies, response)


def new_view(**fields: Any) -> View:
    """A view with a fresh name and form token. The name stands in URLs and opens nothing without its cookie."""
    return View(view=secrets.token_urlsafe(9), csrf=secrets.token_urlsafe(32), **fields)


def new_secrets() -> Secrets:
    """256 bits each for state and nonce; the verifier has the 64 unreserved characters that RFC 7636 allows."""
    return Secrets(state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48))


def _idle_end(view: View, now: float) -> float:
    return min(view.ends, now + IDLE_S)


def _view(payload: Mapping[str, Any]) -> View:
    fields = dict(payload)
    parts = {
        "configuration": _configuration(fields["configuration"]),
        "scopes": tuple(fields.get("scopes", ())),
        "roles": tuple(fields.get("roles", ())),
    }
    return View(**{**fields, **parts})


def _configuration(fields: Mapping[str, Any]) -> SmartConfiguration:
    configuration = SmartConfiguration(**fields)
    methods, capabilities = configuration.token_auth_methods, configuration.capabilities
    return replace(
        configuration,
        token_auth_methods=None if methods is None else tuple(methods),
        capabilities=None if capabilities is None else tuple(capabilities),
        origins=tuple(configuration.origins),
    )


def _launch_id(state: str, binding: str) -> str:
    return f"{state}.{binding}"  # the store keeps a digest of it only


def _launch_cookie(state: str) -> str:
    """One cookie per launch under way, so that two begun at once do not disturb each other."""
    return LAUNCH_COOKIE + hashlib.sha256(state.encode()).hexdigest()[:16]
