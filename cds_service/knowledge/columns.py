"""The columns that cited and graded rows share, read from cells and checked."""

from __future__ import annotations

import re
from datetime import date
from typing import TypedDict

from cds_service.findings import DISPLAYS, HARMS, Display, Harm
from cds_service.knowledge.cells import Cells
from cds_service.knowledge.rows import UNREVIEWED
from cds_service.terminology.systems import code

# Role, day of the approval, day of the next review; then who approved and who wrote it, where a command recorded it.
REVIEW = re.compile(
    r"(?P<role>[a-z][a-z -]+)\|(?P<on>\d{4}-\d\d-\d\d)\|(?P<by>\d{4}-\d\d-\d\d)(?:\|[^|\n]{1,80}\|[^|\n]{1,80})?",
    re.IGNORECASE,
)


class CitedColumns(TypedDict):
    """What `Cited` takes, read and checked."""

    id: str
    source: str
    locator: str
    supports: str
    review: str
    place: str


class GradedColumns(CitedColumns):
    """What `Graded` takes, read and checked."""

    harm: Harm
    display: Display
    summary: str
    management: str
    alternatives: tuple[str, ...]


def graded(cells: Cells) -> GradedColumns:
    """The columns that every graded row has."""
    return {
        **cited(cells),
        "harm": cells.choice("harm", HARMS),
        "display": cells.choice("display", DISPLAYS),
        "summary": cells.required("summary"),
        "management": cells.text("management"),
        "alternatives": cells.items("alternatives", optional=True),
    }


def cited(cells: Cells, id_column: str = "id") -> CitedColumns:
    """The columns that every cited row has."""
    return {
        "id": cells.required(id_column),
        "source": cells.required("source"),
        "locator": cells.required("locator"),
        "supports": cells.required("supports"),
        "review": _review(cells),
        "place": cells.place,
    }


def _review(cells: Cells) -> str:
    """`unreviewed`, or role, day, and day of the next review. A misspelling approves nothing."""
    review = cells.text("review") or UNREVIEWED
    match = REVIEW.fullmatch(review)
    if review != UNREVIEWED and match is None:
        raise cells.wrong(f"review is {review!r}; it is {UNREVIEWED}, or ROLE|YYYY-MM-DD|YYYY-MM-DD (review by)")
    if match and not _within_a_year(match["on"], match["by"]):
        raise cells.wrong("the next review must come after the approval, within 12 months")
    return review


def _within_a_year(approved: str, review_by: str) -> bool:
    try:
        days = (date.fromisoformat(review_by) - date.fromisoformat(approved)).days
    except ValueError:
        return False
    return 0 < days <= 366


def codes(cells: Cells) -> tuple[tuple[str, str], ...]:
    """The column `codes`: (system URI, code) of each `SYSTEM#CODE`."""
    try:
        return tuple(code(item) for item in cells.items("codes"))
    except ValueError as error:
        raise cells.wrong(str(error)) from None
