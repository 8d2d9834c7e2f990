"""`fhirAuthorization` as a client sends it: whether its token may be used for this call, and for what.

A token that is not for us, not for this patient, or not of the kind that we can use is left alone, and the reason is
said: the call is answered from what the prefetch holds. The token stands in no repr and in no reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

Interaction = Literal["read", "search"]
MAX_TOKEN = 8192  # characters; servers refuse longer headers
MAX_SCOPES = 200
NO_TOKEN = "no token"  # noqa: S105  words, not a secret

_TOKEN = re.compile(r"[\x21-\x7e]+\Z")
_SECONDS = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})?")
_SCOPE = re.compile(r"(patient|user|system)/([A-Z][A-Za-z]*|\*)\.([a-z]+|\*)(?:\?(.+))?\Z")
# SMART v1 words and v2 letters (create, read, update, delete, search), the letters in that order only.
_V1 = {"read": frozenset("rs"), "write": frozenset("cud"), "*": frozenset("cruds")}
_V2 = re.compile(r"c?r?u?d?s?\Z")
_LETTER: Mapping[Interaction, str] = {"read": "r", "search": "s"}


@dataclass(frozen=True, slots=True)
class Scope:
    """One granted SMART scope. `letters` of "cruds"; `restricted` are the parameters that it is limited to."""

    level: str
    resource_type: str
    letters: frozenset[str]
    restricted: tuple[tuple[str, str], ...] = ()

    def allows(self, resource_type: str, interaction: Interaction, asked: Mapping[str, str]) -> bool:
        """True when everything that is asked for lies within this scope.

        A search that is wider than a restricted scope would be answered in part, and the part would look whole.
        A read of one resource cannot be answered in part, so it may be tried.
        """
        if self.resource_type not in {"*", resource_type} or _LETTER[interaction] not in self.letters:
            return False
        return interaction == "read" or all(_within(asked.get(name), values) for name, values in self.restricted)


@dataclass(frozen=True, slots=True)
class FhirAuthorization:
    """A usable token. `expires_in` is in seconds, as stated when it was issued."""

    access_token: str = field(repr=False)
    expires_in: int
    scopes: tuple[Scope, ...]

    def may(self, resource_type: str, interaction: Interaction, asked: Mapping[str, str] | None = None) -> bool:
        """Whether a granted scope covers it; `asked` are the parameters of a search."""
        return any(scope.allows(resource_type, interaction, asked or {}) for scope in self.scopes)


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why there is no token to use: words of ours, safe to show."""

    reason: str


def read_authorization(
    value: Mapping[str, Any] | None, patient_id: str, service_client_id: str | None
) -> FhirAuthorization | Unusable:
    """`service_client_id` is what `subject` must be, None when it is not known. Never raises."""
    if value is None:
        return Unusable(NO_TOKEN)
    token, kind, life = value.get("access_token"), value.get("token_type"), int(seconds(value.get("expires_in")))
    if not isinstance(token, str) or len(token) > MAX_TOKEN or not _TOKEN.match(token):
        return Unusable("the token is not a usable string")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return Unusable("the token's type is not Bearer")
    if life <= 0:
        return Unusable("the token's expires_in is not a number of seconds")
    subject = value.get("subject")
    if not isinstance(subject, str) or not subject:
        return Unusable("the token names no subject")
    if service_client_id is not None and subject != service_client_id:
        return Unusable("the token is for another client")
    if value.get("patient") not in {None, patient_id, f"Patient/{patient_id}"}:
        return Unusable("the token is for another patient")
    scopes = read_scopes(value.get("scope"))
    if value.get("patient") is None:
        # Which patient would they reach? Another one's empty list would look like this one's.
        scopes = tuple(scope for scope in scopes if scope.level != "patient")
        if not scopes:
            return Unusable("the token grants nothing for a patient that it names")
    return FhirAuthorization(token, life, scopes) if scopes else Unusable("the token grants nothing that we can use")


def seconds(stated: object) -> float:
    """A token's lifetime as a number, or as text as some servers write it ("3599.9"); 0 for anything else."""
    digits = str(stated) if isinstance(stated, int | float | str) and not isinstance(stated, bool) else ""
    return float(digits) if _SECONDS.fullmatch(digits) else 0.0


def read_scopes(value: object) -> tuple[Scope, ...]:
    """The clinical scopes of a scope string, SMART v1 and v2; what is not one is left out."""
    words = value.split()[:MAX_SCOPES] if isinstance(value, str) else ()
    return tuple(scope for word in words if (scope := _scope(word)))


def _scope(word: str) -> Scope | None:
    match = _SCOPE.match(word)
    if match is None:
        return None
    level, resource_type, access, query = match.groups()
    letters = _V1.get(access) or (frozenset(access) if _V2.match(access) else frozenset())
    return Scope(level, resource_type, letters, tuple(parse_qsl(query or "", keep_blank_values=True)))


def _within(asked: str | None, granted: str) -> bool:
    """True when every value that is asked for is among the granted ones, with or without its system."""
    if asked is None:
        return False
    options = granted.split(",")
    plain = {option.rpartition("|")[2] for option in options}
    return all(one in options or one in plain for one in asked.split(","))
