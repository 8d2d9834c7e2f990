"""The authorization code grant with PKCE S256, by Authlib: the URL to send the browser to, and code against token.

Specification: SMART App Launch 2.2.0, app-launch#request-4 and #request-5; RFC 6749, 7636, 7523.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from cds_service.store import SmartClient
from smart_app.outbound import Unreachable
from smart_app.refusals import LaunchRefused
from smart_app.smart import scopes
from smart_app.smart.client import asked_scopes, no_token, session_of, token_errors
from smart_app.smart.discovery import SmartConfiguration

UNSTATED_LIFETIME_S = 900.0
_VSCHARS = re.compile(r"[\x20-\x7e]+")  # of an access token, RFC 6749 appendix A.12
_FHIR_ID = re.compile(r"^[A-Za-z0-9\-.]{1,64}$")


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave. `lifetime_s` in seconds; `card_handle` is the card's appContext; ids are bare."""

    access_token: str
    lifetime_s: float
    scopes: frozenset[str]
    patient: str
    needs_banner: bool
    card_handle: str | None
    id_token: str | None
    refresh_token: str | None = None
    encounter: str | None = None
    intent: str | None = None
    style_url: str | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a refresh gave. `scopes` None: as before; `refresh_token` None: the old one goes on being good."""

    access_token: str
    lifetime_s: float
    scopes: frozenset[str] | None
    refresh_token: str | None


@dataclass(frozen=True, slots=True)
class Secrets:
    """The values of one launch that nobody may guess; the verifier and nonce never leave the server."""

    state: str
    nonce: str
    verifier: str


def authorization_url(
    client: SmartClient, configuration: SmartConfiguration, secrets: Secrets, *, redirect_uri: str, launch: str | None
) -> str:
    """Where the browser goes next. `aud` is the launch's iss, character for character; without `launch`, standalone."""
    handle = {} if launch is None else {"launch": launch}
    with session_of(client, configuration, redirect_uri) as session:
        url, _ = session.create_authorization_url(
            configuration.authorization_endpoint,
            state=secrets.state,
            code_verifier=secrets.verifier,
            nonce=secrets.nonce,
            aud=configuration.iss,
            scope=asked_scopes(client, standalone=launch is None),
            **handle,
        )
    sent = parse_qs(urlsplit(url).query)
    assert sent["code_challenge_method"] == ["S256"], "a launch without PKCE never leaves this server"
    return str(url)


def exchange(
    client: SmartClient, configuration: SmartConfiguration, *, code: str, verifier: str, redirect_uri: str
) -> Grant:
    """Trade the code for a token; LaunchRefused when the server does not give a usable one."""
    with session_of(client, configuration, redirect_uri) as session, token_errors():
        response = session.fetch_token(
            configuration.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
        )
    return parse_token_response(response, asked=asked_scopes(client))


def refresh(client: SmartClient, configuration: SmartConfiguration, refresh_token: str) -> Renewal:
    """Trade a refresh token for fresh access, with the same proof of who we are; LaunchRefused when there is none."""
    with session_of(client, configuration, None) as session, token_errors():
        response = session.fetch_token(
            configuration.token_endpoint, grant_type="refresh_token", refresh_token=refresh_token
        )
    scope = response.get("scope")
    return Renewal(
        access_token=_bearer(response),
        lifetime_s=_lifetime(response.get("expires_in")),
        scopes=frozenset(scope.split()) if isinstance(scope, str) else None,
        refresh_token=_said(response, "refresh_token"),
    )


def parse_token_response(response: Mapping[str, Any], *, asked: str) -> Grant:
    """Read a token response; LaunchRefused when it is no bearer token or names no patient."""
    token = _bearer(response)
    patient = response.get("patient")
    if not isinstance(patient, str) or not _FHIR_ID.match(patient):
        raise LaunchRefused("no-patient", "The EHR did not say which patient this launch is for.")
    id_token, scope = response.get("id_token"), response.get("scope")
    if scope is not None and not isinstance(scope, str):
        raise no_token("token-scope-unreadable")
    encounter = _said(response, "encounter")
    return Grant(
        access_token=token,
        lifetime_s=_lifetime(response.get("expires_in")),
        scopes=scopes.granted(scope, asked),
        patient=patient,
        needs_banner=response.get("need_patient_banner") is not False,
        card_handle=_said(response, "appContext"),
        id_token=None if id_token is None else str(id_token),
        refresh_token=_said(response, "refresh_token"),
        encounter=encounter if encounter and _FHIR_ID.match(encounter) else None,
        intent=_said(response, "intent"),
        style_url=_said(response, "smart_style_url"),
    )


def _bearer(response: Mapping[str, Any]) -> str:
    token, kind = response.get("access_token"), response.get("token_type")
    if not isinstance(token, str) or not _VSCHARS.fullmatch(token):
        raise no_token("token-not-bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise no_token("token-not-bearer")
    return token


def _said(response: Mapping[str, Any], name: str) -> str | None:
    """A member that is text and not empty."""
    value = response.get(name)
    return value if isinstance(value, str) and value else None


def revoke(client: SmartClient, configuration: SmartConfiguration, token: str, kind: str = "access_token") -> bool:
    """Tell the server that a token is no longer needed. False when it has no such endpoint or did not answer."""
    if configuration.revocation_endpoint is None:
        return False
    with (
        session_of(client, configuration, None) as session,
        contextlib.suppress(Unreachable, requests.RequestException),
    ):
        answer = session.revoke_token(
            configuration.revocation_endpoint,
            token=token,
            token_type_hint=kind,
        )
        return bool(answer.ok)
    return False


def _lifetime(expires_in: object) -> float:
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float | str):
        return UNSTATED_LIFETIME_S
    try:
        seconds = float(expires_in)
    except ValueError:
        return UNSTATED_LIFETIME_S
    return seconds if 0 < seconds < 86_400 else UNSTATED_LIFETIME_S
