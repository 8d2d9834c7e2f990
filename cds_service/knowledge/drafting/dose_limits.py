"""A label's sentence with a most-a-day dose -> a drafted dose limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds_service.knowledge.drafting import Kind, Sentence
from cds_service.knowledge.kinds.dose_limits import DoseLimit
from cds_service.knowledge.knowledge import Knowledge

COLUMNS = tuple(
    """id drugs except routes max_single max_daily_dose dose_unit critical_times usual harm display summary management
    alternatives source locator supports review""".split()  # noqa: SIM905
)
_MOST = re.compile(
    r"(?:maximum|not (?:to )?exceed(?:ing)?|no more than|at most|up to a (?:total )?maximum)[^.;]{0,60}?"
    r"(?<![\d.,/])(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(?P<unit>mg|mcg|g)\b(?!\s*/|\s+per\s+kg)[^.;]{0,20}?"
    r"(?:per day|/day|a day|daily|in 24 hours|per 24 hours|in a 24-hour period)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:maximum|total)\s+(?:recommended\s+)?(?:total\s+)?daily\s+dos(?:e|age)", re.IGNORECASE)
_VALUE = re.compile(
    r"(?<![\d.,/])(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(?P<unit>mg|mcg|g)\b(?!\s*/|\s+per\s+kg)", re.IGNORECASE
)
_OTHER_PATIENTS = re.compile(r"pediatric|child|renal|creatinine|hepatic|/kg|per kg|dialysis|geriatric|elderly", re.I)


def draft(sentence: Sentence, knowledge: Knowledge) -> Iterator[dict[str, str]]:
    """At most one, for adults without further condition, where no row of ours limits the drug."""
    if _OTHER_PATIENTS.search(sentence.text) or knowledge.for_drug(DoseLimit, sentence.drug):
        return
    before = _BEFORE.search(sentence.text)
    found = _MOST.search(sentence.text) or (_VALUE.search(sentence.text, before.end()) if before else None)
    if not found:
        return
    value, unit = float(found["value"].replace(",", "")), found["unit"].lower()
    value, unit = (value * 1000, "mg") if unit == "g" else (value, unit)
    yield {
        "drugs": sentence.drug.name,
        "max_daily_dose": f"{value:g}",
        "dose_unit": unit,
        "usual": f"{value:g} {unit} once daily",
        "harm": "major",
        "display": "warning",
        "summary": "is above the most that the label gives in a day",
        "management": "Lower the dose to what the label gives, or say why more is needed.",
    }


KIND = Kind(DoseLimit.table, COLUMNS, frozenset({"dosage_and_administration"}), draft)
