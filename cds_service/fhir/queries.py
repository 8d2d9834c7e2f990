"""What each prefetch key asks for, as our own request to a FHIR server.

The patient goes in as a typed reference: `patient=Patient/x` is understood everywhere, while some servers answer the
bare id that templates carry with an empty Bundle, which would read as "none".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from cds_service.fhir.prefetch import PREFETCH_TEMPLATES
from cds_service.hooks import Context

THE_PATIENT, UNTOLD = "{patient}", "*"  # in place of values, on the record
_PATIENTS = frozenset({"patient", "subject"})
_DATES = frozenset({"identified", "authored", "date", "_lastUpdated", "_count"})
_NAMES = _PATIENTS | _DATES | {"category", "status", "_sort", "_id", "identifier", "code", "target", "subtype"}
# What a server or a client put into a search may be anything; these are words of ours, a date or a number.
_CATEGORIES = frozenset({"laboratory", "vital-signs", "survey", "social-history", "problem-list-item"})
_WORDS = _CATEGORIES | {"active", "current", "-date", "-authoredon", "-effective"}
_DATE = re.compile(r"[a-z]{0,2}\d[\d:.TZ+-]{0,30}\Z")
_TOKENS = {"{{context.patientId}}": "patient_id", "{{context.encounterId}}": "encounter_id"}


@dataclass(frozen=True, slots=True)
class Query:
    """A read when there is an id, else a search by `params`."""

    resource_type: str
    id: str | None = None
    params: tuple[tuple[str, str], ...] = ()

    @property
    def asked(self) -> Mapping[str, str]:
        return dict(self.params)

    @property
    def enough(self) -> int | None:
        """How many matches were asked for; None for all of them."""
        count = self.asked.get("_count")
        return int(count) if count else None

    def url(self, base: str) -> str:
        """The absolute URL under `base`."""
        if self.id is not None:
            return f"{base}/{self.resource_type}/{quote(self.id, safe='')}"
        return f"{base}/{self.resource_type}?{urlencode(self.params, safe='/')}"


def query_for(key: str, context: Context) -> Query | None:
    """The query of a prefetch key; None when the context lacks what it needs."""
    resource_type, _, rest = PREFETCH_TEMPLATES[key].partition("?")
    if not rest:
        resource_type, _, token = resource_type.partition("/")
        resource_id = getattr(context, _TOKENS[token])
        return None if resource_id is None else Query(resource_type, resource_id)
    pairs = (pair.partition("=") for pair in rest.split("&"))
    return Query(resource_type, params=tuple((name, _value(value, context)) for name, _, value in pairs))


def for_the_record(resource_type: str, pairs: Iterable[tuple[str, str]]) -> str:
    """A search as an audit row may keep it in clear: the parameters that we know, and values that name nobody."""
    kept = [(name, _told(name, value)) for name, value in pairs if name in _NAMES]
    return f"{resource_type}?{urlencode(kept, safe='/{}*')}"


def _told(name: str, value: str) -> str:
    if name in _PATIENTS:
        return f"Patient/{THE_PATIENT}"
    return value if value in _WORDS or (name in _DATES and _DATE.match(value)) else UNTOLD


def _value(value: str, context: Context) -> str:
    return f"Patient/{context.patient_id}" if value == "{{context.patientId}}" else value
