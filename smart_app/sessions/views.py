"""Open views, kept on the server and sealed; the browser holds only random ids in cookies.

Every opened launch is a view of its own, with its own cookie: two patients in two tabs never mix.
Flask's own session (a readable cookie) is not used, so there is no SECRET_KEY to lose.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from werkzeug.wrappers import Response

from cds_service.store import Sessions
from smart_app.sessions.cookies import VIEW_COOKIE, clear_cookie, set_cookie
from smart_app.sessions.launches import configuration_from, new_secret
from smart_app.smart.discovery import SmartConfiguration

IDLE_S = 900
LONGEST_LIFE_S = 8 * 3600  # of a view, whatever its token lives; then its cookie goes too
MOST_VIEWS = 8  # cookies of one browser that are kept; each costs about 100 bytes of every request's head
_VIEW = re.compile(r"^[A-Za-z0-9_-]{12}$")


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


class Views:
    """Open views. `find` is the only way to one, and it needs the cookie of that very view."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def open(self, view: View, secret: str, now: float, refresh_token: str | None = None) -> None:
        """Keep the view for the browser that was, or will be, given `secret`."""
        self._sessions.put("smart-view", secret, asdict(view), _idle_end(view, now))
        if refresh_token is not None:
            self._sessions.put("smart-refresh", secret, {"token": refresh_token}, view.ends)

    def hand_out(self, name: str, secret: str, cookies: Mapping[str, str], response: Response, now: float) -> None:
        """Give this browser the cookie of the view of this name; its oldest beyond MOST_VIEWS are closed."""
        self._close_oldest(cookies, response, now, but=name)
        set_cookie(response, VIEW_COOKIE + name, secret, LONGEST_LIFE_S)

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

    def _close_oldest(self, cookies: Mapping[str, str], response: Response, now: float, but: str) -> None:
        live = [name for name in self.open_names(cookies, now) if name != but]
        keep = set(live[-(MOST_VIEWS - 1) :])
        for cookie in cookies:
            if cookie.startswith(VIEW_COOKIE) and cookie.removeprefix(VIEW_COOKIE) not in keep:
                self.close(cookie.removeprefix(VIEW_COOKIE), cookies, response)


def new_name() -> str:
    """Of a view: it stands in URLs and opens nothing without its cookie."""
    return secrets.token_urlsafe(9)


def new_view(**fields: Any) -> View:
    """A view with a fresh form token, and a fresh name unless one is given."""
    return View(**{"view": new_name(), "csrf": new_secret(), **fields})


def _idle_end(view: View, now: float) -> float:
    return min(view.ends, now + IDLE_S)


def _view(payload: Mapping[str, Any]) -> View:
    fields = dict(payload)
    parts = {
        "configuration": configuration_from(fields["configuration"]),
        "scopes": tuple(fields.get("scopes", ())),
        "roles": tuple(fields.get("roles", ())),
    }
    return View(**{**fields, **parts})
