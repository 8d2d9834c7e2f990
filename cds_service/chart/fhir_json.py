"""Small, forgiving steps through FHIR JSON: what has not the expected shape counts as not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cds_service.terminology.systems import canonical

Resource = Mapping[str, Any]
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LONGEST_TEXT = 2000  # characters that are read of any one string: a name or a sig is far shorter


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of an array; nothing when it is not an array."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def obj(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """Without characters that nobody sees (soft hyphens, zero width, direction marks, NUL): a name is the same name
    with one of them in it. What joins the parts of an emoji stays."""
    if not isinstance(value, str):
        return ""
    said = value[:LONGEST_TEXT]
    return (said if said.isprintable() else _UNSEEN.sub("", said)).strip()


def number(value: object) -> float | None:
    """A finite JSON number; a string, a boolean, NaN or infinity is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None


def codings(concept: object) -> tuple[tuple[str, str, str], ...]:
    """(system URI, code, display) of each coding of a CodeableConcept that has system and code."""
    listed = objects(concept.get("coding")) if isinstance(concept, dict) else ()
    found = [(canonical(text(c.get("system"))) or "", text(c.get("code")), text(c.get("display"))) for c in listed]
    return tuple([coding for coding in found if coding[0] and coding[1]])


def codes(concept: object) -> frozenset[str]:
    """The codes of a status, whatever system they give or leave out."""
    listed = objects(concept.get("coding")) if isinstance(concept, dict) else ()
    return frozenset([text(coding.get("code")) for coding in listed])


def labels_of(concept: object) -> tuple[str, ...]:
    """Everything that a person may read as its name: the text, then the displays."""
    if not isinstance(concept, dict):
        return ()
    displays = [text(coding.get("display")) for coding in objects(concept.get("coding"))]
    return tuple(dict.fromkeys(filter(None, (text(concept.get("text")), *displays))))


def label_of(concept: object) -> str:
    """What a person reads: the text, else the first display."""
    return next(iter(labels_of(concept)), "")


def modified(resource: Resource) -> bool:
    """True when an extension may turn the meaning round ("not given"): FHIR forbids to use what one cannot read."""
    return bool(resource.get("modifierExtension"))


def reference(resource: Resource) -> str:
    """`Type/id` of a resource; an empty id stays visible as `Type/?`."""
    return f"{text(resource.get('resourceType')) or 'Resource'}/{text(resource.get('id')) or '?'}"


def relative(value: object, fhir_server: str | None = None) -> str:
    """A literal reference without its server and version: `{fhirServer}/Patient/x` equals `Patient/x`."""
    literal = text(obj(value).get("reference")).split("/_history/")[0]
    base = (fhir_server or "").rstrip("/")
    return literal.removeprefix(base + "/") if base else literal
