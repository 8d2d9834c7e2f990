"""What each prefetch key asks for, as our own request to a FHIR server.

The patient goes in as a typed reference: `patient=Patient/x` is understood everywhere, while some servers answer the
bare id that templates carry with an empty Bundle, which would read as "none".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from cds_service.fhir.prefetch import PREFETCH_TEMPLATES
from cds_service.hooks import Context

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


def _value(value: str, context: Context) -> str:
    return f"Patient/{context.patient_id}" if value == "{{context.patientId}}" else value
