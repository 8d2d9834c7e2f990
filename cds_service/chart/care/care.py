"""What was done for a patient, as far as it was supplied: observations, immunizations, procedures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_service.chart.care.done import DoneRecord
from cds_service.chart.care.immunizations import immunizations
from cds_service.chart.care.observed import observed
from cds_service.chart.care.procedures import procedures
from cds_service.chart.supplied import ABSENT, Supplied
from cds_service.terminology.observables import OBSERVED_UNDER

_KEYS = tuple(key for keys in OBSERVED_UNDER.values() for key in keys)


@dataclass(frozen=True, slots=True)
class Care:
    """Each record by its own prefetch keys; a key that did not come is absent in it, and so is not known."""

    observations: DoneRecord = field(default_factory=lambda: observed(dict.fromkeys(_KEYS, ABSENT)))
    immunizations: DoneRecord = field(default_factory=lambda: immunizations(ABSENT))
    procedures: DoneRecord = field(default_factory=lambda: procedures(ABSENT))


def care_of(supplied: Mapping[str, Supplied]) -> Care:
    """`supplied` maps prefetch keys to what came under them."""
    return Care(
        observed({key: supplied.get(key, ABSENT) for key in _KEYS}),
        immunizations(supplied.get("immunizations", ABSENT)),
        procedures(supplied.get("procedures", ABSENT)),
    )
