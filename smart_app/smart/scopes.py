"""SMART scopes: what we ask for, and what was really granted.

Specification: SMART App Launch 2.2.0, scopes. A server may grant less than asked, more, or the same in older spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

ASKED = (
    "launch openid fhirUser "
    "patient/Patient.r patient/MedicationRequest.rs patient/Observation.rs "
    "patient/AllergyIntolerance.rs patient/Condition.rs"
)

_RESOURCE_SCOPE = re.compile(r"^(patient|user)/(\*|[A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)$")
_V1_LETTERS = {"read": "rs", "write": "cud", "*": "cruds"}


def granted(scope: str | None, asked: str) -> frozenset[str]:
    """The scopes of a token response. An absent `scope` means "as asked" (RFC 6749 section 5.1)."""
    return frozenset((asked if scope is None else scope).split())


def standalone(asked: str) -> str:
    """The same scopes for a launch from outside the EHR: it has no `launch` handle, and asks for a patient instead."""
    rest = [scope for scope in asked.split() if scope not in ("launch", "launch/patient")]
    return " ".join(["launch/patient", *rest])


def may_read(scopes: Iterable[str], resource_type: str) -> bool:
    """True when a resource of this type may be read by id.

    A scope narrowed by a query (`patient/Observation.rs?category=...`) does not promise any one resource: not counted.
    """
    return _allows(scopes, resource_type, "r")


def may_search(scopes: Iterable[str], resource_type: str) -> bool:
    """True when resources of this type may be searched: reading does not imply it in version 2."""
    return _allows(scopes, resource_type, "s")


def _allows(scopes: Iterable[str], resource_type: str, letter: str) -> bool:
    matches = (match for scope in scopes if (match := _RESOURCE_SCOPE.match(scope)))
    return any(match[2] in ("*", resource_type) and letter in _V1_LETTERS.get(match[3], match[3]) for match in matches)
