"""SMART Backend Services: an access of our own to a tenant's FHIR server, for work outside of hook calls alone.

The token request is signed with our own key (private_key_jwt, RS384 or ES384), goes to the registered token endpoint by
way of a judged address, follows no redirect, and is bounded in time and size. A token is kept in memory until shortly
before it ends. Hook calls never come here: they use what the EHR hands them, which is limited to the user's rights.
"""

from __future__ import annotations

import codecs
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from cds_service.errors import CountersignError
from cds_service.fhir.answers import NotRead, unpacked
from cds_service.fhir.authorization import seconds
from cds_service.fhir.client import http_client
from cds_service.fhir.own_keys import ASSERTION_TYPE, assertion
from cds_service.fhir.transport import FhirTransport
from cds_service.outbound import AddressRefused, Network, Reach, origin_of
from cds_service.settings import is_loopback
from cds_service.store import BackendClient, OwnKeys

DEADLINE = 10.0  # seconds, of one request outside a hook call
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
        self._context = context
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

    def get_json(self, url: str) -> dict[str, Any]:
        """A small JSON object that a server says of itself, without any token. AccessRefused when it does not."""
        return self._answer(url, "GET", None)

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
        return self._read(self._answer(client.token_url, "POST", form), client)

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

    def _answer(self, url: str, method: str, form: dict[str, str] | None) -> dict[str, Any]:
        ends = self._monotonic() + DEADLINE
        transport = FhirTransport(self._reach(url), self._trust, lambda: ends - self._monotonic(), 1)
        try:
            with (
                http_client(transport, None) as http,
                http.stream(method, url, data=form, headers={"Accept": "application/json"}) as answer,
            ):
                body = unpacked(answer.headers.get("Content-Encoding", "identity"), answer.iter_raw())
                status = answer.status_code
        except AddressRefused:
            raise AccessRefused("the address may not be called") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise AccessRefused("the server could not be reached in time") from None
        found = _object(body)
        if status != 200 or found is None:
            raise AccessRefused(f"the server answered {status}{_error(found)}")
        return found

    def _reach(self, url: str) -> Reach:
        origin = origin_of(url)
        host = urlsplit(url).hostname or ""
        reach = Reach(loopback=is_loopback(host), networks=self._networks)
        if origin is None or not reach.allows_scheme(origin.scheme, host):
            raise AccessRefused("the address is not plain https")
        return reach

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


def _object(body: bytes | NotRead) -> dict[str, Any] | None:
    if isinstance(body, NotRead):
        return None
    try:
        found = orjson.loads(body.removeprefix(codecs.BOM_UTF8))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _error(found: dict[str, Any] | None) -> str:
    """OAuth's error code, when it is one of them; a description, or another word, may quote what was sent."""
    code = (found or {}).get("error")
    return f" ({code})" if isinstance(code, str) and code in ERROR_CODES else ""
