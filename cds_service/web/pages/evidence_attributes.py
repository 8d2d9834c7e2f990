"""The 13 source attributes of an evidence-based intervention (45 CFR 170.315(b)(11)(iv)(A)), answered for each check.

Which personal data a check uses is read from its code: through what it imports, it can only use what the chart offers
it under these names. What nobody knows is said so.
"""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass

from cds_service.checks import Check

UNFUNDED = "Nobody: the work is unfunded as far as the project knows."
NOT_READ = "Not used: the chart that a check gets does not hold it."
_SEX = re.compile(r"\bsex\b|kidney|motherhood|lactation|pregnan", re.IGNORECASE)
_BIRTH = re.compile(r"\bage\b|age_in_years|birth|kidney|motherhood", re.IGNORECASE)
_PREGNANCY = re.compile(r"motherhood|pregnan|lactation|conditions|problems", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`clause` is the number within (iv)(A)."""

    clause: int
    name: str
    value: str


def attributes_of(check: Check, sources: tuple[str, ...], knowledge: str) -> tuple[Attribute, ...]:
    """`sources` are the titles that the check's rows cite; `knowledge` is the version of the tables."""
    code = inspect.getsource(sys.modules[check.run.__module__])
    cited = "; ".join(sources) or "None of its own: it compares the order with itself and with the chart."
    sex = "Administrative gender, where a formula or a rule depends on it." if _SEX.search(code) else "Not used."
    birth = "The age in years, from the date of birth." if _BIRTH.search(code) else "Not used."
    health = "Pregnancy, lactation and listed problems, where recorded." if _PREGNANCY.search(code) else "Not used."
    values = (
        ("Citation behind the advice", cited),
        ("Who made the intervention", "The Countersign maintainers, from the cited sources, row by row."),
        ("Who paid for it", UNFUNDED),
        (
            "Release and revision",
            f"Check version {check.version}; tables {knowledge}; a row names the year of its source.",
        ),
        ("Use of race", NOT_READ),
        ("Use of ethnicity", NOT_READ),
        ("Use of language", NOT_READ + " Order text is read as English."),
        ("Use of sexual orientation", NOT_READ),
        ("Use of gender identity", NOT_READ),
        ("Use of sex", sex),
        ("Use of date of birth", birth),
        ("Use of social determinants of health", NOT_READ),
        ("Use of health status assessments", health),
    )
    return tuple(Attribute(number, name, value) for number, (name, value) in enumerate(values, 1))
