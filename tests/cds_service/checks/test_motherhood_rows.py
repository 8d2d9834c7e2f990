"""Drugs in pregnancy by the week, and while breastfeeding: what is said, and what must stay silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cds_service.chart import Chart
from cds_service.checks.lactation import while_breastfeeding
from cds_service.checks.pregnancy import in_pregnancy
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge.kinds.lactation import LactationRow
from cds_service.knowledge.kinds.pregnancy import PregnancyRow
from tests.charts import LOINC, NOW, chart, concept, data, knowledge, observation, person, request

ORDER = ("critical", "warning", "info", "off")


def mother(order: str, *, week: int | None = None, feeding: bool = False, **who: Any) -> Chart:
    labs = []
    if week is not None:
        due = (NOW + timedelta(days=280 - 7 * week)).date().isoformat()
        labs.append({**observation("11778-8", 0, None), "valueDateTime": due})
        del labs[0]["valueQuantity"]
    if feeding:
        answer = concept(None, (LOINC, "LA33-6"))
        labs.append({**observation("63895-7", 0, None), "valueCodeableConcept": answer})
        del labs[-1]["valueQuantity"]
    patient = person(**{"born": "1996-05-01", **who})
    return chart(request(order), patient=data(patient), labs=data(*labs), problems=data(), vitals=data())


def loudest(said: list[Finding | NotAssessed]) -> str:
    found = [one.display for one in said if isinstance(one, Finding)]
    return min(found, key=ORDER.index, default="silent")


@pytest.mark.parametrize(
    ("order", "week", "display"),
    [
        ("isotretinoin 40 mg daily", 8, "critical"),
        ("thalidomide 100 mg qhs", 8, "critical"),
        ("methotrexate 15 mg weekly", 8, "critical"),
        ("ribavirin 400 mg bid", 20, "critical"),
        ("ambrisentan 5 mg daily", 20, "critical"),
        ("warfarin 5 mg daily", 10, "warning"),
        ("valproate 500 mg bid", 10, "warning"),
        ("lisinopril 10 mg daily", 12, "warning"),
        ("misoprostol 200 mcg qid", 12, "critical"),
        ("misoprostol 200 mcg qid for ulcer prevention", 12, "critical"),
        ("Arthrotec 50 mg/200 mcg bid", 12, "critical"),
        ("misoprostol 400 mcg once", 12, "warning"),
        ("misoprostol 200 mcg sublingual q6h for incomplete miscarriage", 9, "info"),
        ("misoprostol 25 mcg vaginally q4h for cervical ripening", 40, "info"),
        ("misoprostol 25 mcg vaginally q4h", 40, "info"),
        ("lithium 300 mg bid", 8, "warning"),
        ("atenolol 50 mg daily", 20, "warning"),
        ("atorvastatin 20 mg daily", 12, "info"),
        ("ibuprofen 400 mg tid", 18, "silent"),
        ("ibuprofen 400 mg tid", 22, "warning"),
        ("aspirin 81 mg daily", 12, "silent"),
        ("doxycycline 100 mg bid", 10, "silent"),
        ("doxycycline 100 mg bid", 20, "warning"),
        ("nitrofurantoin 100 mg bid", 20, "silent"),
        ("nitrofurantoin 100 mg bid", 39, "warning"),
        ("sertraline 50 mg daily", 10, "silent"),
        ("sertraline 50 mg daily", 36, "info"),
        ("tretinoin 0.05% cream qhs", 10, "info"),
        ("tretinoin 10 mg capsule po bid", 10, "critical"),
        ("dolutegravir 50 mg daily", 10, "silent"),
        ("labetalol 200 mg bid", 20, "silent"),
        ("amoxicillin 500 mg tid", 20, "silent"),
        ("insulin glargine 10 units qhs", 20, "silent"),
        ("acetaminophen 500 mg q6h prn", 32, "silent"),
        ("ketoconazole 2% cream daily", 20, "silent"),
    ],
)
def test_what_a_drug_means_in_a_week_of_pregnancy(order: str, week: int, display: str) -> None:
    assert loudest(list(in_pregnancy(mother(order, week=week), knowledge()))) == display


@pytest.mark.parametrize(
    ("order", "display"),
    [
        ("codeine 30 mg q6h prn", "warning"),
        ("tramadol 50 mg q6h prn", "warning"),
        ("methotrexate 15 mg weekly", "critical"),
        ("lithium 300 mg bid", "warning"),
        ("cabergoline 0.5 mg weekly", "warning"),
        ("methadone 40 mg daily", "info"),
        ("fluoxetine 20 mg daily", "info"),
        ("sertraline 50 mg daily", "silent"),
        ("ibuprofen 400 mg tid", "silent"),
        ("acetaminophen 500 mg q6h", "silent"),
        ("amoxicillin 500 mg tid", "silent"),
        ("labetalol 200 mg bid", "silent"),
        ("ketoconazole 2% cream daily", "silent"),
        ("levothyroxine 100 mcg daily", "silent"),
    ],
)
def test_what_a_drug_means_while_breastfeeding(order: str, display: str) -> None:
    assert loudest(list(while_breastfeeding(mother(order, feeding=True), knowledge()))) == display


def test_a_drug_without_a_row_is_named_while_she_breastfeeds() -> None:
    said = list(while_breastfeeding(mother("montelukast 10 mg daily", feeding=True), knowledge()))
    assert [one.reason for one in said if isinstance(one, NotAssessed)] == [
        "our tables do not cover montelukast for breastfeeding: look it up"
    ]


@pytest.mark.parametrize("who", [{"gender": "male"}, {"born": "1950-01-01"}])
def test_who_cannot_breastfeed_is_not_spoken_of(who: dict[str, str]) -> None:
    assert list(while_breastfeeding(mother("codeine 30 mg q6h", feeding=True, **who), knowledge())) == []


def test_where_nothing_is_known_of_breastfeeding_nothing_is_asked() -> None:
    assert list(while_breastfeeding(mother("codeine 30 mg q6h"), knowledge())) == []


def test_the_tables_have_the_breadth_that_they_promise() -> None:
    assert len(knowledge().all(PregnancyRow)) >= 80 and len(knowledge().all(LactationRow)) >= 60
