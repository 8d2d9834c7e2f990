"""The opioids of a chart: which, how long they act, and what they come to in morphine milligram equivalents a day.

As-needed doses count in full. Buprenorphine, opioids for cough or diarrhea, and those that the CDC table does not list
are opioids without a factor: they are named and not counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cds_service.chart.medications.dosing import sig_text
from cds_service.chart.medications.medication import Medication
from cds_service.chart.patient.combined import daily_milligrams
from cds_service.terminology.vocabulary import Drug
from cds_service.tools import CannotCompute
from cds_service.tools.morphine_equivalents import FACTORS, morphine_equivalents

_PATCH_RATE = re.compile(r"(\d{1,3}(?:\.\d)?)\s?(?:mcg|ug|micrograms?)\s?(?:/|per\s)\s?(?:hr?|hour)\b", re.IGNORECASE)
# Names of products that release an opioid over many hours, and how orders mark others.
_LONG_ACTING = re.compile(
    r"\b(?:er|xr|sr|la|cr|extended[- ]release|long[- ]acting|12 ?hr?|24 ?hr?|contin|ms contin|oxycontin|xtampza|"
    r"kadian|hysingla|zohydro|nucynta er|opana er|exalgo|belbuca|butrans|arymo|morphabond|conzip|avinza)\b",
    re.IGNORECASE,
)
FENTANYL = "fentanyl"
_LONG_BY_NATURE = frozenset({"methadone", "levorphanol"})


@dataclass(frozen=True, slots=True)
class Opioid:
    """`mme`: a day's morphine milligram equivalents, None when they are not known; `patch`: through the skin.

    `counted` says what they were worked out from: "40 mg a day x 1.5".
    """

    medication: Medication
    name: str
    mme: float | None
    long_acting: bool
    patch: bool
    counted: str = ""


def opioid_in(medication: Medication, is_opioid: Callable[[Drug], bool]) -> Opioid | None:
    """The opioid of a medication; None when it holds none, or is given by injection."""
    drug = next((drug for drug in medication.drugs if is_opioid(drug)), None)
    if drug is None or "injection" in medication.routes:
        return None
    text = f"{medication.origin.text or ''} {sig_text(medication.resource)}"
    patch = "transdermal" in medication.routes
    long_acting = patch or drug.name in _LONG_BY_NATURE or bool(_LONG_ACTING.search(text))
    mme, counted = _equivalents(medication, drug.name, text, patch)
    return Opioid(medication, drug.name, mme, long_acting, patch, counted)


def _equivalents(medication: Medication, name: str, text: str, patch: bool) -> tuple[float | None, str]:
    if patch:
        rate = _PATCH_RATE.search(text) if name == FENTANYL else None
        amount, factor, unit = float(rate[1]) if rate else None, "fentanyl transdermal", "mcg an hour"
    else:
        amount, factor, unit = daily_milligrams(medication, name) if name in FACTORS else None, name, "mg a day"
    if amount is None:
        return None, ""
    try:
        return morphine_equivalents(factor, amount), f"{amount:g} {unit} x {FACTORS[factor]:g}"
    except CannotCompute:
        return None, ""
