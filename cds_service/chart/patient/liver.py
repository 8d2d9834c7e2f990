"""How much liver function is left: the Child-Pugh class that the chart states, or the least that its facts allow.

Decompensation on the problem list (ascites, encephalopathy, bleeding varices) makes at least class B. Where cirrhosis
is on the list and bilirubin, albumin and INR are known, the class is computed; ascites and encephalopathy that the list
does not have count as absent, so that the result is the least it can be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cds_service.chart.model import Chart
from cds_service.chart.patient.latest import latest
from cds_service.chart.patient.physiology import problems_of
from cds_service.facts import Fact, Origin
from cds_service.tools import CannotCompute
from cds_service.tools.child_pugh import Grade, child_pugh, child_pugh_class

RESULTS_MAX_AGE_DAYS = 90
_STATED = re.compile(r"child[\s-]*(?:turcotte[\s-]*)?pugh\s*(?:class|score|stage)?\s*:?\s*([abc])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Liver:
    """`grade`: A, B, C, or None when cirrhosis is known but its class is not; `cirrhosis` False: none on the list."""

    cirrhosis: bool
    grade: str | None = None
    at_least: bool = False
    facts: tuple[Fact, ...] = ()
    reason: str = ""

    @property
    def words(self) -> str:
        return f"Child-Pugh class {self.grade}{' at least' if self.at_least else ''}" if self.grade else "cirrhosis"


def liver(chart: Chart) -> Liver:
    """The class that is stated, else computed, else implied by decompensation."""
    for problem in chart.problems.items:
        stated = _STATED.search(problem.label)
        if stated and problem.active:
            return Liver(True, stated[1].upper(), facts=(problem.fact(),))
    grades = (("C", "child-pugh-c"), ("B", "child-pugh-b"), ("A", "child-pugh-a"))
    for grade, key in grades:
        for _, problem in problems_of(chart, (key,)):
            return Liver(True, grade, facts=(problem.fact(),))
    found = problems_of(chart, ("cirrhosis", "decompensated-cirrhosis"))
    if not found:
        return Liver(False)
    facts = tuple(dict.fromkeys(problem.fact() for _, problem in found))
    computed = _computed(chart, facts)
    if computed and computed.grade != "A":
        return computed
    if any(key == "decompensated-cirrhosis" for key, _ in found):
        return Liver(True, "B", at_least=True, facts=facts)
    return computed or Liver(True, facts=facts, reason="the Child-Pugh class is not known")


def _computed(chart: Chart, facts: tuple[Fact, ...]) -> Liver | None:
    results = [latest(chart, kind, RESULTS_MAX_AGE_DAYS) for kind in ("bilirubin", "albumin", "inr")]
    values = [one.value for one in results if one.value is not None]
    if len(values) < len(results):
        return None
    signs: list[Grade] = [
        "slight" if any(problems_of(chart, (key,))) else "none" for key in ("ascites", "hepatic-encephalopathy")
    ]
    try:
        points = child_pugh(values[0], values[1], values[2], signs[0], signs[1])
    except CannotCompute:
        return None
    person = Origin("coded", chart.patient.reference)
    score = Fact("Child-Pugh points", f"{points}, class {child_pugh_class(points)}", person, note="the least possible")
    shown = tuple(one.fact for one in results if one.fact)
    return Liver(True, child_pugh_class(points), at_least=True, facts=(*facts, *shown, score))
