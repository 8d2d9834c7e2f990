"""The patient's identity line: name, birth date and sex of the launch's patient, read once with the launch's token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from smart_app.outbound import Unreachable, get_json

DEADLINE_S = 3.0
log = structlog.get_logger(__name__)


def read_person(iss: str, patient: str, access_token: str) -> dict[str, str] | None:
    """{"name", "born", "sex", "record"}, each empty where the chart states none. None when it could not be read; the
    page then says so.

    The token goes to the FHIR base of the launch and nowhere else; redirects are refused.
    """
    url = f"{iss.rstrip('/')}/Patient/{patient}"
    headers = {"Accept": "application/fhir+json", "Authorization": f"Bearer {access_token}"}
    try:
        resource = get_json(url, seconds=DEADLINE_S, headers=headers)
    except Unreachable as error:
        log.warning("patient not read", reason=str(error))
        return None
    if resource.get("resourceType") != "Patient" or resource.get("id") != patient:
        log.warning("patient not read", reason="another-resource")
        return None
    return _stated(resource)


def _stated(resource: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": _name(resource.get("name")),
        "born": _text(resource.get("birthDate")),
        "sex": _text(resource.get("gender")),
        "record": _record_number(resource.get("identifier")),
    }


def _name(names: object) -> str:
    """The official name, else the usual one, else the first; `text` before parts."""
    listed = [name for name in names if isinstance(name, Mapping)] if isinstance(names, list) else []
    rank = {"official": 0, "usual": 1}
    for name in sorted(listed, key=lambda name: rank.get(_text(name.get("use")), 2)):
        given = name.get("given")
        parts = [_text(part) for part in given] if isinstance(given, list) else []
        words = _text(name.get("text")) or " ".join(filter(None, [*parts, _text(name.get("family"))]))
        if words:
            return words
    return ""


def _record_number(identifiers: object) -> str:
    """The medical record number (type MR), the one that a clinician checks against the chart."""
    for identifier in identifiers if isinstance(identifiers, list) else []:
        if not isinstance(identifier, Mapping) or not isinstance(kind := identifier.get("type"), Mapping):
            continue
        codings = kind.get("coding")
        codes = [c.get("code") for c in codings if isinstance(c, Mapping)] if isinstance(codings, list) else []
        if "MR" in codes:
            return _text(identifier.get("value"))
    return ""


def _text(value: object) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""
