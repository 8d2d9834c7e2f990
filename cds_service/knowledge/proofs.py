"""What may prove that an item of a checklist was done: the column `proof` of care_items.csv.

Alternatives are joined by `|`; of one alternative all parts, joined by `&`, are needed. A part is one of

    test:hba1c@6m                  a test of monitors.csv, resulted in the last six months
    set:zoster-rzv@ever,doses=2    a value set of care_sets.csv: on two different days, whenever that was
    set:ppsv23@ever,age>=65        at an age of 65 years or more
    taking:class:statin            an active medication: an ingredient, or `class:KEY`
    problem:past:hysterectomy      a condition of conditions.csv on the problem list; with `past:` once was, too

Behind the `@` stands how far back it may lie: `90d`, `6w`, `6m`, `10y`, `ever`, `season` (since the last first of July,
when the influenza vaccines of a northern winter begin) or `pregnancy` (since this pregnancy began). Every test and set
has one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.names import DrugNames

Kind = Literal["test", "set", "taking", "problem"]
LONGEST_PREGNANCY_DAYS = 280
_PART = re.compile(
    r"(?P<kind>test|set|taking|problem):(?P<key>[^@]+?)"
    r"(?:@(?P<window>ever|season|pregnancy|\d{1,4}[dwmy])(?:,age>=(?P<age>\d{1,3}))?(?:,doses=(?P<doses>\d))?)?"
)
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a proof may lie: `count` of a `unit`; of `ever`, `season` and `pregnancy` the count is 0."""

    unit: str
    count: int = 0

    def since(self, today: date, pregnant_days: int | None = None) -> date:
        """The first day that counts. `pregnant_days`: how long this pregnancy has lasted, where that is known."""
        if self.unit == "ever":
            return date.min
        if self.unit == "season":
            return date(today.year if today.month >= 7 else today.year - 1, 7, 1)
        if self.unit == "pregnancy":
            return today - timedelta(days=LONGEST_PREGNANCY_DAYS if pregnant_days is None else pregnant_days)
        if self.unit in "dw":
            return today - timedelta(days=self.count * (7 if self.unit == "w" else 1))
        months = today.year * 12 + today.month - 1 - self.count * (12 if self.unit == "y" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))

    @property
    def words(self) -> str:
        """ "in the last 6 months", as a card says it."""
        said = {"ever": "ever", "season": "this season", "pregnancy": "in this pregnancy"}.get(self.unit)
        if said:
            return said
        unit = _UNITS[self.unit]
        return f"in the last {unit}" if self.count == 1 else f"in the last {self.count} {unit}s"


@dataclass(frozen=True, slots=True)
class Proof:
    """One part. `key`: of monitors.csv, care_sets.csv or conditions.csv (with `past:` or without), or an RxCUI or
    `class:KEY`. `window` is None for what is taken or stands on the list today. `doses` count on different days."""

    kind: Kind
    key: str
    window: Window | None = None
    doses: int = 1
    from_age: int = 0


Alternative = tuple[Proof, ...]


def proofs(cells: Cells, names: DrugNames) -> tuple[Alternative, ...]:
    """The column `proof`: alternatives, each with the parts that it needs."""
    cells.required("proof")
    return tuple(
        tuple(_read(cells, names, part.strip()) for part in alternative.split("&"))
        for alternative in cells.items("proof")
    )


def _read(cells: Cells, names: DrugNames, part: str) -> Proof:
    match = _PART.fullmatch(part)
    if match is None or (match["window"] is not None) != (match["kind"] in ("test", "set")):
        raise cells.wrong(f"proof has {part!r}; see cds_service/knowledge/proofs.py for what it may say")
    key = names.key(cells, match["key"]) if match["kind"] == "taking" else match["key"]
    kind: Kind = match["kind"]  # type: ignore[assignment]  # the pattern names the four
    window = _window(match["window"]) if match["window"] else None
    return Proof(kind, key, window, int(match["doses"] or 1), int(match["age"] or 0))


def _window(said: str) -> Window:
    return Window(said[-1], int(said[:-1])) if said[0].isdigit() else Window(said)
