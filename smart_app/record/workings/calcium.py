"""Total calcium corrected for albumin, where a laboratory gate looked at the corrected value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cds_service.tools import CannotCompute
from cds_service.tools.corrected_calcium import FORMULA, corrected_calcium
from smart_app.record.facts import FactLine
from smart_app.record.workings.shape import NUMBER, Calculation, amount


def worked_out(facts: Sequence[FactLine]) -> Iterator[Calculation]:
    """From the calcium whose note says that it was corrected, and the albumin."""
    for fact in facts:
        said = re.search(rf"corrected for albumin {NUMBER} mg/dL", fact.note)
        calcium, albumin = amount([fact], "calcium"), amount(facts, "albumin")
        if not said or calcium is None or albumin is None:
            continue
        try:
            value = corrected_calcium(calcium.value, albumin.value)
        except CannotCompute:
            continue
        if abs(value - float(said[1])) <= 0.06:  # the card rounds to a tenth
            yield Calculation(
                f"{said[1]} mg/dL",
                FORMULA.words,
                f"{calcium.words} + 0.8 × (4.0 − {albumin.words}) = {value:.1f} mg/dL",
                FORMULA.source,
                (fact.number, albumin.fact),
                fact.number,
            )
