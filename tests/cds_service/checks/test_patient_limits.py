"""Maxima by age, stated use and days: each row at its edges, loud at ten-fold, silent for everybody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from cds_service.checks.dose_limit import dose_limit
from cds_service.claims.drafting import claims_of
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge.kinds.patient_limits import PatientLimit
from cds_service.knowledge.passages import passages_of
from tests.charts import NOW, chart, data, knowledge, person, request

ROWS = knowledge().all(PatientLimit)
PASSAGES = {passage.id: passage for passage in passages_of(knowledge())}
_DOSE = re.compile(r"(\d+(?:\.\d+)?) mg")


def findings(text: str, days: float | None = 15_000) -> list[Finding]:
    born = (NOW.date() - timedelta(days=days)).isoformat() if days is not None else None
    given = chart(request(text), patient=data(person(born)))
    return [said for said in dose_limit(given, knowledge()) if isinstance(said, Finding)]


def order(row: PatientLimit, times: float = 1) -> str:
    dose = _DOSE.sub(lambda one: f"{float(one[1]) * times:g} mg", row.usual, count=1)
    way = "" if "iv" in dose or "mouth" in dose else " by mouth"
    return f"{dose}{way} for {row.uses[0]}" if row.uses else f"{dose}{way}"


def an_age(row: PatientLimit) -> int:
    return round(row.low + 1 if row.low is not None else row.high - 2 if row.high is not None else 15_000)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_limit_is_silent_at_the_usual_dose_and_loud_at_ten_times_that(row: PatientLimit) -> None:
    assert findings(order(row), an_age(row)) == []
    loud = findings(order(row, 10), an_age(row))
    assert loud, row.id
    assert all(claims_of(one, PASSAGES, knowledge()).refused == () for one in loud)


def above(row: PatientLimit) -> str:
    """An order just above the row's maximum: what only this row can object to."""
    number = float(_DOSE.search(row.usual)[1])  # type: ignore[index]  # its loading asks for a dose
    daily = next(iter(chart(request(row.usual)).orders)).sig.daily("mg")
    limits = [row.max_daily_dose and daily and row.max_daily_dose / float(daily.value)]
    limits += [row.max_single and row.max_single / number]
    return order(row, 1.02 * min(one for one in limits if one))


@pytest.mark.parametrize("row", [row for row in ROWS if row.by_age], ids=lambda row: row.id)
def test_a_limit_holds_from_its_first_day_to_its_last(row: PatientLimit) -> None:
    def speaks(days: float) -> bool:
        return row.id in {found.rule for found in findings(above(row), round(days))}

    assert speaks(an_age(row))
    if row.low is not None:
        assert not speaks(row.low - 2)
    if row.high is not None:
        assert not speaks(row.high + 2)


@pytest.mark.parametrize("row", [row for row in ROWS if row.by_age], ids=lambda row: row.id)
def test_without_a_known_age_nothing_is_guessed(row: PatientLimit) -> None:
    assert row.id not in {found.rule for found in findings(above(row), None)}
    given = chart(request(above(row)), patient=data(person(None)))
    assert any(
        "age is not known" in one.reason for one in dose_limit(given, knowledge()) if isinstance(one, NotAssessed)
    )


@pytest.mark.parametrize("row", [row for row in ROWS if row.uses], ids=lambda row: row.id)
def test_a_use_counts_only_where_the_order_states_it(row: PatientLimit) -> None:
    stated = above(row)
    assert row.id in {found.rule for found in findings(stated)}
    assert row.id not in {found.rule for found in findings(stated.partition(" for ")[0])}
    assert row.id not in {found.rule for found in findings(f"{stated.partition(' for ')[0]} for parkinson disease")}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ketorolac 10 mg po q6h x 5 days", None),
        ("ketorolac 10 mg po q6h x 6 days", "patient-ketorolac-days"),
        ("metoclopramide 10 mg po qid x 12 weeks", None),
        ("metoclopramide 10 mg po qid x 13 weeks", "patient-metoclopramide-days"),
        ("phenazopyridine 200 mg po tid x 2 days", None),
        ("phenazopyridine 200 mg po tid x 7 days", "patient-phenazopyridine-days"),
    ],
)
def test_a_number_of_days_counts_where_the_label_sets_one(text: str, rule: str | None) -> None:
    found = findings(text)
    assert [one.rule for one in found] == ([rule] if rule else [])
    assert all(claims_of(one, PASSAGES, knowledge()).refused == () for one in found)
