"""The shipped items against whole small charts with the states that a family physician would expect."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.chart import ABSENT, Chart
from cds_service.checks.care.fitting import Fitting, fitting
from cds_service.checks.care.proof import look
from cds_service.checks.care.subject import Subject
from cds_service.terminology.systems import code
from tests.cds_service.checks.care_cases import CASES, Case
from tests.cds_service.checks.care_charts import chart_of, condition, procedure, survey, taking, vaccine
from tests.charts import data, knowledge, observation, person

VITALS = {"85354-9", "39156-5"}
SCREENINGS = {"72166-2", "55758-7", "70274-6", "75626-2", "73830-2"}


def _listed(words: str, coded: str) -> dict[str, Any]:
    system, value = code(coded)
    return condition(words, code={"text": words, "coding": [{"system": system, "code": value}]})


def _result(one: tuple[Any, ...]) -> dict[str, Any]:
    if one[0] in SCREENINGS:
        return survey(one[0], one[1])
    value, unit = one[2:] or (1, None)
    return observation(one[0], value, unit, on=one[1])


def chart_of_case(case: Case) -> Chart:
    by_list = {"labs": [], "vitals": [], "screenings": []}  # type: dict[str, list[dict[str, Any]]]
    for one in case.results:
        key = "vitals" if one[0] in VITALS else "screenings" if one[0] in SCREENINGS else "labs"
        by_list[key].append(_result(one))
    supplied = {
        **{key: data(*found) for key, found in by_list.items()},
        "problems": data(*(_listed(words, coded) for words, coded in case.problems)),
        "medications": data(*(taking(text) for text in case.medications)),
        "procedures": data(*(procedure(value, on) for value, on in case.procedures)),
        "immunizations": data(*(vaccine(value, on) for value, on in case.vaccines)),
        **dict.fromkeys(case.missing, ABSENT),
    }
    return chart_of(case.hook, who=person(case.born, case.gender), **supplied)


def states(case: Case) -> dict[str, str]:
    """The state of each item on the list, by its id without `care-`."""
    subject = Subject(chart_of_case(case), knowledge())
    listed = [one for one in fitting(subject) if isinstance(one, Fitting)]
    return {one.row.id.removeprefix("care-"): look(subject, one).state for one in listed}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_chart_has_the_items_that_a_clinician_expects(case: Case) -> None:
    found = states(case)
    assert {item: found.get(item, "-") for item in case.expected} == dict(case.expected)
    assert not set(case.absent) & found.keys()


def test_the_cases_speak_of_most_items() -> None:
    named = {f"care-{item}" for case in CASES for item in (*case.expected, *case.absent)}
    shipped = {one for one in knowledge().cited if one.startswith("care-") and one != "care-checklist"}
    assert named <= shipped
    assert len(named) >= 0.7 * len(shipped)
