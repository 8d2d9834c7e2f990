"""What a record says was settled: allergies and problems that were refuted or are over.

They count for nothing in a check, but a note of old must not bring them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cds_service.chart.allergies.allergy import Allergy
from cds_service.chart.allergies.reading import read_allergies
from cds_service.chart.fhir_json import codes
from cds_service.chart.problems.problem import Problem
from cds_service.chart.problems.reading import read_problems
from cds_service.chart.supplied import ABSENT, Supplied
from cds_service.terminology.vocabulary import Vocabulary

_OVER = frozenset({"inactive", "resolved"})


def settled_allergies(supplied: Supplied, vocabulary: Vocabulary) -> tuple[Allergy, ...]:
    """Refuted, inactive and resolved allergies, read as if they stood."""
    over = [one for one in supplied.resources if _is_settled(one)]
    return read_allergies(Supplied("data", tuple(map(_reopened, over))), ABSENT, vocabulary).items if over else ()


def settled_problems(supplied: Supplied, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Refuted problems. Those that are inactive or resolved stand in the chart as past ones."""
    over = [one for one in supplied.resources if "refuted" in codes(one.get("verificationStatus"))]
    given = Supplied("data", tuple(map(_reopened, over)))
    return read_problems(given, vocabulary, date.max).items if over else ()


def _is_settled(resource: Mapping[str, Any]) -> bool:
    verified = codes(resource.get("verificationStatus"))
    over = codes(resource.get("clinicalStatus")) & _OVER
    return "refuted" in verified or bool(over and "entered-in-error" not in verified)


def _reopened(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in ("verificationStatus", "clinicalStatus")}
