"""Launches under way, kept on the server and sealed; the browser holds a random id in a cookie.

A launch is found only by its state together with the cookie of the browser that began it, so a state from elsewhere
finds nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from werkzeug.wrappers import Response

from cds_service.store import Sessions
from smart_app.sessions.cookies import LAUNCH_COOKIE, clear_cookie, set_cookie
from smart_app.smart.discovery import SmartConfiguration
from smart_app.smart.oauth import Secrets

LAUNCH_LIFETIME_S = 600


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


class Launches:
    """Single-use launch records, each bound to one browser by a cookie. One of another `kind` is not found."""

    def __init__(self, sessions: Sessions, kind: str = "smart-launch") -> None:
        self._sessions = sessions
        self._kind = kind

    def keep(self, launch: Launch, binding: str, now: float) -> None:
        """Keep the launch for the browser that was, or will be, given `binding`."""
        self._sessions.put(
            self._kind, _launch_id(launch.secrets.state, binding), asdict(launch), now + LAUNCH_LIFETIME_S
        )

    def bind(self, state: str, binding: str, response: Response) -> None:
        """Give this browser the cookie that must come back with its state."""
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
                "configuration": configuration_from(fields["configuration"]),
                "secrets": Secrets(**fields["secrets"]),
            }
        )

    def forget(self, state: str, response: Response) -> None:
        clear_cookie(response, _launch_cookie(state))


def new_secret() -> str:
    """What a cookie holds: 256 bits."""
    return secrets.token_urlsafe(32)


def new_secrets() -> Secrets:
    """256 bits each for state and nonce; the verifier has the 64 unreserved characters that RFC 7636 allows."""
    return Secrets(state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48))


def configuration_from(fields: Mapping[str, Any]) -> SmartConfiguration:
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
