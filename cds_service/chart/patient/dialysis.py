"""Whether the patient is on dialysis, as the problem list has it: a creatinine says nothing about kidney function then.

End-stage kidney disease alone does not say it: some are treated without, some have a transplant. What the list leaves
open stays open (`certain` False), and so does a dialysis entry beside a transplant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cds_service.chart.model import Chart
from cds_service.chart.patient.physiology import problems_of
from cds_service.chart.problems.problem import Problem
from cds_service.facts import Fact

ON_DIALYSIS = ("hemodialysis", "peritoneal-dialysis", "dialysis")
_OPEN = ("end-stage-kidney-disease",)
_TRANSPLANT = ("kidney-transplant",)
# Said of those who do not have it, or not now: "pre-dialysis", "declines dialysis", "dialysis access planned".
_NOT_NOW = re.compile(
    r"\bpre-?\s?dialysis|\bnon-?\s?dialysis|\b(?:declin|refus|plan|candidate|evaluat|discontinu|stopped|prepar|"
    r"approach|access|educat)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dialysis:
    """`kind` is `hemodialysis`, `peritoneal`, or empty where the list does not say which."""

    certain: bool
    kind: str
    facts: tuple[Fact, ...]

    @property
    def words(self) -> str:
        return {"hemodialysis": "hemodialysis", "peritoneal": "peritoneal dialysis"}.get(self.kind, "dialysis")


def dialysis(chart: Chart) -> Dialysis | None:
    """None when nothing on the problem list speaks of dialysis or of end-stage kidney disease."""
    found = [(key, one) for key, one in problems_of(chart, ON_DIALYSIS) if not _NOT_NOW.search(one.label)]
    kinds = {key.removesuffix("-dialysis") for key, _ in found} - {"dialysis"}
    transplanted = [one for _, one in problems_of(chart, _TRANSPLANT)]
    if found:
        certain = not transplanted and any(not one.tentative for _, one in found)
        kind = next(iter(kinds)) if len(kinds) == 1 else ""
        return Dialysis(certain, kind, _facts([*(one for _, one in found), *transplanted]))
    open_ended = [one for _, one in problems_of(chart, _OPEN)]
    return Dialysis(False, "", _facts(open_ended)) if open_ended and not transplanted else None


def _facts(problems: list[Problem]) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys(one.fact() for one in problems))
