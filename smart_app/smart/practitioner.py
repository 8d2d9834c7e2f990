"""A PractitionerRole is a person in a post: answers belong to the Practitioner behind it."""

from __future__ import annotations

import re

import structlog

from smart_app.outbound import Unreachable, get_json

DEADLINE_S = 3.0
_PRACTITIONER = re.compile(r"^Practitioner/[A-Za-z0-9\-.]{1,64}$")
log = structlog.get_logger(__name__)


def person_of_role(base: str, role: str, access_token: str) -> str:
    """The absolute URL of the role's Practitioner; the role itself when it cannot be read. `base` ends with a slash."""
    headers = {"Accept": "application/fhir+json", "Authorization": f"Bearer {access_token}"}
    try:
        resource = get_json(role, seconds=DEADLINE_S, headers=headers)
    except Unreachable as error:
        log.warning("role not read", reason=str(error))
        return role
    named = resource.get("practitioner")
    reference = named.get("reference") if isinstance(named, dict) else None
    relative = reference.removeprefix(base) if isinstance(reference, str) else ""
    if f"{base}PractitionerRole/{resource.get('id')}" != role or not _PRACTITIONER.match(relative):
        log.warning("role not read", reason="no-practitioner-of-this-server")
        return role
    return base + relative
