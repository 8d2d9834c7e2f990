"""SMART Backend Services: an access of our own to a tenant's FHIR server, for work outside of hook calls alone.

The token request is signed with our own key (private_key_jwt, RS384 or ES384), goes to the registered token endpoint by
way of a judged address, follows no redirect, and is bounded in time and size. A token is kept in memory until shortly
before it ends. Hook calls never come here: they use what the EHR hands them, which is limited to the user's rights.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cds_service.errors import CountersignError
from cds_service.fhir.authorization import seconds
from cds_service.fhir.exchange import Exchange, NotAnswered, reach_of
from cds_service.fhir.own_keys import ASSERTION_TYPE, assertion
from cds_service.outbound import Network
from cds_service.store import BackendClient, OwnKeys, Registrations

SPARE = 30.0  # seconds before its end from which a token is not used any more
UNSTATED_S = 60.0  # a token whose lifetime cannot be read
WELL_KNOWN = "/.well-known/smart-configuration"
# RFC 6749, 5.2 and 4.1.2.1. Whatever else stands there may be anything.
ERROR_CODES = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
        "access_denied",
        "server_error",
        "temporarily_unavailable",
    }
)


class AccessRefused(CountersignError):
    """No token; the text says which step failed, in words of ours and OAuth's error codes."""


@dataclass(frozen=True, slots=True)
class Access:
    """`scopes` are the granted ones; `ends` is in monotonic seconds."""

    token: str = field(repr=False)
    scopes: tuple[str, ...]
    ends: float


class BackendServices:
    """Tokens for our registrations. Safe to share between threads."""

    def __init__(
        self,
        keys: OwnKeys,
        clock: Callable[[], datetime],
        networks: Sequence[Network] = (),
        monotonic: Callable[[], float] = time.monotonic,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._networks = networks
        self._monotonic = monotonic
        self._exchange = Exchange(context, monotonic)
        self._lock = threading.Lock()
        self._granted: dict[BackendClient, Access] = {}

    def access(self, client: BackendClient) -> Access:
        """A token that has some time to go. AccessRefused: there is none to be had now."""
        with self._lock:
            known = self._granted.get(client)
            if known is None or known.ends - SPARE <= self._monotonic():
                known = self._granted[client] = self._request(client)
            return known

    def forget(self, client: BackendClient) -> None:
        """Ask anew next time: the server did not take the token."""
        with self._lock:
            self._granted.pop(client, None)

    def _request(self, client: BackendClient) -> Access:
        now = self._clock()
        key = self._keys.signing(client.algorithm, now)
        if key is None:
            raise AccessRefused(f"we have no {client.algorithm} key that signs yet: clients keys rotate")
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(client.scopes),
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(key, client.client_id, client.token_url, now),
        }
        return self._read(self._answer(client.token_url, form), client)

    def _read(self, answer: dict[str, Any], client: BackendClient) -> Access:
        token, kind, life = answer.get("access_token"), answer.get("token_type"), answer.get("expires_in", 60)
        if (
            not isinstance(token, str)
            or not token.isprintable()
            or not isinstance(kind, str)
            or kind.lower() != "bearer"
        ):
            raise AccessRefused("the token endpoint gave no bearer token")
        scope = answer.get("scope")
        scopes = tuple(scope.split()) if isinstance(scope, str) else client.scopes
        return Access(token, scopes, self._monotonic() + (seconds(life) or UNSTATED_S))

    def _answer(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        try:
            reach = reach_of(url, self._networks)
            answer = self._exchange.ask(reach, "POST", url, headers={"Accept": "application/json"}, form=form)
        except NotAnswered as error:
            raise AccessRefused(str(error)) from None
        if answer.status != 200 or answer.body is None:
            raise AccessRefused(f"the server answered {answer.status}{_error(answer.body)}")
        return answer.body


class RegisteredAccess:
    """Tokens by tenant and FHIR base, for whoever reads or writes there. StoreUnavailable on an outage."""

    def __init__(self, registrations: Registrations, services: BackendServices) -> None:
        self._registrations = registrations
        self._services = services

    def token(self, tenant: str, fhir_base: str) -> str:
        """AccessRefused: we are not registered there, or there is none to be had now."""
        client = self._registrations.backend_client(tenant, fhir_base)
        if client is None:
            raise AccessRefused("we are not registered for Backend Services there: clients add-backend")
        return self._services.access(client).token

    def forget(self, tenant: str, fhir_base: str) -> None:
        """The server did not take the token: ask anew next time."""
        client = self._registrations.backend_client(tenant, fhir_base)
        if client is not None:
            self._services.forget(client)


def _error(found: dict[str, Any] | None) -> str:
    """OAuth's error code, when it is one of them; a description, or another word, may quote what was sent."""
    code = (found or {}).get("error")
    return f" ({code})" if isinstance(code, str) and code in ERROR_CODES else ""
