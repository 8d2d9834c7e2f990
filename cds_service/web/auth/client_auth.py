"""Who calls: the client's JWT checked as CDS Hooks and our own policy ask.

Order matters. Form, registration, key, signature and claims come first; the replay guard is last, so that only a
token which stands in every other way is ever recorded. Each failure is NotAuthenticated with a fixed reason for our
log; the caller sees one bare 401. Keys are cached, verdicts never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cds_service.errors import NotAuthenticated
from cds_service.fhir.tenant import LOCAL, Tenant
from cds_service.web.auth.jose import Token, read_token, verify_signature
from cds_service.web.auth.registrations import Registration, Registrations

LEEWAY = 60.0  # seconds of clock difference that are forgiven


class ReplayGuard(Protocol):
    def first_use(self, issuer: str, jti: str, expires_at: float, now: float) -> bool: ...


class TokenRefused(NotAuthenticated):
    """A token that names a registered issuer and does not stand: for the log, whose tokens are refused, and why."""

    def __init__(self, reason: str, issuer: str) -> None:
        super().__init__(reason)
        self.issuer = issuer


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified client. Usually one tenant; several when one issuer signs for many and named none."""

    issuer: str
    tenants: tuple[Tenant, ...]

    def tenant(self, fhir_server: str | None = None) -> Tenant:
        """The tenant that is meant; what the claim left open, the FHIR server decides, or nobody."""
        if len(self.tenants) == 1:
            return self.tenants[0]
        base = (fhir_server or "").rstrip("/")
        fitting = [tenant for tenant in self.tenants if base in {one.rstrip("/") for one in tenant.fhir_bases}]
        if len(fitting) != 1:
            raise NotAuthenticated("tenant is ambiguous")
        return fitting[0]


class CallerCheck(Protocol):
    """What an endpoint asks of client authentication."""

    def caller(self, authorization: str | None, audiences: tuple[str, ...]) -> Caller: ...


class Everyone:
    """COUNTERSIGN_CLIENT_AUTH=off, which settings accept on loopback only: every caller is the local tenant."""

    def caller(self, authorization: str | None, audiences: tuple[str, ...]) -> Caller:  # noqa: ARG002
        return Caller(LOCAL.issuer, (LOCAL,))


class ClientAuth:
    """`authorization` header and the accepted audiences in, a verified Caller out."""

    def __init__(self, registrations: Registrations, replay_guard: ReplayGuard, clock: Callable[[], datetime]) -> None:
        self._registrations = registrations
        self._replay_guard = replay_guard
        self._clock = clock

    def caller(self, authorization: str | None, audiences: tuple[str, ...]) -> Caller:
        """NotAuthenticated unless the token stands; StoreUnavailable when replay cannot be ruled out."""
        token = read_token(authorization)
        registrations = self._registrations.of_issuer(token.issuer)
        if not registrations:
            raise NotAuthenticated("issuer is not registered")
        now = self._clock().timestamp()
        try:
            _check_claims(token, audiences, now)
            tenants = _accepting(registrations, token)
            # Kept until nobody accepts the token any more: its end plus the leeway.
            if not self._replay_guard.first_use(token.issuer, token.token_id, token.expires_at + LEEWAY, now):
                raise NotAuthenticated("token was used before")
        except NotAuthenticated as refusal:
            raise TokenRefused(str(refusal), token.issuer) from None
        return Caller(token.issuer, tenants)


def _accepting(registrations: Iterable[Registration], token: Token) -> tuple[Tenant, ...]:
    """The tenants whose registration accepts the token; the last refusal when none does."""
    accepted: list[Tenant] = []
    refusal = NotAuthenticated("tenant is not registered")
    for registration in registrations:
        if token.tenant not in {None, registration.tenant.id}:
            continue
        try:
            _check_against(registration, token)
        except NotAuthenticated as error:
            refusal = error
        else:
            accepted.append(registration.tenant)
    if not accepted:
        raise refusal
    return tuple(accepted)


def _check_claims(token: Token, audiences: tuple[str, ...], now: float) -> None:
    """What any registration would ask. A token that also names other audiences could be played on to them."""
    if not set(token.audience) <= set(audiences):
        raise NotAuthenticated("aud is not this endpoint")
    if token.expires_at + LEEWAY <= now:
        raise NotAuthenticated("token has expired")
    if token.issued_at > now + LEEWAY or (token.not_before is not None and token.not_before > now + LEEWAY):
        raise NotAuthenticated("token is from the future")


def _check_against(registration: Registration, token: Token) -> None:
    if token.algorithm not in registration.algorithms:
        raise NotAuthenticated("algorithm is not registered")
    if token.key_set_url is not None and token.key_set_url != registration.key_set_url:
        raise NotAuthenticated("jku is not the registered one")
    if not 0 < token.expires_at - token.issued_at <= registration.max_lifetime:
        raise NotAuthenticated("token lives longer than registered")
    verify_signature(token, registration.keys.key(token.key_id, token.algorithm))
