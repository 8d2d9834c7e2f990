"""The daily dose of one ingredient, in a plain order and in a tablet that holds acetaminophen and another drug.

Of such a tablet the strengths stand as "5/325" or "7.5-300 mg": the acetaminophen in it is always 300 mg or more, the
other drug always less, so that each strength has its owner whatever their order. Other combinations are not divided.
"""

from __future__ import annotations

import re

from cds_service.chart.medications.dosing import sig_text
from cds_service.chart.medications.medication import Medication
from cds_service.terminology.sig import read_sig

ACETAMINOPHEN = "acetaminophen"
MOST_ACETAMINOPHEN_MG = 4000.0  # a day, of an adult: OTC monograph M013.50
_STRENGTH = r"(\d{1,3}(?:\.\d{1,2})?)\s?(?:mg)?"
_STRENGTHS = re.compile(rf"(?<![\d./-]){_STRENGTH}\s?[-/]\s?{_STRENGTH}(?![\d./-])", re.IGNORECASE)
_LEAST_ACETAMINOPHEN = 300.0
_COUNTED = ("tablet", "capsule", "pill")


def daily_milligrams(medication: Medication, ingredient: str) -> float | None:
    """The most mg a day of `ingredient` that the directions allow; None when it is not stated or cannot be told."""
    if len(medication.drugs) == 1:
        daily = medication.sig.daily("mg", assume=True)
        return float(daily.value) if daily else None
    if len(medication.drugs) != 2 or ACETAMINOPHEN not in {drug.name for drug in medication.drugs}:
        return None
    text = f"{medication.origin.text or ''} {sig_text(medication.resource)}"
    strength, sig = _strength(text, ingredient), read_sig(text)
    if strength is None or sig.dose_value is None or sig.dose_unit not in _COUNTED or sig.times_per_day is None:
        return None
    return strength * sig.dose_value * sig.times_per_day


def _strength(text: str, ingredient: str) -> float | None:
    found = {(float(one[1]), float(one[2])) for one in _STRENGTHS.finditer(text)}
    pairs = [sorted(pair) for pair in found if max(pair) >= _LEAST_ACETAMINOPHEN > min(pair)]
    if len(pairs) != 1:
        return None
    other, acetaminophen = pairs[0]
    return acetaminophen if ingredient == ACETAMINOPHEN else other
