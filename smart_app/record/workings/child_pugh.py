"""The Child-Pugh points that a rule on liver disease added up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cds_service.tools import CannotCompute
from cds_service.tools.child_pugh import child_pugh, child_pugh_class
from smart_app.record.facts import FactLine
from smart_app.record.workings.shape import Calculation, amount

NO_SIGNS = 2  # points of ascites and encephalopathy when both are absent


def worked_out(facts: Sequence[FactLine]) -> Iterator[Calculation]:
    """The three results with their points; what is left of the sum are the points of the two signs."""
    said = next((fact for fact in facts if fact.label == "Child-Pugh points"), None)
    points = re.match(r"(\d+), class ([ABC])", said.value) if said else None
    bilirubin, albumin, inr = amount(facts, "bilirubin"), amount(facts, "albumin"), amount(facts, "INR")
    if said is None or not points or bilirubin is None or albumin is None or inr is None:
        return
    try:
        # Each result beside two that are normal: what it adds to their least.
        of_bilirubin = child_pugh(bilirubin.value, 4.0, 1.0, "none", "none") - 4
        of_albumin = child_pugh(1.0, albumin.value, 1.0, "none", "none") - 4
        of_inr = child_pugh(1.0, 4.0, inr.value, "none", "none") - 4
        agrees = child_pugh_class(int(points[1])) == points[2]
    except CannotCompute:
        return
    signs = int(points[1]) - of_bilirubin - of_albumin - of_inr
    if agrees and NO_SIGNS <= signs <= 3 * NO_SIGNS:
        yield Calculation(
            said.value,
            "points for bilirubin + albumin + INR + ascites and encephalopathy, 1 to 3 each",
            f"{of_bilirubin} ({bilirubin.words}) + {of_albumin} ({albumin.words}) + {of_inr} (INR {inr.words}) + "
            f"{signs} ({'neither is listed' if signs == NO_SIGNS else 'as listed'}) = {points[1]}, class {points[2]}",
            "Pugh and others, Br J Surg 1973;60:646-649, with INR",
            (bilirubin.fact, albumin.fact, inr.fact),
            said.number,
        )
