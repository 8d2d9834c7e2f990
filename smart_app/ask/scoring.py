"""The scores of the page: each item a field of yes, no or not known, named SCORE.ITEM. A further score is an entry of
`cds_service.chart.patient.scores`."""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.chart import Chart
from cds_service.chart.patient.scores import SCORES, Score, charted_answers, range_of
from cds_service.tools import CannotCompute
from smart_app.ask.formulas import Result, number
from smart_app.wiring import wired

ANSWERS: Mapping[str, bool] = {"yes": True, "no": False}


def items() -> tuple[str, ...]:
    """The names of all fields."""
    return tuple(_field(key, name) for key, score in SCORES.items() for name in score.items)


def filled_items(chart: Chart) -> tuple[dict[str, str], dict[str, str]]:
    """ "yes" where the chart says so, empty elsewhere; and what each rests on, or what is near it."""
    values, origins = {}, {}
    for key, score in SCORES.items():
        for name, (answer, found) in charted_answers(score, chart, wired().drug_keys).items():
            values[_field(key, name)] = "yes" if answer else ""
            origins[_field(key, name)] = found
    return values, origins


def scores_of(values: Mapping[str, str]) -> tuple[Result, ...]:
    """Each score: its points, a range while items are not known, or why there is none."""
    return tuple(_result(key, score, values) for key, score in SCORES.items())


def _result(key: str, score: Score, values: Mapping[str, str]) -> Result:
    answers = {name: ANSWERS.get(values.get(_field(key, name), "")) for name in score.items}
    try:
        found = range_of(score, number("age", values.get("age", "")), values.get("sex") or None, answers)
    except CannotCompute as error:
        return Result(score.name, "", str(error), "each item yes, no or not known", score.source)
    words = f"Incomplete, not known: {'; '.join(found.open)}" if found.open else "all items are known"
    return Result(score.name, found.points, "", words, score.source)


def _field(key: str, name: str) -> str:
    return f"{key}.{name}"
