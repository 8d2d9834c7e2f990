"""Measures the reading of directions on a table of them, by the reader that the service uses.

The table is tab-separated with a header: sig, dose_qty, dose_unit, times_per_day, prn (0 or 1), duration_days, and
optionally abstain (1: the right answer is to abstain or to give phases). An empty gold cell is not scored; without
gold columns only the predictions are written. The unit's spelling is not scored, but a wrong kind of unit is harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.terminology.directions.amounts import unit_of
from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.reading import read_directions
from model_export.cards.groups import of_groups
from model_export.predictions import write_predictions
from model_export.rows import rows_of
from model_export.task import Score

_TOLERANCE = {"dose_qty": 0.01, "times_per_day": 0.06, "duration_days": 0.01}  # times: relative, the others absolute
_MASS = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mL": None, "unit": None, "meq": None}


@dataclass(frozen=True, slots=True)
class Answer:
    """One row: what the gold says, what was read (None: abstained, or phases), and the phases that were read."""

    gold: Mapping[str, str]
    read: Mapping[str, Any] | None
    phases: str = ""

    @property
    def scored(self) -> bool:
        return any(self.gold.get(column) for column in (*_TOLERANCE, "prn", "abstain"))

    @property
    def should_abstain(self) -> bool:
        return self.gold.get("abstain") == "1"

    @property
    def right(self) -> bool:
        if self.read is None or self.should_abstain:
            return self.read is None and self.should_abstain
        return all(self._agrees(column) for column in _TOLERANCE) and self._prn_agrees()

    @property
    def harmful(self) -> bool:
        """The daily dose is off by two or more, the unit is of another size, or as-needed is turned round."""
        if self.read is None:
            return False
        if not self._prn_agrees() or self._another_unit():
            return True
        read, gold = (_daily(one) for one in (self.read, self.gold))
        return read is not None and gold is not None and not 0.5 < read / gold < 2

    def _agrees(self, column: str) -> bool:
        gold = self.gold.get(column)
        if not gold:
            return True
        value = self.read and self.read[column]
        wanted, within = float(gold), _TOLERANCE[column]
        return value is not None and abs(value - wanted) <= within * (wanted if column == "times_per_day" else 1)

    def _prn_agrees(self) -> bool:
        gold = self.gold.get("prn")
        return not gold or self.read is None or self.read["prn"] == (gold == "1")

    def _another_unit(self) -> bool:
        read, gold = self.read and self.read["dose_unit"], unit_of(self.gold.get("dose_unit") or "")
        return read != gold and read in _MASS and gold in _MASS


def evaluate_table(data: Path, predictions: Path | None) -> Score:
    """Read, answer and score `data`. Raises TaskFailed when it has no column sig."""
    read = [(row, read_directions(row["sig"])) for row in rows_of(data, ("sig",))]
    answers = [Answer(row, prediction(one), phases(one)) for row, one in read]
    if predictions:
        write_predictions(predictions, (_line(number, answer.read) for number, answer in enumerate(answers)))
    return {**score(answers), **of_groups([row for row, _ in read], answers, score)}


def prediction(read: Directions) -> Mapping[str, Any] | None:
    """The flat form of what was read; None when it abstained, or found phases, which the flat form cannot hold."""
    if read.abstained or read.phases:
        return None
    return {
        "dose_qty": read.dose.high if read.dose else None,
        "dose_unit": read.dose.unit if read.dose else None,
        "times_per_day": round(read.timing.per_day, 4) if read.timing else None,
        "prn": read.as_needed,
        "duration_days": read.duration.days if read.duration else None,
    }


def phases(read: Directions) -> str:
    """The phases as the gold column writes them; empty where there are none."""
    return ";".join(
        f"{one.dose.high:g}x{one.timing.per_day:g}/{one.duration.days if one.duration else 0:g}".removesuffix("/0")
        for one in read.phases
        if one.dose and one.timing
    )


def score(answers: list[Answer]) -> Score:
    """Shares of all scored rows, but `right_when_answered` of those answered; `harmful` and `phases` are counts."""
    scored = [answer for answer in answers if answer.scored]
    if not scored:
        return {"n": len(answers)}
    answered = [answer for answer in scored if answer.read is not None]
    right = sum(answer.right for answer in answered)
    share = 1 / len(scored)
    return {
        "n": len(answers),
        "answered": len(answered) * share,
        "right_when_answered": right / len(answered) if answered else 0.0,
        "abstained": 1 - len(answered) * share,
        "wrong": (len(answered) - right) * share,
        "harmful": sum(answer.harmful or answer.should_abstain for answer in answered),
        **_of_phases([answer for answer in scored if answer.gold.get("phases")]),
    }


def _of_phases(answers: list[Answer]) -> Score:
    """Directions whose dose changes: read phase by phase, read otherwise, or not read."""
    if not answers:
        return {}
    right = sum(answer.phases == answer.gold["phases"] for answer in answers)
    unread = sum(not answer.phases for answer in answers)
    return {"phases": {"n": len(answers), "right": right, "abstained": unread, "wrong": len(answers) - right - unread}}


def _line(number: int, read: Mapping[str, Any] | None) -> Mapping[str, Any]:
    empty = dict.fromkeys(("dose_qty", "dose_unit", "times_per_day", "prn", "duration_days"))
    return {"row": number, "abstained": read is None} | (dict(read) if read else empty)


def _daily(one: Mapping[str, Any]) -> float | None:
    dose, times = one.get("dose_qty"), one.get("times_per_day")
    return float(dose) * float(times) if dose and times else None
