"""Who reads `/fhir`, and how far: a short-lived token of ours, and the SMART scopes that it carries.

Tokens are random and kept as digests beside what they allow (`Sessions`), so one can be ended, and the table opens
nothing. Only system scopes with read and search exist here; a restricted scope (`?param=`) is granted to nobody.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cds_service.errors import NotAuthenticated, NotPermitted
from cds_service.fhir.authorization import Scope, read_scopes
from cds_service.fhir.tenant import LOCAL

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

LIFETIME = 300  # seconds
SESSION = "fhir-token"
Letter = Literal["r", "s"]
_BEARER = re.compile(r"[Bb]earer ([A-Za-z0-9_-]{43})\Z")


@dataclass(frozen=True, slots=True)
class Grant:
    """`letters` by resource type: "r" to read, "s" to search."""

    tenant: str
    client_id: str
    letters: Mapping[str, str]

    def require(self, kind: str, letter: Letter) -> None:
        if letter not in self.letters.get(kind, ""):
            raise NotPermitted("the token's scopes do not cover this")

    @property
    def scope(self) -> str:
        return " ".join(f"system/{kind}.{letters}" for kind, letters in self.letters.items())


def granted(asked: str, registered: Iterable[str], kinds: Iterable[str]) -> dict[str, str]:
    """What of the asked scopes the registration covers, by type; SMART v1 words are understood."""
    wanted, allowed = _system(read_scopes(asked)), _system(read_scopes(" ".join(registered)))
    both = {kind: _letters(wanted, kind) & _letters(allowed, kind) for kind in kinds}
    return {kind: "".join(sorted(letters)) for kind, letters in both.items() if letters}


def issue(rooms: Rooms, grant: Grant) -> str:
    """A new token for this grant, good for LIFETIME seconds. StoreUnavailable: none could be kept."""
    token = secrets.token_urlsafe(32)
    kept = {"tenant": grant.tenant, "client_id": grant.client_id, "letters": dict(grant.letters)}
    rooms.store.sessions.put(SESSION, token, kept, rooms.clock().timestamp() + LIFETIME)
    return token


def grant_of(rooms: Rooms, authorization: str | None, kinds: Iterable[str]) -> Grant:
    """The grant behind an Authorization header; NotAuthenticated when there is none.

    Where client authentication is off, which settings allow on loopback only, everybody reads as tenant `local`.
    """
    if rooms.settings.client_auth == "off":
        return Grant(LOCAL.id, LOCAL.issuer, dict.fromkeys(kinds, "rs"))
    match = _BEARER.match(authorization or "")
    kept = rooms.store.sessions.get(SESSION, match[1]) if match else None
    if kept is None:
        raise NotAuthenticated("no access token of ours" if match is None else "access token is unknown or has ended")
    return Grant(kept["tenant"], kept["client_id"], kept["letters"])


def _system(scopes: Iterable[Scope]) -> list[Scope]:
    return [scope for scope in scopes if scope.level == "system" and not scope.restricted]


def _letters(scopes: Iterable[Scope], kind: str) -> frozenset[str]:
    found = (scope.letters for scope in scopes if scope.resource_type in {"*", kind})
    return frozenset().union(*found) & frozenset("rs")
