"""What is said of each medicine at discharge, against small charts with the expectations of a ward pharmacist."""

from __future__ import annotations

import pytest

from tests.cds_service.checks.discharge.cases import CASES
from tests.cds_service.checks.discharge.charts import by_id, chart_of_case, said
from tests.cds_service.checks.discharge.home_cases import HOME_CASES
from tests.cds_service.checks.discharge.shapes import Case

EVERY = (*CASES, *HOME_CASES)


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_each_medicine_has_the_state_that_a_pharmacist_expects(case: Case) -> None:
    lines = by_id(said(chart_of_case(case))[0])
    assert {name: one.state for name, one in lines.items()} == dict(case.expected)
    assert {name: lines[name].how for name in case.how} == dict(case.how)
    for name, words in case.asks.items():
        assert any(words in question for question in lines[name].questions), lines[name].questions
    for name, words in case.reads.items():
        assert words.lower() in " ".join((lines[name].how, lines[name].change, *lines[name].also)).lower()
    assert {name: lines[name].questions for name in case.quiet} == dict.fromkeys(case.quiet, ())


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_each_line_is_told_from_what_is_on_record_and_cites_rows(case: Case) -> None:
    known = {one.id for one in (*case.orders, *case.statements)}
    for line in said(chart_of_case(case))[0]:
        assert line.facts and {fact.origin.reference.partition("/")[2] for fact in line.facts} <= known
        assert line.how or not line.taken or line.questions
        assert bool(line.watch) <= bool(line.cites)
