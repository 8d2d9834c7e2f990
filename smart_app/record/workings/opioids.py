"""Morphine milligram equivalents of a day's opioids, as the rule on their load counted them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cds_service.tools.morphine_equivalents import FACTORS
from smart_app.record.facts import FactLine
from smart_app.record.workings.shape import NUMBER, Calculation

_COUNTED = re.compile(rf"{NUMBER} (mg a day|mcg an hour) x {NUMBER}")
_LOAD = re.compile(rf"{NUMBER} MME a day")


def worked_out(facts: Sequence[FactLine]) -> Iterator[Calculation]:
    """Each opioid's dose with its factor, and their sum. An opioid that was not counted is left out and said."""
    loads = [fact for fact in facts if fact.label.startswith("Load of ")]
    counted = [(fact, match) for fact in loads if (match := _COUNTED.search(fact.note))]
    total = next((fact for fact in facts if fact.label == "All opioids together"), loads[0] if loads else None)
    shown = _LOAD.match(total.value) if total else None
    if total is None or shown is None or any(float(match[3]) not in FACTORS.values() for _, match in counted):
        return
    value = sum(float(match[1]) * float(match[3]) for _, match in counted)
    if counted and abs(value - float(shown[1])) <= 0.51:  # the card rounds to whole numbers
        left = len(loads) - len(counted)
        without = f" ({left} without a known dose or factor not counted)" if left else ""
        terms = " + ".join(f"{match[1]} {match[2]} × {match[3]}" for _, match in counted)
        yield Calculation(
            total.value,
            "sum of each opioid's dose × its factor",
            f"{terms} = {value:.4g} MME a day{without}",
            "CDC guideline 2022, MMWR Recomm Rep 2022;71(RR-3)",
            tuple(fact.number for fact, _ in counted),
            total.number,
        )
