"""Whether an order says the same as what was taken before: dose, how often, whether as needed, route, release form.

Numbers that are not stated are not compared, and an assumed unit agrees with nothing but the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cds_service.chart import Medication
from cds_service.chart.medications.dosing import dosages_of, sig_text
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.release import is_extended
from cds_service.terminology.sig import Sig

_WITHIN = 0.01
_UNITS = ("mg", "ug", "unit", "meq", "mL")


@dataclass(frozen=True, slots=True)
class Compared:
    """`differ`: what is known to differ, in words. `same`: all that matters is known, and agrees. Neither: nobody can
    tell."""

    differ: tuple[str, ...] = ()
    same: bool = False


def compared(now: Medication, before: Medication) -> Compared:
    """What of an order differs from another of the same drug."""
    if _words(now) == _words(before) and _has_directions(now):
        return Compared(same=True)
    dose, often = _same_dose(now.sig, before.sig), _same_times(now.sig, before.sig)
    steps, knows_both = _in_steps(now) != _in_steps(before), all(map(_states_a_dose, (now, before)))
    found = (
        ("a dose that changes step by step", steps and knows_both),
        ("dose", dose is False),
        ("how often", often is False),
        ("as needed or not", None not in (now.sig.prn, before.sig.prn) and now.sig.prn != before.sig.prn),
        ("how it is given", bool(now.routes and before.routes) and now.routes.isdisjoint(before.routes)),
        ("release form", is_extended(now.ref.text) != is_extended(before.ref.text)),
    )
    differ = tuple(what for what, differs in found if differs)
    return Compared(differ, same=not differ and dose is True and often is True)


def _words(medication: Medication) -> str:
    return " ".join(medication.ref.text.lower().replace(",", " ").split())


def _has_directions(medication: Medication) -> bool:
    """Two entries without directions have the same words, and say nothing of the dose. Fields beside them may."""
    stated = medication.sig.dose_value is not None or medication.sig.times_per_day is not None
    fields = any("doseAndRate" in one or "timing" in one for one in dosages_of(medication.resource))
    return (stated or bool(sig_text(medication.resource))) and not fields


def _states_a_dose(medication: Medication) -> bool:
    return medication.sig.dose_value is not None or _in_steps(medication)


def _in_steps(medication: Medication) -> bool:
    return has_steps(sig_text(medication.resource) or medication.origin.text or "")


@lru_cache(maxsize=4096)
def has_steps(words: str) -> bool:
    """True for a taper, and for other directions whose dose changes over time."""
    return bool(read_directions(words).phases)


def _same_dose(now: Sig, before: Sig) -> bool | None:
    """None where either does not state a dose that can be compared."""
    if now.unit_assumed != before.unit_assumed:
        return None
    for unit in _UNITS:
        one, other = now.single(unit), before.single(unit)
        if one is not None and other is not None:
            return _close(float(one.value), float(other.value))
    return None


def _same_times(now: Sig, before: Sig) -> bool | None:
    if now.times_per_day is None or before.times_per_day is None:
        return None
    return _close(now.times_per_day, before.times_per_day)


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _WITHIN * max(one, other)
